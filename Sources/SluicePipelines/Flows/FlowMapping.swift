import SluiceCore
import SluiceExpressions

/// What `map`, `map_all` and `passthrough` say together: one mapping, whose expressions all see the fields as they are before it.
struct FlowMapping {
    /// Columns that tasks made, which go along.
    var made: [String] = []
    var excluded: [DefinitionNode] = []
    var mapped: [DefinitionNode.Entry] = []
    var passed: [DefinitionNode] = []
    /// Whether `map_all` stands somewhere.
    var takesAll = false

    /// Whether fields go through that no task names.
    var passesAll: Bool { takesAll || mapped.isEmpty && passed.isEmpty }

    /// - Parameter carried: Columns that go along whatever is mapped.
    func steps(carrying carried: [String]) -> [DefinitionNode] { passesAll ? renaming() : selection(carried) }

    /// All columns, some of them left out, some under other names, some computed.
    ///
    /// A computed column takes the place of the one that has its name. Where the mapping reads that one elsewhere, too, the new one is made under
    /// another name first.
    private func renaming() -> [DefinitionNode] {
        let passedNames = Set(passed.compactMap { try? $0.string() })
        let kept = passedNames.union(mapped.filter { $0.value.plainColumn == $0.key }.map(\.key))
        var renamed: [String: DefinitionNode.Entry] = [:]
        var computed: [DefinitionNode.Entry] = []
        for entry in mapped where entry.value.plainColumn != entry.key {
            // Else an expression, or a second name of a field.
            if let name = entry.value.plainColumn, renamed[name] == nil, !kept.contains(name) {
                renamed[name] = entry
            } else {
                computed.append(entry)
            }
        }
        var names: [DefinitionNode.Entry] = mapped.compactMap { entry in
            guard let name = entry.value.plainColumn, renamed[name]?.key == entry.key else { return nil }
            return .rename(name, to: entry.key, at: entry.value.location, entry.keyLocation)
        }
        var dropped = excluded.filter { node in
            guard let name = try? node.string() else { return true }
            return renamed[name] == nil && !kept.contains(name)
        }
        var derived = passed.compactMap { node in (try? node.string()).map { DefinitionNode.Entry.column($0, at: node.location) } }
        for entry in computed {
            let isRead = renamed[entry.key] != nil || computed.contains { $0.key != entry.key && $0.value.reads(entry.key) }
            guard isRead else {
                derived.append(entry)
                dropped.removeAll { (try? $0.string()) == entry.key }
                continue
            }
            let name = entry.key + " (mapped)"
            derived.append(.init(key: name, keyLocation: entry.keyLocation, value: entry.value))
            names.append(.rename(name, to: entry.key, at: entry.keyLocation, entry.keyLocation))
            if renamed[entry.key] == nil, !dropped.contains(where: { (try? $0.string()) == entry.key }) {
                dropped.append(.text(entry.key, at: entry.keyLocation))
            }
        }
        var steps: [DefinitionNode] = []
        if let first = derived.first { steps.append(.step("derive", .entries(derived, like: first.value))) }
        if let first = dropped.first { steps.append(.step("drop", DefinitionNode(.list(dropped), location: first.location))) }
        if let first = names.first { steps.append(.step("rename", .entries(names, like: first.value))) }
        return steps
    }

    /// The columns that are named, in the order of the text, and those that tasks made.
    private func selection(_ carried: [String]) -> [DefinitionNode] {
        var items = mapped.map { DefinitionNode.entries([$0], like: $0.value) } + passed
        let named = Set(mapped.map(\.key) + passed.compactMap { try? $0.string() })
        let place = mapped.first?.keyLocation ?? passed.first?.location
        let sources = Set(mapped.compactMap(\.value.plainColumn))
        for name in made + carried where !named.contains(name) && !sources.contains(name) { items.append(.text(name, at: place)) }
        return [.step("select", DefinitionNode(.list(items), location: place, keyLocation: place))]
    }
}

extension DefinitionNode.Entry {
    /// An entry of `rename`.
    fileprivate static func rename(_ old: String, to new: String, at place: SourceLocation?, _ newPlace: SourceLocation?) -> Self {
        var value = DefinitionNode.text(new, at: newPlace)
        value.keyLocation = place
        return Self(key: old, keyLocation: place, value: value)
    }

    /// A column that stays what it is: an entry of `derive` that is wrong where there is no such column.
    fileprivate static func column(_ name: String, at place: SourceLocation?) -> Self {
        Self(key: name, keyLocation: place, value: .expression(QuotedName.of(name), at: place))
    }
}

extension DefinitionNode {
    /// Whether an expression reads a column; one that cannot be read is told of by the step that it becomes.
    fileprivate func reads(_ column: String) -> Bool {
        (try? ExpressionArgument(self))?.expression.referencedColumns.contains(column) ?? false
    }
}
