import SluiceCatalog
import SluiceTestKit
import Testing

@testable import SluiceScheduler

/// The order in which runs that wait are started.
@Suite("order of starts") struct StartQueueTests {
    private static let second: Int64 = 1_000_000

    private static func id(_ name: String) -> RunID { RunID("01" + name) }

    private static func run(
        _ name: String, due second: Int64, priority: Int = 0, root: String? = nil, job: String? = nil, cause: RunCause = .schedule
    ) -> ScheduledRun {
        ScheduledRun(
            id: id(name), job: job ?? name, logical: second, cause: cause, root: root.map { id($0) }, priority: priority, createdMicros: 0,
            notBeforeMicros: second * Self.second)
    }

    /// Starts as many as there are, one at a time, and says in which order.
    private static func started(_ queue: inout StartQueue, at second: Int64, limit: Int = .max) -> [String] {
        var names: [String] = []
        while names.count < limit, let next = Array(queue.due(at: second * Self.second)).first {
            names.append(String(next.text.dropFirst(2)))
            queue.remove(next, isStarted: true)
        }
        return names
    }

    @Test("the highest priority first, then the earliest, then the one that was made first") func order() {
        var queue = StartQueue()
        for run in [Self.run("c", due: 2), Self.run("b", due: 1), Self.run("a", due: 1), Self.run("z", due: 3, priority: 1)] {
            queue.put(run)
        }
        #expect(Array(queue.due(at: 0)).isEmpty && queue.nextMicros() == Self.second)
        #expect(Self.started(&queue, at: 3) == ["z", "a", "c", "b"])
        #expect(queue.isEmpty && queue.nextMicros() == nil)
    }

    @Test("of one crowd the oldest tick comes first, whatever the ids are") func ticks() {
        var queue = StartQueue()
        for (name, tick) in [("b", 3), ("c", 1), ("a", 2)] {
            var run = Self.run(name, due: 9, root: "root")
            run.logical = Int64(tick)
            queue.put(run)
        }
        #expect(Self.started(&queue, at: 9) == ["c", "a", "b"])
    }

    @Test("what is due later waits for one start of a crowd, and not for all of it; a second crowd takes turns with the first")
    func crowds() {
        var queue = StartQueue()
        for number in 0..<1_000 { queue.put(Self.run("a\(1_000 + number)", due: 1)) }
        #expect(Self.started(&queue, at: 1, limit: 100).last == "a1099")
        queue.put(Self.run("beat", due: 2))
        #expect(Self.started(&queue, at: 2, limit: 2) == ["a1100", "beat"])
        for number in 0..<3 { queue.put(Self.run("b\(number)", due: 3)) }
        #expect(Self.started(&queue, at: 3, limit: 6) == ["a1101", "b0", "a1102", "b1", "a1103", "b2"])
    }

    @Test("all runs that go back to one run are one crowd: a backfill takes turns with what is due beside it") func graphs() {
        var queue = StartQueue()
        for number in 0..<100 { queue.put(Self.run("f\(100 + number)", due: 1, root: "f100", job: "f", cause: .backfill)) }
        queue.put(Self.run("x", due: 1))
        queue.put(Self.run("y", due: 5))
        #expect(Self.started(&queue, at: 5, limit: 5) == ["f100", "x", "y", "f101", "f102"])
    }

    @Test("runs of one job start in the order of their ticks, whatever seconds they share with other jobs, and whatever their ids are")
    func lanes() {
        var queue = StartQueue()
        // The seconds 0 and 20 are those of another job, too.
        for name in ["o0", "o20"] { queue.put(Self.run(name, due: name == "o0" ? 0 : 20, job: "o")) }
        for (name, tick) in [("z0", 0), ("y20", 20), ("x25", 25), ("w30", 30), ("v35", 35)] {
            queue.put(Self.run(name, due: Int64(tick), job: "a"))
        }
        let order = Self.started(&queue, at: 40)
        #expect(order.filter { !$0.hasPrefix("o") } == ["z0", "y20", "x25", "w30", "v35"], "\(order)")
        // The first run of a backfill has the highest id.
        for (name, tick) in [("9", 1), ("3", 2), ("1", 3), ("2", 4)] {
            var run = Self.run(name, due: 50, root: "9", job: "a", cause: .backfill)
            run.logical = Int64(tick)
            queue.put(run)
        }
        #expect(Self.started(&queue, at: 50) == ["9", "3", "1", "2"])
        // One that is due later, and whose tick is older, takes the first place that is left.
        for tick in [7, 8, 9] { queue.put(Self.run("t\(tick)", due: 60 + Int64(tick), job: "b")) }
        #expect(Self.started(&queue, at: 70, limit: 1) == ["t7"])
        var retry = Self.run("r", due: 71, job: "b")
        retry.logical = 1
        queue.put(retry)
        #expect(Self.started(&queue, at: 71) == ["r", "t8", "t9"])
        #expect(queue.isEmpty)
    }

