import SluiceCore

/// A scanner over one JSON text (RFC 8259), on bytes, without objects: it validates all that it passes.
struct JSONReader {
    /// A scalar that was read, or the start of a container that was not.
    struct Token {
        enum Kind { case null, yes, no, integer, number, string, escapedString, object, array }
        var kind: Kind
        /// Of the token; of a string, what is between the quotes; of a container, the opening bracket.
        var range: Range<Int>
    }

    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    /// What the last escaped string reads, once `unescape` was called.
    private(set) var unescaped: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// The next byte that is no space.
    @inline(__always)
    mutating func peek() throws(JSONFault) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw JSONFault(offset: position, reason: .cut) }
        return bytes[position]
    }

    @inline(__always)
    mutating func consume(_ byte: UInt8) throws(JSONFault) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    func fault(_ message: StaticMessage) -> JSONFault {
        JSONFault(offset: position, reason: position < bytes.count ? .syntax(message) : .cut)
    }

    mutating func expectEnd() throws(JSONFault) {
        skipSpace()
        if position < bytes.count { throw fault("expected nothing behind the value") }
    }

    // MARK: Tokens

    /// Reads a scalar; of a container only looks at the bracket.
    mutating func token() throws(JSONFault) -> Token {
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"): return Token(kind: .object, range: position..<(position + 1))
        case UInt8(ascii: "["): return Token(kind: .array, range: position..<(position + 1))
        case UInt8(ascii: "t"): return try literal("true", .yes)
        case UInt8(ascii: "f"): return try literal("false", .no)
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func literal(_ word: StaticString, _ kind: Token.Kind) throws(JSONFault) -> Token {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == word.utf8Start[index] else { throw fault("expected a value") }
            position += 1
        }
        return Token(kind: kind, range: start..<position)
    }

    private mutating func number() throws(JSONFault) -> Token {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        let digits = passDigits()
        guard digits > 0 else { throw fault("expected a value") }
        if digits > 1, bytes[first] == UInt8(ascii: "0") {
            position = first
            throw fault("a number starts with a superfluous 0")
        }
        var kind = Token.Kind.integer
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            kind = .number
            position += 1
            guard passDigits() > 0 else { throw fault("a digit must follow the point") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            kind = .number
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
            guard passDigits() > 0 else { throw fault("a digit must stand in the exponent") }
        }
        return Token(kind: kind, range: start..<position)
    }

    @inline(__always)
    private mutating func passDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        return position - start
    }

    /// Reads a string; the position is at its opening quote.
    mutating func string() throws(JSONFault) -> Token {
        position += 1
        let start = position
        var kind = Token.Kind.string
        while true {
            passPlainText()
            guard position < bytes.count else { throw JSONFault(offset: position, reason: .cut) }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Token(kind: kind, range: start..<(position - 1))
            case UInt8(ascii: "\\"):
                kind = .escapedString
                try passEscape()
            default: throw fault("a control character must be escaped in a string")
            }
        }
    }

    /// Moves to the next quote, backslash or control character.
    @inline(__always)
    private mutating func passPlainText() {
        while position + 8 <= bytes.count {
            let word = UnsafeRawPointer(bytes.baseAddress! + position).loadUnaligned(as: UInt64.self)
            let stops =
                Words.zeroBytes(word ^ Words.all(0x22)) | Words.zeroBytes(word ^ Words.all(0x5C)) | Words.zeroBytes(word & Words.all(0xE0))
            if stops != 0 {
                position += stops.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return }
            position += 1
        }
    }

    private mutating func passEscape() throws(JSONFault) {
        guard position + 1 < bytes.count else { throw JSONFault(offset: bytes.count, reason: .cut) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard position + 6 <= bytes.count else { throw JSONFault(offset: bytes.count, reason: .cut) }
            guard hexadecimal(position + 2) != nil else { throw fault(#"four hexadecimal digits must follow \u"#) }
            position += 6
        default: throw fault("unknown escape")
        }
    }

    private func hexadecimal(_ start: Int) -> UInt32? {
        var value: UInt32 = 0
        for index in start..<(start + 4) {
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    // MARK: Contents

    /// Fills `unescaped` with what an escaped string reads.
    ///
    /// - Throws: `loneSurrogate`; grammar was checked when the token was read.
    mutating func unescape(_ range: Range<Int>) throws(JSONFault) {
        unescaped.removeAll(keepingCapacity: true)
        var index = range.lowerBound
        while index < range.upperBound {
            let next = UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]).first(UInt8(ascii: "\\"), from: index)
            if next > index {
                unescaped.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[index..<next]))
                index = next
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "b"): unescaped.append(0x08)
            case UInt8(ascii: "f"): unescaped.append(0x0C)
            case UInt8(ascii: "n"): unescaped.append(0x0A)
            case UInt8(ascii: "r"): unescaped.append(0x0D)
            case UInt8(ascii: "t"): unescaped.append(0x09)
            case UInt8(ascii: "u"):
                index = try appendScalar(at: index, range.upperBound)
                continue
            default: unescaped.append(bytes[index + 1])
            }
            index += 2
        }
    }

    /// Appends the character of the `\u` escape (or the pair of them) at `index`; returns the offset behind it.
    private mutating func appendScalar(at index: Int, _ end: Int) throws(JSONFault) -> Int {
        guard let first = hexadecimal(index + 2) else { preconditionFailure("the escape was checked") }
        var code = first
        var next = index + 6
        if (0xD800..<0xDC00).contains(first), next + 6 <= end, bytes[next] == UInt8(ascii: "\\"), bytes[next + 1] == UInt8(ascii: "u"),
            let second = hexadecimal(next + 2), (0xDC00..<0xE000).contains(second)
        {
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            next += 6
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONFault(offset: index, reason: .loneSurrogate) }
        unescaped.append(contentsOf: Unicode.UTF8.encode(scalar)!)
        return next
    }

    /// The bytes that a string token reads, for the time of `body`.
    @inline(__always)
    mutating func withText<Result>(_ token: Token, _ body: (UnsafeBufferPointer<UInt8>) -> Result) throws(JSONFault) -> Result {
        if token.kind == .escapedString {
            try unescape(token.range)
            return unescaped.withUnsafeBufferPointer(body)
        }
        return body(UnsafeBufferPointer(rebasing: bytes[token.range]))
    }

    // MARK: Passing over

    /// Passes one value of any kind, checking its grammar.
    mutating func skipValue(depth: Int) throws(JSONFault) {
        let token = try token()
        switch token.kind {
        case .object:
            try members(depth) { reader, _ throws(JSONFault) in try reader.skipValue(depth: depth + 1) }
        case .array:
            try elements(depth) { reader throws(JSONFault) in try reader.skipValue(depth: depth + 1) }
        default: break
        }
    }

    /// Passes an object; calls `body` at each value, with its key.
    @inline(__always)
    mutating func members(_ depth: Int, _ body: (inout JSONReader, Token) throws(JSONFault) -> Void) throws(JSONFault) {
        guard depth < CoreLimits.nestingDepth else { throw JSONFault(offset: position, reason: .tooDeep) }
        position += 1
        if try consume(UInt8(ascii: "}")) { return }
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw fault("expected a key in quotes") }
            let key = try string()
            guard try consume(UInt8(ascii: ":")) else { throw fault("expected : behind the key") }
            try body(&self, key)
            if try consume(UInt8(ascii: ",")) { continue }
            guard try consume(UInt8(ascii: "}")) else { throw fault("expected , or } behind the value") }
            return
        }
    }

    /// Passes an array; calls `body` at each element.
    @inline(__always)
    mutating func elements(_ depth: Int, _ body: (inout JSONReader) throws(JSONFault) -> Void) throws(JSONFault) {
        guard depth < CoreLimits.nestingDepth else { throw JSONFault(offset: position, reason: .tooDeep) }
        position += 1
        if try consume(UInt8(ascii: "]")) { return }
        while true {
            try body(&self)
            if try consume(UInt8(ascii: ",")) { continue }
            guard try consume(UInt8(ascii: "]")) else { throw fault("expected , or ] behind the element") }
            return
        }
    }
}

/// Eight bytes at once.
enum Words {
    @inline(__always) static func all(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// 0x80 in each byte that is 0, and 0 elsewhere; exact.
    @inline(__always) static func zeroBytes(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        return ~(((word & low) &+ low) | word | low)
    }
}
