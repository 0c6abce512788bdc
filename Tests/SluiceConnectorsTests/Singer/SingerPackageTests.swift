import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// A target from PyPI, as it is; where it is not in `PATH`, the test is left out.
@Suite("targets from PyPI")
struct SingerPackageTests {
    private static let hasTarget = isThere("target-jsonl")

    private static func isThere(_ program: String) -> Bool {
        let isThere = InstalledProgram.isThere(program)
        if !isThere { print("skipped: the program \(program) (PyPI) is not in PATH") }
        return isThere
    }

    @Test("target-jsonl: rows become lines", .enabled(if: hasTarget)) func target() async throws {
        let bench = try Workbench()
        let folder = bench.directory.path("out")
        try DiskFiles.createDirectories(folder)
        let sink = try await bench.sink(
            "singer: target-jsonl\nstream: people\nkeys: id\nconfig: {destination_path: \(folder), do_timestamp_file: false}")
        let batch = try makeBatch([
            ("id", .int64, [.integer(1), .integer(2)]), ("name", .string, [.string("Ann"), .null]),
            ("at", .timestamp(zoned: true), [.timestamp(1_704_164_645_000_000, zoned: true), .null]),
        ])
        try await bench.run(sink, batch.schema, [[batch]])
        let lines = String(decoding: try DiskFiles.read(folder + "/people.jsonl"), as: UTF8.self)
        #expect(lines.split(separator: "\n").count == 2)
        #expect(lines.contains("\"name\": \"Ann\""))
    }
}
