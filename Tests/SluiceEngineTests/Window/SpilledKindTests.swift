import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceEngine

/// Windows whose values are many times what memory holds give what they give with memory for all.
@Suite("windows beyond memory")
struct SpilledKindTests {
    private typealias Windows = WindowEpochTests
    private static let second = Windows.second

    /// Rows of many groups in pieces of a minute, some of them out of order.
    private func pieces(_ count: Int, groups: Int, disorder: Int64, _ generator: inout Seeded) -> [[Windows.Row]] {
        (0..<count).map { piece in
            (0..<groups).map { _ -> Windows.Row in
                let key = "key number \(Int.random(in: 0..<groups, using: &generator))"
                return Windows.Row(
                    key: Int.random(in: 0..<200, using: &generator) == 0 ? nil : key,
                    n: .random(in: 0..<1_000, using: &generator),
                    at: (Int64(piece) * 60 + .random(in: -disorder..<60, using: &generator)) * Self.second)
            }
        }
    }

    @Test("sessions, with rows that are late for some and not for others", arguments: [0, 40, 200] as [Int64])
    func sessions(_ disorder: Int64) async throws {
        var generator = Seeded(Windows.seed &+ UInt64(disorder))
        let step = try Windows.step(.session(gap: 90 * Self.second), delay: 0)
        let (free, bound) = (try EpochHarness([step]), try EpochHarness([step], limitBytes: 30 << 10))
        let again = try EpochHarness([step])
        var most = 0
        let last = Windows.Row(key: "last", n: 1, at: 9_000 * Self.second)
        for (number, rows) in (pieces(14, groups: 900, disorder: disorder, &generator) + [[last]]).enumerated() {
            let batches = [try Windows.batch(rows)]
            for harness in [free, bound, again] { try await harness.run(Windows.schema, batches) }
            most = max(most, (free.state as? WindowState)?.windows.byteCount ?? 0)
            if number % 4 == 2 { for harness in [bound, again] { try harness.restart() } }
        }
        #expect(most > 45 << 10 && bound.spilledBytes > 0)
        let expected = try free.rows().sorted()
        #expect(expected.count > 1_000)
        #expect(try again.rows().sorted() == expected, "seed \(Windows.seed)")
        #expect(try bound.rows().sorted() == expected, "seed \(Windows.seed)")
        #expect(bound.deadLetters == free.deadLetters && again.deadLetters == free.deadLetters)
        #expect((disorder == 200) == (free.deadLetters > 0))
        // What is left of the last piece is little.
        try await bound.run(Windows.schema, [])
        #expect((bound.state as? WindowState)?.isSpilled == false)
    }

    @Test("early results name the same groups at the same times", arguments: [0, 45] as [Int64])
    func early(_ disorder: Int64) async throws {
        var generator = Seeded(Windows.seed)
        var (step, schema) = try Windows.step(
            .sliding(size: 600 * Self.second, slide: 120 * Self.second), delay: disorder * Self.second)
        guard case .window(var operation) = step else { return }
        operation.early = 20 * Self.second
        step = .window(operation)
        schema = Schema(unchecked: schema.fields.prefix(2) + [Field("is_early", .boolean)] + schema.fields.dropFirst(2))
        let (free, bound) = (try EpochHarness([(step, schema)]), try EpochHarness([(step, schema)], limitBytes: 50 << 10))
        let last = Windows.Row(key: "last", n: 1, at: 9_000 * Self.second)
        for (number, rows) in (pieces(12, groups: 700, disorder: disorder, &generator) + [[], [last], []]).enumerated() {
            let batches = try rows.isEmpty ? [] : [Windows.batch(rows)]
            let now = Int64(number) * 10 * Self.second
            #expect(free.wouldMove(now: now) == bound.wouldMove(now: now))
            for harness in [free, bound] { try await harness.run(Windows.schema, batches, now: now) }
        }
        let expected = try free.rows().sorted()
        #expect(expected.filter { $0.contains("true") }.count > 2_000 && bound.spilledBytes > 0)
        #expect(try bound.rows().sorted() == expected, "seed \(Windows.seed)")
        #expect((bound.state as? WindowState)?.isSpilled == false)
    }

    @Test("windows of a number of rows, through restarts and in a whole input")
    func counted() async throws {
        var generator = Seeded(Windows.seed)
        let step = try Windows.step(.count(7), delay: 0, aggregates: ["count(*)", "sum(n)", "first(n)", "last(n)"])
        let (free, bound) = (try EpochHarness([step]), try EpochHarness([step], limitBytes: 30 << 10, smallBytes: 0))
        let pieces = pieces(90, groups: 400, disorder: 0, &generator)
        var (most, isSpilled) = (0, false)
        for (number, rows) in pieces.enumerated() {
            // Two batches, and few groups in most pieces, of which there are more than a step has files.
            let some = number < 12 ? rows : Array(rows.prefix(20))
            for harness in [free, bound] {
                let batches = [some.prefix(9), some.dropFirst(9)]
                try await harness.run(Windows.schema, try batches.map { try Windows.batch(Array($0)) })
            }
            most = max(most, (free.state as? CountedWindows)?.byteCount ?? 0)
            isSpilled = isSpilled || (bound.state as? CountedWindows)?.isSpilled == true
            if number % 11 == 5 { try bound.restart() }
        }
        #expect(isSpilled && most > 120 << 10 && bound.fileCount <= StateLimits.files + 1)
        #expect(try free.rows().count > 300 && bound.rows() == free.rows(), "seed \(Windows.seed)")
        let batches = try pieces.prefix(30).map { try Windows.batch($0) }
        let whole = try await EpochHarness.whole([step], Windows.schema, batches)
        let wholeBound = try await EpochHarness.whole([step], Windows.schema, batches, limitBytes: 30 << 10)
        #expect(whole.count > 1_500 && wholeBound.sorted() == whole.sorted(), "seed \(Windows.seed)")
    }

    @Test("windows of a number of rows return to memory when few groups have an open one")
    func countedReturn() async throws {
        let step = try Windows.step(.count(2), delay: 0)
        let harness = try EpochHarness([step], limitBytes: 20 << 10)
        let rows = (0..<600).map { Windows.Row(key: "key number \($0)", n: Int64($0), at: 0) }
        try await harness.run(Windows.schema, [try Windows.batch(rows)])
        #expect((harness.state as? CountedWindows)?.isSpilled == true)
        try await harness.run(Windows.schema, [try Windows.batch(rows)])
        #expect(try harness.rows().count == 600)
        // So many pieces that the files are written anew, with what is left.
        for _ in 0..<(StateLimits.files + 2) { try await harness.run(Windows.schema, [try Windows.batch([.init(key: "a", n: 1, at: 0)])]) }
        #expect((harness.state as? CountedWindows)?.isSpilled == false)
        #expect(try harness.rows().count == 600 + (StateLimits.files + 2) / 2)
    }
}
