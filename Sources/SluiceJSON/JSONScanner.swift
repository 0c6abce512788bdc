import SluiceCore

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
        var found: [Range<Int>] = []
        try walk(list) { place throws(Failure) in
            let end = try self.end(ofValueAt: place)
            found.append(place..<end)
            return end
        }
        return found
    }

    /// The elements of a list, in order, and of each that is an object the values of some members; nil for a member that it has not.
    ///
    /// - Throws: `malformed` for what is no list.
    /// - Complexity: O(bytes of the list), once, however many names there are.
    package func elements(_ list: Range<Int>, with names: [String]) throws(Failure) -> [(element: Range<Int>, values: [Range<Int>?])] {
        var found: [(element: Range<Int>, values: [Range<Int>?])] = []
        try walk(list) { place throws(Failure) in
            var values = [Range<Int>?](repeating: nil, count: names.count)
            guard byte(place) == UInt8(ascii: "{") else {
                let end = try self.end(ofValueAt: place)
                found.append((place..<end, values))
                return end
            }
            let end = try eachMember(ofObjectAt: place) { name, value throws(Failure) in
                for index in names.indices where values[index] == nil {
                    if try matches(name, names[index]) { values[index] = value }
                }
            }
            found.append((place..<end, values))
            return end
        }
        return found
    }

    /// Goes through a list; `take` gets where an element begins, and says where it ends.
    private func walk(_ list: Range<Int>, _ take: (Int) throws(Failure) -> Int) throws(Failure) {
        guard kind(list) == .list else { throw .malformed(at: list.lowerBound) }
        var place = skipBlanks(list.lowerBound + 1)
        if byte(place) == UInt8(ascii: "]") { return }
        while true {
            let behind = skipBlanks(try take(place))
            if byte(behind) == UInt8(ascii: "]") { return }
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
        let end = try eachMember(ofObjectAt: object.lowerBound) { name, value throws(Failure) in found.append((name, value)) }
        guard end == object.upperBound || found.isEmpty else { throw .malformed(at: end) }
        return found
    }

    /// The members of the document, where it is an object; nil where it is something else.
    ///
    /// - Throws: as `document`.
    package func topMembers() throws(Failure) -> [(name: Range<Int>, value: Range<Int>)]? {
        let start = skipBlanks(0)
        guard byte(start) == UInt8(ascii: "{") else { return nil }
        var found: [(name: Range<Int>, value: Range<Int>)] = []
        let end = try eachMember(ofObjectAt: start) { name, value throws(Failure) in found.append((name, value)) }
        guard skipBlanks(end) == bytes.count else { throw .malformed(at: end) }
        return found
    }

    /// Goes through the members of an object.
    ///
    /// - Returns: Behind it.
    private func eachMember(
        ofObjectAt start: Int, _ take: (_ name: Range<Int>, _ value: Range<Int>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        var place = skipBlanks(start + 1)
        if byte(place) == UInt8(ascii: "}") { return place + 1 }
        while true {
            guard byte(place) == UInt8(ascii: "\"") else { throw .malformed(at: place) }
            let name = place..<(try end(ofTextAt: place))
            let colon = skipBlanks(name.upperBound)
            guard byte(colon) == UInt8(ascii: ":") else { throw .malformed(at: colon) }
            let start = skipBlanks(colon + 1)
            let end = try self.end(ofValueAt: start)
            try take(name, start..<end)
            let behind = skipBlanks(end)
            if byte(behind) == UInt8(ascii: "}") { return behind + 1 }
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
        case .text:
            let inside = bytes[(value.lowerBound + 1)..<(value.upperBound - 1)]
            // What has nothing to be unescaped or checked.
            if inside.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) { return String(decoding: inside, as: UTF8.self) }
            return try JSONParser.parse(Array(bytes[value])).string
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
        let inside = (quoted.lowerBound + 1)..<(quoted.upperBound - 1)
        // An escaped name is longer than what it stands for.
        guard inside.count >= name.utf8.count else { return false }
        let isPlain = bytes.withUnsafeBufferPointer { bytes in
            !bytes[inside].contains(UInt8(ascii: "\\"))
        }
        guard isPlain else { return try JSONParser.parse(Array(bytes[quoted])).string == name }
        return inside.count == name.utf8.count && bytes[inside].elementsEqual(name.utf8)
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
        guard let end = bytes.withUnsafeBytes({ JSONSpan.end(ofTextAt: start, $0) }) else { throw .malformed(at: bytes.count) }
        return end
    }

    private func end(ofContainerAt start: Int) throws(Failure) -> Int {
        switch bytes.withUnsafeBytes({ JSONSpan.end(ofContainerAt: start, $0) }) {
        case .end(let end): return end
        case .malformed(let place): throw .malformed(at: place)
        case .tooDeep: throw .tooDeep
        }
    }

    private func byte(_ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }

    private func skipBlanks(_ start: Int) -> Int {
        var place = start
        while let byte = byte(place), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
        return place
    }
}
