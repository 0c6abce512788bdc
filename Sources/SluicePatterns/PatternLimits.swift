/// Bounds of regular expressions.
package enum PatternLimits {
    /// Instructions that one pattern may compile to.
    package static let instructions = 10_000
    /// The highest bound of a counted repetition.
    package static let repetitions = 1_000
    /// Groups inside each other.
    package static let nesting = 128
    /// States of an automaton that are kept; with more it starts anew.
    static let automatonStates = 2_000
    /// How often an automaton may start anew before texts are matched without one.
    static let automatonRestarts = 4
}
