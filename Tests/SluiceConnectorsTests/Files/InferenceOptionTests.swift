import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// What `infer_from` and `texts` make of files, and what becomes of files that come after the plan.
@Suite("Types from all records")
struct InferenceOptionTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func incremental(_ yaml: String) async throws -> any IncrementalSource {
        try #require(try await bench.source(yaml) as? any IncrementalSource)
    }

    private func slice(_ source: any IncrementalSource, after positions: SourcePositions = [:]) async throws -> SourceSlice? {
        try await source.slice(after: positions, SliceRequest(limitBytes: .max, leavesUnfinished: false))
    }

    private static let common = String(repeating: "{\"a\":1}\n", count: FormatLimits.sampleRows + 5)

    @Test("a field and a value behind the sample are read, with a type that holds both") func behindSample() async throws {
        try bench.directory.write("n.jsonl", Self.common + "{\"a\":\"x\",\"late\":7}\n")
        let sampled = try await bench.source("files: n.jsonl")
        #expect(sampled.schema.names == ["a"])
        let read = try await bench.source("files: n.jsonl\ninfer_from: all").readAll()
        #expect(read.schema.names == ["a", "late"] && read.rejects.isEmpty && read.newMembers.isEmpty)
        #expect(read["a"].first == .integer(1) && read["a"].last == .string("x") && read["late"].last == .integer(7))
    }

    @Test("every file is looked at, also where there are more than a sample takes") func everyFile() async throws {
        for number in 0..<40 { try bench.directory.write("in/\(number + 10).csv", "v\n\(number == 30 ? "x" : "1")\n") }
        #expect(try await bench.source("files: in").readAll().rejects.count == 1)
        let read = try await bench.source("files: in\ninfer_from: all").readAll()
        #expect(read.schema["v"]?.type == .string && read.rejects.isEmpty)
    }

    @Test("texts that are kept stay as they are written") func texts() async throws {
        let fields = ["10.50", "TRUE", "007", "2024-01-05T10:00:00.000+01:00", "1e3", "0.12345678901234567890"]
        let names = ["a", "b", "c", "d", "e", "f"]
        try bench.directory.write("t.csv", names.joined(separator: ",") + "\n" + fields.joined(separator: ",") + "\n")
        let read = try await bench.source("files: t.csv\ntexts: keep").readAll()
        #expect(names.map { read[$0].first } == fields.map { .string($0) })
        try bench.directory.write("t.jsonl", "{\"day\":\"2024-01-05\",\"n\":5,\"l\":[\"2024-01-05\"]}\n")
        let json = try await bench.source("files: t.jsonl\ntexts: keep").readAll()
        #expect(json.schema["day"]?.type == .string && json.schema["n"]?.type == .int64 && json.schema["l"]?.type == .list(.string))
    }

    @Test("whole numbers that a float changes stay what they are beside fractions, whichever comes first") func wide() async throws {
        for lines in [["1.5", "9007199254740993", "12345678901234567890"], ["9007199254740993", "1.5"]] {
            try bench.directory.write("w.jsonl", lines.map { "{\"v\":\($0)}\n" }.joined())
            let read = try await bench.source("files: w.jsonl\ninfer_from: all").readAll()
            #expect(read["v"].map(\.json) == lines, "\(read.schema)")
        }
    }

    @Test("declared columns keep their types") func declared() async throws {
        try bench.directory.write("t.csv", "a,b\n10.50,1\n")
        let read = try await bench.source("files: t.csv\ntexts: keep\ncolumns: {a: \"decimal(6,2)\"}").readAll()
        #expect(read.schema["a"]?.type == .decimal(precision: 6, scale: 2) && read["b"] == [.string("1")])
    }

    @Test("a file with a column that the plan does not know asks for another plan") func newColumn() async throws {
        try bench.directory.write("in/a.csv", "id\n1\n")
        let source = try await incremental("files: in")
        let reached = try #require(try await slice(source)).reached()
        try bench.directory.write("in/b.csv", "id\n2\n")
        #expect(try await slice(source, after: reached) != nil)
        try bench.directory.write("in/c.csv", "id,more\n3,x\n")
        let error = await sluiceError { _ = try await slice(source, after: reached) }
        #expect(error?.code == .newFields && error?.message.contains("\"more\"") == true, "\(String(describing: error))")
        #expect(try await slice(incremental("files: in"), after: reached) != nil)
        let ignoring = try await incremental("files: in\ncolumns: {id: int64}\non_new_column: ignore")
        try bench.directory.write("in/d.csv", "id,most\n4,y\n")
        #expect(try await slice(ignoring, after: reached) != nil)
    }

    @Test("where no other column is allowed, a file that has one ends the run") func refusedColumn() async throws {
        try bench.directory.write("in/a.csv", "id\n1\n")
        let source = try await incremental("files: in\ncolumns: {id: int64}\non_new_column: fail")
        try bench.directory.write("in/b.csv", "id,more\n3,x\n")
        let error = await sluiceError { _ = try await slice(source) }
        #expect(error?.code == .headerMismatch && error?.message.contains("b.csv") == true, "\(String(describing: error))")
    }

    @Test("values that the inferred types do not hold ask for another plan, others do not") func newKind() async throws {
        try bench.directory.write("in/a.jsonl", "{\"v\":1.5}\n")
        let source = try await incremental("files: in\ninfer_from: all")
        let reached = try #require(try await slice(source)).reached()
        try bench.directory.write("in/b.jsonl", "{\"v\":2}\n")
        #expect(try await slice(source, after: reached) != nil)
        for line in ["{\"v\":\"x\"}\n", "{\"v\":1,\"w\":2}\n"] {
            try bench.directory.write("in/c.jsonl", line)
            #expect(await sluiceError { _ = try await slice(source, after: reached) }?.code == .newFields)
        }
    }

    @Test("files that a run has read are sampled, and the others are read whole") func readBefore() async throws {
        try bench.directory.write("in/a.jsonl", Self.common + "{\"a\":\"x\"}\n")
        let positions = try #require(try await slice(incremental("files: in\ninfer_from: all"))).reached()
        let run = try bench.catalog.beginRun(pipeline: "test", definitionHash: "", staging: [])
        let bookmarks = positions.map { Bookmark(pipeline: "test", source: $0.key.text, position: $0.value) }
        try bench.catalog.commit(OutputCommit(), run: run, report: RunReport(), bookmarks: bookmarks)
        try bench.directory.write("in/b.jsonl", "{\"a\":2.5}\n")
        #expect(try await bench.source("files: in\ninfer_from: all").schema["a"]?.type == .float64)
    }
}
