import SluiceCore

/// Walks over a JSON text without building anything; what it does not pass is not checked.
struct JSONScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    private var current: UInt8 { index < text.count ? text[index] : 0 }

    private mutating func skipBlanks() {
        while index < text.count, text[index] == 0x20 || text[index] &- 0x09 < 5 { index += 1 }
    }

    /// The bytes of the value at a path; nil where there is none.
    mutating func find(_ path: JSONPath) -> Range<Int>? {
        for step in path.steps {
            skipBlanks()
            switch step {
            case .member(let name): guard enterMember(name) else { return nil }
            case .element(let position): guard enterElement(position) else { return nil }
            }
        }
        skipBlanks()
        let start = index
        return skipValue() && index > start ? start..<index : nil
    }

    private mutating func enterMember(_ name: [UInt8]) -> Bool {
        guard current == UInt8(ascii: "{") else { return false }
        index += 1
        while true {
            skipBlanks()
            let start = index
            guard current == UInt8(ascii: "\""), skipString() else { return false }
            let key = Self.content(text, start..<index)
            skipBlanks()
            guard current == UInt8(ascii: ":") else { return false }
            index += 1
            skipBlanks()
            if key == name { return true }
            guard skipValue() else { return false }
            skipBlanks()
            guard current == UInt8(ascii: ",") else { return false }
            index += 1
        }
    }

    private mutating func enterElement(_ position: Int) -> Bool {
        guard current == UInt8(ascii: "[") else { return false }
        index += 1
        for _ in 0..<position {
            skipBlanks()
            guard skipValue() else { return false }
            skipBlanks()
            guard current == UInt8(ascii: ",") else { return false }
            index += 1
        }
        skipBlanks()
        return current != UInt8(ascii: "]")
    }

    /// Passes one value of any kind; brackets are counted, so nesting costs no stack.
    private mutating func skipValue() -> Bool {
        var depth = 0
        repeat {
            skipBlanks()
            switch current {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case UInt8(ascii: "\""): guard skipString() else { return false }
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 0 { return false }
                index += 1
            default:
                let start = index
                while index < text.count, !Self.endsScalar(text[index]) { index += 1 }
                if index == start { return false }
            }
        } while depth > 0
        return depth == 0
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "["),
            UInt8(ascii: "\""):
            true
        default: byte <= 0x20
        }
    }

    private mutating func skipString() -> Bool {
        index += 1
        while index < text.count {
            let byte = text[index]
            index += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    /// What a string with its quotes says; nil for a malformed escape.
    static func content(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        let inner = (range.lowerBound + 1)..<(range.upperBound - 1)
        if !text[inner].contains(UInt8(ascii: "\\")) { return Array(text[inner]) }
        var bytes: [UInt8] = []
        var index = inner.lowerBound
        while index < inner.upperBound {
            guard text[index] == UInt8(ascii: "\\") else {
                bytes.append(text[index])
                index += 1
                continue
            }
            guard index + 1 < inner.upperBound else { return nil }
            let mark = text[index + 1]
            index += 2
            if mark == UInt8(ascii: "u") {
                guard let scalar = scalar(text, &index, inner.upperBound) else { return nil }
                bytes.append(contentsOf: Array(String(scalar).utf8))
            } else if let plain = escapes[mark] {
                bytes.append(plain)
            } else {
                return nil
            }
        }
        return bytes
    }

    private static let escapes: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D,
        UInt8(ascii: "t"): 0x09,
    ]

    /// The scalar of `\uXXXX` or of a pair of surrogates, `index` behind the `u`; half a pair is U+FFFD.
    private static func scalar(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ end: Int) -> Unicode.Scalar? {
        guard let first = hex(text, index, end) else { return nil }
        index += 4
        if (0xD800..<0xDC00).contains(first), index + 1 < end, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u"),
            let second = hex(text, index + 2, end), (0xDC00..<0xE000).contains(second)
        {
            index += 6
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        }
        return Unicode.Scalar(first) ?? "\u{FFFD}"
    }

    private static func hex(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UInt32? {
        guard start + 4 <= end, text[start] != UInt8(ascii: "+") else { return nil }
        return UInt32(String(decoding: text[start..<(start + 4)], as: UTF8.self), radix: 16)
    }
}
