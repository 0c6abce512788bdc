import Glibc
import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("records that wait for their stream")
struct OutboxTests {
    let temporary = TemporaryDirectory()

    private func chunk(_ rows: Range<Int>) throws -> OutboxChunk {
        var chunk = OutboxChunk(headers: [RecordHeader("a", text: "x"), RecordHeader("", [])])
        for row in rows {
            try chunk.append(key: row % 3 == 0 ? "" : "key \(row)", payload: "payload \(row)")
        }
        return chunk
    }

    @Test("chunks come back in order, from memory and from a file, and some may be passed over")
    func roundTrip() throws {
        let chunks = try [chunk(0..<5), chunk(5..<6), chunk(6..<40)]
        var bytes: [UInt8] = []
        for (number, chunk) in chunks.enumerated() { try chunk.encode(number: number, into: &bytes) }
        let path = temporary.path + "/chunks"
        try DiskFiles.writeAtomically(bytes, to: path)
        for skipped in 0...3 {
            for var reader in [OutboxReader(content: bytes), try OutboxReader(path: path, byteCount: bytes.count)] {
                try reader.skip(to: skipped)
                #expect(reader.number == skipped)
                var read: [OutboxChunk] = []
                while let chunk = try reader.next() { read.append(chunk) }
                #expect(read == Array(chunks[skipped...]))
            }
        }
        #expect(throws: SluiceError.self) { try OutboxReader(path: path, byteCount: bytes.count - 1) }
    }

    @Test("a changed byte, a cut and chunks in another order are damage")
    func damage() throws {
        var first: [UInt8] = []
        var second: [UInt8] = []
        try chunk(0..<3).encode(number: 0, into: &first)
        try chunk(3..<5).encode(number: 1, into: &second)
        func isDamaged(_ bytes: [UInt8]) -> Bool {
            var reader = OutboxReader(content: bytes)
            do throws(SluiceError) {
                while try reader.next() != nil {}
                return false
            } catch {
                return error.code == .stateCorrupt
            }
        }
        #expect(!isDamaged(first + second))
        #expect(isDamaged(second + first))
        #expect(isDamaged(second))
        for place in first.indices {
            var changed = first
            changed[place] ^= 0x41
            #expect(isDamaged(changed), "byte \(place)")
            if place > 0 { #expect(isDamaged(Array(first[..<place])), "cut at \(place)") }
        }
    }

    @Test("a chunk that is put again is stored once, also after a split and a merge; the stream knows how far a producer got")
    func again() async throws {
        try temporary.streams.create("s", shards: 2)
        let producer: UInt64 = 9
        for round in 0..<4 {
            let stream = try temporary.streams.open("s", for: .writing)
            #expect(stream.lastBatch(ofProducer: producer) == (round == 0 ? nil : UInt64(round + 4)))
            #expect(stream.lastBatch(ofProducer: 1) == nil)
            if round == 2 { try await stream.split(stream.openShards[0], at: stream.ranges[0].first + 1 << 100) }
            if round == 3 { try await stream.merge(stream.openShards[1], stream.openShards[2]) }
            for batch in max(1, round)...(round + 1) {
                let rows = batch * 100..<batch * 100 + 100
                try await stream.put(try chunk(rows), as: PutBatch.Producer(id: producer, batch: UInt64(batch + 4)))
            }
            stream.close()
        }
        var reader = try StreamReader(try temporary.streams.open("s", for: .reading))
        var texts: [String] = []
        while let (_, records) = try await reader.next() {
            texts += (0..<records.count).map { String(decoding: records.payloads[$0], as: UTF8.self) }
        }
        #expect(texts.sorted() == (100..<500).map { "payload \($0)" })
    }
}

extension OutboxChunk {
    fileprivate mutating func append(key: String, payload: String) throws {
        try append(key: Array(key.utf8)[...], payload: Array(payload.utf8)[...])
    }
}