    @Test("runs that are put to another time, taken out, or put in again") func changes() {
        var queue = StartQueue()
        var run = Self.run("a", due: 5)
        queue.put(run)
        run.notBeforeMicros = 2 * Self.second
        queue.put(run)
        queue.put(run)
        queue.put(Self.run("b", due: 3))
        #expect(queue.nextMicros() == 2 * Self.second)
        queue.remove(run.id, isStarted: false)
        #expect(queue.nextMicros() == 3 * Self.second)
        #expect(Array(queue.due(at: 10 * Self.second)).map(\.text) == ["01b"])
        run.notBeforeMicros = 1
        queue.put(run)
        queue.remove(run.id, isStarted: false)
        queue.put(run)
        #expect(Self.started(&queue, at: 10).sorted() == ["a", "b"])
        #expect(Self.started(&queue, at: 10).isEmpty)
    }

    @Test("a sorted queue has what a sorted list has", arguments: [UInt64(1), 2, 3]) func sorted(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = SortedQueue<Int>()
        var list: [Int] = []
        for number in 0..<3_000 {
            switch Int.random(in: 0...4, using: &random) {
            // Mostly behind all, now and then anywhere.
            case 0...1:
                let item = Bool.random(using: &random) ? 10 * number : Int.random(in: 0...30_000, using: &random)
                if list.contains(item) { continue }
                queue.insert(item)
                list.append(item)
                list.sort()
            case 2 where !list.isEmpty: #expect(queue.remove(at: 0) == list.removeFirst())
            case 3 where !list.isEmpty:
                let position = Int.random(in: list.indices, using: &random)
                #expect(queue.remove(list.remove(at: position)) == position)
            default: #expect(queue.remove(-1) == nil)
            }
            #expect((0..<queue.count).map { queue[$0] } == list && queue.isEmpty == list.isEmpty)
        }
    }

    @Test("random operations leave what a plain list has", arguments: [UInt64(1), 2, 3, 4]) func model(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = StartQueue()
        var waiting: [RunID: Int64] = [:]
        var runs: [RunID: ScheduledRun] = [:]
        var now: Int64 = 0
        for number in 0..<3_000 {
            now += Int64.random(in: 0...2, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0, 1:
                let roots = [nil, "r\(Int.random(in: 0...3, using: &random))"]
                let run = Self.run(
                    "n\(number % 400)", due: now + Int64.random(in: -3...9, using: &random),
                    priority: number % 400 % 3, root: roots[Int.random(in: 0...1, using: &random)], job: "j\(number % 400 % 7)")
                runs[run.id] = run
                queue.put(run)
                waiting[run.id] = run.notBeforeMicros
            case 2:
                guard let next = Array(queue.due(at: now * Self.second)).first else { break }
                queue.remove(next, isStarted: true)
                #expect(waiting.removeValue(forKey: next) != nil)
            default:
                guard let some = waiting.keys.sorted().randomElement(using: &random) else { break }
                queue.remove(some, isStarted: false)
                waiting[some] = nil
            }
            let due = Array(queue.due(at: now * Self.second))
            #expect(Set(due).count == due.count)
            for lane in Dictionary(grouping: due.compactMap { runs[$0] }, by: { "\($0.job) \($0.priority)" }).values {
                #expect(lane.map(\.logical) == lane.map(\.logical).sorted())
            }
            #expect(Set(due) == Set(waiting.filter { $0.value <= now * Self.second }.keys))
            #expect(queue.nextMicros() == waiting.values.filter { $0 > now * Self.second }.min())
        }
    }
}
