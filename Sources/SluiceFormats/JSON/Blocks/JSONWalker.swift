import Glibc

/// Finds the wanted values of regular records by their structure, looking at nothing else than keys.
///
/// All methods return false where only a careful reader can tell: an escaped key, a key that stands twice, a value of another kind.
struct JSONWalker {
    typealias Node = UnsafeMutablePointer<JSONTree.Node>

    private let tree: JSONTree
    private let bytes: UnsafePointer<UInt8>
    private let count: Int
    private let places: UnsafePointer<UInt32>
    private let partners: UnsafePointer<UInt32>
    private let escapes: UnsafePointer<UInt64>
    private let nodes: Node
    private let keys: UnsafePointer<JSONTree.Key>

    init(_ tree: JSONTree, _ bytes: UnsafeBufferPointer<UInt8>, _ structure: JSONStructure) {
        self.tree = tree
        self.bytes = bytes.baseAddress!
        count = bytes.count
        places = UnsafePointer(structure.places)
        partners = UnsafePointer(structure.partners)
        escapes = UnsafePointer(structure.escapes)
        nodes = tree.nodes
        keys = UnsafePointer(tree.keys)
    }

    /// A value in the text, and how the index goes on behind it.
    private struct Place {
        let start: Int
        /// The index position of its opening bracket, where it is a container.
        let opening: Int
        let isContainer: Bool
        /// The index position of what stands behind the value.
        let next: Int
    }

    /// Reads the record whose opening bracket is at a position of the index.
    func record(_ opening: Int) -> Bool { object(nodes, opening) }

    @inline(__always)
    private func place(behind structural: Int, _ position: Int) -> Place {
        var start = structural &+ 1
        while bytes[start] <= 0x20 { start &+= 1 }
        let isContainer = bytes[start] | 0x20 == UInt8(ascii: "{")
        return Place(
            start: start, opening: position, isContainer: isContainer,
            next: isContainer ? Int(partners[position]) &+ 1 : position)
    }

    private func object(_ node: Node, _ opening: Int) -> Bool {
        let closing = Int(partners[opening])
        let row = node.pointee.count
        let keyCount = node.pointee.keyCount
        let firstKey = node.pointee.firstKey
        tree.append(1, to: node)
        if keyCount == 0, !node.pointee.isWatched { return true }
        var position = opening &+ 1
        var start = Int(places[opening]) &+ 1
        var expected = firstKey
        var found = 0
        while position < closing {
            let colon = Int(places[position])
            while bytes[start] != UInt8(ascii: "\"") { start &+= 1 }
            start &+= 1
            var end = colon &- 1
            while bytes[end] != UInt8(ascii: "\"") { end &-= 1 }
            let key = self.key(node, expected, start, end &- start)
            if key == Self.unclear { return false }
            let value = place(behind: colon, position &+ 1)
            if key >= 0 {
                expected = key &+ 1
                found &+= 1
                guard take(nodes + keys[key].node, row, value) else { return false }
            } else if key == Self.unknown, node.pointee.isWatched {
                tree.note(node, start, end)
            }
            start = Int(places[value.next]) &+ 1
            position = value.next &+ 1
        }
        if found < keyCount {
            for key in firstKey..<(firstKey &+ keyCount) where nodes[keys[key].node].count == row {
                tree.appendNull(nodes + keys[key].node)
            }
        }
        return true
    }

    private func list(_ node: Node, _ opening: Int) -> Bool {
        let closing = Int(partners[opening])
        let element = nodes + node.pointee.element
        var position = opening &+ 1
        var structural = Int(places[opening])
        if position == closing, isBlank(structural &+ 1, Int(places[closing])) {
            tree.appendEnd(node)
            return true
        }
        while true {
            let value = place(behind: structural, position)
            guard take(element, element.pointee.count, value) else { return false }
            if value.next == closing { break }
            structural = Int(places[value.next])
            position = value.next &+ 1
        }
        tree.appendEnd(node)
        return true
    }

