import Glibc
import SluiceCore
import SluiceStorage
import SluiceTestKit
import Synchronization
import Testing

@Suite("Directory store") struct DirectoryStoreTests {
    @Test("loops of links end") func loops() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a/x.csv", "1")
        symlink(directory.root, directory.path("a/up"))
        symlink("self", directory.path("a/self"))
        let store = DirectoryStore(root: directory.root)
        #expect(try await store.list(Glob("**/*.csv")).map(\.name) == ["a/x.csv"])
        #expect(try await store.list(Glob("a/up/a/*.csv")).map(\.name) == ["a/up/a/x.csv"])
        #expect(try await error { try await store.open("a/self") } != nil)
    }

    @Test("a link out of the directory is refused, also for writing") func linksOut() async throws {
        let outside = try TemporaryDirectory()
        try outside.write("secret.csv", "1")
        let directory = try TemporaryDirectory()
        symlink(outside.root, directory.path("out"))
        symlink(outside.path("secret.csv"), directory.path("file.csv"))
        let store = DirectoryStore(root: directory.root)
        #expect(try await error { try await store.open("out/secret.csv") }?.code == .unreadable)
        #expect(try await error { try await store.open("file.csv") }?.code == .unreadable)
        #expect(try await error { try await store.create("out/new.csv") }?.code == .unreadable)
        #expect(try await error { try await store.create("out/deep/new.csv") }?.code == .unreadable)
        #expect(try await error { try await store.remove("out/secret.csv") }?.code == .unreadable)
        #expect(try await error { try await store.list(Glob("out/*.csv")) }?.code == .unreadable)
        #expect(try await error { try await store.list(Glob("*.csv")) }?.remedy?.contains(outside.root) == true)
        #expect(outside.files() == ["secret.csv"])
    }

    @Test("what is no plain file is not read") func special() async throws {
        let directory = try TemporaryDirectory()
        mkfifo(directory.path("pipe"), 0o600)
        try directory.makeDirectory("sub")
        let store = DirectoryStore(root: directory.root)
        #expect(try await error { try await store.open("pipe") }?.code == .unreadable)
        #expect(try await error { try await store.open("sub") }?.code == .unreadable)
        #expect(try await store.list(below: "").isEmpty)
    }

    @Test(
        "a failing system call leaves the old object, no staged file, and says why",
        arguments: [FaultyFiles.Call.create, .write, .sync, .rename], [(ENOSPC, "disk-full"), (EDQUOT, "disk-full"), (EIO, "io-failure")])
    func faults(_ call: FaultyFiles.Call, _ failure: (number: Int32, code: String)) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.csv", "old")
        let store = DirectoryStore(root: directory.root, files: FaultyFiles(call, failure.number))
        let caught = try await error {
            var sink = try await store.create("a.csv")
            try [UInt8]("new".utf8).withUnsafeBytes { bytes in try sink.write(bytes) }
            try sink.finish()
        }
        #expect(caught?.code.name == failure.code)
        #expect(caught?.location?.description == directory.path("a.csv"))
        #expect((caught?.remedy != nil) == (failure.code == "disk-full"))
        #expect(directory.files() == ["a.csv"])
        #expect(try directory.text("a.csv") == "old")
    }

    @Test("a name is durable before finish returns: content, then name, then directory") func order() async throws {
        let directory = try TemporaryDirectory()
        let files = RecordingFiles()
        let store = DirectoryStore(root: directory.root, files: files)
        var sink = try await store.create("a.csv")
        try [UInt8](repeating: 1, count: 10).withUnsafeBytes { bytes in try sink.write(bytes) }
        try sink.finish()
        #expect(files.calls == ["create", "write", "sync", "rename", "syncDirectory"])
    }

    @Test("short writes are continued") func shortWrites() async throws {
        let directory = try TemporaryDirectory()
        let store = DirectoryStore(root: directory.root, files: RecordingFiles(writeLimit: 3))
        var sink = try await store.create("a.csv")
        try [UInt8]("0123456789".utf8).withUnsafeBytes { bytes in try sink.write(bytes) }
        try sink.finish()
        #expect(try directory.text("a.csv") == "0123456789")
    }

    @Test("a sink that goes away without finish leaves nothing") func dropped() async throws {
        let directory = try TemporaryDirectory()
        do {
            var sink = try await DirectoryStore(root: directory.root).create("a/b.csv")
            try [UInt8]("1".utf8).withUnsafeBytes { bytes in try sink.write(bytes) }
        }
        #expect(directory.files().isEmpty)
    }

    @Test("directories nested too deep are an error, not a crash") func depth() async throws {
        let directory = try TemporaryDirectory()
        let store = DirectoryStore(root: directory.root)
        let deepest = String(repeating: "d/", count: StorageLimits.directoryDepth)
        try directory.write(deepest + "x.csv", "1")
        #expect(try await store.list(Glob("**")).count == 1)
        try directory.write(deepest + "d/x.csv", "1")
        #expect(try await error { try await store.list(Glob("**")) }?.code == .limitExceeded)
    }

    @Test("names are bounded") func names() async throws {
        let store = MemoryStore()
        #expect(throws: Never.self) { try ObjectName.parts(String(repeating: "a", count: StorageLimits.nameBytes)) }
        #expect(
            try await error { try await store.create(String(repeating: "a", count: StorageLimits.nameBytes + 1)) }?.code == .invalidArgument
        )
    }

    @Test("a copy of a source reads on its own") func sourceCopies() throws {
        let directory = try TemporaryDirectory()
        var first = try FileSource(path: try directory.write("a", "abcdef"))
        var buffer = [UInt8](repeating: 0, count: 3)
        #expect(try buffer.withUnsafeMutableBytes { try first.read(into: $0) } == 3)
        var second = first
        #expect(try buffer.withUnsafeMutableBytes { try first.read(into: $0) } == 3)
        #expect(try buffer.withUnsafeMutableBytes { try second.read(into: $0) } == 3)
        #expect(buffer == Array("def".utf8))
    }
}

