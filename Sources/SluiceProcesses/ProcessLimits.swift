package import SluiceCore

/// Bounds of programs that Sluice talks to.
package enum ProcessLimits {
    package static let lineBytes = 16 << 20
    static let readBytes = 64 << 10
    static let lastWordsBytes = 4 << 10
    static let shownLines = 5
    static let shownCharacters = 200
    /// Lines of standard error that wait for somebody who wants them.
    static let waitingErrorLines = 20
    /// How often a program that does nothing is looked at.
    static let pollMillis: Int32 = 100
    static let shortestPause = Duration.milliseconds(1)
    static let longestPause = Duration.milliseconds(20)
}

extension SluiceError.Code {
    package static let execFailed = Self("exec-failed")
}
