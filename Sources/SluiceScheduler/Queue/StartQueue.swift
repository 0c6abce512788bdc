import SluiceCatalog

/// The order in which runs that wait are started: the highest priority first, and at one priority in turns.
///
/// Runs that become due in the same second, or that go back to the same other run, are one crowd. Each crowd has its turns one behind the other,
/// from the moment on at which its first run comes: so a run that is due later waits for one start of each crowd before it, and not for the
/// thousands that are left of one of them. (Start-time fair queueing, with crowds as flows and starts as their cost.)
///
/// - Complexity: O(log waiting) comparisons to add and to remove, and the moving of what stands behind.
struct StartQueue {
    /// A run's place in the order.
    private struct Place: Comparable {
        var priority: Int
        var turn: Int
        var dueMicros: Int64
        var id: RunID

        static func < (a: Self, b: Self) -> Bool {
            if a.priority != b.priority { return a.priority > b.priority }
            return (a.turn, a.dueMicros, a.id) < (b.turn, b.dueMicros, b.id)
        }
    }

    /// Runs that take turns with others as one.
    private struct Crowd: Hashable {
        var priority: Int
        /// The run that they go back to; nil for runs that stand for themselves.
        var root: RunID?
        /// The second in which those become due.
        var second: Int64 = 0
    }

    /// What is kept of a run that is not due.
    private struct Waiting {
        var id: RunID
        var root: RunID
        var logical: Int64
        var priority: Int

        func crowd(due second: Int64) -> Crowd {
            root == id ? Crowd(priority: priority, root: nil, second: second) : Crowd(priority: priority, root: root)
        }
    }

    private enum Stage {
        /// Not due before a time.
        case later(Int64)
        case due(Place)
    }

    private var due: [Place] = []
    /// May hold what was removed or put elsewhere since.
    private var later = TimeHeap<Waiting>()
    private var stages: [RunID: Stage] = [:]
    /// The last turn that each crowd has.
    private var lastTurns: [Crowd: Int] = [:]
    /// The turn of the run that was started last, by priority.
    private var turns: [Int: Int] = [:]

    var isEmpty: Bool { stages.isEmpty }

    /// Adds a run that waits, or puts it to another time.
    mutating func put(_ run: ScheduledRun) {
        switch stages[run.id] {
        case .due(let place) where place.dueMicros == run.notBeforeMicros && place.priority == run.priority: return
        case .later(let time) where time == run.notBeforeMicros: return
        case .due(let place): take(place)
        case .later, nil: break
        }
        stages[run.id] = .later(run.notBeforeMicros)
        later.insert(
            .init(time: run.notBeforeMicros, subject: Waiting(id: run.id, root: run.root, logical: run.logical, priority: run.priority)))
    }

    /// Takes a run out of the order, where it is in it.
    ///
    /// - Parameter isStarted: Whether its turn counts as done.
    mutating func remove(_ id: RunID, isStarted: Bool) {
        guard let stage = stages.removeValue(forKey: id) else { return }
        guard case .due(let place) = stage else { return }
        take(place)
        if isStarted { turns[place.priority] = max(turns[place.priority] ?? 0, place.turn) }
        if due.isEmpty { (lastTurns, turns) = ([:], [:]) }
    }

    /// The runs that are due at a moment, in their order.
    mutating func due(at now: Int64) -> some Sequence<RunID> {
        var fresh: [TimeHeap<Waiting>.Item] = []
        while let item = nextLater, item.time <= now {
            _ = later.popFirst()
            // What was put to this time before, and taken out, is behind it in the heap, and counts for nothing.
            stages[item.subject.id] = nil
            fresh.append(item)
        }
        // A backfill begins with its oldest tick, whatever the ids of its runs are.
        for item in fresh.sorted(by: { ($0.time, $0.subject.logical, $0.subject.id) < ($1.time, $1.subject.logical, $1.subject.id) }) {
            let run = item.subject
            let crowd = run.crowd(due: item.time.seconds)
            let turn = max(turns[run.priority] ?? 0, lastTurns[crowd] ?? 0) + 1
            lastTurns[crowd] = turn
            let place = Place(priority: run.priority, turn: turn, dueMicros: item.time, id: run.id)
            stages[run.id] = .due(place)
            due.insert(place, at: index(of: place))
        }
        if lastTurns.count > Self.crowds { lastTurns = lastTurns.filter { $0.value > turns[$0.key.priority] ?? 0 } }
        return due.lazy.map(\.id)
    }

    /// When the next run becomes due that is not due yet.
    mutating func nextMicros() -> Int64? { nextLater?.time }

    /// Crowds that are remembered before those that are through are forgotten.
    private static let crowds = 1_000

    private var nextLater: TimeHeap<Waiting>.Item? {
        mutating get {
            while let item = later.first {
                if case .later(let time)? = stages[item.subject.id], time == item.time { return item }
                _ = later.popFirst()
            }
            return nil
        }
    }

    private mutating func take(_ place: Place) {
        let index = index(of: place)
        if index < due.count, due[index] == place { due.remove(at: index) }
    }

    /// Where a place is, or belongs.
    private func index(of place: Place) -> Int {
        var (low, high) = (0, due.count)
        while low < high {
            let middle = (low + high) / 2
            if due[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
