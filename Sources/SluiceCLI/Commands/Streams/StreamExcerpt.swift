import SluiceCore
import SluiceLog
import SluiceStreams

/// One record of a stream, for printing.
struct PrintedRecord: Sendable {
    var shard: Int
    /// Of the embedded log: counted in its shard.
    var sequence: SequenceNumber
    /// Place among the records that are packed in one; nil for a plain record.
    var part: Int?
    /// Microseconds since 1970.
    var arrivalMicros: Int64
    var key: [UInt8]
    var payload: [UInt8]

    var json: Value {
        .structure(
            [
                .init("shard", .number(shard)), .init("shard_id", .string(ShardID(shard).description)),
                .init("sequence", .string(sequence.description)), .init("arrived_at", .time(arrivalMicros)),
            ] + (part.map { [.init("part", .number($0))] } ?? []) + Self.members("key", key) + Self.members("data", payload))
    }

    /// The bytes as text, or in base 64 where they are none.
    static func text(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self) ?? "base64:" + Base64.encode(bytes)
    }

    private static func members(_ name: String, _ bytes: [UInt8]) -> [Value.Member] {
        if let text = String(validating: bytes, as: UTF8.self) { return [.init(name, .string(text))] }
        return [.init(name + "_base64", .string(Base64.encode(bytes)))]
    }
}

/// Some records of a stream, read once.
enum StreamExcerpt {
    /// At most `limit` records: the newest ones, or the first ones behind `start`. In order of arrival, and of their numbers in a shard.
    static func read(
        _ stream: RecordStream, shards: [Int], from start: StreamPlace?, limit: Int
    ) async throws -> [PrintedRecord] {
        var records: [PrintedRecord] = []
        for shard in shards {
            var reader = try stream.reader(shard: shard, from: try position(start, stream, shard, limit))
            var taken: [PrintedRecord] = []
            while taken.count < limit || start == nil, let frame = try await reader.next() {
                taken += frame.printed(shard: shard)
            }
            records += start == nil ? taken.suffix(limit) : taken.prefix(limit)
        }
        records.sort { ($0.arrivalMicros, $0.shard, $0.sequence) < ($1.arrivalMicros, $1.shard, $1.sequence) }
        return Array(start == nil ? records.suffix(limit) : records.prefix(limit))
    }

    private static func position(
        _ start: StreamPlace?, _ stream: RecordStream, _ shard: Int, _ limit: Int
    ) throws(SluiceError) -> StartPosition {
        if let start { return start.position }
        let end = try stream.endSequence(shard: shard)
        return .sequence(end - min(end, UInt64(limit)))
    }
}

extension StreamRecords {
    func printed(shard: Int) -> [PrintedRecord] {
        (0..<count).map { row in
            PrintedRecord(
                shard: shard, sequence: SequenceNumber(UInt128(baseSequence) + UInt128(row)), arrivalMicros: arrivalMicros,
                key: Array(keys[row]),
                payload: Array(payloads[row]))
        }
    }
}
