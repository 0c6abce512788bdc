import SluiceCore

/// Loops over UTF-8 that several functions share.
enum TextKernels {
    /// The texts of all nodes after one another; null where one is null.
    static func joined(_ nodes: [any BoundNode]) -> any BoundNode {
        KernelNode(.string, nodes) { input, failures in
            let texts = input.arguments.indices.map { input.texts($0) }
            return input.makeTexts(bytes: texts.reduce(0) { $0 + $1.rows.data.count }, &failures) { row, output, _ in
                for text in texts { text.append(row, to: &output) }
            }
        }
    }

    /// Whether all bytes are ASCII.
    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var all: UInt8 = 0
        for byte in bytes { all |= byte }
        return all < 0x80
    }

    /// A text column with each text mapped, if all of them are ASCII byte by byte, in one loop over all texts.
    @inline(__always)
    static func mapCase(
        _ input: KernelInput, _ failures: inout Failures, ascii: (UInt8) -> UInt8, unicode: (String) -> String
    ) -> Column {
        let rows = input[0].spread(input.rowCount).rows
        if rows.data.withUnsafeBufferPointer(isASCII) { return .texts(ByteRows(offsets: rows.offsets, data: rows.data.map(ascii))) }
        return input.mapTexts(&failures) { text, _, output, _ in
            if isASCII(text) { for byte in text { output.append(ascii(byte)) } } else { output.append(unicode(string(text))) }
        }
    }

    /// Code points: all bytes but those that continue one.
    static func codePoints(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        for byte in bytes { count &+= byte & 0xC0 != 0x80 ? 1 : 0 }
        return count
    }

    /// The byte offset behind the first `count` code points.
    static func offset(ofCodePoint count: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        if count <= 0 { return 0 }
        var seen = 0
        var index = 0
        while index < bytes.count {
            if bytes[index] & 0xC0 != 0x80 {
                if seen == count { return index }
                seen += 1
            }
            index += 1
        }
        return bytes.count
    }

    /// Where `needle` stands first at or after `start`; nil where it does not. An empty one stands everywhere.
    static func find(_ needle: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        guard let first = needle.first else { return start <= text.count ? start : nil }
        let last = text.count - needle.count
        var index = start
        while index <= last {
            if text[index] == first {
                var matched = 1
                while matched < needle.count, text[index + matched] == needle[matched] { matched += 1 }
                if matched == needle.count { return index }
            }
            index += 1
        }
        return nil
    }

    /// A part of a buffer as a buffer.
    @inline(__always)
    static func part(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[range])
    }

    static func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
