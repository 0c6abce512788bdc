import SluiceTestKit
import Testing

/// A line of 100 MB: what a file without line ends, or with a quote that never closes, looks like.
@Suite("a line of 100 MB", .serialized)
struct LongLineTests {
    /// The goal for the main job; a reader that collected the line would need more.
    static let memoryBytes = 300 << 20

    @Test("ends the run with its place, in bounded memory")
    func fails() async throws {
        let victim = try await Victim()
        try await writeLongLine(victim.project)
        try await victim.expect(Failure(code: "record-too-large", exitCode: 1, file: "in/input.csv", line: 3, says: ["16777216"]))
    }

    @Test("is a dead letter like another, and the rows behind it arrive")
    func becomesDeadLetter() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows)
        try project.pipeline(more: DataFailureTests.deadLetters)
        try await writeLongLine(project)
        let result = try await project.command(["run", "pipeline.yaml", "--quiet"]).run(timeout: .seconds(300))
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.peakMemoryBytes > 0)
        #expect(result.peakMemoryBytes < Self.memoryBytes, "\(result.peakMemoryBytes >> 20) MiB")
        #expect(try project.rows("shop", "orders")["id"] == ["1", "3"])
        let letter = try #require(project.deadLetters.first)
        #expect(letter["code"] == .string("record-too-large"))
        #expect(letter["line"] == .integer(3))
        #expect((letter["raw"]?.text?.utf8.count ?? 0) < 1 << 20, "the letter keeps the beginning of the record, not all of it")
    }

    private func writeLongLine(_ project: Project) async throws {
        let file = project.directory.path("in/input.csv")
        let line =
            "{ printf 'id,amount,text\\n1,10,one\\n2,20,'; head -c 100000000 /dev/zero | tr '\\0' x; printf '\\n3,30,three\\n'; } > \(file)"
        let result = try await Command.shell(line).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }
}
