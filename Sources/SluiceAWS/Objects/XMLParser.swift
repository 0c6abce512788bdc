/// Reads the XML that services and their clients send: elements, attributes, text, `CDATA`, comments, and the five entities that XML itself has.
///
/// What could make a small document large or far-reaching is refused: document types, further entities, processing instructions. Nesting and the
/// number of elements are bounded. Source: W3C, "Extensible Markup Language (XML) 1.0".
package struct XMLParser {
    /// Why bytes are no such document.
    package enum Failure: Error, Hashable {
        case malformed(at: Int)
        /// A document type, an entity of its own, or a processing instruction.
        case forbidden(at: Int)
        case tooDeep
        case tooManyElements
    }

    private let bytes: [UInt8]
    private var place = 0
    private var elements = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The root element.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> XMLElement {
        var parser = XMLParser(bytes)
        _ = parser.take("\u{FEFF}")
        parser.skipBlanks()
        if parser.take("<?xml") { try parser.skip(past: "?>") }
        try parser.skipComments()
        let root = try parser.element(depth: 0)
        try parser.skipComments()
        guard parser.place == bytes.count else { throw .malformed(at: parser.place) }
        return root
    }

    private mutating func element(depth: Int) throws(Failure) -> XMLElement {
        guard depth < AWSLimits.xmlDepth else { throw .tooDeep }
        elements += 1
        guard elements <= AWSLimits.xmlElements else { throw .tooManyElements }
        try refuseForbidden()
        guard take("<") else { throw .malformed(at: place) }
        let name = try name()
        var element = XMLElement(name: String(name.split(separator: ":").last ?? name[...]))
        try skipAttributes()
        if take("/>") { return element }
        guard take(">") else { throw .malformed(at: place) }
        var text: [UInt8] = []
        while true {
            let start = place
            while place < bytes.count, bytes[place] != UInt8(ascii: "<"), bytes[place] != UInt8(ascii: "&") { place += 1 }
            text += bytes[start..<place]
            if take("</") {
                guard try self.name() == name else { throw .malformed(at: place) }
                skipBlanks()
                guard take(">") else { throw .malformed(at: place) }
                break
            }
            if starts(with: "<!--") {
                try skipComments()
            } else if take("<![CDATA[") {
                let start = place
                try skip(past: "]]>")
                text += bytes[start..<place - 3]
            } else if starts(with: "<") {
                element.children.append(try self.element(depth: depth + 1))
            } else {
                try appendReference(to: &text)
            }
        }
        guard let whole = String(validating: text, as: UTF8.self) else { throw .malformed(at: place) }
        if element.children.isEmpty { element.text = whole }
        return element
    }

    /// What an entity or a number stands for.
    private mutating func appendReference(to text: inout [UInt8]) throws(Failure) {
        guard place < bytes.count else { throw .malformed(at: place) }
        let start = place
        for (name, character) in Self.entities where take(name) {
            text.append(character)
            return
        }
        guard take("&#") else { throw .forbidden(at: start) }
        let isHexadecimal = take("x")
        let digits = place
        while place < bytes.count, place - digits < 8, bytes[place] != UInt8(ascii: ";") { place += 1 }
        let number = String(decoding: bytes[digits..<place], as: UTF8.self)
        guard number.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let scalar = UInt32(number, radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init), take(";")
        else { throw .malformed(at: start) }
        text += Array(String(Character(scalar)).utf8)
    }

    private static let entities: [(String, UInt8)] = [
        ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&amp;", UInt8(ascii: "&")), ("&quot;", UInt8(ascii: "\"")),
        ("&apos;", UInt8(ascii: "'")),
    ]

    private mutating func name() throws(Failure) -> String {
        let start = place
        while let byte = peek, byte.isNamePart { place += 1 }
        guard place > start, let name = String(validating: bytes[start..<place], as: UTF8.self) else { throw .malformed(at: start) }
        return name
    }

    private mutating func skipAttributes() throws(Failure) {
        skipBlanks()
        while let byte = peek, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/") {
            _ = try name()
            skipBlanks()
            guard take("=") else { throw .malformed(at: place) }
            skipBlanks()
            guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw .malformed(at: place) }
            place += 1
            while let byte = peek, byte != quote, byte != UInt8(ascii: "<") { place += 1 }
            guard peek == quote else { throw .malformed(at: place) }
            place += 1
            skipBlanks()
        }
    }

    private mutating func skipComments() throws(Failure) {
        skipBlanks()
        while take("<!--") {
            try skip(past: "-->")
            skipBlanks()
        }
    }

    private func refuseForbidden() throws(Failure) {
        if starts(with: "<!") || starts(with: "<?") { throw .forbidden(at: place) }
    }

    private mutating func skip(past mark: String) throws(Failure) {
        let start = place
        while place < bytes.count {
            if take(mark) { return }
            place += 1
        }
        throw .malformed(at: start)
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private func starts(with mark: String) -> Bool { bytes[place...].starts(with: mark.utf8) }

    private mutating func take(_ mark: String) -> Bool {
        guard starts(with: mark) else { return false }
        place += mark.utf8.count
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }
}

extension UInt8 {
    /// Letters, digits, `-._:` and whatever is not ASCII.
    fileprivate var isNamePart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: "-._:".utf8.contains(self)
        }
    }
}
