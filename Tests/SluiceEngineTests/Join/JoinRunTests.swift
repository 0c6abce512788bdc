import SluiceCatalog
import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceEngine

@Suite("Joins within runs")
struct JoinRunTests {
    private static let joined = Result { try Schema([Field("n", .int64), Field("t", .string), Field("name", .string)]) }

    private func join(_ kind: JoinKind, _ table: MemorySource) -> LogicalOperation {
        .join(
            JoinOperation(
                kind: kind, table: EngineHarness.planned(table), inputKeys: [0], tableKeys: [0],
                tableColumns: kind.addsColumns ? [1] : []))
    }

    private func runner(_ harness: EngineHarness, memory: Int = EngineLimits.stateBytes) -> PipelineRunner {
        PipelineRunner(
            catalog: harness.catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: 3, stateBytes: memory))
    }

    private func text(_ n: Int64?, _ t: String?, _ name: String?) -> String {
        func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        return "{\"n\":\(n.map { "\($0)" } ?? "null"),\"t\":\(quoted(t)),\"name\":\(quoted(name))}"
    }

    @Test("the input's rows keep their order, and those of the table without a match come behind them")
    func order() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try EngineHarness.source([[[(3, "a"), (1, "b")], [(nil, "c")]], [[(1, "d"), (9, "e")]]])
        let table = try EngineHarness.source([[[(8, "eight")]], [[(1, "one"), (3, "three")], [(1, "uno"), (nil, "none")]]])
        let rows = try await harness.rows(source, [(join(.full, table), try Self.joined.get())])
        #expect(
            rows == [
                text(3, "a", "three"), text(1, "b", "one"), text(1, "b", "uno"), text(nil, "c", nil), text(1, "d", "one"),
                text(1, "d", "uno"), text(9, "e", nil), text(8, nil, "eight"), text(nil, nil, "none"),
            ])
    }

    @Test("a join between unions sees the rows of all of them before it says what had no match")
    func lanes() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let schema = try EngineHarness.source([]).schema
        let joined = try Self.joined.get()
        func union(_ rows: [(Int64?, String?)], _ columns: Int) throws -> LogicalOperation {
            let other = EngineHarness.planned(try EngineHarness.source([[rows]]))
            return .union(
                UnionOperation(other: other, inputColumns: (0..<columns).map { $0 }, otherColumns: [0, 1, nil].prefix(columns).map { $0 }))
        }
        let table = try EngineHarness.source([[[(1, "one"), (2, "two"), (3, "three")]]])
        let steps: [(LogicalOperation, Schema)] = [
            (try union([(2, "u")], 2), schema), (join(.full, table), joined), (try union([(7, "v")], 3), joined),
        ]
        let rows = try await harness.rows(try EngineHarness.source([[[(1, "a")]]]), steps)
        #expect(rows.sorted() == [text(1, "a", "one"), text(2, "u", "two"), text(3, nil, "three"), text(7, "v", nil)].sorted())
    }

    @Test("behind a limit a join works in order, and a limit behind it takes the first rows", arguments: [1, 2, 3, 4, 9])
    func limits(_ count: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try EngineHarness.source([[[(1, "a"), (2, "b")]], [[(1, "c")]], [[(5, "d")]]])
        let table = try EngineHarness.source([[[(1, "one"), (4, "four")]]])
        let steps: [(LogicalOperation, Schema)] = [
            (.limit(3), source.schema), (join(.full, table), try Self.joined.get()), (.limit(count), try Self.joined.get()),
        ]
        let wanted = [text(1, "a", "one"), text(2, "b", nil), text(1, "c", "one"), text(4, nil, "four")]
        #expect(try await harness.rows(source, steps) == Array(wanted.prefix(count)))
    }

    @Test("two joins of which the first makes many rows of one")
    func chained() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let many = (0..<30_000).map { _ in (Int64?(1), String?("x")) }
        let source = try EngineHarness.source([[[(1, "a"), (2, "b")]]])
        let again = try Schema(Self.joined.get().fields + [Field("again", .string)])
        let steps: [(LogicalOperation, Schema)] = [
            (join(.left, try EngineHarness.source([[many]])), try Self.joined.get()),
            (join(.inner, try EngineHarness.source([[[(1, "p"), (1, "q"), (2, "r")]]])), again),
        ]
        let sink = MemorySink()
        let summary = try await runner(harness).run(harness.plan(source, steps, sink: sink))
        #expect(sink.result?.count == 60_001)
        #expect(summary.report.rowsIn == 2)
        #expect(summary.report.steps == [.init("1 step", rowsIn: 2, rowsOut: 30_001), .init("2 step", rowsIn: 30_001, rowsOut: 60_001)])
        #expect(sink.result?.last?.member("t") == .string("b"))
    }

    @Test("a table over the memory goes on by disk and leaves nothing there, whether the run ends well or not", arguments: [true, false])
    func disk(_ fails: Bool) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let rows = (0..<6_000).map { (Int64?(Int64($0)), String?("text \($0)")) }
        var source = try EngineHarness.source([[rows.reversed().map { ($0.0, "in") }]])
        if fails { source.failure = SluiceError(.cutFile, "the file ends early") }
        let sink = MemorySink()
        let plan = harness.plan(source, [(join(.inner, try EngineHarness.source([[rows]])), try Self.joined.get())], sink: sink)
        if fails {
            await #expect { try await runner(harness, memory: 10_000).run(plan) } throws: { ($0 as? SluiceError)?.code == .cutFile }
        } else {
            _ = try await runner(harness, memory: 10_000).run(plan)
            let wanted = rows.map { text($0.0, "in", $0.1) }.sorted()
            #expect(sink.result?.map(\.json).sorted() == wanted)
        }
        #expect(try DiskFiles.kind(of: harness.home + "/tmp") == nil || DiskFiles.list(harness.home + "/tmp").isEmpty)
    }

    @Test("a cancelled run leaves no rows on disk, whichever side is being read", arguments: [true, false])
    func cancelled(_ isTable: Bool) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let rows = (0..<6_000).map { (Int64?(Int64($0)), String?("text \($0)")) }
        var source = try EngineHarness.source([[rows]])
        var table = source
        if isTable { table.isEndless = true } else { source.isEndless = true }
        let sink = MemorySink()
        let plan = harness.plan(source, [(join(.left, table), try Self.joined.get())], sink: sink)
        let task = Task { try await runner(harness, memory: 10_000).run(plan) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? SluiceError)?.code == .interrupted }
        #expect(sink.result == nil)
        #expect(try DiskFiles.kind(of: harness.home + "/tmp") == nil || DiskFiles.list(harness.home + "/tmp").isEmpty)
    }

    @Test("what cannot be put on disk ends the run with its place")
    func noDisk() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        try DiskFiles.writeAtomically([0], to: harness.home + "/tmp")
        let rows = (0..<6_000).map { (Int64?(Int64($0)), String?("text \($0)")) }
        let plan = harness.plan(
            try EngineHarness.source([[rows]]), [(join(.left, try EngineHarness.source([[rows]])), try Self.joined.get())],
            sink: MemorySink())
        await #expect {
            try await runner(harness, memory: 10_000).run(plan)
        } throws: { error in
            (error as? SluiceError)?.message.contains("\(harness.home)/tmp") == true
        }
    }

    @Test("a bad row of the table is a reject of the step that joins")
    func rejects() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var table = try EngineHarness.source([[[(1, "one")]]])
        table.rejects = [Reject(RowError(.malformedRecord, "cut"), at: .file(path: "table.csv", line: 3), raw: [])]
        let sink = MemorySink()
        let plan = harness.plan(
            try EngineHarness.source([[[(1, "a")]]]), [(join(.inner, table), try Self.joined.get())], sink: sink, onError: .skip)
        let summary = try await runner(harness).run(plan)
        #expect(sink.result?.map(\.json) == [text(1, "a", "one")])
        #expect(summary.deadLetters.map(\.step) == ["1 step"])
    }
}
