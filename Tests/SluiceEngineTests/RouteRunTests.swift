import SluiceCatalog
import SluiceCore
import SluiceExpressions
import SluicePipelines
import Testing

@testable import SluiceEngine

@Suite("runs with routes")
struct RouteRunTests {
    /// What a route of a test is: its condition, and a step of its own.
    private struct Branch {
        var when: String?
        var step: (LogicalOperation, Schema)?
        var isOtherwise = false
        let sink = MemorySink()
    }

    /// The numbers from 0 to 2,999 in three splits of ten batches each.
    private static func numbers() throws -> MemorySource {
        let splits = (0..<3).map { split in
            (0..<10).map { batch in
                (0..<100).map { row -> (Int64?, String?) in
                    (Int64(split * 1000 + batch * 100 + row), "t\(row % 7)")
                }
            }
        }
        return try EngineHarness.source(splits)
    }

    private func run(
        _ source: MemorySource, _ branches: [Branch], match: RouteMatch = .first, steps: [(LogicalOperation, Schema)] = [],
        onError: ErrorPolicy = .fail, width: Int = 3
    ) async throws -> RunSummary {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var plan = harness.plan(source, steps, sink: MemorySink(), onError: onError)
        let whole = steps.last?.1 ?? source.schema
        let end = plan.definition.sink
        plan.routeMatch = match
        plan.outputs = try branches.enumerated().map { index, branch in
            let when = try branch.when.map { try Expression(parsing: $0).bindPredicate(to: whole) }
            let own = branch.step.map {
                [PlannedStep(name: "r\(index)/1 step", operation: $0.0, outputSchema: $0.1, summary: "", location: nil)]
            }
            return PlannedOutput(
                name: "r\(index)", role: branch.isOtherwise ? .otherwise : .route(when: when, text: branch.when), inputSchema: whole,
                steps: own ?? [], sink: branch.sink, outputSchema: branch.step?.1 ?? whole, end: end)
        }
        let runner = PipelineRunner(
            catalog: harness.catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: width))
        return try await runner.run(plan)
    }

    private func integers(_ branch: Branch) -> [Int64] {
        (branch.sink.result ?? []).compactMap { row in
            guard case .structure(let members) = row, case .integer(let number)? = members.first?.value else { return nil }
            return number
        }
    }

    @Test("each row goes into the first route that wants it, in its order; the others into otherwise", arguments: [1, 2, 4])
    func first(_ width: Int) async throws {
        let branches = [Branch(when: "n % 2 = 0"), Branch(when: "n % 3 = 0"), Branch(isOtherwise: true)]
        let summary = try await run(try Self.numbers(), branches, width: width)
        let all = Array(Int64(0)..<3000)
        #expect(integers(branches[0]) == all.filter { $0 % 2 == 0 })
        #expect(integers(branches[1]) == all.filter { $0 % 2 != 0 && $0 % 3 == 0 })
        #expect(integers(branches[2]) == all.filter { $0 % 2 != 0 && $0 % 3 != 0 })
        #expect(summary.report.routes?.map(\.rowsIn) == [1500, 500, 1000])
        #expect(summary.report.routes?.map(\.rowsOut) == [1500, 500, 1000])
        #expect(summary.report.unrouted == 0)
        #expect(summary.report.rowsOut == 3000)
    }

    @Test("with all, a row goes into every route that wants it; what none wants is counted and told")
    func all() async throws {
        let branches = [Branch(when: "n % 2 = 0"), Branch(when: "n % 3 = 0")]
        let summary = try await run(try Self.numbers(), branches, match: .all)
        let all = Array(Int64(0)..<3000)
        #expect(integers(branches[0]) == all.filter { $0 % 2 == 0 })
        #expect(integers(branches[1]) == all.filter { $0 % 3 == 0 })
        #expect(summary.report.unrouted == 1000)
        #expect(summary.notices.contains { $0.hasPrefix("1000 rows went into no route") })
    }

    @Test("routes without a condition get all rows, and steps of their own are theirs alone")
    func own() async throws {
        let source = try Self.numbers()
        let text = try Expression(parsing: "t").bind(to: source.schema)
        let count = try Schema([Field("t", .string), Field("n", .int64)])
        let aggregate = AggregateOperation(groups: [text], aggregates: [try AggregateCall(parsing: "count(*)").bind(to: source.schema)])
        let sorted = LogicalOperation.sort([SortKey(column: 0, isDescending: true, nullsFirst: false)])
        let branches = [
            Branch(step: (.aggregate(aggregate), count)), Branch(step: (.limit(5), source.schema)), Branch(step: (sorted, source.schema)),
        ]
        let summary = try await run(source, branches, match: .all)
        let groups = branches[0].sink.result?.map(\.json).sorted() ?? []
        #expect(groups.count == 7)
        #expect(groups.first == #"{"t":"t0","n":450}"#)
        #expect(integers(branches[1]) == [0, 1, 2, 3, 4])
        #expect(integers(branches[2]) == Array((Int64(0)..<3000).reversed()))
        #expect(summary.report.routes?.map(\.rowsOut) == [7, 5, 3000])
    }

    @Test("a limit in front of the routes cuts what all of them get", arguments: 0..<5)
    func limited(_ round: Int) async throws {
        let source = try Self.numbers()
        let branches = [Branch(when: "n % 2 = 0"), Branch(isOtherwise: true)]
        _ = try await run(source, branches, steps: [(.limit(250), source.schema)])
        #expect(integers(branches[0]) == (Int64(0)..<250).filter { $0 % 2 == 0 })
        #expect(integers(branches[1]) == (Int64(0)..<250).filter { $0 % 2 != 0 })
    }

    @Test("a row for which a condition fails is a bad record, and in no route", arguments: [RouteMatch.first, .all])
    func failing(_ match: RouteMatch) async throws {
        let branches = [Branch(when: "n < 10"), Branch(when: "1 / (n - 20) < 5"), Branch(isOtherwise: true)]
        let summary = try await run(try Self.numbers(), branches, match: match, onError: .skip)
        #expect(summary.report.deadLetters == 1)
        #expect(branches.allSatisfy { !integers($0).contains(20) })
        #expect(branches.map { integers($0).count }.reduce(0, +) == (match == .first ? 2999 : 3009))
        #expect(summary.deadLetters.first?.step == "routes")
        // Taken before, it is not asked for.
        let taken = [Branch(when: "n = 20"), Branch(when: "1 / (n - 20) < 5")]
        let good = try await run(try Self.numbers(), taken)
        #expect(good.report.deadLetters == 0)
    }

    @Test("rows that are put aside come back in the order of the input, from memory and from disk", arguments: [0, 200, 1 << 20])
    func aside(_ limitBytes: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let spill = SpillDirectory(path: harness.home + "/tmp/spill")
        let side = SideRows(spill, limitBytes: limitBytes)
        let batches = try Self.numbers().batches[0]
        for (piece, batch) in batches.enumerated().reversed() {
            let others = try side.take([0, 5, 99], of: batch, at: BatchPosition(phase: 0, input: 0, piece: piece))
            #expect(others.rowCount == 97)
        }
        var rejects: [Reject] = []
        let stream = side.stream()
        var found: [Value] = []
        while let batch = try stream.next(rejects: &rejects) { found += (0..<batch.rowCount).map { batch.columns[0][$0] } }
        let wanted = (0..<10).flatMap { batch in [0, 5, 99].map { row -> Value in .integer(Int64(batch * 100 + row)) } }
        #expect(found == wanted)
        #expect((spill.bytesWritten > 0) == (limitBytes < 1 << 20))
    }

    @Test("no sink commits where one of them fails")
    func failure() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try Self.numbers()
        var plan = harness.plan(source, [], sink: MemorySink())
        let sinks = [MemorySink(), MemorySink(failure: SluiceError(.ioFailure, "the disk is full"))]
        plan.outputs = sinks.enumerated().map { index, sink in
            PlannedOutput(
                name: "r\(index)", role: .route(when: nil, text: nil), inputSchema: source.schema, sink: sink,
                outputSchema: source.schema, end: plan.definition.sink)
        }
        plan.routeMatch = .all
        let (runner, failing) = (PipelineRunner(catalog: harness.catalog, streams: harness.streams, home: harness.home), plan)
        await #expect(throws: SluiceError.self) { _ = try await runner.run(failing) }
        #expect(sinks.allSatisfy { $0.result == nil })
    }
}
