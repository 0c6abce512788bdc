/// Bounds of text files and their patterns; those of one regular expression are in `PatternLimits`.
package enum GrokLimits {
    /// Patterns that are tried one after another.
    package static let patterns = 100
    /// Definitions that a source adds to the library's.
    package static let definitions = 1_000
    /// Bytes of one pattern or definition.
    package static let patternBytes = 64 << 10
    /// Bytes at a file's start that show which log it is.
    static let detectedBytes = 64 << 10
    /// Lines of them that are looked at.
    static let detectedLines = 500
    /// Percent of the lines that a known log's pattern has to match.
    static let detectedPercent = 70
    /// Bytes of a line that a message shows.
    static let shownBytes = 40
}
