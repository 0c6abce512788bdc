import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceEngine

/// Files of a step that are put together while epochs go on.
@Suite("state files that are put together")
struct StateMergeTests {
    private typealias Windows = WindowEpochTests

    @Test("hundreds of epochs of one open window: files stay few, and its values are all there through restarts and at its end")
    func manyEpochs() async throws {
        var generator = Seeded(Windows.seed)
        let size = 100_000 * Windows.second
        let step = try Windows.step(.sliding(size: size, slide: size), delay: 0)
        let harness = try EpochHarness([step], smallBytes: 0)
        var all: [Windows.Row] = []
        var merged: Set<String> = []
        func run(_ rows: [Windows.Row]) async throws {
            all += rows
            try await harness.run(Windows.schema, [try Windows.batch(rows)])
            merged.formUnion(harness.fileNames.filter { $0.hasSuffix("-merged.state") })
            // One merge at a time, which may take some epochs.
            #expect(harness.fileCount <= 2 * StateLimits.files + 40)
        }
        // Much at first, so that what comes later is little beside it.
        for epoch in 0..<400 {
            let rows = (0..<(epoch == 0 ? 2_000 : Int.random(in: 1...6, using: &generator))).map { _ in
                Windows.Row(
                    key: "k\(Int.random(in: 0..<500, using: &generator))", n: .random(in: 0..<1_000, using: &generator),
                    at: .random(in: 0..<size, using: &generator))
            }
            try await run(rows)
            if Int.random(in: 0..<40, using: &generator) == 0 { try harness.restart() }
        }
        #expect(!merged.isEmpty)
        try harness.restart()
        try await run([Windows.Row(key: "end", n: 0, at: size)])
        let expected = Windows().model(all, .sliding(size: size, slide: size), watermark: size)
        #expect(try harness.rows().sorted() == expected, "seed \(Windows.seed)")
    }

    @Test("the files are as many as the logarithm of the epochs, and each byte is copied as often")
    func choices() {
        var sizes = [1_000_000]
        var (copied, whole) = (0, 0)
        for _ in 0..<100_000 {
            sizes.append(10)
            guard sizes.count > StateLimits.files else { continue }
            switch StateMergeChoice(sizes, smallBytes: 1_000) {
            case .whole:
                whole += 1
                sizes = [1_000_000]
            case .from(let start):
                #expect(start >= 1)
                let size = sizes[start...].reduce(0, +)
                copied += size
                sizes = sizes[..<start] + [size]
            }
            #expect(sizes.count <= StateLimits.files)
        }
        #expect(whole == 0 && copied <= 1_000_000 * 17)
    }

    @Test("few bytes are written anew at once, as is what consists of changes mostly")
    func wholes() {
        func isWhole(_ sizes: [Int]) -> Bool { if case .whole = StateMergeChoice(sizes, smallBytes: 100) { true } else { false } }
        #expect(isWhole([10] + Array(repeating: 1, count: 64)))
        #expect(isWhole([1_000] + Array(repeating: 40, count: 64)))
        #expect(!isWhole([1_000] + Array(repeating: 10, count: 64)))
    }
}
