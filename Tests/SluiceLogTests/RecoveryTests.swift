import Glibc
import SluiceCore
@testable import SluiceLog
import SluiceStreams
import Testing

@Suite("recovery")
struct RecoveryTests {
    let temporary = TemporaryDirectory()

    /// Three appends of three records; the end of each frame in the segment, and the end mark after the second.
    private func written() async throws -> (segment: String, ends: [Int], markAfterTwo: [UInt8], mark: String) {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let segment = try #require(try temporary.shardFiles("s").first)
        let mark = DiskFiles.parent(of: segment) + "/end"
        var ends: [Int] = []
        var markAfterTwo: [UInt8] = []
        for prefix in ["a", "b", "c"] {
            if ends.count == 2 { markAfterTwo = try DiskFiles.read(mark) }
            try await stream.append(records(prefix, 3), to: 0)
            ends.append(try writtenBytes(segment))
        }
        stream.close()
        return (segment, ends, markAfterTwo, mark)
    }

    /// Bytes of whole frames, without the space reserved behind them.
    private func writtenBytes(_ segment: String) throws -> Int {
        let bytes = try DiskFiles.read(segment)
        return bytes.withUnsafeBytes { bytes in
            var place = 0
            while case .header(let header) = FrameHeader.parse(
                UnsafeRawBufferPointer(rebasing: bytes[place...]), tag: tag(bytes), segment: nil)
            {
                place += header.frameBytes
            }
            return place
        }
    }

    private func tag(_ segment: UnsafeRawBufferPointer) -> UInt64 { FrameHeader.load(segment, 48, as: UInt64.self) }

    private func texts(_ prefixes: String...) -> [String] { prefixes.flatMap { prefix in (0..<3).map { "\(prefix)-\($0)" } } }

    private func removeKeptFiles() throws {
        for file in try temporary.shardFiles("s", suffix: "") where !file.hasSuffix(".segment") && !file.hasSuffix("/end") {
            try DiskFiles.removeTree(file)
        }
        for file in try temporary.shardFiles("s").dropFirst() { try DiskFiles.removeTree(file) }
    }

    @Test("a write cut at any byte is taken back, and what was acknowledged before stays")
    func tornTail() async throws {
        let (segment, ends, markAfterTwo, mark) = try await written()
        let whole = try DiskFiles.read(segment)
        for length in ends[1]..<ends[2] {
            try DiskFiles.writeAtomically(whole[..<length], to: segment)
            try DiskFiles.writeAtomically(markAfterTwo, to: mark)
            let stream = try temporary.streams.open("s", for: .writing)
            // Zeros at the end of what is left are no different from space that was reserved.
            let torn = (whole[ends[1]..<length].lastIndex { $0 != 0 }).map { $0 + 1 - ends[1] } ?? 0
            let cut = RecoveryReport.Finding(shard: ShardID(0), segment: segment, kind: .cutTail(bytes: torn))
            #expect(stream.recovery.findings == (torn == 0 ? [] : [cut]), "cut at \(length)")
            #expect(try await stream.append(records("d", 1), to: 0) == 6..<7, "cut at \(length)")
            #expect(try await stream.texts() == texts("a", "b") + ["d-0"], "cut at \(length)")
            stream.close()
        }
    }

    @Test("a changed byte costs its own frame, is reported, and the damaged file is kept")
    func flippedByte() async throws {
        let (segment, ends, _, mark) = try await written()
        let whole = try DiskFiles.read(segment)
        let fullMark = try DiskFiles.read(mark)
        for place in stride(from: 0, to: ends[2], by: 3) {
            var damaged = whole
            damaged[place] ^= 0x04
            try removeKeptFiles()
            try DiskFiles.writeAtomically(damaged, to: segment)
            try DiskFiles.writeAtomically(fullMark, to: mark)
            let frame = try #require(ends.firstIndex { place < $0 })
            let stream = try temporary.streams.open("s", for: .writing)
            let left = ["a", "b", "c"].enumerated().filter { $0.offset != frame }.flatMap { texts($0.element) }
            #expect(try await stream.texts() == left, "byte \(place)")
            #expect(stream.recovery.lostRecords, "byte \(place)")
            let missing = UInt64(frame * 3)..<UInt64(frame * 3 + 3)
            #expect(stream.recovery.findings.contains { $0.kind == .missing(missing) }, "byte \(place): \(stream.recovery)")
            #expect(try temporary.shardFiles("s", suffix: ".damaged").count == 1)
            #expect(try DiskFiles.read(segment + ".damaged") == damaged)
            #expect(try await stream.append(records("d", 1), to: 0) == 9..<10, "numbers are not given out twice")
            stream.close()
            let again = try temporary.streams.open("s", for: .writing)
            #expect(again.recovery.isEmpty, "byte \(place): repaired once")
            #expect(try await again.texts() == left + ["d-0"])
            again.close()
        }
    }

