package import SluiceCatalog
package import SluiceCore
import Synchronization

/// Live counts of a run: written at batch boundaries by its tasks, read by whoever shows them.
package final class RunProgress: Sendable {
    /// Rows into and out of one step so far.
    package struct StepCount: Sendable, Hashable {
        package var name: String
        package var rowsIn: Int64 = 0
        package var rowsOut: Int64 = 0
        package var rejected: Int64 = 0
    }

    /// Rows into and out of one of the plan's outputs so far.
    package struct OutputCount: Sendable, Hashable {
        /// Nil for the definition's `sink`.
        package var name: String?
        /// What reached it, before its own steps.
        package var rowsIn: Int64 = 0
        package var rowsOut: Int64 = 0
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
        /// Records that could not be processed: dead letters, or skipped as `on_error` says.
        package var rejected: Int64 = 0
        /// Rows that a step or a contract is told to leave out, as by `on_fail: drop`.
        package var leftOut: Int64 = 0
        /// Rejected records that count against the limits of `on_error`: all but late rows.
        package var bad: Int64 = 0
        /// Rejected records that never became rows.
        package var unreadable: Int64 = 0
        /// Splits of the source: files or shards.
        package var splits = 0
        package var steps: [StepCount] = []
        package var outputs: [OutputCount] = []
        /// Rows that no route took.
        package var unrouted: Int64 = 0
        /// What keeps the run from going on, if it waits for something.
        package var waiting: String?
        package var rules: [RuleCount] = []
        /// What a person should know after the run, at most `mostNotices`.
        package var notices: [String] = []
        /// What came out of rule sets, and is not recorded yet.
        package var quality: [QualityResult] = []
        /// Parts of the source's records that no column has a place for.
        package var newMembers = NewMembers()
    }

    static let mostNotices = 20

    /// Whoever looks at rows while they pass.
    package let taps = StepTaps()
    private let state = Mutex(Snapshot())
    private let logs = Mutex<StepLogs?>(nil)

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    /// Changes the counts, and tells what is asked of them.
    func withSnapshot<Answer: Sendable>(_ change: (inout Snapshot) -> Answer) -> Answer { state.withLock { change(&$0) } }

    /// Takes what a person should know after the run, once.
    func note(_ notices: [String]) {
        update { snapshot in
            for notice in notices where snapshot.notices.count < Self.mostNotices && !snapshot.notices.contains(notice) {
                snapshot.notices.append(notice)
            }
        }
    }

    /// Says what keeps the run from going on; nil: nothing.
    package func tell(waitingFor reason: String?) { update { $0.waiting = reason } }

    func update(_ change: (inout Snapshot) -> Void) { state.withLock { change(&$0) } }

    /// Where programs of steps leave what they write on their standard error; nil for what is no run.
    var stepLogs: StepLogs? {
        get { logs.withLock { $0 } }
        set { logs.withLock { $0 = newValue } }
    }

    /// What came out of rule sets since the last call; whoever takes it records it.
    func takeQuality() -> [QualityResult] {
        state.withLock { snapshot in
            defer { snapshot.quality = [] }
            return snapshot.quality
        }
    }
}
