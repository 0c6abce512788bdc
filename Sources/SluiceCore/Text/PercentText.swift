/// Percent-encoding as signatures want it: all but letters, digits and `-._~`, in upper-case hexadecimal digits.
package enum PercentText {
    private static let digits = Array("0123456789ABCDEF".utf8)

    package static func encode(_ text: String, keepsSlashes: Bool = false) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIILetterOrDigit || "-._~".utf8.contains(byte) || (keepsSlashes && byte == UInt8(ascii: "/")) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path without empty, `.` and `..` segments (RFC 3986, section 5.2.4, and slashes that follow one another).
    package static func normalize(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/") {
            switch segment {
            case ".": break
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        let isFolder = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
        return "/" + kept.joined(separator: "/") + (isFolder && !kept.isEmpty ? "/" : "")
    }

    /// Whether a `%` stands without two hexadecimal digits behind it (RFC 3986, section 2.1).
    package static func isMalformed(_ text: some Collection<UInt8>) -> Bool {
        var rest = text[...]
        while let place = rest.firstIndex(of: UInt8(ascii: "%")) {
            let digits = Array(rest[place...].dropFirst().prefix(2))
            guard digits.count == 2, Hexadecimal.byte(digits[0], digits[1]) != nil else { return true }
            rest = rest[place...].dropFirst(3)
        }
        return false
    }

    /// The reverse, as a text.
    ///
    /// - Parameter plusIsBlank: As in queries and forms; in paths a plus is one.
    package static func decode(_ text: some StringProtocol, plusIsBlank: Bool = true) -> String {
        String(decoding: decodedBytes(text.utf8, plusIsBlank: plusIsBlank), as: UTF8.self)
    }

    /// The reverse; what is no encoding stays as it is.
    package static func decodedBytes(_ text: some Collection<UInt8>, plusIsBlank: Bool) -> [UInt8] {
        let source = Array(text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        var place = 0
        while place < source.count {
            if source[place] == UInt8(ascii: "%"), place + 2 < source.count,
                let byte = Hexadecimal.byte(source[place + 1], source[place + 2])
            {
                bytes.append(byte)
                place += 3
            } else {
                bytes.append(plusIsBlank && source[place] == UInt8(ascii: "+") ? UInt8(ascii: " ") : source[place])
                place += 1
            }
        }
        return bytes
    }
}
