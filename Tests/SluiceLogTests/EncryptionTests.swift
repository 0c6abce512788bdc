import Glibc
import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("encryption at rest")
struct EncryptionTests {
    let temporary = TemporaryDirectory()
    private var keyFile: String { temporary.path + "/streams.key" }

    private func written() async throws -> String {
        try temporary.streams.create("s", StreamConfiguration(isEncrypted: true))
        let stream = try temporary.streams.open("s", for: .writing)
        for prefix in ["secret", "other"] { try await stream.append(records(prefix, 3), to: 0) }
        stream.close()
        return try #require(try temporary.shardFiles("s").first)
    }

    @Test("records come back, and neither payload nor key stands in the file; only the owner may read the key")
    func roundTrip() async throws {
        let segment = try await written()
        let content = String(decoding: try DiskFiles.read(segment), as: UTF8.self)
        #expect(!content.contains("secret") && !content.contains("key-"))
        #expect(
            try await temporary.streams.open("s", for: .reading).texts()
                == ["secret", "other"].flatMap { p in (0..<3).map { "\(p)-\($0)" } })
        var status = stat()
        #expect(stat(keyFile, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("a missing key and another key are errors of their own, and nothing is changed")
    func wrongKey() async throws {
        let segment = try await written()
        let before = try DiskFiles.read(segment)
        let key = try DiskFiles.read(keyFile)
        try DiskFiles.removeTree(keyFile)
        #expect(#expect(throws: SluiceError.self) { try temporary.streams.open("s", for: .writing) }?.code == .wrongKey)
        let missing = await #expect(throws: SluiceError.self) { try await temporary.streams.open("s", for: .reading).texts() }
        #expect(missing?.code == .wrongKey)
        // The other store makes a key of its own.
        try temporary.streams.create("t", StreamConfiguration(isEncrypted: true))
        let other = await #expect(throws: SluiceError.self) { try await temporary.streams.open("s", for: .reading).texts() }
        #expect(other?.code == .wrongKey)
        try DiskFiles.writeAtomically("no key".utf8, to: keyFile)
        #expect(#expect(throws: SluiceError.self) { try temporary.streams.open("s", for: .writing) }?.code == .wrongKey)
        #expect(try DiskFiles.read(segment) == before)
        try DiskFiles.writeAtomically(key, to: keyFile)
        #expect(try await temporary.streams.open("s", for: .reading).texts().count == 6)
    }

    @Test("encryption begins and ends with the frames that are written from then on")
    func switched() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        var change = StreamChange()
        for (round, isEncrypted) in [false, true, false].enumerated() {
            change.isEncrypted = isEncrypted
            try stream.update(change)
            try await stream.append(records("round-\(round)", 2), to: 0)
        }
        let content = String(decoding: try DiskFiles.read(try #require(try temporary.shardFiles("s").first)), as: UTF8.self)
        #expect(content.contains("round-0") && !content.contains("round-1") && content.contains("round-2"))
        #expect(try await stream.texts() == (0..<3).flatMap { round in (0..<2).map { "round-\(round)-\($0)" } })
    }

    @Test("a crash is recovered without the key's frames being read, and damage is set aside")
    func damage() async throws {
        let segment = try await written()
        var content = try DiskFiles.read(segment)
        content[200] ^= 1
        try DiskFiles.writeAtomically(content, to: segment)
        let stream = try temporary.streams.open("s", for: .writing)
        #expect(stream.recovery.findings.contains { $0.kind == .missing(0..<3) })
        #expect(try await stream.texts() == (0..<3).map { "other-\($0)" })
    }
}
