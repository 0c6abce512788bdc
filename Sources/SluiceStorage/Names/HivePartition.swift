/// One `key=value` directory of a path.
package struct HivePartition: Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// The partition values that a path's directories name, outermost first; `%XX` is decoded in both parts. The last part is the file's name.
    ///
    /// `flights/month=01/a.csv` has `month` = `01`: values are texts, leading zeros stay.
    package static func values(of path: String) -> [HivePartition] {
        path.split(separator: "/").dropLast().compactMap { part in
            guard let equals = part.firstIndex(of: "="), equals > part.startIndex else { return nil }
            return HivePartition(key: decoded(part[..<equals]), value: decoded(part[part.index(after: equals)...]))
        }
    }

    /// Percent-decoding; what is no `%XX`, or would not be UTF-8, stays as it is.
    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = hexadecimal(source[index + 1]),
                let low = hexadecimal(source[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? String(text)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
