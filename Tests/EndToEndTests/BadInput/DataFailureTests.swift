import Glibc
import SluiceTestKit
import Testing

/// Data that is not what it should be: exit code 1, the place in the data, and nothing touched.
@Suite("bad data")
struct DataFailureTests {
    static let deadLetters = "on_error: dead_letter"

    @Test("a directory that may not be read", .enabled(if: Privileges.canRestrict, "setpriv is not there, and root may read everything"))
    func unreadableDirectory() async throws {
        let victim = try await Victim()
        let locked = try victim.project.directory.makeDirectory("in")
        chmod(locked, 0)
        let command = Privileges.restricted(try victim.run())
        try await victim.expect(
            Failure(code: "unreadable", exitCode: 1, file: "in", says: ["permission denied"], advises: ["permissions"]), of: command)
    }

    @Test("a file that may not be read", .enabled(if: Privileges.canRestrict, "setpriv is not there, and root may read everything"))
    func unreadableFile() async throws {
        let victim = try await Victim()
        let file = try victim.project.directory.write("in/more.csv", Victim.goodRows)
        chmod(file, 0)
        let command = Privileges.restricted(try victim.run())
        try await victim.expect(
            Failure(code: "unreadable", exitCode: 1, file: "in/more.csv", says: ["permission denied"], advises: ["permissions"]),
            of: command)
    }

    @Test("a header with fewer names than the rows have fields")
    func shortHeader() async throws {
        let victim = try await Victim()
        try victim.project.directory.write("in/input.csv", "id,amount\n1,10,one\n2,20,two\n")
        try await victim.expect(Failure(code: "too-many-fields", exitCode: 1, file: "in/input.csv", line: 2, says: ["3", "2"]))
    }

    @Test("a header that names a column twice")
    func repeatedName() async throws {
        let victim = try await Victim()
        try victim.project.directory.write("in/input.csv", "id,amount,id\n1,10,one\n")
        try await victim.expect(Failure(code: "duplicate-column", exitCode: 2, file: "in/input.csv", says: ["\"id\""]))
    }

    @Test("a header that promises numbers where texts stand, behind the sample")
    func liesBehindTheSample() async throws {
        let victim = try await Victim()
        let rows = (1...30_000).map { "\($0),\($0 == 29_000 ? "12x" : "7"),t\n" }.joined()
        try victim.project.directory.write("in/input.csv", "id,amount,text\n" + rows)
        try await victim.expect(
            Failure(code: "value-does-not-fit", exitCode: 1, file: "in/input.csv", line: 29_001, says: ["\"amount\"", "\"12x\""]))
    }

    @Test("a gzip file that was cut off")
    func cutGzip() async throws {
        let victim = try await Victim()
        let text = "id,amount,text\n" + (1...20_000).map { "\($0),\($0 * 7919 % 10_007),row \($0)\n" }.joined()
        let plain = try victim.project.directory.write("whole.csv", text)
        let cut = victim.project.directory.path("in/more.csv.gz")
        let result = try await Command.shell("gzip -k \(plain) && head -c 30000 \(plain).gz > \(cut)").run()
        try #require(result.exitCode == 0)
        try await victim.expect(Failure(code: "cut-file", exitCode: 1, file: "in/more.csv.gz", says: []))
    }

    @Test("bytes that are no UTF-8")
    func invalidUTF8() async throws {
        let victim = try await Victim()
        try victim.project.directory.write(
            "in/input.csv", bytes: Array("id,amount,text\n1,10,one\n2,20,caf".utf8) + [0xE9] + Array("\n".utf8))
        try await victim.expect(
            Failure(code: "invalid-encoding", exitCode: 1, file: "in/input.csv", line: 3, says: [], advises: []))
    }

    @Test("bytes that are no UTF-8 become a dead letter with all bytes")
    func invalidUTF8Kept() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", bytes: Array("id,text\n1,caf".utf8) + [0xE9] + Array("\n2,two\n".utf8))
        try project.pipeline(more: Self.deadLetters)
        let run = try await project.json("run", "pipeline.yaml")
        #expect(run["dead_letters"] == .integer(1), "\(run)")
        let letter = try #require(project.deadLetters.first)
        #expect(letter["code"] == .string("invalid-encoding"))
        #expect(letter["line"] == .integer(2))
        #expect(letter["raw_base64"] == .string("MSxjYWbp"))
        #expect(try project.rows("shop", "orders")["id"] == ["2"])
    }

    @Test("a row with too many fields")
    func tooManyFields() async throws {
        let victim = try await Victim()
        try victim.project.directory.write("in/input.csv", "id,amount,text\n1,10,one\n2,20,two,more\n")
        try await victim.expect(
            Failure(code: "too-many-fields", exitCode: 1, file: "in/input.csv", line: 3, says: ["4", "3"], advises: ["dead_letter"]))
    }

    @Test("under on_error: dead_letter the good rows arrive, and --strict makes it exit code 3")
    func strict() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", "id,amount,text\n1,10,one\n2,20,two,more\n3,30,three\n")
        try project.pipeline(more: Self.deadLetters)
        let relaxed = try await project.sluice("run", "pipeline.yaml")
        #expect(relaxed.exitCode == 0, "\(relaxed.transcript)")
        #expect(relaxed.output.contains("input.csv:3"), "the summary names the place: \(relaxed.transcript)")
        let strict = try await project.sluice("run", "pipeline.yaml", "--strict")
        #expect(strict.exitCode == 3, "\(strict.transcript)")
        #expect(try project.rows("shop", "orders")["id"] == ["1", "3"])
    }
}

extension Project {
    /// All dead letters of all runs.
    var deadLetters: [JSONDocument] {
        get throws {
            try TemporaryDirectory.files(below: home + "/dead-letters").flatMap { file in
                try JSONDocument.lines(TemporaryDirectory.contents(of: home + "/dead-letters/" + file))
            }
        }
    }
}
