import SluiceCore

final class AvroNothingEncoder: AvroEncoder {
    override func encode(_ row: Int, to bytes: inout AvroBytes) {}
}

final class AvroBooleanEncoder: AvroEncoder {
    private let bits: Bitmap

    init(_ bits: Bitmap) { self.bits = bits }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(byte: bits[row] ? 1 : 0) }
}

/// Numbers, dates and timestamps.
final class AvroIntegerEncoder<Value: FixedWidthInteger>: AvroEncoder {
    private let values: [Value]

    init(_ values: [Value]) { self.values = values }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(Int64(truncatingIfNeeded: values[row])) }
}

/// Floats, by their bits.
final class AvroWordEncoder<Word: FixedWidthInteger>: AvroEncoder {
    private let words: [Word]

    init(_ words: [Word]) { self.words = words }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(word: words[row]) }
}

/// Unscaled integers in as few bytes as hold their sign, big-endian.
final class AvroDecimalEncoder: AvroEncoder {
    private let values: [Int128]

    init(_ values: [Int128]) { self.values = values }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        let value = values[row]
        let significantBits = 128 - (value < 0 ? ~value : value).leadingZeroBitCount + 1
        let count = (significantBits + 7) / 8
        bytes.append(Int64(count))
        for index in (0..<count).reversed() { bytes.append(byte: UInt8(truncatingIfNeeded: value >> Int128(index * 8))) }
    }
}

final class AvroBytesEncoder: AvroEncoder {
    private let rows: ByteRows

    init(_ rows: ByteRows) { self.rows = rows }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(rows, row) }
}

final class AvroDictionaryEncoder: AvroEncoder {
    private let codes: [Int32]
    private let values: ByteRows

    init(_ codes: [Int32], _ values: ByteRows) {
        self.codes = codes
        self.values = values
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(values, Int(codes[row])) }
}

/// Lists, and maps where there are keys: one run of items, then the end.
final class AvroListEncoder: AvroEncoder {
    private let offsets: [Int32]
    private let keys: AvroEncoder?
    private let values: AvroEncoder

    init(_ offsets: [Int32], keys: AvroEncoder?, _ values: AvroEncoder) {
        self.offsets = offsets
        self.keys = keys
        self.values = values
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        let items = offsets[row]..<offsets[row + 1]
        if !items.isEmpty {
            bytes.append(Int64(items.count))
            for item in items {
                keys?.encode(Int(item), to: &bytes)
                values.encode(Int(item), to: &bytes)
            }
        }
        bytes.append(0)
    }
}

final class AvroStructEncoder: AvroEncoder {
    private let members: [AvroEncoder]

    init(_ members: [AvroEncoder]) { self.members = members }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        for member in members { member.encode(row, to: &bytes) }
    }
}

/// A union of null (branch 0) and a type.
final class AvroNullableEncoder: AvroEncoder {
    private let plain: AvroEncoder
    private let validity: Bitmap?

    init(_ plain: AvroEncoder, _ validity: Bitmap?) {
        self.plain = plain
        self.validity = validity
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        if let validity, !validity[row] {
            bytes.append(0)
        } else {
            bytes.append(1)
            plain.encode(row, to: &bytes)
        }
    }
}

/// A union of several types, after null where it is nullable.
final class AvroChoiceEncoder: AvroEncoder {
    private let alternatives: [AvroEncoder]
    private let tags: [UInt8]
    private let validity: Bitmap?
    private let firstBranch: Int64

    init(_ alternatives: [AvroEncoder], _ tags: [UInt8], _ validity: Bitmap?, isNullable: Bool) {
        self.alternatives = alternatives
        self.tags = tags
        self.validity = validity
        firstBranch = isNullable ? 1 : 0
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        if let validity, !validity[row] {
            bytes.append(0)
        } else {
            bytes.append(firstBranch + Int64(tags[row]))
            alternatives[Int(tags[row])].encode(row, to: &bytes)
        }
    }
}
