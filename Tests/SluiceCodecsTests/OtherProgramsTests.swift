import SluiceCodecs
import SluiceCore
import SluiceTestKit
import Testing

/// Files that other programs write, and files of ours that they read.
@Suite("codecs of other programs") struct OtherProgramsTests {
    private static let body = Array((0..<90_000).map { "\($0),text \($0 * 7919 % 1000)\n" }.joined().utf8)
    private static func hasPython(_ module: String) -> Bool { InstalledProgram.succeeds("python3", ["-c", "import \(module)"]) }

    private static func python(_ program: String, in directory: TemporaryDirectory) async throws {
        let result = try await Command("python3", ["-c", program], directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private static func shell(_ line: String, in directory: TemporaryDirectory) async throws {
        let result = try await Command.shell(line, directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    @Test("gzip's own program reads and writes", .enabled(if: InstalledProgram.isThere("gzip"), "gzip is not there"))
    func gzip() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("plain", bytes: Self.body)
        for level in 1...9 {
            try directory.write("ours.gz", bytes: packed(Self.body, .gzip, level: level))
            try await Self.shell("gzip -t ours.gz && gzip -dc ours.gz | cmp - plain", in: directory)
            try await Self.shell("gzip -\(level)c plain > theirs.gz", in: directory)
            #expect(unpacked(try directory.bytes("theirs.gz"), bufferBytes: 1 << 20).bytes == Self.body)
        }
        try directory.write("empty.gz", bytes: packed([], .gzip))
        try await Self.shell("gzip -t empty.gz", in: directory)
    }

    @Test("zstd's own program reads and writes", .enabled(if: InstalledProgram.isThere("zstd"), "zstd is not there"))
    func zstd() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("plain", bytes: Self.body)
        for level in [1, 3, 9] {
            try directory.write("ours.zst", bytes: packed(Self.body, .zstd, level: level))
            try await Self.shell("zstd -qt ours.zst && zstd -qdc ours.zst | cmp - plain", in: directory)
            try await Self.shell("zstd -\(level) -qc plain > theirs.zst; cat plain | zstd -q --no-check -c >> theirs.zst", in: directory)
            #expect(unpacked(try directory.bytes("theirs.zst"), bufferBytes: 1 << 20).bytes == Self.body + Self.body)
        }
        try directory.write("empty.zst", bytes: packed([], .zstd))
        try await Self.shell("zstd -qt empty.zst", in: directory)
    }

    @Test("Python's gzip and zlib read and write", .enabled(if: hasPython("gzip, zlib"), "python3 is not there"))
    func pythonDeflate() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("plain", bytes: Self.body)
        try directory.write("ours.gz", bytes: packed(Self.body, .gzip))
        try directory.write("ours.zz", bytes: packed(Self.body, .zlib))
        try await Self.python(
            """
            import gzip, zlib
            plain = open("plain", "rb").read()
            assert gzip.open("ours.gz").read() == plain
            unpacker = zlib.decompressobj()
            assert unpacker.decompress(open("ours.zz", "rb").read()) + unpacker.flush() == plain
            assert unpacker.eof and not unpacker.unused_data
            for strategy in range(5):
                packer = zlib.compressobj(6, zlib.DEFLATED, 31, 9, strategy)
                open(f"{strategy}.gz", "wb").write(packer.compress(plain[:9000]) + packer.flush(zlib.Z_FULL_FLUSH) + packer.compress(plain[9000:]) + packer.flush())
            for level in range(10):
                open(f"{level}.zz", "wb").write(zlib.compress(plain, level))
            with gzip.GzipFile("name.gz", "wb") as file:
                file.write(plain)
            """, in: directory)
        for name in ["0.gz", "1.gz", "2.gz", "3.gz", "4.gz", "name.gz"] + (0...9).map({ "\($0).zz" }) {
            let result = unpacked(try directory.bytes(name), bufferBytes: 1 << 20)
            #expect(result.error == nil, "\(name)")
            let isRight = result.bytes == Self.body
            #expect(isRight, "\(name)")
        }
    }

    @Test("python-snappy reads and writes", .enabled(if: hasPython("snappy"), "the Python package python-snappy is not there"))
    func pythonSnappy() async throws {
        let directory = try TemporaryDirectory()
        let plain = Self.body + noise(100_000, seed: 2)
        try directory.write("plain", bytes: plain)
        try directory.write("ours.sz", bytes: packed(plain, .snappy))
        try await Self.python(
            """
            import snappy
            plain = open("plain", "rb").read()
            with open("ours.sz", "rb") as packed, open("back", "wb") as back:
                snappy.stream_decompress(packed, back)
            assert open("back", "rb").read() == plain
            with open("plain", "rb") as source, open("theirs.sz", "wb") as packed:
                snappy.stream_compress(source, packed)
            """, in: directory)
        let isRight = unpacked(try directory.bytes("theirs.sz"), bufferBytes: 1 << 20).bytes == plain
        #expect(isRight)
    }
}
