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
final class AvroIntegerEncoder: AvroEncoder {
    private let values: [Int64]

    init(_ values: [Int64]) { self.values = values }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(values[row]) }
}

final class AvroFloatEncoder: AvroEncoder {
    private let values: [Float]

    init(_ values: [Float]) { self.values = values }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(word: values[row].bitPattern) }
}

final class AvroDoubleEncoder: AvroEncoder {
    private let values: [Double]

    init(_ values: [Double]) { self.values = values }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { bytes.append(word: values[row].bitPattern) }
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

/// Lists, and maps where an item is a key and a value: one run of items, then the end.
final class AvroItemsEncoder: AvroEncoder {
    private let offsets: [Int32]
    private let parts: AvroEncoderList

    init(_ offsets: [Int32], _ parts: [AvroEncoder]) {
        self.offsets = offsets
        self.parts = AvroEncoderList(parts)
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        let items = offsets[row]..<offsets[row + 1]
        if !items.isEmpty {
            bytes.append(Int64(items.count))
            for item in items { parts.encodeEach(Int(item), to: &bytes) }
        }
        bytes.append(0)
    }
}

final class AvroStructEncoder: AvroEncoder {
    private let members: AvroEncoderList

    init(_ members: [AvroEncoder]) { self.members = AvroEncoderList(members) }

    override func encode(_ row: Int, to bytes: inout AvroBytes) { members.encodeEach(row, to: &bytes) }
}

/// A union of null (branch 0) and a type.
final class AvroNullableEncoder: AvroEncoder {
    private let plain: AvroEncoderList
    private let validity: Bitmap?

    init(_ plain: AvroEncoder, _ validity: Bitmap?) {
        self.plain = AvroEncoderList([plain])
        self.validity = validity
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        if let validity, !validity[row] {
            bytes.append(0)
        } else {
            bytes.append(1)
            plain.encode(0, row, to: &bytes)
        }
    }
}

/// A union of several types, after null where it is nullable.
final class AvroChoiceEncoder: AvroEncoder {
    private let alternatives: AvroEncoderList
    private let tags: [UInt8]
    private let validity: Bitmap?
    private let firstBranch: Int64

    init(_ alternatives: [AvroEncoder], _ tags: [UInt8], _ validity: Bitmap?, isNullable: Bool) {
        self.alternatives = AvroEncoderList(alternatives)
        self.tags = tags
        self.validity = validity
        firstBranch = isNullable ? 1 : 0
    }

    override func encode(_ row: Int, to bytes: inout AvroBytes) {
        if let validity, !validity[row] {
            bytes.append(0)
        } else {
            bytes.append(firstBranch + Int64(tags[row]))
            alternatives.encode(Int(tags[row]), row, to: &bytes)
        }
    }
}
