import SluiceCore
import SluiceLog
import SluiceStreams

/// Takes apart the packed records of the shards that a member of a group reads. One task uses it.
final class GroupUnpacker {
    /// A record, and the checkpoint that says that it was read.
    struct Unpacked {
        var record: PrintedRecord
        var position: GroupPosition
    }

    private let stream: GroupedStream
    /// Of shards where packed records were found, by id.
    private var ranges: [String: HashRange] = [:]
    /// What was read of a record before its shard was given to this member, by shard.
    private var readParts: [String: (number: SequenceNumber, part: Int64)] = [:]

    init(_ stream: GroupedStream) { self.stream = stream }

    func begin(_ assignment: GroupAssignment) {
        readParts[assignment.shard] = nil
        if case .after(let number, let part?) = assignment.position { readParts[assignment.shard] = (number, part) }
    }

    /// The records in order, without those that belong to another shard or were read before.
    func records(of read: GroupRecords) async throws -> [Unpacked] {
        guard let shard = ShardID(parsing: read.shard) else { return [] }
        var found: [Unpacked] = []
        for batch in read.batches {
            for row in 0..<batch.count {
                let number = batch.sequenceNumber(row)
                let record = PrintedRecord(
                    shard: shard.number, sequence: number.position.map { SequenceNumber(UInt128($0.offset)) } ?? number,
                    arrivalMicros: batch.arrivalMicros(row), key: Array(batch.keys[row]), payload: Array(batch.payloads[row]))
                if let packed = AggregatedRecord(parsing: batch.payloads[row]), let range = try await range(of: read.shard) {
                    found += parts(packed, of: record, number, in: range, read.shard)
                } else {
                    found.append(Unpacked(record: record, position: .after(number)))
                }
            }
        }
        return found
    }

    private func parts(
        _ packed: AggregatedRecord, of record: PrintedRecord, _ number: SequenceNumber, in range: HashRange, _ shard: String
    ) -> [Unpacked] {
        let last = packed.records.lastIndex { range.contains($0.hash) }
        return packed.records.enumerated().compactMap { part, user in
            guard range.contains(user.hash) else { return nil }
            if let read = readParts[shard], read.number == number, part <= read.part { return nil }
            var found = record
            (found.part, found.key, found.payload) = (part, Array(user.key.utf8), user.data)
            return Unpacked(record: found, position: .after(number, subSequence: part == last ? nil : Int64(part)))
        }
    }

    private func range(of shard: String) async throws -> HashRange? {
        if let known = ranges[shard] { return known }
        for found in try await stream.backend.listShards(stream.name, .fromTrimHorizon) { ranges[found.id.description] = found.range }
        return ranges[shard]
    }
}
