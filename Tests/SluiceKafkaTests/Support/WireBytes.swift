#if Kafka

/// Reads a request of the Kafka protocol: numbers are big-endian, texts and lists begin with their length.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// What is missing reads as zero: a request that is cut off makes a test fail, not crash.
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        let bytes = rest.prefix(MemoryLayout<Number>.size)
        rest = rest.dropFirst(bytes.count)
        return bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// Nil for the absent text.
    mutating func text() -> String? {
        let count = Int(number(Int16.self))
        guard count >= 0 else { return nil }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }

    /// None for the absent ones.
    mutating func block() -> [UInt8] {
        let count = max(0, Int(number(Int32.self)))
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// Nil for the absent list.
    mutating func list<Item>(_ item: (inout WireReader) -> Item) -> [Item]? {
        let count = Int(number(Int32.self))
        return count < 0 ? nil : (0..<count).map { _ in item(&self) }
    }
}

/// Writes an answer.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func uint8(_ number: UInt8) { bytes.append(number) }
    mutating func int16(_ number: Int16) { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }
    mutating func int32(_ number: Int32) { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }
    mutating func int64(_ number: Int64) { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }

    mutating func text(_ text: String?) {
        int16(Int16(text?.utf8.count ?? -1))
        bytes += (text ?? "").utf8
    }

    mutating func block(_ value: [UInt8]) {
        int32(Int32(value.count))
        bytes += value
    }

    mutating func list<Item>(_ items: some Collection<Item>, _ write: (inout WireWriter, Item) -> Void) {
        int32(Int32(items.count))
        for item in items { write(&self, item) }
    }
}
#endif
