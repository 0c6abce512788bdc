import Synchronization
import SluiceCore

/// Live counts of a run: written at batch boundaries by its tasks, read by whoever shows them.
package final class RunProgress: Sendable {
    /// Rows into and out of one step so far.
    package struct StepCount: Sendable, Hashable {
        package var name: String
        package var rowsIn: Int64 = 0
        package var rowsOut: Int64 = 0
        package var rejected: Int64 = 0
    }

    /// All counts at one moment.
    package struct Snapshot: Sendable {
        /// Rows that the source gave, without rejected ones.
        package var rowsRead: Int64 = 0
        /// Stored bytes of the source that were read, and how many there are where that is known.
        package var bytesRead: Int64 = 0
        package var bytesTotal: Int64?
        package var rowsWritten: Int64 = 0
        package var bytesWritten: Int64 = 0
        package var rejected: Int64 = 0
        /// Splits of the source: files or shards.
        package var splits = 0
        package var steps: [StepCount] = []
        /// What keeps the run from going on, if it waits for something.
        package var waiting: String?
        package var rules: [RuleCount] = []
        /// What a person should know after the run, at most `mostNotices`.
        package var notices: [String] = []
    }

    static let mostNotices = 20

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    func update(_ change: (inout Snapshot) -> Void) { state.withLock { change(&$0) } }
}
