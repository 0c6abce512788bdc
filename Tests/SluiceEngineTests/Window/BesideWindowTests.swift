import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

/// Windows of a run that begins anew, and goes on before what earlier epochs brought is read.
@Suite("windows that are read beside the epochs")
struct BesideWindowTests {
    private typealias Windows = WindowEpochTests
    private static let second = Windows.second

    private static let kinds: [WindowOperation.Kind] = [
        .sliding(size: 20 * second, slide: 20 * second), .sliding(size: 30 * second, slide: 10 * second), .session(gap: 7 * second),
        .stagger(size: 15 * second),
    ]

    /// Rows of a piece; none of them is late with a delay as long as the disorder.
    private func rows(_ piece: Int, disorder: Int64, _ generator: inout Seeded) -> [Windows.Row] {
        (0..<Int.random(in: 0...120, using: &generator)).map { _ in
            Windows.Row(
                key: Int.random(in: 0..<99, using: &generator) == 0 ? nil : "key \(Int.random(in: 0..<150, using: &generator))",
                n: .random(in: 0..<1_000, using: &generator),
                at: Int64(piece) * 10 * Self.second + .random(in: 0..<disorder, using: &generator))
        }
    }

    /// - Parameter round: Every third holds nearly nothing in memory.
    @Test("pieces, checkpoints and further restarts meanwhile change nothing of what is handed on", arguments: kinds, Rounds.of(6))
    func pieces(_ kind: WindowOperation.Kind, _ round: Int) async throws {
        var generator = Seeded(Windows.seed &+ UInt64(round))
        let disorder = Int64.random(in: 1...30, using: &generator) * Self.second
        let step = try Windows.step(kind, delay: disorder)
        let held = HeldWork()
        let calm = try EpochHarness([step])
        let restarted = try EpochHarness([step], limitBytes: round % 3 == 2 ? 20 << 10 : 1 << 30, background: held.work)
        var loadingPieces = 0
        for piece in 0..<30 {
            let rows = rows(piece, disorder: disorder, &generator)
            let batches = try rows.isEmpty ? [] : [Windows.batch(rows)]
            if restarted.isLoading { loadingPieces += 1 }
            try await calm.run(Windows.schema, batches)
            try await restarted.run(Windows.schema, batches)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1: try restarted.restart()
            case 2: held.release()
            default: break
            }
        }
        held.release()
        // What waited for values of earlier epochs comes though no rows do.
        var silent = 0
        while restarted.wouldMove() || restarted.isLoading, silent < 3 {
            try await restarted.run(Windows.schema, [])
            silent += 1
        }
        #expect(loadingPieces > 3 && silent < 3)
        #expect(try restarted.rows().sorted() == calm.rows().sorted(), "seed \(Windows.seed), round \(round)")
        #expect(restarted.deadLetters == 0)
    }

    @Test("windows wait for the values of earlier epochs, and other steps do not")
    func waits() async throws {
        let kind = Self.kinds[0]
        let step = try Windows.step(kind, delay: 0)
        let held = HeldWork()
        let harness = try EpochHarness([step], background: held.work)
        try await harness.run(Windows.schema, [try Windows.batch([.init(key: "a", n: 1, at: 0)])])
        try harness.restart()
        try await harness.run(Windows.schema, [try Windows.batch([.init(key: "a", n: 2, at: 5 * Self.second)])])
        try await harness.run(Windows.schema, [try Windows.batch([.init(key: "a", n: 4, at: 25 * Self.second)])])
        #expect(try harness.isLoading && harness.rows().isEmpty)
        #expect(!harness.wouldMove())
        held.release()
        #expect(harness.wouldMove())
        try await harness.run(Windows.schema, [])
        #expect(try harness.rows().map { try JSONText.members($0)["sum"] } == ["3"])
        #expect(!harness.isLoading && !harness.wouldMove())
    }

    @Test("rows that correct what was handed on wait for the values of earlier epochs, and are corrections of all of them")
    func corrections() async throws {
        let step = try Windows.step(Self.kinds[0], delay: 0, lateness: 1_000 * Self.second)
        let harness = try EpochHarness([step], background: .queue)
        func run(_ rows: [Windows.Row]) async throws { try await harness.run(Windows.schema, [try Windows.batch(rows)]) }
        try await run([.init(key: "a", n: 1, at: 0), .init(key: "a", n: 2, at: 30 * Self.second)])
        try harness.restart()
        try await run([.init(key: "a", n: 4, at: Self.second)])
        try harness.restart()
        try await run([.init(key: "a", n: 8, at: 2 * Self.second)])
        let rows = try harness.rows().map { try JSONText.members($0) }
        #expect(rows.map { $0["sum"] } == ["1", "5", "13"] && rows.map { $0["revision"] } == ["0", "1", "2"])
    }

    @Test("a file that is damaged ends the run with an error, and one that is gone the start", arguments: [true, false])
    func damaged(_ isGone: Bool) async throws {
        let harness = try EpochHarness([try Windows.step(Self.kinds[0], delay: 0)], background: .queue)
        try await harness.run(Windows.schema, [try Windows.batch([.init(key: "a", n: 1, at: 0)])])
        try harness.damage(isGone)
        let error = await #expect(throws: SluiceError.self) {
            try harness.restart()
            #expect(!isGone)
            // It may be read by the first piece, and is by some piece.
            for _ in 0..<1_000 {
                try await harness.run(Windows.schema, [])
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        #expect(error?.code == .stateCorrupt)
    }
}
