import SluiceCore

extension PipelineLoader {
    /// The keys of a definition that say where rows go.
    static let outputKeys: [OptionSpecification] = [
        OptionSpecification(
            "sink", .sink, "Where rows go: a connector's name and its options. Either this or `routes` is required.",
            examples: ["{table: flights.delayed}"]),
        OptionSpecification(
            "routes",
            .mapping(
                key: "route",
                .object(
                    [
                        OptionSpecification("when", .expression, "The rows that it gets: those for which this is true; all when absent.")
                    ] + branchKeys), minimum: 1),
            "In place of `sink`: several ways for the rows behind the steps, each with a sink of its own. One run commits them together."),
        OptionSpecification(
            "match", .enumeration(RouteMatch.allCases.map(\.rawValue)), default: "first",
            "Whether a row goes into the first route whose `when` is true, or into all of these."),
        OptionSpecification(
            "otherwise", .object(branchKeys),
            "A route for rows that no other took. Without it they are counted, and the run says how many they were."),
        OptionSpecification(
            "side_outputs", .mapping(key: "name", .object(branchKeys), minimum: 1),
            "Ways for rows that a step puts aside under such a name, as `window` does with late ones."),
    ]

    private static let branchKeys = [
        OptionSpecification("steps", .steps, "What happens to these rows only."),
        OptionSpecification("sink", .sink, isRequired: true, "Where they go."),
    ]

    /// Routes in their order, the one for other rows, and side outputs.
    static func outputs(
        from root: DefinitionNode, connectors: ConnectorRegistry, _ errors: inout ErrorCollector
    ) throws -> [OutputDefinition] {
        var outputs: [OutputDefinition] = []
        for entry in entries(root[key: "routes"]) {
            let when = try entry.value[key: "when"].flatMap { node in try errors.attempt { try ExpressionArgument(node) } }
            if let output = try branch(entry, .route(when: when), connectors, &errors) { outputs.append(output) }
        }
        if let node = root[key: "otherwise"] {
            let entry = DefinitionNode.Entry(key: "otherwise", keyLocation: node.keyLocation, value: node)
            if root[key: "routes"] == nil {
                try errors.add(node.invalid("`otherwise` has no meaning without `routes`", remedy: "write `sink`, or add `routes`"))
            } else if let output = try branch(entry, .otherwise, connectors, &errors) {
                outputs.append(output)
            }
        }
        for entry in entries(root[key: "side_outputs"]) {
            if let output = try branch(entry, .side, connectors, &errors) { outputs.append(output) }
        }
        try checkNames(outputs, &errors)
        if let node = root[key: "match"], root[key: "routes"] == nil {
            try errors.add(node.invalid("`match` has no meaning without `routes`", remedy: "leave it out, or add `routes`"))
        }
        if errors.errors.isEmpty { try checkReach(outputs, root, &errors) }
        return outputs
    }

    /// The entries of a mapping; what is none was reported by the check of its shape.
    private static func entries(_ node: DefinitionNode?) -> [DefinitionNode.Entry] {
        if case .mapping(let entries)? = node?.content { entries } else { [] }
    }

    private static func branch(
        _ entry: DefinitionNode.Entry, _ role: OutputDefinition.Role, _ connectors: ConnectorRegistry, _ errors: inout ErrorCollector
    ) throws -> OutputDefinition? {
        let node = entry.value
        if !DefinitionNode.isName(entry.key) {
            try errors.add(
                SluiceError(
                    .invalidOption, "an output cannot be called \(entry.key.quotedForMessage)", at: entry.keyLocation,
                    remedy: "use letters, digits, \"_\" and \"-\", beginning with a letter or digit"))
        }
        let sink = try node[key: "sink"].flatMap { node in try errors.attempt { try connectors.end(from: node, as: .sink) } }
        let steps = try steps(from: node[key: "steps"], connectors: connectors, &errors)
        return sink.map { OutputDefinition(name: entry.key, role: role, steps: steps, sink: $0, location: entry.keyLocation) }
    }

    static func steps(
        from node: DefinitionNode?, connectors: ConnectorRegistry, _ errors: inout ErrorCollector
    ) throws -> [any StepDefinition] {
        guard case .list(let items)? = node?.content else { return [] }
        return try items.compactMap { item in try errors.attempt { try StepRegistry.step(from: item, connectors: connectors) } }
    }

    private static func checkNames(_ outputs: [OutputDefinition], _ errors: inout ErrorCollector) throws {
        for (index, output) in outputs.enumerated() where outputs[..<index].contains(where: { $0.name == output.name }) {
            try errors.add(
                SluiceError(
                    .invalidOption, "there are two outputs \(output.name.quotedForMessage)", at: output.location,
                    remedy: "give one of them another name"))
        }
    }

    /// A route that no row can reach is a mistake.
    private static func checkReach(_ outputs: [OutputDefinition], _ root: DefinitionNode, _ errors: inout ErrorCollector) throws {
        let isFirst = try root[key: "match"]?.enumeration(RouteMatch.self) != .all
        let routes = outputs.filter { !$0.isSide }
        for (index, output) in routes.enumerated() {
            guard case .route(when: nil) = output.role, let next = routes.dropFirst(index + 1).first(where: { isFirst || !$0.isRoute })
            else { continue }
            try errors.add(
                SluiceError(
                    .invalidOption, "\(next.name.quotedForMessage) would get no rows: the route \(output.name.quotedForMessage) takes all",
                    at: next.location,
                    remedy: isFirst && next.isRoute
                        ? "give \(output.name.quotedForMessage) a `when`, put it last, or write `match: all`" : "leave it out"))
            return
        }
    }
}

extension OutputDefinition {
    fileprivate var isRoute: Bool { if case .route = role { true } else { false } }
}
