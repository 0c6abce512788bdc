/// A key of a terminal.
enum Key: Hashable, Sendable {
    case character(Character)
    case enter, tab, backspace, delete, left, right, up, down, home, end, wordLeft, wordRight
    /// A letter with Ctrl: `c`, `d`, `k`.
    case control(Character)
    /// A sequence that means nothing here.
    case unknown
}

/// Makes keys of the bytes that a terminal sends: UTF-8, and escape sequences of ECMA-48 as terminals of today send them.
struct KeyReader {
    private var bytes: [UInt8] = []

    /// The keys that are complete with these bytes; an unfinished sequence waits for more.
    mutating func keys(_ more: [UInt8]) -> [Key] {
        bytes += more
        var keys: [Key] = []
        while let (key, length) = next() {
            keys.append(key)
            bytes.removeFirst(length)
        }
        return keys
    }

    private func next() -> (Key, Int)? {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0x0A, 0x0D: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x1B: return escape()
        case 0x01...0x1A: return (.control(Character(Unicode.Scalar(first + 0x60))), 1)
        case 0..<0x20: return (.unknown, 1)
        default: return character(first)
        }
    }

    private func character(_ first: UInt8) -> (Key, Int)? {
        let length = first < 0x80 || first >= 0xF8 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard bytes.count >= length else { return nil }
        guard let text = String(validating: bytes[..<length], as: UTF8.self), let character = text.first else { return (.unknown, 1) }
        return (.character(character), length)
    }

    private static let finals: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home,
        UInt8(ascii: "F"): .end,
    ]
    private static let numbered: [String: Key] = ["1": .home, "7": .home, "4": .end, "8": .end, "3": .delete]

    private func escape() -> (Key, Int)? {
        guard bytes.count > 1 else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "b"): return (.wordLeft, 2)
        case UInt8(ascii: "f"): return (.wordRight, 2)
        case UInt8(ascii: "["), UInt8(ascii: "O"): break
        default: return (.unknown, 2)
        }
        guard let end = bytes.indices.dropFirst(2).first(where: { (0x40...0x7E).contains(bytes[$0]) }) else {
            return bytes.count > 16 ? (.unknown, bytes.count) : nil
        }
        let parameters = String(decoding: bytes[2..<end], as: UTF8.self)
        let length = end + 1
        if bytes[end] == UInt8(ascii: "~") { return (Self.numbered[parameters] ?? .unknown, length) }
        guard let key = Self.finals[bytes[end]] else { return (.unknown, length) }
        if parameters.hasSuffix(";5") || parameters.hasSuffix(";3") {
            return (key == .left ? .wordLeft : key == .right ? .wordRight : .unknown, length)
        }
        return (key, length)
    }
}
