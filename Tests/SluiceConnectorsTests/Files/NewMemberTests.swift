import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

/// Members of JSON records that come behind the sample from which columns are inferred.
@Suite("Members behind the sample")
struct NewMemberTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    static let sampled = String(repeating: "{\"a\":1,\"s\":{\"x\":1}}\n", count: FormatLimits.sampleRows + 5)

    @Test(
        "are told of with name, count and place; with on_new_column: fail the first ends the reading", arguments: ["add", "fail", "ignore"])
    func policies(_ policy: String) async throws {
        try bench.directory.write("n.jsonl", Self.sampled + "{\"a\":1,\"c\":5}\n{\"a\":1,\"c\":5,\"s\":{\"x\":1,\"y\":2}}\n")
        let line = FormatLimits.sampleRows + 6
        let columns = policy == "add" ? "" : "\ncolumns: {a: int64, s: 'struct<x: int64>'}\non_new_column: \(policy)"
        let source = try await bench.source("files: n.jsonl\(columns)")
        let place = bench.directory.path("n.jsonl")
        switch policy {
        case "add":
            let found = try await source.readAll().newMembers.entries
            #expect(found.map(\.name) == ["c", "s.y"] && found.map(\.count) == [2, 1])
            #expect(found.map(\.first) == [.file(path: place, line: line), .file(path: place, line: line + 1)])
        case "fail":
            for wanted in [["a", "s"], ["a"], []] {
                let error = await sluiceError { _ = try await source.readAll(wanted) }
                #expect(error?.code == .headerMismatch && error?.location == .file(path: place, line: line), "\(wanted)")
                #expect(error?.message.contains("\"c\"") == true)
            }
        default: #expect(try await source.readAll().newMembers.isEmpty)
        }
    }

    @Test("of a struct that is declared, the declaration says which are wanted") func declaredStruct() async throws {
        try bench.directory.write("n.jsonl", "{\"s\":{\"x\":1,\"y\":2},\"b\":1}\n")
        let read = try await bench.source("files: n.jsonl\ncolumns: {s: 'struct<x: int64>'}").readAll()
        #expect(read.rows.count == 1 && read.newMembers.isEmpty)
        let failing = try await bench.source("files: n.jsonl\ncolumns: {s: 'struct<x: int64>', b: int64}\non_new_column: fail")
        #expect(await sluiceError { _ = try await failing.readAll() }?.message.contains("\"s.y\"") == true)
    }

    @Test("an undeclared member is laid to the file that has it, with the whole advice") func rightFile() async throws {
        try bench.directory.write("in/f1.json", "{\"amount\":1}\n")
        try bench.directory.write("in/f2.json", "{\"amount\":1,\"amounts\":2}\n")
        let error = await sluiceError { _ = try await bench.source("files: in\ncolumns: {amount: int64}\non_new_column: fail") }
        #expect(error?.location == .file(path: "in/f2.json") && error?.message.hasPrefix("in/f2.json has") == true)
        #expect(error?.remedy == "is \"amount\" meant? otherwise declare it, or set on_new_column to add or ignore")
    }

    @Test("a column without a value in the sample is said to be read as text, unless all was seen") func undecided() async throws {
        let null = "{\"a\":null,\"l\":[],\"o\":{},\"s\":{\"n\":null,\"x\":1},\"v\":1}\n"
        try bench.directory.write("long.jsonl", String(repeating: null, count: FormatLimits.sampleRows) + "{\"a\":5}\n")
        try bench.directory.write("short.jsonl", null)
        let notices = try await bench.source("files: long.jsonl").notices
        #expect(notices.contains { $0.contains("\"a\", \"l\", \"o\", \"s.n\": read as text") }, "\(notices)")
        #expect(try await bench.source("files: short.jsonl").notices == [])
        let declared = try await bench.source("files: long.jsonl\ncolumns: {a: int64, l: 'list<string>', o: string, s: string}")
        #expect(declared.notices == [])
    }

    @Test("a format is asked about all columns at once, and about each only where they do not fit") func decoders() async throws {
        let names = (0..<100).map { "c\($0)" }
        try bench.directory.write("wide.csv", names.joined(separator: ",") + "\n" + names.map { _ in "1" }.joined(separator: ",") + "\n")
        let counted = CountedFormat(try FormatRegistry.recordFormat(named: "csv"))
        let path = bench.directory.path("wide.csv")
        let files = try await FileListing.files(path, in: bench.directory.root)
        _ = try FileSource(files, FileReadOptions(format: counted))
        #expect(counted.decoders.withLock { $0 } <= 2)
    }
}

/// A format that counts the decoders it makes.
private final class CountedFormat: RecordFormat {
    static let name = "csv"
    static let summary = ""
    static let fileExtensions: [String] = []
    static let options: [OptionSpec] = []

    let decoders = Mutex(0)
    private let format: any RecordFormat

    init(_ format: any RecordFormat) { self.format = format }
    init(options: [String: OptionValue]) throws(SluiceError) { format = try FormatRegistry.recordFormat(named: "csv", options: options) }

    func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer { try format.framer(source, path: path) }

    func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder {
        decoders.withLock { $0 += 1 }
        return try format.decoder(layout, schema: schema, missing: missing)
    }

    func observe(_ framed: FramedRecords, layout: FileLayout, sample: inout ShapeSample) {
        format.observe(framed, layout: layout, sample: &sample)
    }

    func evidenceReader(_ layout: FileLayout, path: String) throws(SluiceError) -> any EvidenceReader {
        try format.evidenceReader(layout, path: path)
    }

    func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder { try format.encoder(schema) }
}
