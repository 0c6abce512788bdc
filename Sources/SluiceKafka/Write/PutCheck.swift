#if Kafka
import SluiceCore
import SluiceStreams

/// What every put has to keep; whether a record is too long for its topic, the broker says.
enum PutCheck {
    /// - Throws: `recordTooLarge`, `invalidArgument` with the row.
    static func check(_ batch: PutBatch) throws(SluiceError) {
        guard (1...StreamLimits.putRecords).contains(batch.count) else {
            throw SluiceError(
                .invalidArgument, "a put of \(batch.count) records", remedy: "send 1 to \(StreamLimits.putRecords) at a time")
        }
        var bytes = 0
        for row in 0..<batch.count {
            let size = batch.keys.length(row) + batch.payloads.range(row).count
            bytes += size
            guard size <= StreamLimits.recordBytes.upperBound else {
                throw SluiceError(
                    .recordTooLarge, "record \(row) has \(size) bytes with its key",
                    remedy: "send at most \(StreamLimits.recordBytes.upperBound)")
            }
            // Characters of UTF-8: all bytes but continuations.
            let characters = batch.keys.withRow(row) { $0.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
            guard StreamLimits.keyCharacters.contains(characters) else {
                throw SluiceError(
                    .invalidArgument, "the partition key of record \(row) has \(characters) characters",
                    remedy: "keys have \(StreamLimits.keyCharacters.lowerBound) to \(StreamLimits.keyCharacters.upperBound)")
            }
        }
        guard bytes <= StreamLimits.putBytes else {
            throw SluiceError(.recordTooLarge, "a put of \(bytes) bytes", remedy: "send at most \(StreamLimits.putBytes) bytes at a time")
        }
        let headerBytes = batch.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        guard headerBytes <= KafkaLimits.headerBytes else {
            throw SluiceError(
                .recordTooLarge, "the headers have \(headerBytes) bytes", remedy: "send at most \(KafkaLimits.headerBytes)")
        }
    }
}
#endif
