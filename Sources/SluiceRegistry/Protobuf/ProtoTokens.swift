import SluiceCore

/// A word of a `.proto` file, and where it stands.
struct ProtoToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case name
        case integer
        case float
        /// Unescaped.
        case text
        case sign
        case end
    }

    var kind: Kind
    var text: String
    var line: Int
    var column: Int
}

/// Cuts a `.proto` file into words.
struct ProtoTokens {
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private var lineStart = 0

    private init(_ text: String) { bytes = Array(text.utf8) }

    static func of(_ text: String) throws(SluiceError) -> [ProtoToken] {
        var tokens = ProtoTokens(text)
        var found: [ProtoToken] = []
        while true {
            let token = try tokens.next()
            found.append(token)
            if token.kind == .end { return found }
        }
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private func token(_ kind: ProtoToken.Kind, _ text: String, from start: Int) -> ProtoToken {
        ProtoToken(kind: kind, text: text, line: line, column: start - lineStart + 1)
    }

    private mutating func next() throws(SluiceError) -> ProtoToken {
        try skipBlanks()
        let start = place
        guard let byte = peek else { return token(.end, "", from: start) }
        if byte.isLetter || byte == UInt8(ascii: "_") {
            while let byte = peek, byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") { place += 1 }
            return token(.name, String(decoding: bytes[start..<place], as: UTF8.self), from: start)
        }
        if byte.isDigit || byte == UInt8(ascii: ".") && place + 1 < bytes.count && bytes[place + 1].isDigit { return number(start) }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try text(start, byte) }
        guard byte > 0x20, byte < 0x7F else { throw error("a sign that does not belong there: byte \(byte)", start) }
        place += 1
        return token(.sign, String(decoding: [byte], as: UTF8.self), from: start)
    }

    private mutating func number(_ start: Int) -> ProtoToken {
        var isFloat = false
        let isHexadecimal = bytes[start...].starts(with: "0x".utf8) || bytes[start...].starts(with: "0X".utf8)
        while let byte = peek {
            let isSign =
                (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")) && !isHexadecimal && [0x65, 0x45].contains(bytes[place - 1])
                && place > start
            guard byte.isLetter || byte.isDigit || byte == UInt8(ascii: ".") || isSign else { break }
            if !isHexadecimal, byte == UInt8(ascii: ".") || byte == 0x65 || byte == 0x45 { isFloat = true }
            place += 1
        }
        return token(isFloat ? .float : .integer, String(decoding: bytes[start..<place], as: UTF8.self), from: start)
    }

    private mutating func text(_ start: Int, _ quote: UInt8) throws(SluiceError) -> ProtoToken {
        var content: [UInt8] = []
        place += 1
        while let byte = peek, byte != quote {
            guard byte != 0x0A, byte != 0 else { throw error("a text that does not end on its line", start) }
            place += 1
            guard byte == UInt8(ascii: "\\") else {
                content.append(byte)
                continue
            }
            guard let escaped = peek else { break }
            place += 1
            switch escaped {
            case UInt8(ascii: "n"): content.append(0x0A)
            case UInt8(ascii: "t"): content.append(0x09)
            case UInt8(ascii: "r"): content.append(0x0D)
            // Numbers of signs stay as they are written: only names and defaults are texts here, and they are compared, not used.
            case 0x30...0x39, UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"): content += [UInt8(ascii: "\\"), escaped]
            default: content.append(escaped)
            }
        }
        guard peek == quote else { throw error("a text that does not end", start) }
        place += 1
        return token(.text, String(decoding: content, as: UTF8.self), from: start)
    }

    private mutating func skipBlanks() throws(SluiceError) {
        while let byte = peek {
            if byte == 0x0A {
                place += 1
                line += 1
                lineStart = place
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0B || byte == 0x0C {
                place += 1
            } else if bytes[place...].starts(with: "//".utf8) {
                while let byte = peek, byte != 0x0A { place += 1 }
            } else if bytes[place...].starts(with: "/*".utf8) {
                let start = place
                place += 2
                while !bytes[place...].starts(with: "*/".utf8) {
                    guard let byte = peek else { throw error("a comment that does not end", start) }
                    place += 1
                    if byte == 0x0A {
                        line += 1
                        lineStart = place
                    }
                }
                place += 2
            } else {
                return
            }
        }
    }

    private func error(_ why: String, _ start: Int) -> SluiceError {
        ProtoParser.invalid("there is \(why)", line, start - lineStart + 1)
    }
}
