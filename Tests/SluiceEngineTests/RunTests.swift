import SluiceCatalog
import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

@Suite("Runs and what goes wrong in them")
struct RunTests {
    private func runner(_ harness: EngineHarness, stateBytes: Int = EngineLimits.stateBytes) -> PipelineRunner {
        PipelineRunner(
            catalog: harness.catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: 2, stateBytes: stateBytes))
    }

    /// Fails for `n = 2`.
    private func dividing(_ source: MemorySource) throws -> (LogicalOperation, Schema) {
        (
            .project([.expression(try Expression(parsing: "10 / (n - 2)").bind(to: source.schema))]),
            try Schema([Field("q", .float64)])
        )
    }

    @Test("a good run is recorded with its counts")
    func good() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try EngineHarness.source([[[(1, "a"), (3, "b")]]])
        let sink = MemorySink()
        let steps = [(LogicalOperation.filter(try Expression(parsing: "n > 1").bind(to: source.schema)), source.schema)]
        let summary = try await runner(harness).run(harness.plan(source, steps, sink: sink))
        #expect(summary.report.rowsIn == 2)
        #expect(summary.report.rowsOut == 1)
        #expect(summary.report.steps == [.init("1 step", rowsIn: 2, rowsOut: 1)])
        let record = try harness.catalog.run(matching: summary.run.text)
        #expect(record.state == .succeeded)
        #expect(record.definitionHash == "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    }

    @Test("under on_error: fail the first bad row ends the run, placed and named, and nothing is committed")
    func failing() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try EngineHarness.source([[[(1, "a")], [(2, "b")]]])
        let sink = MemorySink()
        let plan = harness.plan(source, [try dividing(source)], sink: sink)
        await #expect {
            try await runner(harness).run(plan)
        } throws: { error in
            let error = error as? SluiceError
            return error?.code == .divisionByZero && error?.location == .file(path: "in.csv", line: 2)
        }
        #expect(sink.result == nil)
        #expect(try harness.catalog.runs().map(\.state) == [.failed])
        #expect(try harness.catalog.runs().first?.failure?.place == "in.csv:2")
    }

    @Test("a bad row behind a reached limit does not count, however fast it was found", arguments: Rounds.of(10))
    func behindLimit(_ round: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var source = try EngineHarness.source([[[(1, "a")]], [[(2, "b")]], [[(3, "c")]]])
        source.rejects = [Reject(RowError(.malformedRecord, "cut"), at: nil, raw: [])]
        let divided = try dividing(source)
        let sink = MemorySink()
        _ = try await runner(harness).run(harness.plan(source, [divided, (.limit(1), divided.1)], sink: sink))
        #expect(sink.result?.map(\.json) == ["{\"q\":-10.0}"])
        await #expect {
            try await runner(harness).run(harness.plan(source, [divided, (.limit(2), divided.1)], sink: MemorySink()))
        } throws: {
            ($0 as? SluiceError)?.code == .divisionByZero
        }
    }

    @Test("what cannot be read behind a reached limit does not count, however fast it was found", arguments: Rounds.of(10))
    func unreadableBehindLimit(_ round: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var source = try EngineHarness.source([[[(1, "a")], [(2, "b")]], [[(3, "c")]]])
        source.failure = SluiceError(.cutFile, "the file ends early", at: .file(path: "in.csv.gz"))
        let sink = MemorySink()
        _ = try await runner(harness).run(harness.plan(source, [(.limit(3), source.schema)], sink: sink))
        #expect(sink.result?.count == 3)
        await #expect {
            try await runner(harness).run(harness.plan(source, [(.limit(4), source.schema)], sink: MemorySink()))
        } throws: {
            ($0 as? SluiceError)?.code == .cutFile
        }
    }

    @Test("under skip and dead_letter the good rows go on, and dead letters keep the record", arguments: [ErrorPolicy.skip, .deadLetter])
    func tolerant(_ policy: ErrorPolicy) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var source = try EngineHarness.source([[[(1, "a"), (2, "b"), (3, "c")]]])
        source.rejects = [Reject(RowError(.malformedRecord, "cut"), at: .file(path: "in.csv", line: 9), raw: [0xFF, 0x41])]
        let sink = MemorySink()
        let summary = try await runner(harness).run(harness.plan(source, [try dividing(source)], sink: sink, onError: policy))
        #expect(sink.result?.map(\.json) == ["{\"q\":-10.0}", "{\"q\":10.0}"])
        #expect(summary.report.deadLetters == 2)
        #expect(summary.deadLetters.map(\.step) == ["source", "1 step"])
        guard policy == .deadLetter else {
            #expect(summary.report.deadLetterFile == nil)
            return
        }
        let file = try #require(summary.report.deadLetterFile)
        let lines = String(decoding: try DiskFiles.read(file), as: UTF8.self).split(separator: "\n")
        try #require(lines.count == 2)
        #expect(
            lines[0]
                == #"{"code":"malformed-record","message":"cut","step":"source","file":"in.csv","line":9,"raw_base64":"/0E="}"#)
        #expect(lines[1].hasPrefix(#"{"code":"division-by-zero","message":"10.0 / 0 "#))
        #expect(lines[1].hasSuffix(#","step":"1 step","column":"n","file":"in.csv","line":2,"raw":"{\"n\":2,\"t\":\"b\"}"}"#))
    }

    @Test("what a source or sink throws ends the run and is recorded")
    func outsideFailures() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var source = try EngineHarness.source([[[(1, "a")]], [[(2, "b")]]])
        source.failure = SluiceError(.cutFile, "the file ends early", at: .file(path: "in.csv.gz"))
        for steps in [[], [(LogicalOperation.limit(100), source.schema)]] {
            let sink = MemorySink()
            await #expect {
                try await runner(harness).run(harness.plan(source, steps, sink: sink))
            } throws: {
                ($0 as? SluiceError)?.code == .cutFile
            }
            #expect(sink.result == nil)
        }
        source.failure = nil
        let full = MemorySink(failure: SluiceError(.diskFull, "no space left"))
        await #expect {
            try await runner(harness).run(harness.plan(source, [], sink: full))
        } throws: {
            ($0 as? SluiceError)?.code == .diskFull
        }
        #expect(try harness.catalog.runs().map { $0.failure?.code } == ["disk-full", "cut-file", "cut-file"])
    }

    @Test("a step over its memory limit goes on by disk, and leaves nothing there")
    func stateLimit() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let rows = (0..<1_000).reversed().map { (Int64?(Int64($0)), String?("text \($0)")) }
        let source = try EngineHarness.source([[rows]])
        let sort = LogicalOperation.sort([SortKey(column: 0, isDescending: false, nullsFirst: false)])
        let sink = MemorySink()
        _ = try await runner(harness, stateBytes: 1_000).run(harness.plan(source, [(sort, source.schema)], sink: sink))
        #expect(sink.result?.compactMap { $0.member("n") } == (0..<1_000).map { .integer(Int64($0)) })
        #expect(try DiskFiles.kind(of: harness.home + "/tmp") == nil || DiskFiles.list(harness.home + "/tmp").isEmpty)
    }

    @Test("a sort in front of a limit keeps only the rows that pass it", arguments: [0, 1, 7, 1_000, 2_000])
    func topRows(_ limit: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let numbers = (0..<1_000).map { ($0 * 7_919) % 1_000 }
        let source = try EngineHarness.source([
            [numbers[..<500].map { (Int64?(Int64($0)), nil) }], [numbers[500...].map { (Int64?(Int64($0)), nil) }],
        ])
        let sort = LogicalOperation.sort([SortKey(column: 0, isDescending: true, nullsFirst: false)])
        let sink = MemorySink()
        let steps = [(sort, source.schema), (LogicalOperation.limit(limit), source.schema)]
        let summary = try await runner(harness).run(harness.plan(source, steps, sink: sink))
        let wanted = (0..<1_000).reversed().prefix(limit).map { Value.integer(Int64($0)) }
        #expect(sink.result?.compactMap { $0.member("n") } ?? [] == wanted)
        #expect(summary.report.steps.map(\.rowsOut) == [Int64(wanted.count), Int64(wanted.count)])
    }

    @Test("a cancelled run ends as interrupted and leaves nothing", arguments: [true, false])
    func cancelled(_ isSerial: Bool) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        var source = try EngineHarness.source([[[(1, "a")]]])
        source.isEndless = true
        let sink = MemorySink()
        let last = LogicalOperation.deduplicate(keys: [0], keep: .first, order: [])
        let plan = harness.plan(source, isSerial ? [(last, source.schema)] : [], sink: sink)
        let progress = RunProgress()
        let task = Task { try await runner(harness).run(plan, progress: progress) }
        while progress.snapshot.rowsRead < 10 { await Task.yield() }
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? SluiceError)?.code == .interrupted }
        #expect(sink.result == nil)
        #expect(try harness.catalog.runs().map(\.state) == [.interrupted])
    }

    @Test("a second run of the same pipeline is refused while the first goes on")
    func twoRuns() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let lock = try harness.catalog.lock(pipeline: "test")
        defer { lock.release() }
        let source = try EngineHarness.source([])
        await #expect {
            try await runner(harness).run(harness.plan(source, [], sink: MemorySink()))
        } throws: {
            ($0 as? SluiceError)?.code == .alreadyRunning
        }
    }
}
