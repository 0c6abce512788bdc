/// Reads one CBOR value (RFC 8949) whose length is bounded already: integers of 64 bits, finite floats, texts, bytes, lists, maps with texts as keys,
/// `null`, booleans, definite and indefinite lengths, and tag 1 over a number of milliseconds, which is a time.
package struct CBORDecoder {
    /// Why bytes are none.
    package enum Failure: Error, Hashable {
        /// At a byte, counted from 0.
        case malformed(at: Int)
        case tooDeep
        /// The value ends behind the last byte.
        case cut
    }

    /// Nesting of a value.
    package static let nestingDepth = 32

    private let bytes: [UInt8]
    private var place = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: `Failure`; the whole must be one value.
    package static func decode(_ bytes: [UInt8]) throws(Failure) -> WireValue {
        var decoder = CBORDecoder(bytes)
        let value = try decoder.value(depth: 0)
        guard decoder.place == bytes.count else { throw .malformed(at: decoder.place) }
        return value
    }

    private mutating func value(depth: Int) throws(Failure) -> WireValue {
        guard depth < Self.nestingDepth else { throw .tooDeep }
        let start = place
        let first = try byte()
        let (major, minor) = (first >> 5, first & 31)
        switch major {
        case 0:
            guard let number = Int64(exactly: try argument(minor, start)) else { throw .malformed(at: start) }
            return .integer(number)
        case 1:
            guard let number = Int64(exactly: try argument(minor, start)) else { throw .malformed(at: start) }
            return .integer(-1 - number)
        case 2: return .bytes(try string(minor, major, start))
        case 3: return .text(try text(minor, start))
        case 4: return .list(try elements(minor, start, depth))
        case 5: return .object(try members(minor, start, depth))
        case 6: return try tagged(try argument(minor, start), start, depth)
        default: return try simple(minor, start)
        }
    }

    private mutating func tagged(_ tag: UInt64, _ start: Int, _ depth: Int) throws(Failure) -> WireValue {
        let value = try value(depth: depth + 1)
        guard tag == 1 else { return value }
        switch value {
        case .integer(let millis):
            let (micros, isOver) = millis.multipliedReportingOverflow(by: 1_000)
            guard !isOver else { throw .malformed(at: start) }
            return .time(micros: micros)
        case .real(let millis):
            guard let micros = Int64(exactly: (millis * 1_000).rounded()) else { throw .malformed(at: start) }
            return .time(micros: micros)
        default: throw .malformed(at: start)
        }
    }

    private mutating func simple(_ minor: UInt8, _ start: Int) throws(Failure) -> WireValue {
        switch minor {
        case 20: return .boolean(false)
        case 21: return .boolean(true)
        case 22, 23: return .null
        case 25: return try real(Double(Float(halfBits: UInt16(try number(2)))), start)
        case 26: return try real(Double(Float(bitPattern: UInt32(try number(4)))), start)
        case 27: return try real(Double(bitPattern: try number(8)), start)
        default: throw .malformed(at: start)
        }
    }

    private func real(_ number: Double, _ start: Int) throws(Failure) -> WireValue {
        guard number.isFinite else { throw .malformed(at: start) }
        return .real(number)
    }

    private mutating func elements(_ minor: UInt8, _ start: Int, _ depth: Int) throws(Failure) -> [WireValue] {
        var list: [WireValue] = []
        if minor == 31 {
            while try !isBreak() { list.append(try value(depth: depth + 1)) }
            return list
        }
        // Each element has a byte at least, so that no count is believed that the bytes do not hold.
        for _ in 0..<(try count(minor, start)) { list.append(try value(depth: depth + 1)) }
        return list
    }

    private mutating func members(_ minor: UInt8, _ start: Int, _ depth: Int) throws(Failure) -> [WireValue.Member] {
        var list: [WireValue.Member] = []
        if minor == 31 {
            while try !isBreak() { list.append(try member(depth)) }
            return list
        }
        for _ in 0..<(try count(minor, start)) { list.append(try member(depth)) }
        return list
    }

    private mutating func member(_ depth: Int) throws(Failure) -> WireValue.Member {
        let start = place
        guard case .text(let name) = try value(depth: depth + 1) else { throw .malformed(at: start) }
        return WireValue.Member(name, try value(depth: depth + 1))
    }

    private mutating func text(_ minor: UInt8, _ start: Int) throws(Failure) -> String {
        guard let text = String(validating: try string(minor, 3, start), as: UTF8.self) else { throw .malformed(at: start) }
        return text
    }

    /// The bytes of a string, which may come in chunks of the same kind.
    private mutating func string(_ minor: UInt8, _ major: UInt8, _ start: Int) throws(Failure) -> [UInt8] {
        guard minor == 31 else { return try take(try count(minor, start)) }
        var joined: [UInt8] = []
        while try !isBreak() {
            let chunk = place
            let first = try byte()
            guard first >> 5 == major, first & 31 != 31 else { throw .malformed(at: chunk) }
            joined += try take(try count(first & 31, chunk))
        }
        return joined
    }

    private mutating func isBreak() throws(Failure) -> Bool {
        guard place < bytes.count else { throw .cut }
        guard bytes[place] == 0xFF else { return false }
        place += 1
        return true
    }

    /// A length; none that is more than the bytes that are left.
    private mutating func count(_ minor: UInt8, _ start: Int) throws(Failure) -> Int {
        let count = try argument(minor, start)
        guard count <= UInt64(bytes.count - place) else { throw .cut }
        return Int(count)
    }

    private mutating func argument(_ minor: UInt8, _ start: Int) throws(Failure) -> UInt64 {
        switch minor {
        case 0..<24: return UInt64(minor)
        case 24: return try number(1)
        case 25: return try number(2)
        case 26: return try number(4)
        case 27: return try number(8)
        default: throw .malformed(at: start)
        }
    }

    private mutating func number(_ count: Int) throws(Failure) -> UInt64 {
        guard bytes.count - place >= count else { throw .cut }
        defer { place += count }
        return bytes[place..<place + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func byte() throws(Failure) -> UInt8 {
        guard place < bytes.count else { throw .cut }
        defer { place += 1 }
        return bytes[place]
    }

    private mutating func take(_ count: Int) throws(Failure) -> [UInt8] {
        guard bytes.count - place >= count else { throw .cut }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }
}

extension Float {
    /// A float of 16 bits (IEEE 754).
    fileprivate init(halfBits bits: UInt16) {
        let sign: Float = bits >> 15 == 1 ? -1 : 1
        let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1_023))
        switch exponent {
        case 0: self = sign * fraction / 16_777_216
        case 31: self = fraction == 0 ? sign * .infinity : .nan
        default: self = sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1_024)
        }
    }
}
