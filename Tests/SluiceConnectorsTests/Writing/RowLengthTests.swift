import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Records and rows over `CoreLimits.recordBytes`.
@Suite("records that are too long")
struct RowLengthTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test("a record of a service that is too long is a bad record, and those around it are read") func service() async throws {
        let declaration = try ServiceDeclaration(
            parsing: """
                connector: long
                summary: Things.
                url: https://long.example.com
                entities:
                  things:
                    description: A thing.
                    key: id
                    fields: {id: int64, text: string}
                    read: {path: /things, records: data}
                """, path: "long.yaml")
        let service = PlayedService { _ in
            let text = String(repeating: "x", count: CoreLimits.recordBytes)
            return WebAnswer(#"{"data":[{"id":1,"text":"a"},{"id":2,"text":"\#(text)"},{"id":3,"text":"b"}]}"#)
        }
        let read = try await service.source(declaration, "things").readAll()
        #expect(read["id"] == [.integer(1), .integer(3)])
        let reject = try #require(read.rejects.first)
        #expect(read.rejects.count == 1 && reject.error.code == .recordTooLarge)
        #expect(reject.raw.starts(with: Array(#"{"id":2,"text":"xx"#.utf8)) && reject.raw.count < 1 << 20)
        #expect(reject.location?.description.hasSuffix("@2") == true)
    }

    @Test("a row that is too long as it is written is named by its place", arguments: ["stream: clicks", "sqlite: shop.db\ntable: texts"])
    func row(_ sink: String) async throws {
        let text = String(repeating: "x", count: CoreLimits.recordBytes)
        var batch = try makeBatch([("id", .int64, [.integer(1), .integer(2)]), ("text", .string, [.string("a"), .string(text)])])
        batch.origin = Origin(.file(path: "in.csv"), .dense(first: 2, count: 2))
        let rows = batch
        let sink = try await bench.sink(sink)
        let error = try await #require(throws: SluiceError.self) { _ = try await bench.run(sink, rows.schema, [[rows]]) }
        #expect(error.code == .recordTooLarge && error.location == .file(path: "in.csv", line: 3))
        #expect(error.remedy?.contains("before the sink") == true)
    }
}
