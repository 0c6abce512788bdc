import SluiceCore

/// Numbers and texts one after another, for evidence that is kept: numbers as LEB128, texts as their length and UTF-8 bytes.
struct EvidenceWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small numbers of either sign take few bytes (zigzag).
    mutating func put(_ value: Int64) { put(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))) }

    mutating func put(_ count: Int) { put(UInt64(count)) }

    mutating func put(fixed value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func put(_ value: Double) { put(fixed: value.bitPattern) }

    mutating func put(_ text: String) { put(Array(text.utf8)) }

    mutating func put(_ content: [UInt8]) {
        put(content.count)
        bytes.append(contentsOf: content)
    }

    mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }
}

/// Reads what `EvidenceWriter` wrote. Nothing that is read is believed: counts are bounded by the bytes that are left.
struct EvidenceParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    static var malformed: SluiceError { SluiceError(.stateCorrupt, "the catalog holds malformed evidence of a file") }

    mutating func number() throws(SluiceError) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let byte = try self.byte()
            guard shift < 63 || byte < 2 else { throw Self.malformed }
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func integer() throws(SluiceError) -> Int64 {
        let value = try number()
        return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number of things of at least one byte each.
    mutating func count() throws(SluiceError) -> Int {
        let value = try number()
        guard value <= UInt64(bytes.count - position) else { throw Self.malformed }
        return Int(value)
    }

    /// A number that is none of things in the bytes.
    mutating func size() throws(SluiceError) -> Int {
        guard let value = Int(exactly: try number()) else { throw Self.malformed }
        return value
    }

    mutating func fixed() throws(SluiceError) -> UInt64 {
        guard bytes.count - position >= 8 else { throw Self.malformed }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) &<< UInt64(8 * index) }
        position += 8
        return value
    }

    mutating func double() throws(SluiceError) -> Double { Double(bitPattern: try fixed()) }

    mutating func content() throws(SluiceError) -> [UInt8] {
        let count = try count()
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    mutating func text() throws(SluiceError) -> String { String(decoding: try content(), as: UTF8.self) }

    mutating func flag() throws(SluiceError) -> Bool { try byte() == 1 }

    private mutating func byte() throws(SluiceError) -> UInt8 {
        guard position < bytes.count else { throw Self.malformed }
        position += 1
        return bytes[position - 1]
    }
}
