import SluiceCore

/// Reads one JSON document (RFC 8259) whose length is bounded already.
package struct JSONParser {
    /// Why a document is none.
    package enum Failure: Error, Hashable {
        /// At a byte, counted from 0.
        case malformed(at: Int)
        case tooDeep
    }

    /// Nesting of a document.
    package static let nestingDepth = 32

    private let bytes: [UInt8]
    private var place = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: `Failure`; the whole must be one value in UTF-8.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONNode {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.place == bytes.count else { throw .malformed(at: parser.place) }
        return value
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONNode {
        guard depth < Self.nestingDepth else { throw .tooDeep }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(_ depth: Int) throws(Failure) -> JSONNode {
        var members: [JSONNode.Member] = []
        place += 1
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw .malformed(at: place) }
            let name = String(decoding: try text(), as: UTF8.self)
            skipBlanks()
            guard take(":") else { throw .malformed(at: place) }
            members.append(JSONNode.Member(name: name, value: try value(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw .malformed(at: place) }
        return .object(members)
    }

    private mutating func list(_ depth: Int) throws(Failure) -> JSONNode {
        var elements: [JSONNode] = []
        place += 1
        skipBlanks()
        if take("]") { return .list([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw .malformed(at: place) }
        return .list(elements)
    }

    private mutating func number() throws(Failure) -> JSONNode {
        let start = place
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return .number(bytes[start..<place])
    }

    /// One digit at least.
    private mutating func digits() throws(Failure) {
        let start = place
        while let byte = peek, (0x30...0x39).contains(byte) { place += 1 }
        if place == start { throw .malformed(at: start) }
    }

    private mutating func word(_ text: String, _ value: JSONNode) throws(Failure) -> JSONNode {
        guard bytes[place...].starts(with: text.utf8) else { throw .malformed(at: place) }
        place += text.utf8.count
        return value
    }

    /// A text from its opening quote to behind the closing one: a slice of the document unless something in it is escaped.
    private mutating func text() throws(Failure) -> ArraySlice<UInt8> {
        let start = place + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\") {
            guard bytes[end] >= 0x20 else { throw .malformed(at: end) }
            end += 1
        }
        guard end < bytes.count else { throw .malformed(at: end) }
        if bytes[end] == UInt8(ascii: "\"") {
            place = end + 1
            return bytes[start..<end]
        }
        return try escapedText(start, end)
    }

    private mutating func escapedText(_ start: Int, _ escape: Int) throws(Failure) -> ArraySlice<UInt8> {
        var text = Array(bytes[start..<escape])
        place = escape
        while let byte = peek {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return text[...]
            case UInt8(ascii: "\\"): try appendEscaped(to: &text)
            case 0..<0x20: throw .malformed(at: place - 1)
            default: text.append(byte)
            }
        }
        throw .malformed(at: place)
    }

    private mutating func appendEscaped(to text: inout [UInt8]) throws(Failure) {
        guard let byte = peek else { throw .malformed(at: place) }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += Array(String(try scalar()).utf8)
        default: throw .malformed(at: place - 1)
        }
    }

    /// What stands behind `\u`, together with the second half of a pair; a lone half becomes the replacement character.
    private mutating func scalar() throws(Failure) -> Character {
        let unit = try hexadecimal()
        guard (0xD800..<0xE000).contains(unit) else { return Character(Unicode.Scalar(unit) ?? "\u{FFFD}") }
        guard unit < 0xDC00, bytes[place...].starts(with: #"\u"#.utf8) else { return "\u{FFFD}" }
        place += 2
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
        return Character(Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}")
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard place + 4 <= bytes.count, bytes[place..<place + 4].allSatisfy(\.isASCIILetterOrDigit),
            let value = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        else { throw .malformed(at: place) }
        place += 4
        return value
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: mark) else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }
}
