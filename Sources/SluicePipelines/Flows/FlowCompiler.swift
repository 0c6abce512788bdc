import SluiceCore

/// Makes a pipeline of a flow, so that one engine runs both: the result has `source`, `steps`, `sink` or `routes`, and every value keeps its place
/// in the flow's text.
struct FlowCompiler {
    let root: DefinitionNode
    let connectors: ConnectorRegistry
    /// Where relative paths of the definition start.
    let directory: String
    private var errors = ErrorCollector()

    private init(_ root: DefinitionNode, _ connectors: ConnectorRegistry, directory: String) {
        self.root = root
        self.connectors = connectors
        self.directory = directory
    }

    /// The pipeline that a flow is; any other definition as it is.
    ///
    /// - Throws: `DefinitionErrors` with everything that is wrong with the keys that only flows have.
    static func pipeline(of root: DefinitionNode, connectors: ConnectorRegistry, directory: String) throws -> DefinitionNode {
        guard root[key: FlowKeys.flow] != nil else { return root }
        var compiler = FlowCompiler(root, connectors, directory: directory)
        return try compiler.compile()
    }

    private mutating func compile() throws -> DefinitionNode {
        // `source` is checked with the pipeline, which reads it.
        let shape = ValueShape.object(
            FlowKeys.all.map { key in
                guard key.name == "source" else { return key }
                var unchecked = key
                unchecked.shape = .anything
                return unchecked
            })
        errors.add(contentsOf: shape.errors(in: root, connectors: connectors))
        try errors.throwIfAny()
        let flow = self
        let entity = try errors.attempt { try flow.entity() } ?? nil
        let checked = try errors.attempt { try FlowPull(root.require("pull"), entity) }
        var tasks = FlowTasks(sparing: checked?.carried.first)
        for node in try root[key: "tasks"]?.list() ?? [] { try errors.attempt { try tasks.add(node) } }
        guard let pull = checked else {
            try errors.throwIfAny()
            preconditionFailure("what is wrong with it was gathered")
        }
        let followsFields =
            try pull.newFields?.string() == "follow" || pull.newFields == nil && tasks.passesAll && entity?.hasOpenFields == true
        let ends = EndRules(partition: tasks.partition, followsFields: followsFields)
        let steps = pull.steps + tasks.steps(carrying: pull.carried)
        var entries = kept(["description", "parameters", "on_error", "schedule", "tests"])
        entries.insert(entry("name", try root.require(FlowKeys.flow)), at: 0)
        entries.append(entry("source", try source(pull, followsFields: followsFields)))
        entries.append(entry("incremental", .boolean(pull.mode == .incremental, at: root[key: "pull"]?.location)))
        if !steps.isEmpty { entries.append(entry("steps", .list(steps, at: root[key: "tasks"]?.location ?? root.location))) }
        entries += try outputs(pull, ends)
        try errors.throwIfAny()
        var compiled = root
        compiled.content = .mapping(entries)
        return compiled
    }

    /// What the source's connector says of the entity; nil where it says nothing.
    private func entity() throws -> EntityManual? {
        guard let node = root[key: "source"], case .mapping(let entries) = node.content,
            let name = connectors.entries(naming: entries, as: .source).first?.key
        else { return nil }
        return try connectors[name]?.entity(OptionValues(node), in: directory)
    }

    private func kept(_ keys: [String]) -> [DefinitionNode.Entry] {
        guard case .mapping(let entries) = root.content else { return [] }
        return entries.filter { keys.contains($0.key) }
    }

    private func entry(_ key: String, _ value: DefinitionNode) -> DefinitionNode.Entry {
        DefinitionNode.Entry(key: key, keyLocation: value.keyLocation ?? value.location, value: value)
    }

    // MARK: Ends

    /// What holds for all destinations.
    struct EndRules {
        /// Columns whose values become directories.
        var partition: DefinitionNode?
        /// Whether columns may come up that a destination does not have.
        var followsFields: Bool
    }

