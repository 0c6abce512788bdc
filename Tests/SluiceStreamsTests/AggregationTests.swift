import SluiceCore
import SluiceStreams
import Testing

@Suite("records of the producer library")
struct AggregationTests {
    private let records = [
        AggregatedRecord.SubRecord(key: "a", data: Array("one".utf8)),
        AggregatedRecord.SubRecord(key: "b", hashKey: 5, data: []),
        AggregatedRecord.SubRecord(key: "a", hashKey: .max, data: [UInt8](repeating: 9, count: 300)),
    ]

    @Test("what was packed is unpacked")
    func roundTrip() throws {
        let payload = AggregatedRecord(records).payload
        #expect(AggregatedRecord(parsing: payload[...])?.records == records)
        #expect(payload.starts(with: [0xF3, 0x89, 0x9A, 0xC2]))
    }

    /// One record {key table ["a"], index 0, data "x", tag {key "t"}} and its MD5, by hand from the wire format.
    @Test("a message with tags and another order of fields is read")
    func foreign() throws {
        let message: [UInt8] = [0x1A, 0x0A, 0x08, 0x00, 0x1A, 0x01, 0x78, 0x22, 0x03, 0x0A, 0x01, 0x74, 0x0A, 0x01, 0x61]
        let digest: [UInt8] = [
            0x3D, 0x74, 0x50, 0x5C, 0xA5, 0x94, 0xC8, 0x2B,
            0xC3, 0x89, 0xBB, 0x59, 0x18, 0x5E, 0x08, 0xD8,
        ]
        let payload = AggregatedRecord.magic + message + digest
        #expect(AggregatedRecord(parsing: payload[...])?.records == [AggregatedRecord.SubRecord(key: "a", data: [0x78])])
    }

    @Test("anything that is changed is a plain record", arguments: 0..<60)
    func plain(_ place: Int) {
        var payload = AggregatedRecord(records).payload
        payload[place] ^= 0x40
        #expect(AggregatedRecord(parsing: payload[...]) == nil)
        #expect(AggregatedRecord(parsing: payload[..<place]) == nil)
    }

    @Test("a shard keeps the sub-records that are its own")
    func afterReshard() {
        let half = UInt128(1) << 127
        let all = AggregatedRecord(records)
        #expect(all.records(in: HashRange(first: 0, last: half - 1)).map(\.hash) == [records[0].hash, 5])
        #expect(all.records(in: HashRange(first: half, last: .max)).map(\.hash) == [.max])
    }

    @Test("packed records of a batch share the sequence number and have places of their own; plain ones pass")
    func userRecords() throws {
        let payloads = [Array("plain".utf8), AggregatedRecord(records).payload]
        let rows = ByteRows(payloads)
        let batch = RecordBatch(
            numbers: .stepping(first: 7, step: 2), arrivals: .same(0), keys: ByteRows(texts: ["p", "a"]),
            payloads: RawRecords(bytes: rows.data, starts: Array(rows.offsets.dropLast()), ends: Array(rows.offsets.dropFirst())))
        let all = batch.userRecords(in: HashRange(first: 0, last: .max))
        #expect(all.map(\.sequenceNumber) == [7, 9, 9, 9].map { SequenceNumber($0) })
        #expect(all.map(\.subsequence) == [nil, 0, 1, 2])
        #expect(all.map(\.key) == ["p", "a", "b", "a"])
        let low = batch.userRecords(in: HashRange(first: 0, last: UInt128.max / 2))
        #expect(low.map(\.subsequence) == [nil, 0, 1])
    }
}
