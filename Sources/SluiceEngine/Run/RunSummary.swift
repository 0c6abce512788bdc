package import SluiceCatalog
import SluiceCore

/// What a run that succeeded has to say.
package struct RunSummary: Sendable {
    package var run: RunID
    package var pipeline: String
    package var report: RunReport
    /// Seconds from begin to commit.
    package var seconds: Double
    /// Tables that the run wrote; empty for plain files and streams.
    package var tables: [TableName]
    /// One line: what was written where.
    package var target: String
    /// What happens to rejected records: `fail`, `skip` or `dead_letter`.
    package var errorPolicy: String
    /// The first dead letters, for the screen.
    package var deadLetters: [DeadLetter]
    package var notices: [String]
    /// Whether the run ended before records with fields that its plan did not know: a run with another plan goes on there.
    package var isCut = false
}