/// The operating system, with one call that fails.
struct FaultyFiles: FileOperations {
    enum Call: Sendable { case create, write, sync, rename }

    private let call: Call
    private let number: Int32
    private let system = SystemFiles()

    init(_ call: Call, _ number: Int32) {
        self.call = call
        self.number = number
    }

    private func fail(_ call: Call) throws(SystemFailure) { if call == self.call { throw SystemFailure(number) } }

    func create(_ path: String) throws(SystemFailure) -> Int32 {
        try fail(.create)
        return try system.create(path)
    }
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemFailure) -> Int {
        try fail(.write)
        return try system.write(descriptor, bytes)
    }
    func sync(_ descriptor: Int32) throws(SystemFailure) {
        try fail(.sync)
        try system.sync(descriptor)
    }
    func rename(_ source: String, _ target: String) throws(SystemFailure) {
        try fail(.rename)
        try system.rename(source, target)
    }
    func close(_ descriptor: Int32) { system.close(descriptor) }
    func remove(_ path: String) throws(SystemFailure) { try system.remove(path) }
    func syncDirectory(_ path: String) throws(SystemFailure) { try system.syncDirectory(path) }
}

/// The operating system, with a list of what was called and a limit for single writes.
final class RecordingFiles: FileOperations {
    private let log = Mutex<[String]>([])
    private let writeLimit: Int
    private let system = SystemFiles()

    init(writeLimit: Int = .max) { self.writeLimit = writeLimit }

    var calls: [String] { log.withLock { $0 } }

    func create(_ path: String) throws(SystemFailure) -> Int32 {
        log.withLock { $0.append("create") }
        return try system.create(path)
    }
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemFailure) -> Int {
        log.withLock { $0.append("write") }
        return try system.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(writeLimit)))
    }
    func sync(_ descriptor: Int32) throws(SystemFailure) {
        log.withLock { $0.append("sync") }
        try system.sync(descriptor)
    }
    func close(_ descriptor: Int32) { system.close(descriptor) }
    func rename(_ source: String, _ target: String) throws(SystemFailure) {
        log.withLock { $0.append("rename") }
        try system.rename(source, target)
    }
    func remove(_ path: String) throws(SystemFailure) {
        log.withLock { $0.append("remove") }
        try system.remove(path)
    }
    func syncDirectory(_ path: String) throws(SystemFailure) {
        log.withLock { $0.append("syncDirectory") }
        try system.syncDirectory(path)
    }
}

@Suite("Permissions") struct PermissionTests {
    @Test("an unreadable directory is not the same as no match", .enabled(if: geteuid() != 0, "root may read everything"))
    func unreadable() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a/x.csv", "1")
        chmod(directory.path("a"), 0)
        let caught = try await error { try await DirectoryStore(root: directory.root).list(Glob("a/*.csv")) }
        #expect(caught?.code == .unreadable)
        #expect(caught?.remedy?.contains("permission") == true)
    }
}