    /// The source with what `pull` says as its options.
    private mutating func source(_ pull: FlowPull, followsFields: Bool) throws -> DefinitionNode {
        var node = try root.require("source")
        guard case .mapping(var entries) = node.content, let name = connectors.entries(naming: entries, as: .source).first?.key,
            let manual = connectors[name]?.manual
        else { return node }
        let known = Set(manual.sourceOptions.map(\.name))
        var options = pull.options
        if pull.newFields == nil, followsFields, known.contains("new_fields") {
            options.append(("new_fields", .text("follow", at: node.location)))
        }
        for (option, value) in options {
            if !known.contains(option) {
                try errors.add(
                    value.invalid("\(option) means nothing to the source \(name.quotedForMessage)", remedy: "leave pull.\(option) out"))
            } else if let other = entries.first(where: { $0.key == option }) {
                guard option != "new_fields" || pull.newFields != nil else { continue }
                try errors.add(
                    SluiceError(
                        .invalidOption, "\(option) stands in `source` and in `pull`", at: other.keyLocation,
                        remedy: "say it once, in `pull`"))
            } else {
                entries.append(entry(option, value))
            }
        }
        node.content = .mapping(entries)
        return node
    }

    /// `sink`, or `routes` that all rows go into.
    private mutating func outputs(_ pull: FlowPull, _ rules: EndRules) throws -> [DefinitionNode.Entry] {
        switch (root[key: "destination"], root[key: "destinations"]) {
        case (let node?, nil):
            let destination = FlowDestination(node, connectors)
            if let partition = rules.partition { try checkPartition(partition, [destination]) }
            return try errors.attempt { try destination.sink(pull, rules) }.map { [entry("sink", $0)] } ?? []
        case (nil, let node?): return try routes(node, pull, rules)
        case (let node?, _?):
            try errors.add(
                node.invalid("rows go into `destination` or into `destinations`, not both", remedy: "make it one of `destinations`"))
        case (nil, nil):
            try errors.add(root.missing("destination", remedy: "for example: destination: {table: crm.accounts, keys: Id}"))
        }
        return []
    }

    private mutating func routes(_ node: DefinitionNode, _ pull: FlowPull, _ rules: EndRules) throws -> [DefinitionNode.Entry] {
        let named = try node.mapping()
        if let partition = rules.partition { try checkPartition(partition, named.map { FlowDestination($0.value, connectors) }) }
        var routes: [DefinitionNode.Entry] = []
        for destination in named {
            guard destination.value.isMapping else {
                try errors.add(destination.value.wrongType("a destination: a connector's name and its options"))
                continue
            }
            var parts: [DefinitionNode.Entry] = []
            if let when = destination.value[key: "when"] {
                parts.append(entry("when", pull.carried.first.map(when.orElse) ?? when))
            }
            if let items = destination.value[key: "tasks"] {
                var tasks = FlowTasks(sparing: pull.carried.first)
                for item in try errors.attempt({ try items.list() }) ?? [] { try errors.attempt { try tasks.add(item) } }
                if let node = tasks.partition {
                    try errors.add(node.invalid("a destination is partitioned by its own option", remedy: "write partition_by beside it"))
                }
                parts.append(entry("steps", .list(tasks.steps(carrying: pull.carried), at: items.location)))
            }
            let end = FlowDestination(destination.value, connectors)
            if let sink = try errors.attempt({ try end.sink(pull, rules) }) {
                parts.append(entry("sink", sink))
            }
            var route = destination.value
            route.content = .mapping(parts)
            routes.append(DefinitionNode.Entry(key: destination.key, keyLocation: destination.keyLocation, value: route))
        }
        var all = node
        all.content = .mapping(routes)
        return [entry("routes", all), entry("match", .text("all", at: node.location))]
    }

    private mutating func checkPartition(_ node: DefinitionNode, _ destinations: [FlowDestination]) throws {
        guard !destinations.contains(where: { $0.has("partition_by") }) else { return }
        try errors.add(
            node.invalid(
                "no destination has directories that rows could be parted into", remedy: "write to a table or to files, or leave it out"))
    }
}
