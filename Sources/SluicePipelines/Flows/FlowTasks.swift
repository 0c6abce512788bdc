import SluiceCore

/// The tasks of a flow, and the steps that they become.
///
/// Tasks that compute come first, in their order, over the fields as the source names them. What `map`, `map_all` and `passthrough` say, wherever
/// they stand, is one mapping behind them.
struct FlowTasks {
    /// What `partition` names: columns behind the mapping.
    private(set) var partition: DefinitionNode?
    private var computing: [DefinitionNode] = []
    /// Columns that tasks made, which go along.
    private var made: [String] = []
    private var excluded: [DefinitionNode] = []
    private var mapped: [DefinitionNode.Entry] = []
    private var passed: [DefinitionNode] = []
    private var mapsAll: DefinitionNode?

    /// Whether fields go through that no task names.
    var passesAll: Bool { mapsAll != nil || mapped.isEmpty && passed.isEmpty }

    /// Takes one item of `tasks`.
    ///
    /// - Throws: what is wrong with it, placed.
    mutating func add(_ item: DefinitionNode) throws {
        guard case .mapping(let entries) = item.content, let entry = entries.first else {
            if let name = try? item.string(), name == "map_all" {
                mapsAll = item
                return
            }
            throw item.wrongType("a task: one key with its arguments", remedy: "for example: - map: {account_id: Id}")
        }
        if entries.count > 1 {
            throw SluiceError(
                .unknownKey, "a task has one key, but \(entries[1].key.quotedForMessage) stands beside \"\(entry.key)\"",
                at: entries[1].keyLocation, remedy: "begin it as a task of its own with \"- \"")
        }
        guard let manual = FlowTaskManual.all.first(where: { $0.key == entry.key }) else { return try addStep(item, entry) }
        let mistakes = manual.arguments.errors(in: entry.value, connectors: ConnectorRegistry([]))
        if !mistakes.isEmpty { throw DefinitionErrors(mistakes) }
        switch entry.key {
        case "map": mapped += try entry.value.mapping()
        case "map_all":
            mapsAll = entry.value
            excluded += entry.value[key: "except"]?.oneOrMany() ?? []
        case "passthrough": passed += entry.value.oneOrMany()
        case "truncate": try addTruncation(entry.value)
        case "merge": try addMerge(entry.value)
        case "arithmetic":
            made += try entry.value.mapping().map(\.key)
            computing.append(.step("derive", entry.value))
        case "validate": try addValidation(entry.value)
        default:
            if let other = partition {
                throw entry.value.invalid("partition stands twice, at \(other.path), too", remedy: "name all columns in one list")
            }
            partition = entry.value
        }
    }

    /// A step of pipelines is a task, too.
    private mutating func addStep(_ item: DefinitionNode, _ entry: DefinitionNode.Entry) throws {
        guard StepRegistry.keys.contains(entry.key) else {
            throw SluiceError(
                .unknownStep, "unknown task \(entry.key.quotedForMessage)", at: entry.keyLocation,
                remedy: Suggestion.remedy(for: entry.key, in: FlowTaskManual.all.map(\.key) + StepRegistry.keys, noun: "tasks"))
        }
        if entry.key == "derive", case .mapping(let columns) = entry.value.content { made += columns.map(\.key) }
        computing.append(item)
    }

    // MARK: Steps

    /// - Parameter carried: Columns that go along whatever is mapped.
    func steps(carrying carried: [String]) -> [DefinitionNode] { computing + (passesAll ? renaming(carried) : selection(carried)) }

