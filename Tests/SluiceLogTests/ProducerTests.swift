import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("batches that are sent again")
struct ProducerTests {
    let temporary = TemporaryDirectory()
    let files = FaultyFiles()

    private func open() -> EmbeddedStreams {
        EmbeddedStreams(StreamStore(directory: temporary.path + "/streams", files: files))
    }

    /// Records whose hash keys spread over the whole space.
    private func batch(_ number: UInt64, count: Int = 8, producer: UInt64 = 7) -> PutBatch {
        let texts = (0..<count).map { "\(producer)/\(number)/\($0)" }
        let hashKeys = (0..<count).map { Optional(UInt128.max / UInt128(count) * UInt128($0)) }
        return PutBatch(
            keys: ByteRows(texts: texts), payloads: raw(texts), hashKeys: hashKeys,
            producer: PutBatch.Producer(id: producer, batch: number))
    }

    private func all(_ streams: EmbeddedStreams) async throws -> [String] {
        var reader = try StreamReader(try streams.stream("s"))
        var texts: [String] = []
        while let (_, records) = try await reader.next() { texts += (0..<records.count).map { records.payloads.text($0) } }
        return texts.sorted()
    }

    private func texts(_ batches: PutBatch...) -> [String] {
        batches.flatMap { batch in (0..<batch.count).map { batch.payloads.text($0) } }.sorted()
    }

    @Test("a batch is stored once and answered with the same numbers, also after opening again and by another segment")
    func again() async throws {
        var streams = open()
        try streams.createStream("s", StreamConfiguration(shards: 3))
        let first = try await streams.putRecords(batch(1), to: "s").compactMap(\.receipt)
        #expect(first.count == 8 && first.allSatisfy { !$0.isDuplicate })
        for round in 0..<3 {
            let again = try await streams.putRecords(batch(1), to: "s").compactMap(\.receipt)
            #expect(again.map(\.sequenceNumber) == first.map(\.sequenceNumber), "round \(round)")
            #expect(again.allSatisfy { $0.isDuplicate })
            streams.close()
            streams = open()
        }
        // Roll the segments: what was stored is then known from their summaries, and without those from the headers.
        let stream = try streams.stream("s")
        for shard in 0..<3 { try await stream.trim(shard: shard, before: 0) }
        #expect(try await all(streams) == texts(batch(1)))
        let second = try await streams.putRecords(batch(2), to: "s").compactMap(\.receipt)
        #expect(second.allSatisfy { !$0.isDuplicate })
        let outdated = try await streams.putRecords(batch(1), to: "s")
        for outcome in outdated {
            if case .failed(let error) = outcome { #expect(error.code == .invalidArgument) } else { Issue.record("an old batch was taken") }
        }
        #expect(try await all(streams) == texts(batch(1), batch(2)))
        #expect(try await streams.putRecords(batch(1, producer: 8), to: "s").allSatisfy { $0.receipt?.isDuplicate == false })
    }

    @Test("a batch that failed in one shard is completed by sending it again", arguments: FaultyFiles.Fault.allCases)
    func partial(_ fault: FaultyFiles.Fault) async throws {
        var streams = open()
        try streams.createStream("s", StreamConfiguration(shards: 4))
        _ = try streams.stream("s")
        files.arm(fault)
        let first = try await streams.putRecords(batch(1), to: "s")
        #expect(first.contains { $0.receipt == nil })
        let second = try await streams.putRecords(batch(1), to: "s")
        #expect(second.allSatisfy { $0.receipt != nil })
        for (before, after) in zip(first, second) {
            if let receipt = before.receipt { #expect(after.receipt?.sequenceNumber == receipt.sequenceNumber) }
        }
        #expect(try await all(streams) == texts(batch(1)))
        streams.close()
        streams = open()
        #expect(try await streams.putRecords(batch(1), to: "s").allSatisfy { $0.receipt?.isDuplicate == true })
        #expect(try await all(streams) == texts(batch(1)))
    }

    @Test("a batch of several frames of which a crash kept some is completed, not doubled", arguments: [1, 2])
    func cutBatch(_ kept: Int) async throws {
        var streams = open()
        try streams.createStream("s", StreamConfiguration(recordBytes: 1 << 20))
        let large = ByteRows((0..<3).map { [UInt8](repeating: UInt8($0), count: 900_000) })
        let batch = PutBatch(
            keys: ByteRows(texts: ["a", "b", "c"]),
            payloads: RawRecords(bytes: large.data, starts: Array(large.offsets.dropLast()), ends: Array(large.offsets.dropFirst())),
            producer: PutBatch.Producer(id: 1, batch: 1))
        _ = try await streams.putRecords(batch, to: "s")
        streams.close()
        // Cut the file behind some of the frames, as if the process had been killed there.
        let segment = try #require(try temporary.shardFiles("s").first)
        let content = try DiskFiles.read(segment)
        let frame = content.count / 3
        try DiskFiles.writeAtomically(content[..<(frame * kept + 5_000)], to: segment)
        try DiskFiles.removeTree(DiskFiles.parent(of: segment) + "/end")
        streams = open()
        let receipts = try await streams.putRecords(batch, to: "s").compactMap(\.receipt)
        #expect(receipts.map(\.isDuplicate) == (0..<3).map { $0 < kept })
        #expect(receipts.map(\.sequenceNumber).sorted() == receipts.map(\.sequenceNumber))
        var reader = try streams.stream("s").reader(shard: 0, from: .start)
        var first: [UInt8] = []
        while let records = try await reader.next() { first += (0..<records.count).map { records.payloads[$0].first! } }
        #expect(first == [0, 1, 2])
    }

    @Test("a batch stored before a split or merge and sent again after it is stored once", arguments: [1, 4])
    func acrossReshards(_ shards: Int) async throws {
        var streams = open()
        try streams.createStream("s", StreamConfiguration(shards: shards))
        let first = try await streams.putRecords(batch(1), to: "s").compactMap(\.receipt)
        for target in shards == 1 ? [2, 4, 2] : [2, 1, 2] {
            try await streams.updateShardCount("s", to: target)
            let again = try await streams.putRecords(batch(1), to: "s").compactMap(\.receipt)
            #expect(again.map(\.sequenceNumber) == first.map(\.sequenceNumber), "\(target)")
            #expect(again.allSatisfy { $0.isDuplicate })
            streams.close()
            streams = open()
        }
        #expect(try await all(streams) == texts(batch(1)))
        #expect(try await streams.putRecords(batch(2), to: "s").allSatisfy { $0.receipt?.isDuplicate == false })
        #expect(try await streams.putRecords(batch(2), to: "s").allSatisfy { $0.receipt?.isDuplicate == true })
    }
}
