package import SluiceCatalog

/// What a conversion that succeeded has to say.
package struct ConversionSummary: Sendable {
    package var report: RunReport
    package var seconds: Double
    /// The files that were written.
    package var outputs: [String] = []
    /// The first records that could not be processed, for the screen.
    package var deadLetters: [DeadLetter] = []
    /// What only the run showed, beside the plan's notices.
    package var notices: [String] = []

    init(report: RunReport, seconds: Double) {
        self.report = report
        self.seconds = seconds
    }
}
