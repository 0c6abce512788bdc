import SluiceCatalog
import SluiceCore

/// What became of the dead letters of a pipeline.
package struct ReplaySummary: Sendable {
    package var pipeline: String
    /// Letters that went through the pipeline again, or would.
    package var replayed: Int
    /// Letters that stay, by the reason.
    package var kept: [ReplayFate.Reason: Int]
    /// Files, by run, that are marked as replayed.
    package var files: [DeadLetterArchive.File]
    /// Nil where nothing was replayed, or only looked at.
    package var run: RunSummary?

    /// Letters that failed again.
    package var failed: Int { Int(run?.report.deadLetters ?? 0) }
}
