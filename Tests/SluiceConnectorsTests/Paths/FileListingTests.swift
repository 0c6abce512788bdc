import Glibc
import SluiceCore
import SluiceStorage
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("Finding files")
struct FileListingTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in [
            "a.csv", "b.csv", "b.txt", ".hidden.csv", "_SUCCESS", "in/2024/x.csv", "in/2024/y.csv", "in/2025/x.csv", "in/deep/er/z.csv",
            "in/.staging/run/part.csv", "t/month=01/a.csv", "t/month=02/b.csv", "t/month=02/c.csv", "odd/[x].csv", "odd/ä ö.csv",
        ] { try directory.write(name, "1\n") }
    }

    @Test(
        "patterns name files, sorted and each once",
        arguments: [
            (["a.csv"], ["a.csv"]),
            (["./a.csv"], ["a.csv"]),
            (["*.csv"], ["a.csv", "b.csv"]),
            (["b.csv", "*.csv", "b.csv"], ["a.csv", "b.csv"]),
            (["?.txt"], ["b.txt"]),
            (["[!b].csv"], ["a.csv"]),
            (["[a-b].csv"], ["a.csv", "b.csv"]),
            (["{a,b}.csv"], ["a.csv", "b.csv"]),
            (["{a.csv,in/202{4,5}/x.csv}"], ["a.csv", "in/2024/x.csv", "in/2025/x.csv"]),
            (["in/*/x.csv"], ["in/2024/x.csv", "in/2025/x.csv"]),
            (["in/**/*.csv"], ["in/2024/x.csv", "in/2024/y.csv", "in/2025/x.csv", "in/deep/er/z.csv"]),
            (["in/**"], ["in/2024/x.csv", "in/2024/y.csv", "in/2025/x.csv", "in/deep/er/z.csv"]),
            (["in"], ["in/2024/x.csv", "in/2024/y.csv", "in/2025/x.csv", "in/deep/er/z.csv"]),
            (["in/20*"], ["in/2024/x.csv", "in/2024/y.csv", "in/2025/x.csv"]),
            (["./in/2024/"], ["in/2024/x.csv", "in/2024/y.csv"]),
            (["t/month=*/*"], ["t/month=01/a.csv", "t/month=02/b.csv", "t/month=02/c.csv"]),
            ([".hidden.csv"], [".hidden.csv"]),
            ([".h*"], [".hidden.csv"]),
            (["_*"], ["_SUCCESS"]),
            (["odd/\\[x\\].csv"], ["odd/[x].csv"]),
            (["odd/ä*"], ["odd/ä ö.csv"]),
        ]) func patterns(_ patterns: [String], _ expected: [String]) async throws
    {
        let files: [InputFile] = try await FileListing.files(patterns, in: directory.root)
        #expect(files.map(\.path) == expected)
        #expect(files.allSatisfy { $0.byteCount == 2 && $0.location == directory.root + "/" + $0.path })
    }

    @Test("an absolute pattern keeps its path") func absolute() async throws {
        let files = try await FileListing.files([directory.root + "/t/*/a.csv"], in: "/elsewhere")
        #expect(files.map(\.path) == [directory.root + "/t/month=01/a.csv"])
        #expect(files[0].partition == [PartitionValue(key: "month", text: "01")])
    }

    @Test(
        "what names nothing is an error that says what there is",
        arguments: [
            ("aa.csv", "aa.csv\" does not exist", "a.csv?"),
            ("flights.csv", "flights.csv\" does not exist", "a.csv"),
            ("*.parquet", "*.parquet\"", "holds a.csv, b.csv, b.txt"),
            ("inn/*.csv", "inn/*.csv\" does not exist", "did you mean"),
        ]) func nothing(_ pattern: String, _ message: String, _ remedy: String) async throws
    {
        let error = try #require(await sluiceError { _ = try await FileListing.files([pattern], in: directory.root) })
        #expect(error.code == .fileNotFound)
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.remedy?.contains(remedy) == true, "\(error.remedy ?? "no remedy")")
    }

    @Test("an empty directory is said to be empty") func empty() async throws {
        try directory.makeDirectory("void")
        let error = try #require(await sluiceError { _ = try await FileListing.files(["void"], in: directory.root) })
        #expect(error.remedy?.contains("are left out") == true)
    }

    @Test("a pipe is refused") func pipe() async throws {
        #expect(mkfifo(directory.root + "/pipe", 0o600) == 0)
        let error = try #require(await sluiceError { _ = try await FileListing.files(["pipe"], in: directory.root) })
        #expect(error.code == .unreadable)
    }

    @Test("a directory that may not be listed is an error that names it") func unreadable() async throws {
        chmod(directory.root, 0o755)
        chmod(directory.root + "/in", 0)
        defer { chmod(directory.root + "/in", 0o755) }
        let error = try #require(await asNobody { await sluiceError { _ = try await FileListing.files(["in/*.csv"], in: directory.root) } })
        #expect(error.code == .unreadable)
        #expect(error.message.contains(directory.root + "/in"))
        #expect(error.remedy?.contains("permissions") == true)
    }

    @Test("a link that leads back to a directory above it is not followed by a wildcard") func loop() async throws {
        #expect(symlink("..", directory.path("in/up")) == 0)
        #expect(try await FileListing.files(["in/**/*.csv"], in: directory.root).count == 4)
    }

    @Test("an empty pattern, and one with an open bracket, are errors of the definition", arguments: ["", "[ab.csv", "{a,b.csv"])
    func malformed(_ pattern: String) async throws {
        #expect(await sluiceError { _ = try await FileListing.files([pattern], in: directory.root) }?.code == .invalidOption)
    }

    @Test(
        "what a location is called, whatever the directory of the definition",
        arguments: [
            ("a/b.csv", "pipelines", "pipelines/a/b.csv"), ("../in/b.csv", "pipelines", "in/b.csv"), ("../../b.csv", "x", "../b.csv"),
            ("./b.csv", ".", "b.csv"), ("/b.csv", "x", "/b.csv"), ("../b.csv", "/x/y", "/x/b.csv"), ("..", "x", "."),
        ]) func locations(_ path: String, _ directory: String, _ expected: String)
    {
        #expect(FileListing.location(path, in: directory) == expected)
    }

    @Test("two dots behind a link lead to where the link points") func dotsBehindLinks() throws {
        #expect(symlink("in/2024", directory.path("link")) == 0)
        #expect(FileListing.location("../a.csv", in: directory.path("link")) == directory.path("link") + "/../a.csv")
    }
}
