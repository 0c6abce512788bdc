import SluiceCore
import SluiceJSON
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("Singer targets as sinks")
struct SingerSinkTests {
    private func write(_ target: String, _ more: String = "\nkeys: id") async throws -> Workbench {
        let bench = try Workbench()
        try bench.directory.write("target.sh", target)
        let batch = try makeBatch([
            ("id", .int64, [.integer(1), .integer(2)]), ("name", .string, [.string("Ann \"&\" Bob"), .null]),
            ("at", .timestamp(zoned: true), [.timestamp(1_704_164_645_000_000, zoned: true), .null]),
            ("price", .decimal(precision: 10, scale: 2), [.decimal(1_250, scale: 2), .null]),
        ])
        let sink = try await bench.sink("singer: [/bin/sh, target.sh]\nstream: people\nconfig: {path: out}" + more)
        try await bench.run(sink, batch.schema, [[batch]])
        return bench
    }

    @Test("a schema, the rows and a state, which the target says again") func messages() async throws {
        let bench = try await write(SingerPrograms.target())
        let lines = String(decoding: try DiskFiles.read(bench.directory.path("messages")), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4)
        let schema = try JSONParser.parse(Array(lines[0].utf8))
        #expect(schema["key_properties"]?.elements.compactMap(\.string) == ["id"])
        #expect(schema["schema"]?["properties"]?["at"]?["format"]?.string == "date-time")
        #expect(schema["schema"]?["properties"]?["price"]?["multipleOf"]?.double == 0.01)
        let record = #"{"id":1,"name":"Ann \"&\" Bob","at":"2024-01-02T03:04:05Z","price":12.50}"#
        #expect(lines[1] == "{\"type\":\"RECORD\",\"stream\":\"people\",\"record\":\(record)}")
        #expect(lines[3].hasPrefix(#"{"type":"STATE","value":{"run":""#) && lines[3].hasSuffix(#""rows":2}}"#))
    }

    @Test(
        "a target that does not say the last state, or fails, ends the run",
        arguments: [
            ("true", "has ended without saying the state behind the last row"),
            ("echo '{\"run\": \"another\", \"rows\": 2}'", "has ended without saying the state"),
            ("echo full >&2; exit 4", "exit code 4; its last words: full"),
        ])
    func failures(_ last: String, _ message: String) async throws {
        do {
            _ = try await write(SingerPrograms.target(last))
            Issue.record("committed")
        } catch let error as SluiceError {
            #expect(error.message.contains(message), "\(error.message)")
        }
    }

    @Test("a row whose key is null is not given to a target: it would be put in place of others") func nullKeys() async throws {
        do {
            _ = try await write(SingerPrograms.target(), "\nkeys: [id, name]")
            Issue.record("committed")
        } catch let error as SluiceError {
            #expect(error.code == .nullKey)
            #expect(error.message == "column \"name\" is a key of stream \"people\", and null in a row")
        }
    }

    @Test("a key that is no column is refused; what is promised is said") func promises() async throws {
        await #expect(throws: SluiceError.self) { _ = try await write(SingerPrograms.target(), "\nkeys: di") }
        let bench = try Workbench()
        let sink = try await bench.sink("singer: target-jsonl\nstream: people\nkeys: id")
        #expect(sink.guarantee == .atLeastOnce)
        #expect(sink.summary.hasPrefix("target-jsonl people (rows of a run that is repeated come again, for the target to put in place"))
    }
}
