/// Bounds of regular expressions.
package enum PatternLimits {
    /// Instructions that one pattern may compile to.
    package static let instructions = 10_000
    /// Parts of a pattern that are compiled, those that compile to nothing counted too.
    package static let compiledParts = 100_000
    /// Characters that are read of a pattern and of all definitions that it refers to, each time it does.
    package static let readCharacters = 1 << 20
    /// The highest bound of a counted repetition.
    package static let repetitions = 1_000
    /// Groups and references inside each other.
    package static let nesting = 128
    /// Groups that capture.
    package static let groups = 256
    /// States of an automaton that are kept; with more it starts anew.
    static let automatonStates = 2_000
    /// Registers that the threads of these states name together.
    static let automatonRegisters = 4 << 20
    /// Bytes that an automaton takes in for each state, at least, if it is worth the making of its states.
    static let automatonStateBytes = 64
    /// How often an automaton may start anew after fewer bytes before texts are matched without one.
    static let automatonRestarts = 4
}
