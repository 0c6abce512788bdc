import SluiceCatalog

/// The runs that are not over, as the ledger has them: kept beside it, so that a step of the scheduler costs what changes and not what waits.
struct OpenRuns {
    private var runs: [RunID: ScheduledRun] = [:]
    /// Those of which somebody asked the end.
    private(set) var cancelled: Set<RunID> = []
    /// Those that are at work: by a process, or by their elements.
    private(set) var running: Set<RunID> = []
    private var queue = StartQueue()

    subscript(id: RunID) -> ScheduledRun? { runs[id] }
    var all: Dictionary<RunID, ScheduledRun>.Values { runs.values }
    var isEmpty: Bool { runs.isEmpty }

    /// Takes what the ledger says of all of them.
    mutating func replace(with found: [ScheduledRun]) {
        let known = Set(found.map(\.id))
        for id in runs.keys where !known.contains(id) { remove(id) }
        found.forEach { put($0) }
    }

    /// Takes what was written of one.
    mutating func put(_ run: ScheduledRun) {
        if run.state.isOver { return remove(run.id) }
        runs[run.id] = run
        if run.isCancelled { cancelled.insert(run.id) } else { cancelled.remove(run.id) }
        if run.state == .running {
            running.insert(run.id)
            queue.remove(run.id, isStarted: true)
        } else {
            running.remove(run.id)
            queue.put(run)
        }
    }

    private mutating func remove(_ id: RunID) {
        runs[id] = nil
        cancelled.remove(id)
        running.remove(id)
        queue.remove(id, isStarted: false)
    }

    /// Runs that wait and may start at a moment, in the order in which they do.
    mutating func waiting(at now: Int64) -> some Sequence<RunID> { queue.due(at: now) }

    /// When the next run may start that may not yet.
    mutating func nextMicros() -> Int64? { queue.nextMicros() }
}
