import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

/// Duplicates within a time over rows that come piece by piece.
@Suite("duplicates within a time")
struct RecentRowsTests {
    private typealias Windows = WindowEpochTests
    private static let second = Windows.second

    private func step(within: Int64, delay: Int64) throws -> (LogicalOperation, Schema) {
        var operation = RecentDuplicates(
            keys: [0], time: try Expression(parsing: "at").bind(to: Windows.schema), within: within * Self.second,
            delay: delay * Self.second, idle: 3_600 * Self.second, lateRows: .deadLetter)
        (operation.keyNames, operation.timeText) = (["key"], "at")
        return (.deduplicateWithin(operation), Windows.schema)
    }

    private func pieces(_ count: Int, keys: Int, _ generator: inout Seeded) -> [[Windows.Row]] {
        (0..<count).map { piece in
            (0..<keys).map { number -> Windows.Row in
                let key = "key number \(Int.random(in: 0..<keys, using: &generator))"
                return Windows.Row(
                    key: Int.random(in: 0..<200, using: &generator) == 0 ? nil : key,
                    n: Int64(piece * 10_000 + number), at: (Int64(piece) * 60 + .random(in: -40..<60, using: &generator)) * Self.second)
            }
        }
    }

    @Test("keys that are many times what memory holds, with late rows, and through restarts", arguments: [0, 40] as [Int64])
    func spilled(_ delay: Int64) async throws {
        var generator = Seeded(Windows.seed)
        let step = try step(within: 300, delay: delay)
        let (free, bound) = (try EpochHarness([step]), try EpochHarness([step], limitBytes: 16 << 10))
        var (most, isSpilled) = (0, false)
        let last = Windows.Row(key: "last", n: 1, at: 9_000 * Self.second)
        for (number, rows) in (pieces(16, keys: 800, &generator) + [[last], [last]]).enumerated() {
            let batches = try [rows.prefix(300), rows.dropFirst(300)].filter { !$0.isEmpty }.map { try Windows.batch(Array($0)) }
            for harness in [free, bound] { try await harness.run(Windows.schema, batches) }
            most = max(most, (free.state as? RecentRows)?.byteCount ?? 0)
            isSpilled = isSpilled || (bound.state as? RecentRows)?.isSpilled == true
            if number % 4 == 2 { try bound.restart() }
        }
        #expect(isSpilled && most > 60 << 10)
        // In the order of the input.
        #expect(try free.rows().count > 1_500)
        #expect(try bound.rows() == free.rows(), "seed \(Windows.seed)")
        #expect(bound.deadLetters == free.deadLetters && (delay == 0) == (free.deadLetters > 0))
        #expect((bound.state as? RecentRows)?.isSpilled == false)
    }

    @Test("a whole input of keys beyond memory")
    func whole() async throws {
        var generator = Seeded(Windows.seed)
        let step = try step(within: 300, delay: 0)
        let batches = try pieces(20, keys: 600, &generator).map { try Windows.batch($0) }
        let free = try await EpochHarness.whole([step], Windows.schema, batches)
        let bound = try await EpochHarness.whole([step], Windows.schema, batches, limitBytes: 16 << 10)
        #expect(free.count > 1_000 && free.count < 12_000)
        #expect(bound == free, "seed \(Windows.seed)")
    }

    /// - Parameter round: Every third holds nearly nothing in memory.
    @Test("a run goes on before the keys of an earlier one are read, and knows duplicates of them", arguments: Rounds.of(6))
    func beside(_ round: Int) async throws {
        var generator = Seeded(Windows.seed &+ UInt64(round))
        let step = try step(within: 300, delay: 40)
        let held = HeldWork()
        let calm = try EpochHarness([step])
        let restarted = try EpochHarness([step], limitBytes: round % 3 == 2 ? 8 << 10 : 1 << 30, background: held.work)
        var loadingPieces = 0
        for rows in pieces(25, keys: 150, &generator) {
            if restarted.isLoading { loadingPieces += 1 }
            for harness in [calm, restarted] { try await harness.run(Windows.schema, [try Windows.batch(rows)]) }
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1: try restarted.restart()
            case 2: held.release()
            default: break
            }
        }
        #expect(loadingPieces > 3)
        #expect(try restarted.rows() == calm.rows(), "seed \(Windows.seed), round \(round)")
    }
}
