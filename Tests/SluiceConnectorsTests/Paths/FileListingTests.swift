import Glibc
import SluiceCore
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
        ] { try directory.write("1\n", to: name) }
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
            (["t/month=*/*"], ["t/month=01/a.csv", "t/month=02/b.csv", "t/month=02/c.csv"]),
            ([".hidden.csv"], [".hidden.csv"]),
            ([".h*"], [".hidden.csv"]),
            (["_*"], ["_SUCCESS"]),
            (["odd/\\[x\\].csv"], ["odd/[x].csv"]),
            (["odd/ä*"], ["odd/ä ö.csv"]),
        ]) func patterns(_ patterns: [String], _ expected: [String]) throws
    {
        let files = try FileListing.files(patterns, in: directory.path)
        #expect(files.map(\.path) == expected)
        #expect(files.allSatisfy { $0.byteCount == 2 && $0.location == directory.path + "/" + $0.path })
    }

    @Test("an absolute pattern keeps its path") func absolute() throws {
        let files = try FileListing.files([directory.path + "/t/*/a.csv"], in: "/elsewhere")
        #expect(files.map(\.path) == [directory.path + "/t/month=01/a.csv"])
        #expect(files[0].partition == [PartitionValue(key: "month", text: "01")])
    }

    @Test(
        "what names nothing is an error that says what there is",
        arguments: [
            ("c.csv", "there is no file \"c.csv\"", "did you mean \"a.csv\"?"),
            ("flights.csv", "there is no file \"flights.csv\"", "holds"),
            ("*.parquet", "no file matches \"*.parquet\"", "holds"),
            ("inn/*.csv", "no file matches \"inn/*.csv\"", "did you mean \"in\"?"),
            ("a.csv/*.csv", "no file matches \"a.csv/*.csv\"", "is no directory"),
        ]) func nothing(_ pattern: String, _ message: String, _ remedy: String) throws
    {
        let error = try #require(sluiceError { _ = try FileListing.files([pattern], in: directory.path) })
        #expect(error.code == .fileNotFound)
        #expect(error.message == message)
        #expect(error.remedy?.contains(remedy) == true, "\(error.remedy ?? "no remedy")")
    }

    @Test("an empty directory is said to be empty") func empty() throws {
        try DiskFiles.createDirectories(directory.path + "/void")
        let error = try #require(sluiceError { _ = try FileListing.files(["void/*.csv"], in: directory.path) })
        #expect(error.remedy?.contains("is empty") == true)
    }

    @Test("a pipe is refused") func pipe() throws {
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        let error = try #require(sluiceError { _ = try FileListing.files(["pipe"], in: directory.path) })
        #expect(error.code == .unreadable)
    }

    @Test("a directory that may not be listed is an error that names it") func unreadable() throws {
        chmod(directory.path, 0o755)
        chmod(directory.path + "/in", 0)
        defer { chmod(directory.path + "/in", 0o755) }
        let error = try #require(asNobody { sluiceError { _ = try FileListing.files(["in/*.csv"], in: directory.path) } })
        #expect(error.code == .unreadable)
        #expect(error.message.contains(directory.path + "/in"))
        #expect(error.remedy?.contains("permissions") == true)
    }

    @Test("a link that leads back to a directory above it ends in an error, not in a loop") func loop() throws {
        #expect(symlink("..", directory.path + "/in/up") == 0)
        let error = try #require(sluiceError { _ = try FileListing.files(["in/**/*.csv"], in: directory.path) })
        #expect(error.code == .limitExceeded)
    }

    @Test("braces and lengths are bounded") func bounds() throws {
        #expect(
            sluiceError { _ = try PathPattern.parsing(String(repeating: "a", count: ConnectorLimits.patternBytes + 1)) }?.code
                == .limitExceeded)
        #expect(try PathPattern.parsing(String(repeating: "a", count: ConnectorLimits.patternBytes)).count == 1)
        #expect(try PathPattern.parsing(String(repeating: "{a,b}", count: 9)).count == 512)
        #expect(sluiceError { _ = try PathPattern.parsing(String(repeating: "{a,b}", count: 11)) }?.code == .limitExceeded)
        #expect(sluiceError { _ = try PathPattern.parsing("") }?.code == .invalidOption)
    }

    @Test("a pattern against a hostile name takes no exponential time") func hostilePattern() {
        #expect(!GlobPattern(String(repeating: "*a", count: 100)).matches(String(repeating: "a", count: 200) + "b"))
    }
}
