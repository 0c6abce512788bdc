import Glibc
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

@Suite("Singer taps as sources")
struct SingerSourceTests {
    private static let definition = "singer: [/bin/sh, tap.sh]\nstream: people"

    private func bench(_ tap: String) throws -> Workbench {
        let bench = try Workbench()
        try bench.directory.write("tap.sh", tap)
        try bench.directory.write("catalog.json", SingerPrograms.catalog)
        return bench
    }

    private func text(_ bench: Workbench, _ name: String) throws -> String {
        String(decoding: try DiskFiles.read(bench.directory.path(name)), as: UTF8.self)
    }

    /// Reads slices and commits each, as the engine does.
    ///
    /// - Parameter slices: After which the run is cut off.
    private func run(_ bench: Workbench, _ positions: inout SourcePositions, slices: Int = .max) async throws -> [Int64] {
        let source = try #require(try await bench.source(Self.definition) as? any IncrementalSource)
        var ids: [Int64] = []
        var count = 0
        while count < slices,
            let slice = try await source.slice(after: positions, SliceRequest(limitBytes: 1, leavesUnfinished: false))
        {
            let read = try await slice.source.readAll()
            #expect(read.rejects.isEmpty)
            ids += read["id"].map { if case .integer(let id) = $0 { id } else { -1 } }
            positions.merge(slice.reached()) { $1 }
            count += 1
        }
        return ids
    }

    @Test("everything that a tap gives, with the types of its schema; other streams are left out") func whole() async throws {
        let bench = try bench(SingerPrograms.people(25))
        let source = try await bench.source(Self.definition)
        #expect(source.schema.fields.map(\.type) == [.int64, .string, .timestamp(zoned: true)])
        let read = try await source.readAll()
        #expect(read["id"] == (1...25).map { Value.integer(Int64($0)) })
        #expect(read["name"].last == .string("n25"))
        #expect(read.origins.last?.description == "sh/main-people@25")
        let catalog = try text(bench, "seen-catalog.json")
        #expect(catalog.contains(#""stream":"people""#))
        #expect(catalog.split(separator: #""selected":true"#, omittingEmptySubsequences: false).count == 4)
        #expect(try text(bench, "mode") == "600\n")
    }

    @Test("a tap that says nothing is started once more, with its catalog as older ones take it; one that fails then has no rows")
    func older() async throws {
        var bench = try bench(SingerPrograms.older)
        #expect(try await bench.source(Self.definition).readAll()["id"] == [.integer(7)])
        #expect(try text(bench, "starts") == "start\nstart\n")
        bench = try self.bench(SingerPrograms.silent)
        let source = try await bench.source(Self.definition)
        let notes = Mutex<[String]>([])
        var request = SourceRequest(["id"], keepsRaw: false)
        request.note = { text in notes.withLock { $0.append(text) } }
        let reader = try await source.open(try await source.splits()[0], request)
        #expect(try await reader.next() == nil)
        let told = notes.withLock { $0 }
        #expect(told.contains { $0.contains("gave nothing with --catalog") && $0.contains("no such option") }, "\(told)")
    }

    @Test("all streams, as messages with their stream's name") func everything() async throws {
        let bench = try bench(SingerPrograms.people(10))
        var positions: SourcePositions = [:]
        let source = try #require(try await bench.source("singer: [/bin/sh, tap.sh]\nstream: \"*\"") as? any IncrementalSource)
        #expect(source.schema.names == ["stream", "record", "time_extracted"])
        let slice = try #require(try await source.slice(after: positions, SliceRequest(limitBytes: 1, leavesUnfinished: false)))
        let read = try await slice.source.readAll()
        positions = slice.reached()
        #expect(read.counts(by: "stream") == ["people": 10, "orders": 2])
        #expect(read["record"].contains(.string(#"{"no": 1}"#)))
        #expect(positions.keys.map(\.text) == ["singer/sh/*"])
    }

    @Test("the tap says by itself what is wrong with the stream's name") func names() async throws {
        let bench = try bench(SingerPrograms.people(1))
        do {
            _ = try await bench.source("singer: [/bin/sh, tap.sh]\nstream: main-peple")
            Issue.record("found")
        } catch let error as SluiceError {
            #expect(error.code == .notFound)
            #expect(error.remedy?.contains("main-people") == true)
        }
    }

    @Test("slices end at states, one tap serves all of them, and another run goes on behind the last") func slices() async throws {
        let bench = try bench(SingerPrograms.people(95))
        var positions: SourcePositions = [:]
        let first = try await run(bench, &positions, slices: 1)
        #expect(first.count.isMultiple(of: 10) && !first.isEmpty)
        #expect(positions.values.map { String(decoding: $0, as: UTF8.self) } == ["{\"place\": \(first.count)}"])
        let rest = try await run(bench, &positions)
        #expect(first + rest == (1...95).map { Int64($0) })
        #expect(try text(bench, "starts") == "start\nstart\n")
        // What stands behind the last state is not covered by it: it comes again, as Singer has it.
        #expect(try await run(bench, &positions) == (91...95).map { Int64($0) })
    }

