import SluiceCore

/// Builds the tree of columns from the elements of a footer, which are in depth-first order.
///
/// Lists and maps have a standard form and older ones: parquet-format, LogicalTypes.md ("Lists", "Maps", "Backward-compatibility rules").
struct SchemaTreeBuilder {
    /// The levels on the way down to a node.
    private struct Levels {
        var definition = 0
        /// The definition level of each repeated node so far; entry 0 is 0.
        var repeated = [0]
        var path: [String] = []

        var repetition: Int { repeated.count - 1 }
        var slot: Int { repeated[repeated.count - 1] }

        /// The levels below an element.
        func entering(_ element: SchemaElement) -> Levels {
            var levels = self
            levels.path.append(element.name)
            if element.repetition != .required { levels.definition += 1 }
            if element.repetition == .repeated { levels.repeated.append(levels.definition) }
            return levels
        }
    }

    private let elements: [SchemaElement]
    private let nanoseconds: NanosecondReading
    private var position = 0
    private(set) var leaves: [ParquetLeaf] = []

    init(_ elements: [SchemaElement], nanoseconds: NanosecondReading) {
        self.elements = elements
        self.nanoseconds = nanoseconds
    }

    mutating func columns() throws(SluiceError) -> [ParquetNode] {
        guard let root = elements.first else { throw corrupt("there is no root") }
        position = 1
        var columns: [ParquetNode] = []
        for _ in 0..<max(root.childCount ?? 0, 0) { columns.append(try node(Levels(), depth: 0)) }
        guard position == elements.count else { throw corrupt("\(elements.count - position) elements are in no group") }
        return columns
    }

    /// The node at `position` and all below it.
    private mutating func node(_ above: Levels, depth: Int) throws(SluiceError) -> ParquetNode {
        let element = try peek()
        if element.repetition == .repeated { return try repeatedNode(above, depth: depth) }
        position += 1
        let levels = above.entering(element)
        try check(levels, depth: depth)
        if element.type != nil { return try leaf(element, levels) }
        if element.isList, let list = try list(element, levels, depth: depth) { return list }
        if element.isMap, let map = try map(element, levels, depth: depth) { return map }
        return try structure(element, levels, depth: depth)
    }

    /// A repeated field that no list or map accounts for: a list that cannot be null, of elements that cannot be null.
    private mutating func repeatedNode(_ above: Levels, depth: Int) throws(SluiceError) -> ParquetNode {
        let name = try peek().name
        let element = try repeatedElement(above, depth: depth)
        return ParquetNode(
            name: name, type: .list(element.type), isNullable: false, definitionLevel: above.definition, repetitionLevel: above.repetition,
            slotLevel: above.slot, content: .list(element))
    }

    /// The repeated element at `position` itself as what a list consists of.
    private mutating func repeatedElement(_ above: Levels, depth: Int) throws(SluiceError) -> ParquetNode {
        let element = try peek()
        position += 1
        let levels = above.entering(element)
        try check(levels, depth: depth)
        if element.type != nil { return try leaf(element, levels) }
        if element.isList, let list = try list(element, levels, depth: depth) { return list }
        if element.isMap, let map = try map(element, levels, depth: depth) { return map }
        return try structure(element, levels, depth: depth)
    }

    private mutating func leaf(_ element: SchemaElement, _ levels: Levels) throws(SluiceError) -> ParquetNode {
        let index = leaves.count
        let (kind, type) = try element.leafKind(named: levels.path.joined(separator: "."), nanoseconds)
        leaves.append(
            ParquetLeaf(
                index: index, path: levels.path, element: element, kind: kind, type: type, maximumDefinitionLevel: levels.definition,
                maximumRepetitionLevel: levels.repetition, repeatedLevels: levels.repeated))
        return made(element, type, levels, .leaf(index))
    }

