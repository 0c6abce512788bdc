import SluiceCatalog
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// Which notices a run makes.
@Suite("recoveries and lateness") struct NoticeTests {
    private let world: SimulatedWorld
    private static let notify = "notify: {command: tell, on: [failure, late, recovery]}"

    init() throws { world = try SimulatedWorld(seed: 19, nowSeconds: 1_770_000_000) }

    private func ends(_ code: Int) { world.state.withLock { $0.duration = { _, _ in (0, code) } } }

    private func toTheHour() { world.move(micros: 3_600_000_000 - world.now % 3_600_000_000) }

    /// The kinds that were told, in their order.
    private func kinds() -> [String] {
        world.state.withLock { $0.notices.map { String($0.dropFirst(#"tell: {"notice":""#.count).prefix { $0 != "\"" }) } }
    }

    @Test("a recovery is told of ticks that are split, and behind runs that were cancelled", arguments: ["", "each: [x, y, z], "])
    func recovery(_ each: String) throws {
        let job = try job("a", "{at: \"0 * * * *\", \(each)\(Self.notify)}")
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        try only.run(seconds: 1)
        for (index, code) in [1, 0, 0].enumerated() {
            toTheHour()
            ends(code)
            try only.run(seconds: 10)
            if index > 0 { continue }
            // One that somebody ends says nothing of how the job does.
            world.state.withLock { $0.duration = { _, _ in (9_000_000_000, 0) } }
            let asked = try only.catalog.changeSchedule { try ScheduleRequests.add(job, .manual, $0) }
            try only.run(seconds: 2)
            try only.catalog.changeSchedule { ledger in
                let run = try #require(try ledger.run(asked.id))
                _ = try ScheduleRequests.cancel(run, RunCancellation(run: run.id, author: "me"), isLed: true, ledger)
            }
            try only.run(seconds: 6)
            #expect(try only.catalog.readSchedule { try $0.run(asked.id) }?.state == .cancelled)
        }
        #expect(kinds() == ["failure", "recovery"])
    }

    @Test("a recovery follows the order of ends, whatever the ids are that were made in one moment") func order() throws {
        let job = try job("a", "{concurrency: 1, \(Self.notify)}")
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        try only.run(seconds: 1)
        for _ in 0..<8 {
            ends(1)
            try only.catalog.changeSchedule { ledger in for _ in 0..<2 { try ScheduleRequests.add(job, .manual, ledger) } }
            try only.run(seconds: 2)
            ends(0)
            try only.run(seconds: 3)
        }
        #expect(kinds() == [[String]](repeating: ["failure", "recovery"], count: 8).flatMap(\.self))
    }

    @Test("runs of a backfill are not late, nor is a job behind them") func backfill() throws {
        ends(0)
        let jobs = try [
            job("a", "{at: \"0 3 * * *\", expected_by: 60s, \(Self.notify)}"), job("b", "{after: a, expected_by: 60s, \(Self.notify)}"),
        ]
        let only = try SimulatedScheduler(1, world, JobSet(jobs))
        try only.run(seconds: 1)
        world.state.withLock { $0.duration = { _, _ in (5_000_000, 0) } }
        let begin = (world.now / 1_000_000 / 86_400 - 9) * 86_400 + 3 * 3_600
        try only.catalog.changeSchedule { ledger in
            _ = try ScheduleRequests.backfill(jobs[0], (0..<3).map { begin + $0 * 86_400 }, parameters: [:], width: 1, ledger)
        }
        try only.run(seconds: 60)
        #expect(try only.runs().count == 6 && only.runs().allSatisfy { $0.state == .succeeded })
        #expect(kinds().isEmpty, "\(kinds())")
    }
}
