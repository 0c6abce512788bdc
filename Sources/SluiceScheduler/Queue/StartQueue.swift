import SluiceCatalog

/// The order in which runs that wait are started: the highest priority first, and at one priority in turns.
///
/// Runs that become due in the same second, or that go back to the same other run, are one crowd. Each crowd has its turns one behind the other,
/// from the moment on at which its first run comes: so a run that is due later waits for one start of each crowd before it, and not for the
/// thousands that are left of one of them. (Start-time fair queueing, with crowds as flows and starts as their cost.)
///
/// Turns are between jobs. What one job has got of them, its runs have in the order of their ticks: they are one lane, whose first place is that of
/// its oldest tick, whichever run the place came with.
///
/// - Invariant: a lane has as many runs as places, and `due` has the places of all lanes.
/// - Complexity: O(log waiting) comparisons to add and to remove, and the moving of what stands before or behind, as `SortedQueue` does it.
struct StartQueue {
    /// A place in the order.
    private struct Place: Comparable {
        var priority: Int
        var turn: Int
        var dueMicros: Int64
        /// The run that it came with.
        var id: RunID
        /// The index of its lane.
        var lane: Int

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

    /// Whose runs start in the order of their ticks.
    private struct LaneKey: Hashable {
        var job: String
        var priority: Int
        /// Of elements, the run of their tick.
        var parent: RunID?
        /// Of a backfill, its first run: what is due beside it does not wait for all of it.
        var backfill: RunID?
    }

    /// A run in its lane.
    private struct Turn: Comparable {
        var logical: Int64
        var dueMicros: Int64
        var id: RunID

        static func < (a: Self, b: Self) -> Bool { (a.logical, a.dueMicros, a.id) < (b.logical, b.dueMicros, b.id) }
    }

    private struct Lane {
        var key: LaneKey
        /// Ascending, both: the first run has the first place.
        var turns = SortedQueue<Turn>()
        var places = SortedQueue<Place>()
    }

    /// What is kept of a run that is not due.
    private struct Waiting {
        var id: RunID
        var root: RunID
        var logical: Int64
        var lane: LaneKey

        init(_ run: ScheduledRun) {
            (id, root, logical) = (run.id, run.root, run.logical)
            lane = LaneKey(job: run.job, priority: run.priority, parent: run.parent, backfill: run.isOfBackfill ? run.root : nil)
        }

        /// The first run of a backfill is one of its crowd.
        func crowd(due second: Int64) -> Crowd {
            root == id && lane.backfill == nil
                ? Crowd(priority: lane.priority, root: nil, second: second) : Crowd(priority: lane.priority, root: root)
        }
    }

    private enum Stage {
        /// Not due before a time.
        case later(Int64)
        case due(Turn, lane: Int)
    }

    private var due = SortedQueue<Place>()
    private var lanes: [Lane] = []
    private var laneIndices: [LaneKey: Int] = [:]
    /// Indices of lanes without runs.
    private var freeLanes: [Int] = []
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
        case .due(let turn, let lane) where turn.dueMicros == run.notBeforeMicros && lanes[lane].key.priority == run.priority: return
        case .later(let time) where time == run.notBeforeMicros: return
        case .due(let turn, let lane): _ = take(turn, lane)
        case .later, nil: break
        }
        stages[run.id] = .later(run.notBeforeMicros)
        later.insert(.init(time: run.notBeforeMicros, subject: Waiting(run)))
    }

    /// Takes a run out of the order, where it is in it.
    ///
    /// - Parameter isStarted: Whether its turn counts as done.
    mutating func remove(_ id: RunID, isStarted: Bool) {
        guard let stage = stages.removeValue(forKey: id) else { return }
        guard case .due(let turn, let lane) = stage, let place = take(turn, lane) else { return }
        if isStarted { turns[place.priority] = max(turns[place.priority] ?? 0, place.turn) }
        if due.isEmpty {
            (lastTurns, turns) = ([:], [:])
            (lanes, laneIndices, freeLanes) = ([], [:], [])
        }
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
        for item in fresh.sorted(by: { ($0.time, $0.subject.logical, $0.subject.id) < ($1.time, $1.subject.logical, $1.subject.id) }) {
            let (run, priority) = (item.subject, item.subject.lane.priority)
            let crowd = run.crowd(due: item.time.seconds)
            let turn = max(turns[priority] ?? 0, lastTurns[crowd] ?? 0) + 1
            lastTurns[crowd] = turn
            let lane = lane(run.lane)
            let place = Place(priority: priority, turn: turn, dueMicros: item.time, id: run.id, lane: lane)
            let own = Turn(logical: run.logical, dueMicros: item.time, id: run.id)
            stages[run.id] = .due(own, lane: lane)
            due.insert(place)
            lanes[lane].places.insert(place)
            lanes[lane].turns.insert(own)
        }
        if lastTurns.count > Self.crowds { lastTurns = lastTurns.filter { $0.value > turns[$0.key.priority] ?? 0 } }
        return DueRuns(places: due, lanes: lanes)
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

    /// The lane of a key, which may be new.
    private mutating func lane(_ key: LaneKey) -> Int {
        if let known = laneIndices[key] { return known }
        let index = freeLanes.popLast() ?? lanes.endIndex
        if index < lanes.endIndex { lanes[index].key = key } else { lanes.append(Lane(key: key)) }
        laneIndices[key] = index
        return index
    }

    /// Takes a run out of its lane.
    ///
    /// - Returns: The place that it had.
    private mutating func take(_ turn: Turn, _ lane: Int) -> Place? {
        guard let position = lanes[lane].turns.remove(turn) else { return nil }
        let place = lanes[lane].places.remove(at: position)
        _ = due.remove(place)
        if lanes[lane].turns.isEmpty {
            laneIndices[lanes[lane].key] = nil
            freeLanes.append(lane)
        }
        return place
    }

    /// The runs that are due, as they stood when they were asked for.
    private struct DueRuns: Sequence, IteratorProtocol {
        let places: SortedQueue<Place>
        let lanes: [Lane]
        private var position = 0
        /// How many of a lane are through, where it has several.
        private var passed: [Int: Int] = [:]

        init(places: SortedQueue<Place>, lanes: [Lane]) { (self.places, self.lanes) = (places, lanes) }

        mutating func next() -> RunID? {
            guard position < places.count else { return nil }
            let lane = places[position].lane
            position += 1
            if lanes[lane].turns.count == 1 { return lanes[lane].turns[0].id }
            let number = passed[lane, default: 0]
            passed[lane] = number + 1
            return lanes[lane].turns[number].id
        }
    }
}
