import Glibc
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceBuckets

@Suite("links in the folders of buckets") struct LinkTests {
    private let bench: StoreBench

    init() async throws {
        bench = try await StoreBench()
        try bench.directory.write("outside/f.txt", "secret")
    }

    private func link(_ name: String, to target: String) {
        #expect(symlink(target, bench.directory.path("buckets/some-bucket/\(name)")) == 0)
    }

    private var outside: [String] { bench.directory.files(below: "outside") }

    @Test("nothing is read, written or deleted behind a link to a folder", arguments: ["outside", "outside/../outside"])
    func folder(_ target: String) async throws {
        try await bench.put("a/b/k", "1")
        link("lnk", to: bench.directory.path(target))
        link("a/lnk", to: bench.directory.path(target))
        for folder in ["lnk", "a/lnk"] {
            #expect(await refusal { try await bench.text("\(folder)/f.txt") } == "noSuchKey")
            for key in ["f.txt", "new.txt", "x/y.txt"] { try await bench.put("\(folder)/\(key)", key) }
            try await bench.put("\(folder)/large", [UInt8](repeating: 1, count: 1 << 20))
        }
        try await bench.reopen()
        try await bench.store.scan(StoreBench.bucket)
        for folder in ["lnk", "a/lnk"] {
            for key in ["f.txt", "new.txt", "x/y.txt"] { #expect(try await bench.text("\(folder)/\(key)") == key) }
            for key in ["f.txt", "new.txt", "x/y.txt", "large", "never"] {
                _ = try await bench.store.delete(StoreBench.bucket, "\(folder)/\(key)".key)
            }
        }
        #expect(outside == ["f.txt"])
        #expect(try bench.directory.text("outside/f.txt") == "secret")
        #expect(try bench.names() == ["a/b/k"])
        #expect(bench.directory.files(below: "buckets/.sluice/nameless") == [])
    }

    @Test("a folder that becomes a link takes its objects along, and nothing behind it is theirs") func replaced() async throws {
        try await bench.put("in/f.txt", "secret")
        try await bench.put("in/g.txt", "own")
        let folder = bench.directory.path("buckets/some-bucket/in")
        #expect(rename(folder, bench.directory.path("moved")) == 0 && symlink(bench.directory.path("outside"), folder) == 0)
        for key in ["in/f.txt", "in/g.txt"] { _ = try await bench.store.delete(StoreBench.bucket, key.key) }
        try await bench.put("in/f.txt", "new")
        #expect(try await bench.text("in/f.txt") == "new")
        #expect(try bench.directory.text("outside/f.txt") == "secret" && outside.count == 1)
    }

    @Test("a bucket whose folder is a link is not read, and not removed with what is behind it") func bucket() async throws {
        let folder = bench.directory.path("buckets/some-bucket")
        #expect(mkdir(bench.directory.path("outside/empty"), 0o755) == 0)
        #expect(rmdir(folder) == 0 && symlink(bench.directory.path("outside"), folder) == 0)
        #expect(await refusal { try await bench.text("f.txt") } == "noSuchKey")
        #expect(await refusal { try await bench.store.deleteBucket(StoreBench.bucket) } == "bucketNotEmpty")
        #expect(DiskFiles.kind(of: bench.directory.path("outside/empty")) == .directory && outside == ["f.txt"])
    }

    @Test("paths are resolved alike in one call and folder by folder", arguments: [false, true]) func byParts(_ byParts: Bool) throws {
        let directory = try TemporaryDirectory()
        try directory.write("top/a/b/file", "text")
        try directory.write("outside/file", "secret")
        symlink(directory.path("outside"), directory.path("top/a/link"))
        symlink("file", directory.path("top/a/b/link"))
        let top = try RootFolder(directory.path("top"), byParts: byParts)
        func failure(_ path: String, _ flags: Int32 = O_RDONLY) -> Int32 {
            let found = top.open(path, flags)
            if found >= 0 { close(found) }
            return min(0, found)
        }
        for path in ["a", "a/b", "a/b/file"] { #expect(failure(path) == 0) }
        for path in ["a/link/file", "a/b/link"] { #expect([-ELOOP, -ENOTDIR].contains(failure(path))) }
        for path in ["none", "a/none/file"] { #expect(failure(path) == -ENOENT) }
        #expect(failure("a/b/file/x") == -ENOTDIR)
        #expect(failure("a/../../outside/file") == -EXDEV)
        #expect(try top.status("a/b/link").get().st_mode & S_IFMT == S_IFLNK)
        #expect(try top.status("a/b/file").get().st_size == 4)
    }
}
