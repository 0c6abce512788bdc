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
        /// Keys behind these, of members that are known and not wanted.
        var knownCount = 0
        /// Whether members of an object that are neither are noted.
        var isWatched = false
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
        /// -1 where the member is not wanted.
        let node: Int
    }

    /// The name of a member that is not known, in the text that places refer to.
    struct Unknown {
        /// The object's.
        let node: Int
        let start: Int
        let end: Int
    }

    static let missing = UInt64.max

    let nodes: UnsafeMutablePointer<Node>
    let types: [DataType]
    let keys: UnsafeMutablePointer<Key>
    let names: UnsafeMutablePointer<UInt8>
    /// Places in `keys`, -1 where free.
    let slots: UnsafeMutablePointer<Int32>
    /// Of watched objects, in the order of the text.
    private(set) var unknown: [Unknown] = []

    /// A tree whose root, node 0, is a record with these members.
    ///
    /// - Parameters:
    ///   - known: The members that records are known to have, wanted or not; nil: no object is watched.
    ///   - watchesRoot: Whether the records themselves are watched, not only the objects in them.
    init(_ fields: [Field], known: KnownMembers? = nil, watchesRoot: Bool = true) {
        var plan = Plan()
        plan.add(.structure(fields), known: known.map { .structure($0.fields) })
        if !watchesRoot { plan.nodes[0].isWatched = false }
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

    // MARK: Members that are not known

    @inline(never)
    func note(_ node: UnsafeMutablePointer<Node>, _ start: Int, _ end: Int) {
        unknown.append(Unknown(node: node - nodes, start: start, end: end))
    }

    /// Drops what was noted of a record that is read again.
    func dropUnknown(from start: Int) { while let last = unknown.last, last.start >= start { unknown.removeLast() } }

    /// The names of the structs that an object is in, with dots behind them; empty for the root.
    func path(of node: Int) -> String {
        for parent in types.indices where parent != node {
            for key in 0..<nodes[parent].keyCount where keys[nodes[parent].firstKey + key].node == node {
                let key = keys[nodes[parent].firstKey + key]
                let name = String(decoding: UnsafeBufferPointer(start: names + key.name, count: key.nameLength), as: UTF8.self)
                return path(of: parent) + name + "."
            }
            let isElement = nodes[parent].kind == .list || nodes[parent].kind == .map
            if isElement, nodes[parent].element == node { return path(of: parent) }
        }
        return ""
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
        ///
        /// - Parameter known: What is known of the values' types, where their objects are watched.
        @discardableResult
        mutating func add(_ type: DataType, known: DataType? = nil) -> Int {
            let place = nodes.count
            types.append(type)
            nodes.append(Node(kind: Kind(type), rows: .allocate(capacity: 0)))
            switch type {
            case .list(let element): nodes[place].element = add(element, known: known?.knownElement)
            case .map(.string, let value):
                nodes[place].key = add(.string)
                nodes[place].element = add(value, known: known?.knownElement)
            case .structure(let fields):
                let known = known?.knownMembers
                let types = Dictionary(known?.map { (ExactText($0.name), $0.type) } ?? [], uniquingKeysWith: { first, _ in first })
                let members = fields.map { (Array($0.name.utf8), add($0.type, known: types[ExactText($0.name)])) }
                nodes[place].firstKey = keys.count
                nodes[place].keyCount = members.count
                for (name, node) in members { addKey(name, node) }
                if let known {
                    let wanted = Set(fields.map { ExactText($0.name) })
                    let others = known.filter { !wanted.contains(ExactText($0.name)) }
                    for other in others { addKey(Array(other.name.utf8), -1) }
                    nodes[place].knownCount = others.count
                    nodes[place].isWatched = true
                }
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
            let keyCount = nodes[place].keyCount + nodes[place].knownCount
            while capacity < keyCount * 2 { capacity *= 2 }
            nodes[place].firstSlot = slots.count
            nodes[place].slotMask = capacity - 1
            slots += [Int32](repeating: -1, count: capacity)
            for key in nodes[place].firstKey..<(nodes[place].firstKey + keyCount) where keys[key].length >= 0 {
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
