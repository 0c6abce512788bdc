import SluiceCore
import SluiceFormats
import SluiceStreams

/// Where the partition keys of lines come from.
enum RecordKeys: Sendable {
    /// Each record gets a random one, so that they spread over the shards.
    case random
    /// All records get this one.
    case same([UInt8])
    /// A member of each line, which is a JSON object.
    case member(JSONPath)
    /// A field of each line, from 0.
    case field(Int, delimiter: UInt8)

    /// The keys of records, up to the first record that has none.
    ///
    /// - Parameter checksJSON: Whether records that are no JSON are refused, where the keys are not looked for in it.
    func keys(of records: RawRecords, checksJSON: Bool) -> (keys: ByteRows, fault: RowError?) {
        var keys = ByteRows(reservingRows: records.count, bytes: records.count * 16)
        var generator = SystemRandomNumberGenerator()
        var state: UInt64 = generator.next()
        let fault = records.bytes.withUnsafeBufferPointer { bytes -> RowError? in
            for row in 0..<records.count {
                let record = UnsafeBufferPointer(rebasing: bytes[records.range(row)])
                if checksJSON, let fault = JSONPath.fault(in: record) { return fault }
                switch self {
                case .random: Self.appendRandom(&state, to: &keys)
                case .same(let key): keys.append(key)
                case .member(let path): if let fault = path.append(of: record, to: &keys) { return fault }
                case .field(let index, let delimiter):
                    guard let field = Self.field(index, of: record, delimiter) else {
                        return RowError(.tooFewFields, "there is no field \(index + 1)")
                    }
                    keys.append(field)
                }
                if let fault = Self.fault(ofKey: row, keys) {
                    keys = keys.slice(0..<row)
                    return fault
                }
            }
            return nil
        }
        return (keys, fault)
    }

    /// Keys have 1 to 256 characters (Kinesis).
    private static func fault(ofKey row: Int, _ keys: ByteRows) -> RowError? {
        let bytes = keys.length(row)
        let limit = StreamLimits.keyCharacters
        if limit.contains(bytes) { return nil }
        // Characters of UTF-8: all bytes but continuations.
        let characters = keys.withRow(row) { $0.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
        if limit.contains(characters), bytes <= StreamLimits.keyBytes { return nil }
        return RowError(
            .valueDoesNotFit, "the key has \(characters) characters, and keys have \(limit.lowerBound) to \(limit.upperBound)")
    }

    /// Sixteen hexadecimal digits: a step of SplitMix64 (Steele, Lea and Flood 2014), which costs less than the system's numbers.
    private static func appendRandom(_ state: inout UInt64, to keys: inout ByteRows) {
        state &+= 0x9E37_79B9_7F4A_7C15
        var number = state
        number = (number ^ number &>> 30) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ number &>> 27) &* 0x94D0_49BB_1331_11EB
        number ^= number &>> 31
        for _ in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number & 15)
            keys.extend(digit < 10 ? 0x30 + digit : 0x57 + digit)
            number &>>= 4
        }
        keys.endRow()
    }

    /// A field of a delimited line; one in quotes may hold the delimiter, and its quotes are doubled (RFC 4180).
    private static func field(_ index: Int, of record: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8) -> [UInt8]? {
        let quote = UInt8(ascii: "\"")
        var (start, number) = (0, 0)
        while start <= record.count {
            var (position, text) = (start, [UInt8]())
            if position < record.count, record[position] == quote {
                position += 1
                while position < record.count {
                    if record[position] == quote {
                        guard position + 1 < record.count, record[position + 1] == quote else { break }
                        position += 1
                    }
                    text.append(record[position])
                    position += 1
                }
                position += 1
            }
            while position < record.count, record[position] != delimiter {
                text.append(record[position])
                position += 1
            }
            if number == index { return text }
            number += 1
            start = position + 1
        }
        return nil
    }
}
