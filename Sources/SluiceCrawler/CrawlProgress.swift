import Synchronization

/// What a crawl has done so far; read by whoever draws it.
package final class CrawlProgress: Sendable {
    /// What is being done.
    package enum Stage: String, Sendable {
        case listing, classifying, reading, committing
    }

    /// All figures at one moment.
    package struct Snapshot: Hashable, Sendable {
        package var stage = Stage.listing
        package var files: Int64 = 0
        package var filesTotal: Int64 = 0
        package var rows: Int64 = 0
        /// Stored bytes of files that were read.
        package var bytes: Int64 = 0
        package var bytesTotal: Int64 = 0
        package var rejected: Int64 = 0
    }

    private let state = Mutex(Snapshot())
    private let reached: @Sendable (Stage) -> Void

    /// - Parameter reached: Called when a stage begins, before anything of it is done.
    package init(reached: @escaping @Sendable (Stage) -> Void = { _ in }) { self.reached = reached }

    package var snapshot: Snapshot { state.withLock { $0 } }

    /// Begins a stage.
    func begin(_ stage: Stage, _ change: (inout Snapshot) -> Void = { _ in }) {
        state.withLock {
            $0.stage = stage
            change(&$0)
        }
        reached(stage)
    }

    func update(_ change: (inout Snapshot) -> Void) { state.withLock { change(&$0) } }
}
