import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceTestKit
import Testing

/// What errors say of files that are nearly right.
@Suite("Advice about files")
struct AdviceTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// The error of opening a source, or the first record that cannot be read.
    private func complaint(_ yaml: String) async throws -> (message: String, place: String) {
        let source: any Source
        do {
            source = try await bench.source(yaml)
        } catch let error as SluiceError {
            return ("\(error.message); \(error.remedy ?? "")", error.location?.description ?? "")
        }
        let reject = try #require(try await source.readAll().rejects.first)
        return (reject.error.message, reject.location?.description ?? "")
    }

    @Test("a file of no JSON names the first record's fault and place, not that there are no columns") func firstFault() async throws {
        try bench.directory.write("a.json", "\n{\"a\": 1,}\n{\"a\": 2,}\n")
        let broken = try await complaint("files: a.json")
        #expect(broken.message.contains("malformed JSON at byte 9"), "\(broken)")
        #expect(broken.message.contains("none of the first 2 records has a column"), "\(broken)")
        #expect(broken.place.hasSuffix("a.json:2:9"), "\(broken)")
        try bench.directory.write("b.json", "1\n2\n")
        let numbers = try await complaint("files: b.json")
        #expect(numbers.message.contains("a record must be an object") && numbers.place.hasSuffix("b.json:1:1"), "\(numbers)")
    }

    @Test("a log of JSON with plain lines is told of the format text") func plainLines() async throws {
        try bench.directory.write("a.json", "{\"a\": 1}\nStarting up\n{\"a\": 2}\n")
        let found = try await complaint("files: a.json")
        #expect(found.message.contains("format: text (--from text)") && found.place.hasSuffix("a.json:2:1"), "\(found)")
        try bench.directory.write("b.json", "{\"a\": 1}\n{\"a\": x}\n")
        #expect(try await complaint("files: b.json").message.contains("--from text") == false)
    }

    @Test(
        "lines that are no data name the option that passes them",
        arguments: [
            ("a,b\n# made by x\n1,2\n", "comment: \"#\""), ("a,b\n1,2\n// end\n", "comment: \"//\""),
            ("Report of the day\na,b\n1,2\n", "skip_lines"),
            ("Report of the day\na,b\n1,2\n", "detect: all"), ("a,b,c\n1,2,3\nend of file\n", "skip_footer"),
            ("a,b,c\n1,2,3\nend of file\n", "ragged: pad"), ("a,b\n1,2\n3\n", "ragged: pad"), ("a,b\n1,2,3\n", "not quoted"),
            ("a,b,a\n1,2,3\n", "header_rows: 2"), ("a,b,a\n1,2,3\n", "header: [3 names]"),
        ])
    func noData(_ text: String, _ advice: String) async throws {
        try bench.directory.write("a.csv", text)
        let found = try await complaint("files: a.csv")
        #expect(found.message.contains(advice), "\(found)")
        #expect(found.place.contains("a.csv:"), "\(found)")
    }

    @Test("declared columns behind a title or a second row of the header are told of") func declared() async throws {
        try bench.directory.write("a.csv", "Report of the day\nid,n\n1,2\n")
        #expect(try await complaint("files: a.csv\ncolumns: {id: int64}").message.contains("skip_lines or detect: all"))
        try bench.directory.write("b.csv", "id,weight\n,kg\n1,2\nx,3\n")
        let second = try await complaint("files: b.csv\ncolumns: {weight: float64}")
        #expect(second.message.contains("header_rows: 2") && second.place.hasSuffix("b.csv:2:2"), "\(second)")
        let later = try await bench.source("files: b.csv\ncolumns: {id: int64}\non_new_column: ignore").readAll().rejects
        #expect(later.map { $0.error.message.contains("header_rows") } == [false])
    }

    @Test("files without a record are no rows where columns are declared, and say so otherwise", arguments: ["", "[]", "[\n]\n", "\n\n"])
    func noRecords(_ text: String) async throws {
        try bench.directory.write("a.json", text)
        let read = try await bench.source("files: a.json\ncolumns: {id: int64, name: string}").readAll()
        #expect(read.rows.isEmpty && read.rejects.isEmpty)
        let found = try await complaint("files: a.json")
        #expect(found.message.contains(text.isEmpty ? "is empty" : "no records to infer columns from"), "\(found)")
        #expect(found.message.contains("declare the columns") && found.place.hasSuffix("/a.json"), "\(found)")
    }

    @Test("records with more columns than are inferred are told what to declare") func tooManyColumns() async throws {
        let limit = FormatLimits.inferredColumns
        func lines(_ count: Int) -> String { (0..<count).map { "{\"id\":\($0),\"k\($0)\":1}\n" }.joined() }
        try bench.directory.write("a.json", lines(limit - 1))
        #expect(try await bench.source("files: a.json").schema.count == limit)
        try bench.directory.write("a.json", lines(limit))
        let error = await sluiceError { _ = try await bench.source("files: a.json") }
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains("\(limit + 1) different columns") == true, "\(String(describing: error))")
        #expect(error?.remedy?.contains("on_new_column: ignore") == true, "\(String(describing: error))")
        let declared = try await bench.source("files: a.json\ncolumns: {id: int64}\non_new_column: ignore").readAll()
        #expect(declared["id"].count == limit)
    }
}