    private func map(_ node: Node, _ opening: Int) -> Bool {
        let closing = Int(partners[opening])
        var position = opening &+ 1
        var start = Int(places[opening]) &+ 1
        while position < closing {
            let colon = Int(places[position])
            while bytes[start] != UInt8(ascii: "\"") { start &+= 1 }
            var end = colon
            while bytes[end &- 1] != UInt8(ascii: "\"") { end &-= 1 }
            tree.append(Self.span(start, end), to: nodes + node.pointee.key)
            let value = place(behind: colon, position &+ 1)
            let element = nodes + node.pointee.element
            guard take(element, element.pointee.count, value) else { return false }
            start = Int(places[value.next]) &+ 1
            position = value.next &+ 1
        }
        tree.appendEnd(node)
        return true
    }

    @inline(__always)
    private func take(_ node: Node, _ row: Int, _ value: Place) -> Bool {
        guard node.pointee.count == row else { return false }
        if node.pointee.kind == .value {
            var end = Int(places[value.isContainer ? value.next &- 1 : value.next])
            if value.isContainer { end &+= 1 } else { while bytes[end &- 1] <= 0x20 { end &-= 1 } }
            tree.append(Self.span(value.start, end), to: node)
            return true
        }
        return takeContainer(node, value)
    }

    private func takeContainer(_ node: Node, _ value: Place) -> Bool {
        switch bytes[value.start] {
        case UInt8(ascii: "n"):
            tree.appendNull(node)
            return true
        case UInt8(ascii: "{"):
            return node.pointee.kind == .object ? object(node, value.opening) : node.pointee.kind == .map && map(node, value.opening)
        case UInt8(ascii: "["): return node.pointee.kind == .list && list(node, value.opening)
        default: return false
        }
    }

    private func isBlank(_ start: Int, _ end: Int) -> Bool {
        var index = start
        while index < end, bytes[index] <= 0x20 { index &+= 1 }
        return index == end
    }

    @inline(__always) static func span(_ start: Int, _ end: Int) -> UInt64 { UInt64(truncatingIfNeeded: start &<< 32 | (end &- start)) }

    // MARK: Keys

    private static let unknown = -1
    private static let unclear = -2
    private static let unwanted = -3

    /// The place of a name in `keys`; records mostly have their members in one order, so the expected one is tried first.
    @inline(__always)
    private func key(_ node: Node, _ expected: Int, _ start: Int, _ length: Int) -> Int {
        let word = self.word(start, length)
        if expected < node.pointee.firstKey &+ node.pointee.keyCount, matches(expected, word, start, length) { return expected }
        let mask = node.pointee.slotMask
        var slot = JSONTree.hash(word, length) & mask
        while true {
            let key = Int(tree.slots[node.pointee.firstSlot &+ slot])
            if key < 0 { break }
            if matches(key, word, start, length) {
                return key < node.pointee.firstKey &+ node.pointee.keyCount ? key : Self.unwanted
            }
            slot = (slot &+ 1) & mask
        }
        return JSONStructure.hasEscape(start, start &+ length &+ 1, in: bytes, escapes) ? Self.unclear : Self.unknown
    }

    /// The first eight bytes of a name.
    @inline(__always)
    private func word(_ start: Int, _ length: Int) -> UInt64 {
        if start &+ 8 <= count {
            let word = UnsafeRawPointer(bytes + start).loadUnaligned(as: UInt64.self)
            return length >= 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: length &* 8)) &- 1)
        }
        var word: UInt64 = 0
        for place in 0..<min(length, 8) { word |= UInt64(bytes[start &+ place]) &<< UInt64(truncatingIfNeeded: place &* 8) }
        return word
    }

    @inline(__always)
    private func matches(_ key: Int, _ word: UInt64, _ start: Int, _ length: Int) -> Bool {
        let known = keys + key
        guard known.pointee.word == word, known.pointee.length == length else { return false }
        return length <= 8 || memcmp(tree.names + known.pointee.name + 8, bytes + start + 8, length &- 8) == 0
    }
}
