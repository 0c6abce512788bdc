import Glibc
import SluiceCore
@testable import SluiceLog
import SluiceStreams
import Testing

@Suite("bounds")
struct BoundsTests {
    let temporary = TemporaryDirectory()

    /// Descriptors of files below the test's directory; tests beside this one open others.
    private var openDescriptors: Int {
        let numbers = (try? DiskFiles.list("/proc/self/fd")) ?? []
        return numbers.count { number in
            var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let length = target.withUnsafeMutableBytes {
                readlink("/proc/self/fd/" + number, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
            }
            return length > 0 && target.prefix(length).starts(with: temporary.path.utf8)
        }
    }

    @Test("a shard of 10,000 segments opens by reading its last one, and a reader begins in the middle by the index")
    func manySegments() async throws {
        let store = StreamStore(directory: temporary.path + "/streams", segmentBytes: 1)
        try store.create("s", StreamConfiguration(durability: .none))
        let files = ShardFiles(stream: temporary.path + "/streams/s", shard: 0)
        do {
            let stream = try store.open("s", for: .writing)
            for index in 0..<40 { try await stream.append(records("\(index)", 1), to: 0) }
            stream.close()
        }
        // More of the same, made from the last one: a header that says where it belongs is all that differs.
        let template = try DiskFiles.read(files.segment(39))
        var header = try #require(
            template.withUnsafeBytes { bytes -> FrameHeader? in
                let tag = FrameHeader.load(bytes, 48, as: UInt64.self)
                if case .header(let header) = FrameHeader.parse(bytes, tag: tag, segment: nil) { return header }
                return nil
            })
        for base in UInt64(40)..<10_000 {
            header.baseSequence = base
            header.segmentBase = base
            var frame = Array(template[..<header.frameBytes])
            frame.withUnsafeMutableBytes { header.write(to: $0) }
            let descriptor = open(files.segment(base), O_WRONLY | O_CREAT, 0o644)
            try DiskFiles.write(frame, to: descriptor, path: files.segment(base))
            close(descriptor)
            let summary = SegmentSummary(index: SegmentIndex(), producers: ProducerTable(), lastMicros: header.arrivalMicros)
            let index = open(files.index(base), O_WRONLY | O_CREAT, 0o644)
            try DiskFiles.write(summary.bytes, to: index, path: files.index(base))
            close(index)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let stream = try store.open("s", for: .writing)
        print("opened 10,000 segments in \(clock.now - start)")
        #expect(stream.recovery.isEmpty)
        #expect(try stream.endSequence(shard: 0) == 10_000)
        var reader = try stream.reader(shard: 0, from: .sequence(5_000))
        #expect(try await reader.next()?.baseSequence == 5_000)
        #expect(try await reader.next()?.baseSequence == 5_001)
    }

    @Test("1,000 shards and 100 readers keep no more descriptors open than the pool has")
    func descriptors() async throws {
        let before = openDescriptors
        try temporary.streams.create("s", StreamConfiguration(shards: 1_000, durability: .none))
        let stream = try temporary.streams.open("s", for: .writing)
        for shard in 0..<1_000 { try await stream.append(records("\(shard)", 2), to: shard) }
        var readers = try (0..<100).map { try stream.reader(shard: $0 * 10, from: .start) }
        for index in readers.indices { #expect(try await readers[index].next()?.payloads.text(0) == "\(index * 10)-0") }
        for index in readers.indices { #expect(try await readers[index].next() == nil) }
        #expect(openDescriptors <= before + LogLimits.openFiles + 20)
        for shard in 0..<1_000 { try await stream.append(records("again", 1), to: shard) }
        for index in readers.indices { #expect(try await readers[index].next()?.payloads.text(0) == "again-0") }
        #expect(openDescriptors <= before + LogLimits.openFiles + 20)
        stream.close()
        let again = try temporary.streams.open("s", for: .writing)
        #expect(again.recovery.isEmpty)
        #expect(try await again.texts(shard: 999) == ["999-0", "999-1", "again-0"])
    }

    @Test("a pool closes what was used least lately and opens it again")
    func pool() throws {
        let pool = DescriptorPool(capacity: 2)
        let files = try (0..<5).map { index in
            try PooledFile(temporary.path + "/\(index)", flags: O_RDWR | O_CREAT, pool: pool)
        }
        let before = openDescriptors
        for round in 0..<3 {
            for (index, file) in files.enumerated() {
                try file.withDescriptor { descriptor throws(SluiceError) in
                    #expect(pwrite(descriptor, [UInt8(index + round)], 1, 0) == 1)
                }
            }
        }
        #expect(openDescriptors == before)
        for (index, file) in files.enumerated() { #expect(try DiskFiles.read(file.path) == [UInt8(index + 2)]) }
        unlink(files[0].path)
        let error = #expect(throws: SluiceError.self) { try files[0].withDescriptor { _ throws(SluiceError) in } }
        #expect(error?.code == .fileNotFound)
    }

    @Test("a segment is written over the file of a removed one, and what that held before is never read", arguments: 0..<4)
    func recycled(_ round: Int) async throws {
        let store = StreamStore(directory: temporary.path + "/streams", segmentBytes: 4_000)
        try store.create("s", shards: 1)
        var stream = try store.open("s", for: .writing)
        var number = 0
        var inodes: Set<UInt64> = []
        for step in 0..<12 {
            for _ in 0..<(10 + round) {
                try await stream.append(records("\(number)", 1 + (number % 3)), to: 0)
                number += 1
            }
            let end = try stream.endSequence(shard: 0)
            try await stream.trim(shard: 0, before: end - 5)
            for path in try temporary.shardFiles("s") {
                var status = stat()
                if stat(path, &status) == 0 { inodes.insert(UInt64(status.st_ino)) }
            }
            if step % 3 == round % 3 {
                stream.close()
                stream = try store.open("s", for: .writing)
                #expect(stream.recovery.isEmpty, "step \(step): \(stream.recovery)")
                #expect(try stream.endSequence(shard: 0) == end)
            }
            #expect(try await stream.texts().count == 5)
        }
        #expect(try temporary.shardFiles("s", suffix: ".spare").count <= LogLimits.spareSegments)
        // Some two dozen segments were begun.
        #expect(inodes.count < 8)
    }
}