    /// All columns, some of them left out and some under other names.
    private func renaming(_ carried: [String]) -> [DefinitionNode] {
        var steps: [DefinitionNode] = []
        var renamed: [DefinitionNode.Entry] = []
        var derived: [DefinitionNode.Entry] = []
        for entry in mapped {
            let name = entry.value.plainColumn
            if let name, name != entry.key, !renamed.contains(where: { $0.key == name }) {
                var new = DefinitionNode.text(entry.key, at: entry.keyLocation)
                new.keyLocation = entry.value.location
                renamed.append(DefinitionNode.Entry(key: name, keyLocation: entry.value.location, value: new))
            } else if name != entry.key {
                // An expression, or a second name of a field.
                derived.append(entry)
            }
        }
        if !derived.isEmpty { steps.append(.step("derive", .entries(derived, like: derived[0].value))) }
        if !excluded.isEmpty { steps.append(.step("drop", DefinitionNode(.list(excluded), location: excluded[0].location))) }
        if !renamed.isEmpty { steps.append(.step("rename", .entries(renamed, like: renamed[0].value))) }
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

    // MARK: Tasks that compute

    /// `left(field, characters)` of each.
    private mutating func addTruncation(_ node: DefinitionNode) throws {
        let columns = try node.mapping().map { entry -> DefinitionNode.Entry in
            let count = try entry.value.integer()
            return .init(
                key: entry.key, keyLocation: entry.keyLocation,
                value: .expression("left(\(QuotedName.of(entry.key)), \(count))", at: entry.keyLocation))
        }
        computing.append(.step("derive", .entries(columns, like: node)))
    }

    /// Several fields as one text; null where all of them are null.
    private mutating func addMerge(_ node: DefinitionNode) throws {
        var columns: [DefinitionNode.Entry] = []
        for entry in try node.mapping() {
            let fields = try (entry.value.isMapping ? entry.value.require("fields") : entry.value).oneOrMany().map { try $0.string() }
            let separator = try entry.value[key: "separator"]?.string() ?? " "
            let names = fields.map(QuotedName.of).joined(separator: ", ")
            let text = "concat_ws('\(separator.replacing("'", with: "''"))', \(names))"
            columns.append(.init(key: entry.key, keyLocation: entry.keyLocation, value: .expression(text, at: entry.value.location)))
            made.append(entry.key)
        }
        computing.append(.step("derive", .entries(columns, like: node)))
    }

    private mutating func addValidation(_ node: DefinitionNode) throws {
        var rules: [DefinitionNode.Entry] = []
        for entry in try node.mapping() {
            let wanted = entry.value.isMapping ? try entry.value.require("is") : entry.value
            let outcome = try entry.value[key: "on_fail"]?.enumeration(FlowTaskManual.Outcome.self)
            for item in wanted.oneOrMany() {
                let rule = try item.enumeration(FlowTaskManual.Rule.self)
                var parts = [("that", DefinitionNode.expression(rule.condition(on: QuotedName.of(entry.key)), at: entry.keyLocation))]
                if let outcome { parts.append(("on_fail", .text(outcome.ofStep, at: entry.value.location))) }
                rules.append(
                    .init(
                        key: "\(entry.key) \(rule.rawValue)", keyLocation: item.location, value: .mapping(parts, at: entry.keyLocation)))
            }
        }
        computing.append(.step("assert", .entries(rules, like: node)))
    }
}

extension DefinitionNode {
    /// An item of `steps`.
    fileprivate static func step(_ key: String, _ arguments: DefinitionNode) -> DefinitionNode {
        var placed = arguments
        placed.keyLocation = arguments.keyLocation ?? arguments.location
        return DefinitionNode(
            .mapping([.init(key: key, keyLocation: placed.keyLocation, value: placed)]), path: arguments.path, location: arguments.location,
            keyLocation: placed.keyLocation)
    }

    /// A mapping that stands where another node does.
    fileprivate static func entries(_ entries: [Entry], like node: DefinitionNode) -> DefinitionNode {
        DefinitionNode(.mapping(entries), path: node.path, location: node.location, keyLocation: node.keyLocation ?? node.location)
    }

    /// An expression that the flow does not have in its text; its mistakes are placed where its fields are named.
    fileprivate static func expression(_ text: String, at location: SourceLocation?) -> DefinitionNode {
        DefinitionNode(.scalar(text, .plain), location: location, keyLocation: location)
    }

    /// The column that an expression is, where it is nothing else.
    fileprivate var plainColumn: String? {
        guard let text = try? string(), let first = text.utf8.first, !(0x30...0x39).contains(first),
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) })
        else { return nil }
        return text
    }
}
