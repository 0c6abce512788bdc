import SluiceTestKit
import Testing

/// What is wrong with the words of a command ends with 2, like every mistake of usage, and says place, value and remedy.
@Suite("mistakes of crawls and queries")
struct ArgumentMistakeTests {
    @Test(
        "a wrong target, pattern or statement ends with 2, and 1 is left to runs that fail",
        arguments: [
            (["crawl", "ftp://x"], "invalid-argument", "\"ftp://x\"", "a target is a directory, a file, or one of"),
            (["crawl", "data", "--exclude", "[z-a]"], "invalid-argument", "--exclude", ""),
            (["crawl", "data", "--exclude", "{a"], "invalid-argument", "--exclude", "for a brace in a name"),
            (["crawl", "stream:[z-a]"], "invalid-argument", "[z-a]", ""),
            (["crawl", "stream:"], "invalid-argument", "stream:", "stream:NAME"),
            (["crawl", "postgresql://u:secret@h/d"], "invalid-argument", "password", "--password-secret"),
            (["crawl", "nothing-here"], "file-not-found", "nothing-here", ""),
            (["query", "SELEC 1"], "syntax-error", "\"SELEC\"", "\"SELECT\""),
            (["query", "UPDATE t SET a = 1"], "unsupported", "query:1:1", "CREATE TABLE"),
            (["query", "SELECT * FROM 'data/[z-a].csv'"], "invalid-option", "query:1:15", ""),
            (["query", "SELECT * FROM 'data/{a.csv'"], "invalid-option", "query:1:15", "for a brace in a name"),
            (["query", "CREATE INDEX i ON t"], "unsupported", "query:1:8", "CREATE TABLE"),
            (["convert", "data/[z-a].csv", "out.csv"], "invalid-option", "[z-a]", ""),
        ])
    func mistakes(_ arguments: [String], _ code: String, _ value: String, _ remedy: String) async throws {
        let project = try Project()
        try project.directory.write("data/a.csv", "a,b\n1,2\n")
        let result = try await project.command(arguments).run()
        #expect(result.exitCode == 2, "\(result.transcript)")
        #expect(result.errors.contains("error[\(code)]: ") && result.errors.contains(value), "\(result.transcript)")
        #expect(result.errors.contains(remedy) && !result.errors.contains("secret@"), "\(result.transcript)")
    }

    @Test("a pattern of a declared crawler is marked in its file")
    func declared() async throws {
        let project = try Project()
        try project.directory.write("data/a.csv", "a,b\n1,2\n")
        try project.directory.write("catalog/lake.yaml", "crawler: lake\ntargets: ../data\nexclude: [\"*.tmp\", \"[z-a]\"]\n")
        let result = try await project.sluice("crawl", "lake")
        #expect(result.exitCode == 2 && result.errors.contains("catalog/lake.yaml:3:20"), "\(result.transcript)")
    }
}