    private mutating func structure(_ element: SchemaElement, _ levels: Levels, depth: Int) throws(SluiceError) -> ParquetNode {
        let count = try childCount(element)
        var members: [ParquetNode] = []
        var names: Set<ExactText> = []
        for _ in 0..<count {
            let member = try node(levels, depth: depth + 1)
            guard names.insert(ExactText(member.name)).inserted else {
                throw SluiceError(.duplicateColumn, "column \(levels.path.joined(separator: ".")) has two members \"\(member.name)\"")
            }
            members.append(member)
        }
        let fields = members.map { Field($0.name, $0.type, isNullable: $0.isNullable) }
        return made(element, .structure(fields), levels, .structure(members))
    }

    /// A group that is annotated as a list; nil, with nothing read, if it has not the form of one.
    private mutating func list(_ element: SchemaElement, _ levels: Levels, depth: Int) throws(SluiceError) -> ParquetNode? {
        guard element.childCount == 1, position < elements.count, elements[position].repetition == .repeated else { return nil }
        let repeated = elements[position]
        let content: ParquetNode
        if repeatsElement(repeated, list: element.name) {
            content = try repeatedElement(levels, depth: depth + 1)
        } else {
            position += 1
            let inner = levels.entering(repeated)
            try check(inner, depth: depth + 1)
            content = try node(inner, depth: depth + 1)
        }
        return made(element, .list(content.type), levels, .list(content))
    }

    /// Whether a list's repeated field is its element; otherwise the element is the one field inside.
    private func repeatsElement(_ repeated: SchemaElement, list: String) -> Bool {
        if repeated.type != nil || repeated.childCount != 1 { return true }
        if repeated.name == "array" || repeated.name == list + "_tuple" { return true }
        // A group around one repeated field is an element that is itself a list.
        return position + 1 < elements.count && elements[position + 1].repetition == .repeated
    }

    /// A group that is annotated as a map; nil, with nothing read, if it has not the form of one.
    private mutating func map(_ element: SchemaElement, _ levels: Levels, depth: Int) throws(SluiceError) -> ParquetNode? {
        guard element.childCount == 1, position + 2 < elements.count, elements[position].repetition == .repeated,
            elements[position].type == nil, elements[position].childCount == 2, elements[position + 1].repetition != .repeated
        else { return nil }
        let entries = levels.entering(elements[position])
        position += 1
        try check(entries, depth: depth + 1)
        let key = try node(entries, depth: depth + 1)
        let value = try node(entries, depth: depth + 1)
        return made(element, .map(key: key.type, value: value.type), levels, .map(key: key, value: value))
    }

    private func made(_ element: SchemaElement, _ type: DataType, _ levels: Levels, _ content: ParquetNode.Content) -> ParquetNode {
        ParquetNode(
            name: element.name, type: type, isNullable: element.repetition == .optional, definitionLevel: levels.definition,
            repetitionLevel: levels.repetition, slotLevel: levels.slot, content: content)
    }

    private func peek() throws(SluiceError) -> SchemaElement {
        guard position < elements.count else { throw corrupt("a group lacks its members") }
        return elements[position]
    }

    private func childCount(_ element: SchemaElement) throws(SluiceError) -> Int {
        guard let count = element.childCount, count > 0 else { throw corrupt("group \"\(element.name)\" has no members") }
        return Int(count)
    }

    private func check(_ levels: Levels, depth: Int) throws(SluiceError) {
        guard depth < CoreLimits.nestingDepth, levels.definition <= ParquetLimits.level else {
            throw SluiceError(.limitExceeded, "columns are nested deeper than \(CoreLimits.nestingDepth) levels")
        }
        guard let repetition = elements[position - 1].repetition, (0...2).contains(repetition.rawValue) else {
            throw SluiceError(
                .corruptFile, "column \(levels.path.joined(separator: ".")) has no known repetition",
                remedy: "write the file with a writer of format version 2.x")
        }
    }

    private func corrupt(_ what: String) -> SluiceError {
        SluiceError(.corruptFile, "the file's schema is damaged: \(what)", remedy: "copy or download the file again")
    }
}

extension SchemaElement {
    fileprivate var isList: Bool { logicalType == .list || logicalType == nil && convertedType == .list }

    /// Old writers put `MAP_KEY_VALUE` on the outer group.
    fileprivate var isMap: Bool {
        logicalType == .map || logicalType == nil && (convertedType == .map || convertedType == .mapKeyValue)
    }
}
