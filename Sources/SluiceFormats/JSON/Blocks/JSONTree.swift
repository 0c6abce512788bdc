import SluiceCore

/// Where the wanted values of some records stand: a tree of nodes, one a type, of which each has its values' places one after another.
///
/// What a value is worth is not looked at here: that is done a column at a time (`JSONTree+Columns.swift`).
/// - Invariant: between records, nodes of one level have as many rows as values were found there; `settle` takes a half-read value back.
final class JSONTree {
    enum Kind: UInt8 { case value, object, list, map }

    struct Node {
        let kind: Kind
        /// Of an object's keys in `keys`.
        var firstKey = 0
        var keyCount = 0
        /// Of an object's hash table in `slots`: a power of two slots.
        var firstSlot = 0
        var slotMask = 0
        /// Of a list the elements' node, of a map the values'.
        var element = 0
        /// Of a map.
        var key = 0
        var count = 0
        var capacity = 0
        /// A row each. Of a value: `start << 32 | length` or `missing`. Of an object: 1, or 0 where it is null. Of a list or map: where its
        /// elements end, doubled, and 1 more unless it is null.
        var rows: UnsafeMutablePointer<UInt64>
    }

    /// A member of an object by its name.
    struct Key {
        /// The name's first eight bytes, zeros behind a shorter one.
        let word: UInt64
        /// Of the name; -1 where it only stands escaped in a text.
        let length: Int
        /// Of the name in `names`.
        let name: Int
        let nameLength: Int
        let node: Int
    }

    static let missing = UInt64.max

    let nodes: UnsafeMutablePointer<Node>
    let types: [DataType]
    let keys: UnsafeMutablePointer<Key>
    let names: UnsafeMutablePointer<UInt8>
    /// Places in `keys`, -1 where free.
    let slots: UnsafeMutablePointer<Int32>

    /// A tree whose root, node 0, is a record with these members.
    init(_ fields: [Field]) {
        var plan = Plan()
        plan.add(.structure(fields))
        types = plan.types
        nodes = .allocate(capacity: plan.nodes.count)
        nodes.initialize(from: plan.nodes, count: plan.nodes.count)
        keys = .allocate(capacity: plan.keys.count)
        keys.initialize(from: plan.keys, count: plan.keys.count)
        names = .allocate(capacity: plan.names.count)
        names.initialize(from: plan.names, count: plan.names.count)
        slots = .allocate(capacity: plan.slots.count)
        slots.initialize(from: plan.slots, count: plan.slots.count)
    }

    deinit {
        for index in types.indices { nodes[index].rows.deallocate() }
        nodes.deallocate()
        keys.deallocate()
        names.deallocate()
        slots.deallocate()
    }

    /// Drops all rows.
    func clear() { for index in types.indices { nodes[index].count = 0 } }

    @inline(__always)
    func append(_ row: UInt64, to node: UnsafeMutablePointer<Node>) {
        if node.pointee.count == node.pointee.capacity { Self.grow(node) }
        node.pointee.rows[node.pointee.count] = row
        node.pointee.count &+= 1
    }

    @inline(never)
    private static func grow(_ node: UnsafeMutablePointer<Node>) {
        let capacity = max(128, node.pointee.capacity * 2)
        let rows = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
        rows.initialize(from: node.pointee.rows, count: node.pointee.count)
        node.pointee.rows.deallocate()
        node.pointee.rows = rows
        node.pointee.capacity = capacity
    }

    func appendNull(_ node: UnsafeMutablePointer<Node>) {
        switch node.pointee.kind {
        case .value: append(Self.missing, to: node)
        case .object:
            append(0, to: node)
            for key in 0..<node.pointee.keyCount { appendNull(nodes + keys[node.pointee.firstKey + key].node) }
        case .list, .map: append(UInt64(nodes[node.pointee.element].count) << 1, to: node)
        }
    }

    /// Appends a list or map whose elements were read.
    @inline(__always)
    func appendEnd(_ node: UnsafeMutablePointer<Node>) { append(UInt64(nodes[node.pointee.element].count) &<< 1 | 1, to: node) }

    /// Drops rows beyond `rows`, also the parts of one that was not finished.
    func settle(_ node: UnsafeMutablePointer<Node>, _ rows: Int) {
        switch node.pointee.kind {
        case .value: break
        case .object: for key in 0..<node.pointee.keyCount { settle(nodes + keys[node.pointee.firstKey + key].node, rows) }
        case .list, .map:
            let elements = rows == 0 ? 0 : Int(node.pointee.rows[rows - 1] >> 1)
            settle(nodes + node.pointee.element, elements)
            if node.pointee.kind == .map { settle(nodes + node.pointee.key, elements) }
        }
        node.pointee.count = min(node.pointee.count, rows)
    }
}

extension JSONTree {
    /// The parts of a tree while it is laid out.
    private struct Plan {
        var nodes: [Node] = []
        var types: [DataType] = []
        var keys: [Key] = []
        var names: [UInt8] = []
        var slots: [Int32] = []

        /// Adds a node for a type and those below it; returns its place.
        @discardableResult
        mutating func add(_ type: DataType) -> Int {
            let place = nodes.count
            types.append(type)
            nodes.append(Node(kind: Kind(type), rows: .allocate(capacity: 0)))
            switch type {
            case .list(let element): nodes[place].element = add(element)
            case .map(.string, let value):
                nodes[place].key = add(.string)
                nodes[place].element = add(value)
            case .structure(let fields):
                let members = fields.map { (Array($0.name.utf8), add($0.type)) }
                nodes[place].firstKey = keys.count
                nodes[place].keyCount = members.count
                for (name, node) in members { addKey(name, node) }
                addSlots(place)
            default: break
            }
            return place
        }

        private mutating func addKey(_ name: [UInt8], _ node: Int) {
            let isPlain = name.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            var word: UInt64 = 0
            for (place, byte) in name.prefix(8).enumerated() { word |= UInt64(byte) << UInt64(place * 8) }
            keys.append(Key(word: word, length: isPlain ? name.count : -1, name: names.count, nameLength: name.count, node: node))
            names += name
        }

        private mutating func addSlots(_ place: Int) {
            var capacity = 8
            while capacity < nodes[place].keyCount * 2 { capacity *= 2 }
            nodes[place].firstSlot = slots.count
            nodes[place].slotMask = capacity - 1
            slots += [Int32](repeating: -1, count: capacity)
            for key in nodes[place].firstKey..<(nodes[place].firstKey + nodes[place].keyCount) where keys[key].length >= 0 {
                var slot = JSONTree.hash(keys[key].word, keys[key].length) & (capacity - 1)
                while slots[nodes[place].firstSlot + slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
                slots[nodes[place].firstSlot + slot] = Int32(key)
            }
        }
    }

    @inline(__always)
    static func hash(_ word: UInt64, _ length: Int) -> Int {
        Int(truncatingIfNeeded: (word ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15 &>> 40)
    }
}

extension JSONTree.Kind {
    fileprivate init(_ type: DataType) {
        switch type {
        case .list: self = .list
        case .structure: self = .object
        case .map(.string, _): self = .map
        default: self = .value
        }
    }
}
