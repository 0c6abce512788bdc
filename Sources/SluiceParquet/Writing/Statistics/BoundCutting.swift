import Glibc

/// The order of texts and binaries in Parquet: byte by byte, unsigned.
enum BytesOrder {
    @inline(__always) static func isLess(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        let shared = min(a.count, b.count)
        guard shared > 0, let left = a.baseAddress, let right = b.baseAddress else { return a.count < b.count }
        let order = memcmp(left, right, shared)
        return order < 0 || order == 0 && a.count < b.count
    }
}

/// Shortens long bounds so that an index stays small: a lower bound to its start, an upper bound to a start raised by one.
///
/// Texts stay valid UTF-8, because readers make strings of their bounds.
enum BoundCutting {
    /// Bytes of a bound; as parquet-mr and arrow-rs cut theirs.
    static let maximumBytes = 64

    static func lower(_ value: UnsafeRawBufferPointer, isText: Bool) -> PageBounds.Bound {
        guard value.count > maximumBytes else { return PageBounds.Bound(bytes: [UInt8](value), isExact: true) }
        return PageBounds.Bound(bytes: start(value, isText: isText), isExact: false)
    }

    /// Nil where no text of the permitted length is greater.
    static func upper(_ value: UnsafeRawBufferPointer, isText: Bool) -> PageBounds.Bound? {
        guard value.count > maximumBytes else { return PageBounds.Bound(bytes: [UInt8](value), isExact: true) }
        let cut = start(value, isText: isText)
        let raised = isText ? raisedText(cut) : raisedBytes(cut)
        return raised.map { PageBounds.Bound(bytes: $0, isExact: false) }
    }

    private static func start(_ value: UnsafeRawBufferPointer, isText: Bool) -> [UInt8] {
        var count = maximumBytes
        // Back to the first byte of a character; at most three bytes continue one.
        if isText { while count > maximumBytes - 4, value[count] & 0xC0 == 0x80 { count -= 1 } }
        return [UInt8](value[..<count])
    }

    private static func raisedBytes(_ bytes: [UInt8]) -> [UInt8]? {
        guard let last = bytes.lastIndex(where: { $0 < 0xFF }) else { return nil }
        return bytes[..<last] + [bytes[last] + 1]
    }

    /// The last character that has a next one becomes that; UTF-8 orders texts as their characters' numbers.
    private static func raisedText(_ bytes: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var scalars = Array(text.unicodeScalars)
        while let last = scalars.popLast() {
            // Surrogates are no characters, so the one after U+D7FF is U+E000.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            guard let raised = Unicode.Scalar(next) else { continue }
            scalars.append(raised)
            var result = String.UnicodeScalarView()
            result.append(contentsOf: scalars)
            return Array(String(result).utf8)
        }
        return nil
    }
}