    @Test("a tap that dies ends the run with its last words, and the next one goes on where the last state was") func dies() async throws {
        let bench = try bench(SingerPrograms.people(40, then: "if [ $(wc -l < starts) = 1 ]; then echo no more luck >&2; exit 3; fi"))
        var positions: SourcePositions = [:]
        do {
            _ = try await run(bench, &positions)
            Issue.record("the run has no error")
        } catch let error as SluiceError {
            #expect(error.code.name == "exec-failed")
            #expect(error.message.contains("ended with exit code 3; its last words: from 0 | no more luck"), "\(error.message)")
        }
        let state = positions.values.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let place = Int64(state.filter(\.isNumber)) ?? 0
        let rest = try await run(bench, &positions)
        #expect(place + Int64(rest.count) == 40)
        #expect(rest == (0..<rest.count).map { place + 1 + Int64($0) })
    }

    @Test(
        "what is no message, or comes too early, is refused with its line",
        arguments: [
            ("echo hello", "a line that is no message, as line 1: \"hello\""),
            (
                "echo '{\"type\": \"RECORD\", \"stream\": \"people\", \"record\": {}}'",
                "a record of stream \"people\" before its schema, as line 1"
            ),
            ("echo '\(SingerPrograms.schema)'; echo '{\"type\": \"RECORD\", \"stream\": \"people\"}'", "a message RECORD that lacks"),
            ("echo '\(SingerPrograms.schema)'; echo '{\"type\": \"RECORDS\", \"stream\": \"people\"}'", "the unknown type \"RECORDS\""),
            ("echo '\(SingerPrograms.schema)'; echo '[1]'", "a line that is no message, as line 2"),
            ("printf '{\"type\": \"STA'", "ended within a line"),
            ("kill -9 $$", "was ended by signal 9"),
        ])
    func junk(_ lines: String, _ message: String) async throws {
        let bench = try bench(SingerPrograms.lines(lines))
        let source = try await bench.source(Self.definition)
        do {
            _ = try await source.readAll()
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.message.contains(message), "\(error.message)")
        }
    }

    @Test("a tap that does nothing is ended") func silence() async throws {
        let bench = try bench("sleep 3600")
        let source = try await bench.source(Self.definition + "\ncatalog: catalog.json\ntimeout: 1 s")
        do {
            _ = try await source.readAll()
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.message.contains("did nothing for 1 s"), "\(error.message)")
        }
    }

    @Test("a tap that never says a state cannot be read incrementally") func stateless() async throws {
        let record = #"{"type": "RECORD", "stream": "people", "record": {"id": 1}}"#
        let bench = try bench(SingerPrograms.lines("echo '\(SingerPrograms.schema)'; echo '\(record)'"))
        var positions: SourcePositions = [:]
        do {
            _ = try await run(bench, &positions)
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.code == .notIncremental)
        }
    }

    @Test("records in files that a message names, compressed or not; a state behind them covers them") func batches() async throws {
        let bench = try bench(
            SingerPrograms.lines(
                """
                echo '\(SingerPrograms.schema)'
                echo '{"id": 1}' > a.jsonl; printf '{"id": 2}\\n\\n{"id": 3}' | gzip > b.jsonl.gz
                echo '{"type": "BATCH", "stream": "people", "encoding": {"format": "jsonl", "compression": "gzip"},' \\
                  '"manifest": ["file://'$PWD'/a.jsonl", "file://'$PWD'/b.jsonl.gz"]}'
                echo '{"type": "STATE", "value": {"place": 3}}'
                """))
        var positions: SourcePositions = [:]
        #expect(try await run(bench, &positions) == [1, 2, 3])
        #expect(positions.count == 1)
    }

    @Test("secrets of a connection go into a file for the tap alone, which is gone afterwards; one that the tap changes is kept")
    func secrets() async throws {
        let change = #"sed -i 's/refresh-one/refresh-two/' "$config""#
        let bench = try bench(SingerPrograms.people(10, then: change))
        let store = ConnectionStore(bench.catalog)
        _ = try store.set(
            "crm", connector: "singer", settings: ["start": "2024", "tables": "[\"a\"]"], secrets: ["token": "refresh-one"], address: nil)
        let source = try await bench.source(Self.definition + "\nconnection: crm\nconfig: {start: 2025, deep: {flag: true, text: \"7\"}}")
        _ = try await source.readAll()
        let config = try text(bench, "seen-config.json")
        #expect(config == #"{"tables":["a"],"token":"refresh-one","start":2025,"deep":{"flag":true,"text":"7"}}"#)
        #expect(try store.values(of: store.connection("crm"))["token"] == "refresh-two")
        #expect(try DiskFiles.list(bench.context.home + "/tmp").filter { $0.hasPrefix("singer-") } == [])
    }

    @Test("what killed processes left behind is removed by the next") func abandoned() async throws {
        let bench = try bench(SingerPrograms.people(1))
        try DiskFiles.createDirectories(bench.context.home + "/tmp/singer-1")
        try DiskFiles.writeAtomically("secret".utf8, to: bench.context.home + "/tmp/singer-1/config.json")
        try DiskFiles.writeAtomically("".utf8, to: bench.context.home + "/tmp/singer-1.lock")
        _ = try await bench.source(Self.definition)
        #expect(DiskFiles.kind(of: bench.context.home + "/tmp/singer-1") == nil)
    }
}
