import SluiceCore

/// Builds columns from JSON values: a tree of nodes, one a type, kept flat in arrays by physical kind, so that reading a value touches no object.
///
/// - Invariant: between records, nodes of one level have as many rows as values were read there; `settle` takes a half-read value back.
struct JSONColumns {
    enum Kind { case null, integer, float, decimal, text, binary, list, object, map, choice }

    struct Node {
        let type: DataType
        let kind: Kind
        /// Place in the array of the kind.
        let slot: Int
        var count = 0
        /// Rows that are null, ascending.
        var nulls: [Int32] = []
    }

    /// Integers, truth values, dates and timestamps before they get their width.
    struct Integers {
        let rule: JSONIntegerRule
        var values: [Int64] = []
    }

    struct Floats {
        let isSingle: Bool
        var values: [Double] = []
    }

    struct Decimals {
        let precision: Int
        let scale: Int
        var values: [Int128] = []
    }

    struct Texts {
        var offsets: [Int32] = [0]
        var data: [UInt8] = []
    }

    struct Lists {
        let element: Int
        var offsets: [Int32] = [0]
    }

    struct Objects {
        let members: [Int]
        let names: [String]
        var table: NameTable
        /// The names of all members that are known, where others are noticed.
        var known: NameTable?
        /// The names of the structs that it is in, with dots behind them.
        var path = ""
    }

    struct Maps {
        let key: Int
        let value: Int
        var offsets: [Int32] = [0]
    }

    struct Choices {
        let alternatives: [Int]
        /// Places in `alternatives` as they are tried: texts last, because every value fits one.
        let order: [Int]
        var tags: [UInt8] = []
    }

    var nodes: [Node] = []
    var integers: [Integers] = []
    var floats: [Floats] = []
    var decimals: [Decimals] = []
    var texts: [Texts] = []
    var lists: [Lists] = []
    var objects: [Objects] = []
    var maps: [Maps] = []
    var choices: [Choices] = []
    /// Members that are not known, with the names of the structs that they are in.
    var unknown: [String] = []

    /// What was noticed since the last call.
    mutating func takeUnknown() -> [String] {
        if unknown.isEmpty { return [] }
        defer { unknown = [] }
        return unknown
    }

    /// Adds a node for a type and those below it; returns its place.
    ///
    /// - Parameters:
    ///   - known: What is known of the values' types, where members beyond it are noticed.
    ///   - path: The names of the structs that the value is in, with dots behind them.
    mutating func add(_ type: DataType, known: DataType? = nil, path: String = "") -> Int {
        let place: (Kind, Int)
        switch type {
        case .null: place = (.null, 0)
        case .float32, .float64:
            floats.append(Floats(isSingle: type == .float32))
            place = (.float, floats.count - 1)
        case .decimal(let precision, let scale):
            decimals.append(Decimals(precision: precision, scale: scale))
            place = (.decimal, decimals.count - 1)
        case .string, .binary:
            texts.append(Texts())
            place = (type == .string ? .text : .binary, texts.count - 1)
        case .list(let element):
            let node = add(element, known: known?.knownElement, path: path)
            lists.append(Lists(element: node))
            place = (.list, lists.count - 1)
        case .structure(let fields):
            let knownMembers = known?.knownMembers
            let types = Dictionary(knownMembers?.map { (ExactText($0.name), $0.type) } ?? [], uniquingKeysWith: { first, _ in first })
            let members = fields.map { add($0.type, known: types[ExactText($0.name)], path: path + $0.name + ".") }
            let names = fields.map(\.name)
            objects.append(
                Objects(
                    members: members, names: names, table: NameTable(names), known: knownMembers.map { NameTable($0.map(\.name)) },
                    path: path))
            place = (.object, objects.count - 1)
        case .map(let key, let value):
            let (keyNode, valueNode) = (add(key), add(value, known: known?.knownElement, path: path))
            maps.append(Maps(key: keyNode, value: valueNode))
            place = (.map, maps.count - 1)
        case .choice(let types):
            let alternatives = types.map { add($0) }
            let order = types.indices.filter { types[$0] != .string } + types.indices.filter { types[$0] == .string }
            choices.append(Choices(alternatives: alternatives, order: order))
            place = (.choice, choices.count - 1)
        default:
            integers.append(Integers(rule: JSONIntegerRule(type)))
            place = (.integer, integers.count - 1)
        }
        nodes.append(Node(type: type, kind: place.0, slot: place.1))
        return nodes.count - 1
    }

