import SluiceCore

extension ByteRows {
    /// Whether a quote, backslash or control character stands in one of the texts.
    var needsJSONEscapes: Bool {
        data.withUnsafeBytes { bytes in
            var index = 0
            var found: UInt64 = 0
            while index + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                found |=
                    Words.zeroBytes(word ^ Words.all(0x22)) | Words.zeroBytes(word ^ Words.all(0x5C))
                    | Words.zeroBytes(word & Words.all(0xE0))
                index += 8
            }
            return found != 0 || bytes[index...].contains { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 }
        }
    }

    /// Each text as a JSON string.
    var quotedAsJSON: ByteRows {
        var result = ByteRows(reservingRows: count, bytes: data.count + data.count / 8 + 2 * count)
        data.withUnsafeBufferPointer { bytes in
            for row in 0..<count {
                result.extend(UInt8(ascii: "\""))
                let range = range(row)
                var start = range.lowerBound
                var index = start
                while index < range.upperBound {
                    let byte = bytes[index]
                    if byte != 0x22, byte != 0x5C, byte >= 0x20 {
                        index += 1
                        continue
                    }
                    result.extend(UnsafeBufferPointer(rebasing: bytes[start..<index]))
                    for escaped in JSONText.escape(byte) { result.extend(escaped) }
                    index += 1
                    start = index
                }
                result.extend(UnsafeBufferPointer(rebasing: bytes[start..<index]))
                result.extend(UInt8(ascii: "\""))
                result.endRow()
            }
        }
        return result
    }
}

extension JSONText {
    /// A quote, backslash or control character as it stands in a string.
    fileprivate static func escape(_ byte: UInt8) -> [UInt8] {
        var text: [UInt8] = []
        appendString(CollectionOfOne(byte), to: &text)
        return Array(text.dropFirst().dropLast())
    }
}
