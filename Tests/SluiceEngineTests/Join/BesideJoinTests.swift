import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

/// Rows of joins that leave memory and come back to it, or are there later than those that they are joined with.
extension IntervalJoinTests {
    @Test("rows that are few again return to memory, and find there what they would have found", arguments: JoinKind.allCases)
    func returned(_ kind: JoinKind) throws {
        var generator = Seeded(Self.seed)
        let (join, output) = Self.operation(kind, before: 100_000_000, after: 100_000_000, delay: 0)
        let (free, bound) = (Subject(join, output), Subject(join, output, limitBytes: 60 << 10))
        var found: (free: [String], bound: [String]) = ([], [])
        var changes = 0
        for epoch in 0..<Int64(60) {
            let wasSpilled = bound.state.isSpilled
            func rows(_ count: Int) -> [Row] {
                (0..<count).map { _ in
                    Row(
                        key: "key number \(Int.random(in: 0..<40, using: &generator))", n: .random(in: 0..<1_000_000, using: &generator),
                        at: epoch * 100_000_000 + .random(in: 0..<100_000_000, using: &generator))
                }
            }
            // Much and little by turns.
            let count = epoch % 20 < 3 ? 400 : 8
            let (input, table) = (rows(count), rows(count))
            found.free += try free.run(input, table).rows
            found.bound += try bound.run(input, table).rows
            if epoch % 7 == 3 { try bound.restart() }
            if bound.state.isSpilled != wasSpilled { changes += 1 }
            bound.dropOutdated()
        }
        #expect(changes >= 6 && changes % 2 == 0 && !bound.state.isSpilled && bound.state.byteCount > 0)
        #expect(found.bound.sorted() == found.free.sorted(), "seed \(Self.seed)")
    }

    /// - Parameter round: Every third has nearly no memory.
    @Test("a run goes on before the rows of an earlier one are read, and joins with them", arguments: JoinKind.allCases, Rounds.of(6))
    func beside(_ kind: JoinKind, _ round: Int) throws {
        var generator = Seeded(Self.seed &+ UInt64(round))
        let (join, output) = Self.operation(kind, before: 20_000_000, after: 30_000_000, delay: 10_000_000)
        let held = HeldWork()
        let (calm, restarted) = (Subject(join, output), Subject(join, output, limitBytes: round % 3 == 2 ? 2_000 : 1 << 30))
        var found: (calm: [String], restarted: [String]) = ([], [])
        var loadingEpochs = 0
        for epoch in 0..<Int64(30) {
            func rows(_ count: Int) -> [Row] {
                (0..<count).map { _ in
                    Row(
                        key: Int.random(in: 0..<9, using: &generator) == 0 ? nil : "k\(Int.random(in: 0..<4, using: &generator))",
                        n: .random(in: 0..<1_000_000, using: &generator),
                        at: epoch * 10_000_000 + .random(in: 0..<10_000_000, using: &generator))
                }
            }
            let (input, table) = (rows(.random(in: 0...12, using: &generator)), rows(.random(in: 0...12, using: &generator)))
            if restarted.state.isLoading { loadingEpochs += 1 }
            found.calm += try calm.run(input, table).rows
            found.restarted += try restarted.run(input, table).rows
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1: try restarted.restart(beside: held.work)
            case 2: held.release()
            default: break
            }
        }
        held.release()
        let isBehind = calm.state.closedThrough > restarted.state.closedThrough
        #expect(!restarted.state.isLoading || restarted.state.wouldMove(now: 0) == isBehind)
        found.restarted += try restarted.run([], []).rows
        #expect(loadingEpochs > 3 && !restarted.state.isLoading)
        #expect(found.restarted.sorted() == found.calm.sorted(), "seed \(Self.seed), round \(round)")
    }
}
