import SluiceCore

/// Bytes of large answers, written without values between: a million records are asked for as fast as they can be read.
struct PlainBytes {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    /// As it is: whoever calls knows that nothing in it has to be escaped.
    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func number(_ value: Int) { digits(value, "", width: 1) }

    /// A number behind a text, with zeros before it up to a width.
    mutating func digits(_ value: Int, _ prefix: StaticString, width: Int) {
        raw(prefix)
        var (count, rest) = (1, value / 10)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        for _ in 0..<max(0, width - count) { bytes.append(UInt8(ascii: "0")) }
        let start = bytes.count
        for _ in 0..<count { bytes.append(0) }
        rest = value
        for place in (start..<bytes.count).reversed() {
            bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// `2024-01-01T00:00:00Z`.
    mutating func time(_ micros: Int64) { TimeText.append(micros: micros / 1_000_000 * 1_000_000, zoned: true, to: &bytes) }

    /// The same with another end in place of the Z.
    mutating func time(_ micros: Int64, end: StaticString) {
        time(micros)
        bytes.removeLast()
        raw(end)
    }
}
