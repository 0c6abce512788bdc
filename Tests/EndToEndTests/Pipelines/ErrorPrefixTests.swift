import SluiceTestKit
import Testing

/// `on_error` with a prefix: records that fail go to a place of their own, and the run goes on or stops.
@Suite("records that fail go to a place of their own")
struct ErrorPrefixTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write("in/a.csv", "id,amount\n1,2\nx,3\n4,y\n5,6\n")
    }

    private func pipeline(_ more: String) throws {
        try project.pipeline(sourceOptions: "  columns: {id: int64, amount: int64}\n", steps: "  - filter: id > 0", more: more)
    }

    private func lines(_ files: [String]) throws -> [String] {
        try files.flatMap { try project.directory.text($0).split(separator: "\n").map(String.init) }
    }

    @Test("the run goes on: the place gets what the archive has, in the commit") func goesOn() async throws {
        try pipeline("on_error: {action: dead_letter, prefix: errors/orders}")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        #expect(result.exitCode == 0, "\(result.transcript)")
        let files = project.directory.files(below: "errors/orders").map { "errors/orders/\($0)" }
        #expect(files.count == 1 && files[0].hasSuffix(".jsonl"), "\(files)")
        let found = try lines(files)
        #expect(found.count == 2 && found[0].contains("value-does-not-fit") && found[0].contains("\"raw\":\"x,3\""), "\(found)")
        #expect(try await project.json("dlq", "list")["files"]?[0]?["letters"]?.integer == 2)
        let plan = try await project.sluice("plan", "pipeline.yaml")
        #expect(plan.output.contains("errors/orders"), "\(plan.transcript)")
    }

    @Test("a run over its limits fails, and leaves nothing there") func limits() async throws {
        try pipeline("on_error: {action: dead_letter, prefix: errors, max_records: 1}")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(project.directory.files(below: "errors").isEmpty)
    }

    @Test("the run stops: the place gets the record that ended it, and nothing else is there") func stops() async throws {
        try pipeline("on_error: {action: fail, prefix: errors}")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        #expect(result.exitCode == 1 && result.errors.contains("such records are in "), "\(result.transcript)")
        let found = try lines(project.directory.files(below: "errors").map { "errors/\($0)" })
        #expect(!found.isEmpty && found.contains { $0.contains("\"raw\":\"x,3\"") }, "\(found)")
        #expect(try await project.sluice("dlq", "list").output == "No dead letters.\n")
    }

    @Test("where the place cannot be written, the record that ended the run is told all the same") func unwritable() async throws {
        try pipeline("on_error: {action: fail, prefix: errors}")
        try project.directory.write("errors", "")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        #expect(result.exitCode == 1 && result.errors.contains("value-does-not-fit"), "\(result.transcript)")
        #expect(result.errors.contains("they could not be kept aside: "), "\(result.transcript)")
    }

    @Test("of an incremental run each epoch has a file of its own") func epochs() async throws {
        try project.directory.write(
            "pipeline.yaml",
            """
            name: orders
            incremental: true
            source: {files: "in/*.csv", columns: {id: int64, amount: int64}}
            sink: {table: shop.orders, format: csv, mode: append}
            on_error: {action: dead_letter, prefix: errors}
            """)
        for number in 0..<2 {
            try project.directory.write("in/b\(number).csv", "id,amount\nz\(number),1\n")
            let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        let files = project.directory.files(below: "errors").map { "errors/\($0)" }
        #expect(files.count == 2, "\(files)")
        #expect(try lines(files).count == 4)
    }

    @Test(
        "what does not go together is said with its place",
        arguments: [
            ("{action: skip, prefix: errors}", "kept nowhere"), ("{action: fail}", "on_error: fail"),
            ("{action: fail, prefix: errors, max_records: 3}", "limits mean nothing"),
            ("{action: dead_letter, prefix: \"gs://bucket/errors\"}", "must be a directory or a bucket"),
            ("{action: dead_letter, prefix: \"s3://x/errors\"}", "names no bucket"),
        ])
    func mistakes(_ rule: String, _ words: String) async throws {
        try pipeline("on_error: \(rule)")
        let result = try await project.sluice("validate", "pipeline.yaml")
        #expect(result.exitCode == 2 && result.errors.contains(words), "\(result.transcript)")
        #expect(result.errors.contains("pipeline.yaml:"), "\(result.transcript)")
    }
}
