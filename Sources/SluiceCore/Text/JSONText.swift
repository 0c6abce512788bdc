/// Writing JSON strings on bytes (RFC 8259, section 7).
public enum JSONText {
    /// Appends a quoted string; `"`, `\` and control characters are escaped, everything else goes through as it is.
    ///
    /// - Complexity: O(bytes), without a step outside for each where the text is contiguous.
    public static func appendString(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        let isDone: Void? = text.withContiguousStorageIfAvailable { appendString($0, to: &bytes) }
        if isDone == nil { Array(text).withUnsafeBufferPointer { appendString($0, to: &bytes) } }
    }

    public static func appendString(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        // Runs of bytes that go through are appended at once.
        var start = 0
        for place in 0..<text.count {
            let byte = text[place]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
            appendEscaped(byte, to: &bytes)
            start = place + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
        case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
        case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
        case 0..<0x20:
            bytes.append(contentsOf: #"\u00"#.utf8)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        default:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
