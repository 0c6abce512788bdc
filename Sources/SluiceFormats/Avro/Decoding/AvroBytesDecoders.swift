import SluiceCore

/// Texts and binaries.
final class AvroBytesDecoder: AvroDecoder, @unchecked Sendable {
    private let isText: Bool
    private let rows = AvroRows()

    init(_ column: String, isText: Bool) {
        self.isText = isText
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        let bytes = cursor.bytes()
        if isText, !AvroText.isValid(bytes) {
            cursor.reject(column, "a string is no valid UTF-8", .invalidEncoding)
            rows.append(UnsafeBufferPointer(start: nil, count: 0))
        } else {
            rows.append(bytes)
        }
    }

    override func appendSlot(_ cursor: inout AvroCursor) { rows.append(UnsafeBufferPointer(start: nil, count: 0)) }
    override func reserve(_ count: Int) { rows.reserve(count) }
    override func take() -> Column { Column(isText ? .string : .binary, .bytes(rows.take())) }

    deinit { rows.free() }
}

final class AvroFixedDecoder: AvroDecoder, @unchecked Sendable {
    private let byteCount: Int
    private let rows = AvroRows()

    init(_ column: String, byteCount: Int) {
        self.byteCount = byteCount
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) { rows.append(cursor.bytes(byteCount)) }
    override func appendSlot(_ cursor: inout AvroCursor) { rows.append(UnsafeBufferPointer(start: nil, count: 0)) }
    override func reserve(_ count: Int) { rows.reserve(count) }
    override func take() -> Column { Column(.binary, .bytes(rows.take())) }

    deinit { rows.free() }
}

/// UUIDs of 16 bytes, as texts.
final class AvroUUIDDecoder: AvroDecoder, @unchecked Sendable {
    private static let digits = Array("0123456789abcdef".utf8)
    private let rows = AvroRows()

    override func decode(_ cursor: inout AvroCursor) {
        let bytes = cursor.bytes(16)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { rows.extend(UInt8(ascii: "-")) }
            rows.extend(Self.digits[Int(byte >> 4)])
            rows.extend(Self.digits[Int(byte & 15)])
        }
        rows.endRow()
    }

    override func appendSlot(_ cursor: inout AvroCursor) { rows.endRow() }
    override func reserve(_ count: Int) { rows.reserve(count) }
    override func take() -> Column { Column(.string, .bytes(rows.take())) }

    deinit { rows.free() }
}

/// Times of day, as texts: `hh:mm:ss` with a fraction of 3 or 6 digits where there is one.
final class AvroTimeDecoder: AvroDecoder, @unchecked Sendable {
    private let microsPerUnit: Int64
    private let rows = AvroRows()

    init(_ column: String, microsPerUnit: Int64) {
        self.microsPerUnit = microsPerUnit
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        let value = microsPerUnit == 1 ? cursor.long() : Int64(cursor.int())
        let (micros, overflow) = value.multipliedReportingOverflow(by: microsPerUnit)
        if overflow || !(0..<TimeText.microsPerDay).contains(micros) {
            cursor.reject(column, "\(value) is no time of day")
        } else {
            // A day's microseconds as a timestamp of the first day, without the date.
            var text: [UInt8] = []
            text.reserveCapacity(32)
            TimeText.append(micros: micros, zoned: false, to: &text)
            let dateBytes = 11
            text.withUnsafeBufferPointer { rows.extend(UnsafeBufferPointer(rebasing: $0[dateBytes...])) }
        }
        rows.endRow()
    }

    override func appendSlot(_ cursor: inout AvroCursor) { rows.endRow() }
    override func reserve(_ count: Int) { rows.reserve(count) }
    override func take() -> Column { Column(.string, .bytes(rows.take())) }

    deinit { rows.free() }
}

/// Timestamps in nanoseconds, as texts.
final class AvroNanosecondTextDecoder: AvroDecoder, @unchecked Sendable {
    private let zoned: Bool
    private let rows = AvroRows()
    private var text: [UInt8] = []

    init(_ column: String, zoned: Bool) {
        self.zoned = zoned
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        text.removeAll(keepingCapacity: true)
        NanosecondText.append(cursor.long(), zoned: zoned, to: &text)
        text.withUnsafeBufferPointer { rows.append($0) }
    }

    override func appendSlot(_ cursor: inout AvroCursor) { rows.endRow() }
    override func reserve(_ count: Int) { rows.reserve(count) }
    override func take() -> Column { Column(.string, .bytes(rows.take())) }

    deinit { rows.free() }
}

/// Symbols, as the codes of a dictionary.
final class AvroEnumerationDecoder: AvroDecoder, @unchecked Sendable {
    private let symbols: ByteRows
    private let symbolCount: Int
    private let codes = AvroBuffer<Int32>()

    init(_ column: String, symbols: [String]) {
        // A code always names a row, that under a null too.
        self.symbols = ByteRows(texts: symbols.isEmpty ? [""] : symbols)
        symbolCount = symbols.count
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        let code = cursor.int()
        if code >= 0, code < symbolCount {
            codes.append(code)
        } else {
            cursor.fail(.symbol)
            codes.append(0)
        }
    }

    override func appendSlot(_ cursor: inout AvroCursor) { codes.append(0) }
    override func reserve(_ count: Int) { codes.reserve(count) }

    override func take() -> Column { Column(.string, .dictionary(codes: codes.take(), values: symbols)) }

    deinit { codes.free() }
}

/// Checks of strings.
enum AvroText {
    /// Whether the bytes are UTF-8; short ASCII texts, the most there are, cost a few steps.
    @inline(__always)
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        var index = 0
        var high: UInt64 = 0
        while index &+ 8 <= raw.count {
            high |= raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        while index < raw.count {
            high |= UInt64(raw[index])
            index &+= 1
        }
        return high & 0x8080_8080_8080_8080 == 0 || isValidBeyondASCII(bytes)
    }

    private static func isValidBeyondASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        (try? UTF8Span(validating: bytes.span)) != nil
    }
}
