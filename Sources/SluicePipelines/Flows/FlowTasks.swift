import SluiceCore

/// The tasks of a flow, and the steps that they become.
///
/// Tasks that compute come first, in their order, over the fields as the source names them. What `map`, `map_all` and `passthrough` say, wherever
/// they stand, is one mapping behind them (`FlowMapping`).
struct FlowTasks {
    /// The column of rows that no condition of a task leaves out, because they remove others at the destination; nil where there is none.
    let spared: String?
    /// What `partition` names: columns behind the mapping.
    private(set) var partition: DefinitionNode?
    private var computing: [DefinitionNode] = []
    private var mapping = FlowMapping()

    init(sparing spared: String? = nil) { self.spared = spared }

    /// Whether fields go through that no task names.
    var passesAll: Bool { mapping.passesAll }

    /// - Parameter carried: Columns that go along whatever is mapped.
    func steps(carrying carried: [String]) -> [DefinitionNode] { computing + mapping.steps(carrying: carried) }

    /// Takes one item of `tasks`.
    ///
    /// - Throws: what is wrong with it, placed.
    mutating func add(_ item: DefinitionNode) throws {
        guard case .mapping(let entries) = item.content, let entry = entries.first else {
            if let name = try? item.string(), name == "map_all" {
                mapping.takesAll = true
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
        case "map": mapping.mapped += try entry.value.mapping()
        case "map_all":
            mapping.takesAll = true
            mapping.excluded += entry.value[key: "except"]?.oneOrMany() ?? []
        case "passthrough": mapping.passed += entry.value.oneOrMany()
        case "truncate": try addTruncation(entry.value)
        case "merge": try addMerge(entry.value)
        case "arithmetic":
            mapping.made += try entry.value.mapping().map(\.key)
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
        if entry.key == "derive", case .mapping(let columns) = entry.value.content { mapping.made += columns.map(\.key) }
        if entry.key == "filter", let spared, (try? entry.value.string()) != nil {
            return computing.append(.step("filter", entry.value.orElse(spared)))
        }
        computing.append(item)
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
            mapping.made.append(entry.key)
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
                let condition = DefinitionNode.expression(rule.condition(on: QuotedName.of(entry.key)), at: entry.keyLocation)
                var parts = [("that", spared.map(condition.orElse) ?? condition)]
                if let outcome { parts.append(("on_fail", .text(outcome.ofStep, at: entry.value.location))) }
                rules.append(
                    .init(
                        key: "\(entry.key) \(rule.rawValue)", keyLocation: item.location, value: .mapping(parts, at: entry.keyLocation)))
            }
        }
        computing.append(.step("assert", .entries(rules, like: node)))
    }
}
