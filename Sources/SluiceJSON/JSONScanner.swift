/// Finds parts of a JSON document by their places, without making values of the rest: the records of a page stay ranges of its bytes.
///
/// Structure is checked (brackets, texts, commas between values); what single scalars say is left to whoever reads them.
package struct JSONScanner: Sendable {
    /// What a value is, by its first byte.
    package enum Kind: Hashable, Sendable { case object, list, text, number, boolean, null }

    package typealias Failure = JSONParser.Failure

    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The place of the document's one value.
    ///
    /// - Throws: `malformed` where it is not whole, or more stands behind it.
    /// - Complexity: O(bytes).
    package func document() throws(Failure) -> Range<Int> {
        let start = skipBlanks(0)
        let end = try self.end(ofValueAt: start)
        guard skipBlanks(end) == bytes.count else { throw .malformed(at: end) }
        return start..<end
    }

    package func kind(_ value: Range<Int>) -> Kind {
        switch bytes[value.lowerBound] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .list
        case UInt8(ascii: "\""): .text
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    /// The value that a path of member names, and of places in lists, leads to; nil where there is none. The empty path is the value itself.
    package func find(_ path: [String], in value: Range<Int>) throws(Failure) -> Range<Int>? {
        var place = value
        for name in path {
            switch kind(place) {
            case .object:
                guard let found = try member(name, of: place) else { return nil }
                place = found
            case .list:
                let elements = try elements(place)
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                place = elements[index]
            default: return nil
            }
        }
        return place
    }

    /// The elements of a list, in order.
    ///
    /// - Throws: `malformed` for what is no list.
    package func elements(_ list: Range<Int>) throws(Failure) -> [Range<Int>] {
        guard kind(list) == .list else { throw .malformed(at: list.lowerBound) }
        var found: [Range<Int>] = []
        var place = skipBlanks(list.lowerBound + 1)
        if byte(place) == UInt8(ascii: "]") { return [] }
        while true {
            let end = try self.end(ofValueAt: place)
            found.append(place..<end)
            let behind = skipBlanks(end)
            if byte(behind) == UInt8(ascii: "]") { return found }
            guard byte(behind) == UInt8(ascii: ",") else { throw .malformed(at: behind) }
            place = skipBlanks(behind + 1)
        }
    }

    /// The members of an object, in order: where their names, with the quotes, and their values stand.
    ///
    /// - Throws: `malformed` for what is no object, or does not end where the range does.
    package func members(_ object: Range<Int>) throws(Failure) -> [(name: Range<Int>, value: Range<Int>)] {
        guard kind(object) == .object else { throw .malformed(at: object.lowerBound) }
        var found: [(name: Range<Int>, value: Range<Int>)] = []
        var place = skipBlanks(object.lowerBound + 1)
        if byte(place) == UInt8(ascii: "}") { return [] }
        while true {
            guard byte(place) == UInt8(ascii: "\"") else { throw .malformed(at: place) }
            let name = place..<(try end(ofTextAt: place))
            let colon = skipBlanks(name.upperBound)
            guard byte(colon) == UInt8(ascii: ":") else { throw .malformed(at: colon) }
            let start = skipBlanks(colon + 1)
            let end = try self.end(ofValueAt: start)
            found.append((name, start..<end))
            let behind = skipBlanks(end)
            if byte(behind) == UInt8(ascii: "}") {
                guard behind + 1 == object.upperBound else { throw .malformed(at: behind + 1) }
                return found
            }
            guard byte(behind) == UInt8(ascii: ",") else { throw .malformed(at: behind) }
            place = skipBlanks(behind + 1)
        }
    }

    /// Whether a quoted text is this name.
    package func isName(_ name: String, at quoted: Range<Int>) throws(Failure) -> Bool { try matches(quoted, name) }

    /// A scalar as text: a text unescaped, a number as it is written, `true` or `false`. Nil for null, objects and lists.
    package func text(_ value: Range<Int>) throws(Failure) -> String? {
        switch kind(value) {
        case .object, .list, .null: return nil
        case .text: return try JSONParser.parse(Array(bytes[value])).string
        case .number, .boolean: return String(decoding: bytes[value], as: UTF8.self)
        }
    }

    /// The value with all that is in it.
    package func node(_ value: Range<Int>) throws(Failure) -> JSONNode { try JSONParser.parse(Array(bytes[value])) }

    // MARK: Scanning

    private func member(_ name: String, of object: Range<Int>) throws(Failure) -> Range<Int>? {
        var place = skipBlanks(object.lowerBound + 1)
        if byte(place) == UInt8(ascii: "}") { return nil }
        while true {
            guard byte(place) == UInt8(ascii: "\"") else { throw .malformed(at: place) }
            let nameEnd = try end(ofTextAt: place)
            let isWanted = try matches(place..<nameEnd, name)
            let colon = skipBlanks(nameEnd)
            guard byte(colon) == UInt8(ascii: ":") else { throw .malformed(at: colon) }
            let start = skipBlanks(colon + 1)
            let end = try self.end(ofValueAt: start)
            if isWanted { return start..<end }
            let behind = skipBlanks(end)
            if byte(behind) == UInt8(ascii: "}") { return nil }
            guard byte(behind) == UInt8(ascii: ",") else { throw .malformed(at: behind) }
            place = skipBlanks(behind + 1)
        }
    }

    /// Whether a quoted text is the name.
    private func matches(_ quoted: Range<Int>, _ name: String) throws(Failure) -> Bool {
        let inside = bytes[(quoted.lowerBound + 1)..<(quoted.upperBound - 1)]
        guard inside.contains(UInt8(ascii: "\\")) else { return inside.elementsEqual(name.utf8) }
        return try JSONParser.parse(Array(bytes[quoted])).string == name
    }

    /// Behind the value that begins at a place.
    private func end(ofValueAt start: Int) throws(Failure) -> Int {
        switch byte(start) {
        case UInt8(ascii: "\""): return try end(ofTextAt: start)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try end(ofContainerAt: start)
        default:
            var place = start
            while let byte = byte(place), byte.isASCIILetterOrDigit || "+-.".utf8.contains(byte) { place += 1 }
            guard place > start else { throw .malformed(at: start) }
            return place
        }
    }

    private func end(ofTextAt start: Int) throws(Failure) -> Int {
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): return place + 1
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        throw .malformed(at: bytes.count)
    }

    private func end(ofContainerAt start: Int) throws(Failure) -> Int {
        var open: [UInt8] = []
        var place = start
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place = try end(ofTextAt: place)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < JSONParser.nestingDepth else { throw .tooDeep }
                // "{" and "}" as well as "[" and "]" are two apart.
                open.append(bytes[place] + 2)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == bytes[place] else { throw .malformed(at: place) }
                if open.isEmpty { return place + 1 }
            default: break
            }
            place += 1
        }
        throw .malformed(at: bytes.count)
    }

    private func byte(_ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }

    private func skipBlanks(_ start: Int) -> Int {
        var place = start
        while let byte = byte(place), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
        return place
    }
}
