import SluiceCore
import SluiceStorage
import SluiceTestKit
import Testing

/// A store to test, with what it needs to live.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
    enum Kind: String, CaseIterable, Sendable { case directory, memory }

    let kind: Kind
    let store: any ObjectStore
    private let directory: TemporaryDirectory?

    init(_ kind: Kind) throws {
        self.kind = kind
        switch kind {
        case .directory:
            let directory = try TemporaryDirectory()
            self.directory = directory
            store = DirectoryStore(root: directory.root)
        case .memory:
            directory = nil
            store = MemoryStore()
        }
    }

    var testDescription: String { kind.rawValue }

    func put(_ name: String, _ text: String = "x") async throws {
        var sink = try await store.create(name)
        try text.utf8.withContiguousStorageIfAvailable { bytes in try sink.write(UnsafeRawBufferPointer(bytes)) }
        try sink.finish()
    }

    func text(_ name: String) async throws -> String {
        var source = try await store.open(name)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 3)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { content += buffer[..<count] }
        return String(decoding: content, as: UTF8.self)
    }

    func names(_ pattern: String) async throws -> [String] { try await store.list(Glob(pattern)).map(\.name) }
}

/// What holds for every store.
@Suite("Every store") struct ConformanceTests {
    @Test("an object is read as it was written, and its size is told", arguments: StoreUnderTest.Kind.allCases)
    func roundTrip(_ kind: StoreUnderTest.Kind) async throws {
        let test = try StoreUnderTest(kind)
        try await test.put("a/b/c.txt", "some text")
        #expect(try await test.text("a/b/c.txt") == "some text")
        #expect(try await test.store.info("a/b/c.txt").byteCount == 9)
    }

    @Test("an object is not there before finish, and an abandoned one never is", arguments: StoreUnderTest.Kind.allCases)
    func publication(_ kind: StoreUnderTest.Kind) async throws {
        let test = try StoreUnderTest(kind)
        try await test.put("a.txt", "old")
        var sink = try await test.store.create("a.txt")
        try [UInt8]("new".utf8).withUnsafeBytes { bytes in try sink.write(bytes) }
        #expect(try await test.text("a.txt") == "old")
        #expect(try await test.store.list(below: "").map(\.name) == ["a.txt"])
        try sink.finish()
        #expect(try await test.text("a.txt") == "new")
        let other = try await test.store.create("b.txt")
        other.abandon()
        #expect(try await test.names("**") == ["a.txt"])
    }

    @Test("lists are sorted by bytes and hold each object once", arguments: StoreUnderTest.Kind.allCases)
    func sorted(_ kind: StoreUnderTest.Kind) async throws {
        let test = try StoreUnderTest(kind)
        let names = ["a b.csv", "a\nb.csv", "z.csv", "Z.csv", "é.csv", "😀.csv", "x/y.csv", "x/a/y.csv"]
        for name in names { try await test.put(name) }
        let expected = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try await test.names("**/*.csv") == expected)
        #expect(try await test.names("**") == expected)
        #expect(try await test.names("{**,*,x/**}/*.csv") == expected)
        #expect(try await test.store.list(below: "").map(\.name) == expected)
        #expect(try await test.store.list(below: "x").map(\.name) == ["x/a/y.csv", "x/y.csv"])
        #expect(try await test.store.list(below: "nothing").isEmpty)
    }

    @Test("hidden objects are listed only by patterns that say so", arguments: StoreUnderTest.Kind.allCases)
    func hidden(_ kind: StoreUnderTest.Kind) async throws {
        let test = try StoreUnderTest(kind)
        for name in ["a.csv", "_SUCCESS", ".hidden.csv", "_tmp/a.csv", "x/.y/a.csv"] { try await test.put(name) }
        #expect(try await test.names("**/*") == ["a.csv"])
        #expect(try await test.names("_*") == ["_SUCCESS"])
        #expect(try await test.names("_tmp/*") == ["_tmp/a.csv"])
        #expect(try await test.names(".*") == [".hidden.csv"])
        #expect(try await test.store.list(below: "").map(\.name) == ["a.csv"])
    }

    @Test("a pattern without a match names the nearest directory and what is in it", arguments: StoreUnderTest.Kind.allCases)
    func noMatch(_ kind: StoreUnderTest.Kind) async throws {
        let test = try StoreUnderTest(kind)
        try await test.put("flights/month=01/a.csv.gz")
        let wrongEnding = try await error { try await test.store.list(Glob("flights/month=01/*.json")) }
        #expect(wrongEnding?.code == .fileNotFound)
        #expect(wrongEnding?.remedy?.contains("a.csv.gz") == true)
        let wrongName = try await error { try await test.store.list(Glob("fligths/**/*.gz")) }
        #expect(wrongName?.code == .fileNotFound)
        #expect(wrongName?.remedy?.contains("did you mean") == true)
        #expect(wrongName?.remedy?.contains("flights") == true)
        let directory = try await error { try await test.store.list(Glob("flights/month=01")) }
        #expect(directory?.remedy?.contains("flights/month=01/**") == true)
        let missing = try await error { try await test.store.open("flights/month=02/a.csv.gz") }
        #expect(missing?.code == .fileNotFound)
        #expect(missing?.remedy?.contains("month=01") == true)
        let info = try await error { try await test.store.info("nothing/like/this") }
        #expect(info?.code == .fileNotFound)
    }

    @Test("rename replaces and remove removes", arguments: StoreUnderTest.Kind.allCases)
    func renameAndRemove(_ kind: StoreUnderTest.Kind) async throws {
        let test = try StoreUnderTest(kind)
        try await test.put("stage/one", "1")
        try await test.put("two", "2")
        try await test.store.rename("stage/one", to: "two")
        #expect(try await test.text("two") == "1")
        try await test.store.rename("two", to: "deep/er/three")
        #expect(try await test.names("**") == ["deep/er/three"])
        try await test.store.remove("deep/er/three")
        #expect(try await test.store.list(below: "").isEmpty)
        #expect(try await error { try await test.store.remove("deep/er/three") }?.code == .fileNotFound)
        #expect(try await error { try await test.store.rename("nothing", to: "x") }?.code == .fileNotFound)
    }

    @Test(
        "names cannot leave the store", arguments: StoreUnderTest.Kind.allCases,
        ["../a", "/etc/passwd", "a/../../b", "a//b", "", ".", "a/./b", "a\0b"])
    func escapes(_ kind: StoreUnderTest.Kind, _ name: String) async throws {
        let store = try StoreUnderTest(kind).store
        #expect(try await error { try await store.open(name) }?.code == .invalidArgument)
        #expect(try await error { try await store.create(name) }?.code == .invalidArgument)
        #expect(try await error { try await store.remove(name) }?.code == .invalidArgument)
        #expect(try await error { try await store.info(name) }?.code == .invalidArgument)
        #expect(throws: SluiceError.self) { try Glob(name) }
    }
}

/// The error that `body` throws; nil if it does not.
func error(_ body: () async throws -> some Any) async throws -> SluiceError? {
    do {
        _ = try await body()
        return nil
    } catch let error as SluiceError {
        return error
    }
}
