import SluiceCore

/// Lists: offsets into the elements' node.
final class JSONListNode: JSONNode {
    private let element: JSONNode
    private var offsets: [Int32] = [0]

    init(_ element: DataType) {
        self.element = JSONNode.make(element)
        super.init(type: .list(element))
    }

    override func read(_ reader: inout JSONReader, depth: Int) throws(JSONFault) {
        let token = try reader.token()
        switch token.kind {
        case .null: return appendNull()
        case .array:
            let element = element
            try reader.elements(depth) { reader throws(JSONFault) in try element.read(&reader, depth: depth + 1) }
            appendZero()
            appended()
        default: throw mismatch(reader, token)
        }
    }

    override func appendZero() { offsets.append(Int32(truncatingIfNeeded: element.count)) }

    override func truncate(to count: Int) {
        if offsets.count > count + 1 { offsets.removeLast(offsets.count - count - 1) }
        // Also what a list that was not finished left behind.
        if offsets.count == count + 1 { element.settle(Int(offsets[count])) }
    }

    override func storage() -> Column.Storage { .list(offsets: offsets, values: element.finish()) }
}

/// Structs, and the record itself: one node a wanted member; the last of a repeated key wins, a missing one is null, others are passed over.
final class JSONObjectNode: JSONNode {
    private let members: [JSONNode]
    private let names: [String]
    private var table: NameTable

    init(_ fields: [Field]) {
        members = fields.map { JSONNode.make($0.type) }
        names = fields.map(\.name)
        table = NameTable(names)
        super.init(type: .structure(fields))
    }

    override func read(_ reader: inout JSONReader, depth: Int) throws(JSONFault) {
        let token = try reader.token()
        switch token.kind {
        case .null: return appendNull()
        case .object: break
        default: throw mismatch(reader, token)
        }
        let row = count
        table.restart()
        try reader.members(depth) { reader, key throws(JSONFault) in
            guard let member = try reader.withText(key, { table.index(of: $0) }) else {
                return try reader.skipValue(depth: depth + 1)
            }
            let node = members[member]
            if node.count > row { node.settle(row) }
            do throws(JSONFault) {
                try node.read(&reader, depth: depth + 1)
            } catch {
                var fault = error
                if case .doesNotFit = fault.reason { fault.path.insert(names[member], at: 0) }
                throw fault
            }
        }
        for node in members where node.count == row { node.appendNull() }
        appended()
    }

    override func appendZero() { for node in members { node.appendNull() } }
    override func truncate(to count: Int) { for node in members { node.settle(count) } }
    override func storage() -> Column.Storage { .structure(members.map { $0.finish() }, count: count) }

    /// The members' columns; takes the place of `finish()` for the record itself.
    func columns() -> [Column] { members.map { $0.finish() } }
}

/// Finds a name among a few by its bytes; records mostly have their keys in one order, so the one behind the last found is tried first.
struct NameTable {
    private let names: [[UInt8]]
    /// Open addressing: positions of names, -1 where free; a power of two at least twice the names.
    private var slots: [Int32]
    private var expected = 0

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        var capacity = 8
        while capacity < names.count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        for (index, name) in self.names.enumerated() {
            var slot = name.withUnsafeBufferPointer(Self.hash) & (capacity - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// The next name is likely the first.
    mutating func restart() { expected = 0 }

    mutating func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        if expected < names.count, matches(expected, name) {
            expected += 1
            return expected - 1
        }
        var slot = Self.hash(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if matches(index, name) {
                expected = index + 1
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    @inline(__always)
    private func matches(_ index: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        names[index].count == name.count && names[index].elementsEqual(name)
    }

    /// FNV-1a.
    @inline(__always)
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