    @Test("what damage took is known after it was set aside, also to readers in other processes, and is not counted")
    func knownLoss() async throws {
        let (segment, ends, _, _) = try await written()
        var bytes = try DiskFiles.read(segment)
        bytes[ends[0] + 10] ^= 0x04
        try DiskFiles.writeAtomically(bytes, to: segment)
        for mode in [RecordStream.Mode.writing, .reading] {
            let stream = try temporary.streams.open("s", for: mode)
            #expect(try stream.missing(shard: 0) == [3..<6])
            #expect(try stream.losses().map(\.kind) == [.missing(3..<6)])
            #expect(try stream.describe().recordCount == 6 && stream.describe().missingCount == 3)
            #expect(try stream.setAside().map(\.segment) == [segment + ".damaged"])
            stream.close()
        }
        let trimmed = try temporary.streams.open("s", for: .writing)
        #expect(try trimmed.verify().isEmpty)
        try await trimmed.trim(shard: 0, before: 5)
        #expect(try trimmed.missing(shard: 0) == [5..<6])
        trimmed.close()
    }

    @Test("ranges that touch become one, and a line that is none is passed over") func missingRecords() throws {
        let path = temporary.path + "/missing"
        try DiskFiles.writeAtomically(Array("9 12\nnonsense\n5 3\n1 2\n".utf8), to: path)
        var missing = MissingRecords(path: path)
        #expect(missing.ranges == [1..<2, 9..<12])
        missing.insert(4..<9)
        missing.insert(20..<21)
        missing.insert(5..<5)
        #expect(missing.ranges == [1..<2, 4..<12, 20..<21])
        try missing.write(to: path)
        #expect(MissingRecords(path: path).ranges == missing.ranges)
        #expect(missing.clamped(to: 10..<20) == [10..<12])
        #expect(MissingRecords(path: path + "-none").ranges.isEmpty)
    }

    @Test("acknowledged records that vanished are reported and their numbers are not reused", arguments: [0, 100])
    func lostTail(_ length: Int) async throws {
        let (segment, _, _, _) = try await written()
        #expect(truncate(segment, off_t(length)) == 0)
        let stream = try temporary.streams.open("s", for: .writing)
        #expect(stream.recovery.findings.contains { $0.kind == .missing(0..<9) })
        #expect(try await stream.append(records("d", 1), to: 0) == 9..<10)
        #expect(try await stream.texts() == ["d-0"])
    }

    @Test("a shard whose files vanished opens and goes on")
    func lostSegment() async throws {
        let (segment, _, _, _) = try await written()
        try DiskFiles.removeTree(segment)
        let stream = try temporary.streams.open("s", for: .writing)
        #expect(stream.recovery.lostRecords)
        #expect(try await stream.append(records("d", 1), to: 0) == 9..<10)
    }

    @Test("zeros behind the last frame are space that was never written, not damage")
    func reservedSpace() async throws {
        let (segment, ends, _, _) = try await written()
        try DiskFiles.writeAtomically(try DiskFiles.read(segment) + [UInt8](repeating: 0, count: 5_000), to: segment)
        let stream = try temporary.streams.open("s", for: .writing)
        #expect(stream.recovery.isEmpty)
        #expect(try writtenBytes(segment) == ends[2])
        #expect(try await stream.texts() == texts("a", "b", "c"))
    }

    @Test("records that were synced but not marked are found", arguments: [0, 6])
    func staleMark(_ marked: UInt64) async throws {
        let (_, _, _, mark) = try await written()
        try DiskFiles.writeAtomically(SequenceMark.bytes(marked), to: mark)
        #expect(try await temporary.streams.open("s", for: .reading).texts() == texts("a", "b", "c"))
    }

    @Test("a frame of a later format is refused, and nothing is changed")
    func tooNew() async throws {
        let (segment, _, _, _) = try await written()
        var bytes = try DiskFiles.read(segment)
        bytes[4] = 3
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[0..<92])) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(92..<96, with: $0) }
        try DiskFiles.writeAtomically(bytes, to: segment)
        let error = #expect(throws: SluiceError.self) { try temporary.streams.open("s", for: .writing) }
        #expect(error?.code == .stateTooNew)
        #expect(try DiskFiles.read(segment) == bytes)
    }

    @Test("a reader meets damage with an error that names the place; verifying sets it aside and readers go on")
    func damageInClosedSegment() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let payload = ByteRows([[UInt8](repeating: 1, count: 15 << 20)])
        for _ in 0..<6 { try await stream.append(NewRecords(keys: ByteRows([[1]]), payloads: payload), to: 0) }
        let segments = try temporary.shardFiles("s")
        #expect(segments.count == 2)
        let descriptor = open(segments[0], O_WRONLY)
        #expect(pwrite(descriptor, "x", 1, off_t(20 << 20)) == 1)
        close(descriptor)
        var reader = try stream.reader(shard: 0, from: .start)
        #expect(try await reader.next()?.sequences == 0..<1)
        let error = await #expect(throws: SluiceError.self) { try await reader.next() }
        #expect(error?.code == .corruptFrame)
        #expect(error?.location?.description == "s/shardId-000000000000@1")
        let report = try stream.verify()
        #expect(report.findings.contains { $0.kind == .missing(1..<2) })
        #expect(try stream.verify().isEmpty)
        reader = try stream.reader(shard: 0, from: .start)
        var sequences: [UInt64] = []
        while let records = try await reader.next() { sequences += Array(records.sequences) }
        #expect(sequences == [0, 2, 3, 4, 5])
    }
}