    mutating func appendNull(_ node: Int) {
        nodes[node].nulls.append(Int32(truncatingIfNeeded: nodes[node].count))
        nodes[node].count += 1
        let slot = nodes[node].slot
        switch nodes[node].kind {
        case .null: break
        case .integer: integers[slot].values.append(0)
        case .float: floats[slot].values.append(0)
        case .decimal: decimals[slot].values.append(0)
        case .text, .binary: texts[slot].offsets.append(Int32(truncatingIfNeeded: texts[slot].data.count))
        case .list: lists[slot].offsets.append(Int32(truncatingIfNeeded: nodes[lists[slot].element].count))
        case .object: for member in objects[slot].members { appendNull(member) }
        case .map: maps[slot].offsets.append(Int32(truncatingIfNeeded: nodes[maps[slot].key].count))
        case .choice:
            choices[slot].tags.append(0)
            for alternative in choices[slot].alternatives { appendNull(alternative) }
        }
    }

    /// Drops rows beyond `rows`, also the parts of one that was not finished.
    mutating func settle(_ node: Int, _ rows: Int) {
        let slot = nodes[node].slot
        switch nodes[node].kind {
        case .null: break
        case .integer: integers[slot].values.cut(to: rows)
        case .float: floats[slot].values.cut(to: rows)
        case .decimal: decimals[slot].values.cut(to: rows)
        case .text, .binary:
            texts[slot].offsets.cut(to: rows + 1)
            texts[slot].data.cut(to: Int(texts[slot].offsets[rows]))
        case .list:
            lists[slot].offsets.cut(to: rows + 1)
            settle(lists[slot].element, Int(lists[slot].offsets[rows]))
        case .object: for member in objects[slot].members { settle(member, rows) }
        case .map:
            maps[slot].offsets.cut(to: rows + 1)
            settle(maps[slot].key, Int(maps[slot].offsets[rows]))
            settle(maps[slot].value, Int(maps[slot].offsets[rows]))
        case .choice:
            choices[slot].tags.cut(to: rows)
            for alternative in choices[slot].alternatives { settle(alternative, rows) }
        }
        while let last = nodes[node].nulls.last, last >= rows { nodes[node].nulls.removeLast() }
        nodes[node].count = min(nodes[node].count, rows)
    }

    // MARK: Finished columns

    func column(_ node: Int) -> Column {
        let (type, count) = (nodes[node].type, nodes[node].count)
        guard type != .null else { return Column(.null, .null(count)) }
        var validity: Bitmap?
        if !nodes[node].nulls.isEmpty {
            var bits = Bitmap(repeating: true, count: count)
            for row in nodes[node].nulls { bits[Int(row)] = false }
            validity = bits
        }
        return Column(type, storage(node), validity: validity)
    }

    private func storage(_ node: Int) -> Column.Storage {
        let slot = nodes[node].slot
        switch nodes[node].kind {
        case .null: return .null(nodes[node].count)
        case .integer: return integers[slot].rule.storage(integers[slot].values)
        case .float: return floats[slot].isSingle ? .float32(floats[slot].values.map { Float($0) }) : .float64(floats[slot].values)
        case .decimal: return .decimal(decimals[slot].values)
        case .text, .binary: return .bytes(ByteRows(offsets: texts[slot].offsets, data: texts[slot].data))
        case .list: return .list(offsets: lists[slot].offsets, values: column(lists[slot].element))
        case .object: return .structure(objects[slot].members.map(column), count: nodes[node].count)
        case .map: return .map(offsets: maps[slot].offsets, keys: column(maps[slot].key), values: column(maps[slot].value))
        case .choice: return .choice(tags: choices[slot].tags, alternatives: choices[slot].alternatives.map(column))
        }
    }

    /// The columns of an object's members.
    func memberColumns(_ node: Int) -> [Column] { objects[nodes[node].slot].members.map(column) }
}

extension Array {
    fileprivate mutating func cut(to count: Int) { if self.count > count { removeLast(self.count - count) } }
}
