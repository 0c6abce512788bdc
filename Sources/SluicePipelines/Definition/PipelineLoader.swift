import SluiceCore

/// Reads definitions: from YAML to `PipelineDefinition`, with everything checked that needs no data.
package enum PipelineLoader {
    /// The keys of a definition.
    package static let keys: [OptionSpecification] = [
        OptionSpecification(
            "name", .name, isRequired: true, "The pipeline's name; its runs, dead letters and outputs are found under it.",
            examples: ["delayed-flights"]),
        OptionSpecification("description", .string, "What the pipeline is for, in a sentence or two."),
        OptionSpecification(
            "source", .source, isRequired: true, "Where rows come from: a connector's name and its options.",
            examples: ["{files: \"data/*.csv\", format: csv}"]),
        OptionSpecification(
            "stream",
            .object([
                OptionSpecification("name", .name, isRequired: true, "The stream's name.", examples: ["flights"]),
                OptionSpecification(
                    "shards", .integer(DefinitionLimits.shards), default: "1", "How many parts are written and read side by side."),
                OptionSpecification(
                    "key", .column, "The column whose value decides a record's shard; the whole record when absent.", examples: ["tailnum"]),
            ]), "Puts the records into a durable stream first; the steps then read it shard by shard."),
        OptionSpecification("steps", .list(.anything, minimum: 0), "What happens to the rows, in this order; each item is one step."),
        OptionSpecification(
            "sink", .anything, isRequired: true, "Where rows go: a connector's name and its options.",
            examples: ["{table: flights.delayed}"]),
        OptionSpecification(
            "on_error", .enumeration(ErrorPolicy.allCases.map(\.rawValue)), default: "fail",
            "A record that cannot be processed: fail ends the run, skip counts it, dead_letter keeps it with place and reason."),
        OptionSpecification(
            "incremental", .boolean, default: "false",
            "Whether a run reads only what no earlier run has read: new files, new records of a stream. Open windows are kept for the next run."
        ),
    ]

    /// - Throws: `DefinitionErrors` with everything that is wrong, or `SluiceError` if the file cannot be read or is no YAML.
    package static func load(path: String, connectors: ConnectorRegistry) throws -> PipelineDefinition {
        let text = try DefinitionFile.read(path)
        return try load(text: text, path: path, directory: DefinitionFile.directory(of: path), connectors: connectors)
    }

    /// - Parameter path: the file's path, as messages show it; nil for a text that is in no file.
    /// - Parameter directory: where relative paths of the definition start.
    package static func load(text: String, path: String? = nil, directory: String, connectors: ConnectorRegistry) throws
        -> PipelineDefinition
    {
        let document = DefinitionDocument(path: path ?? "<definition>", text: text)
        let root = try YAMLReader.read(document)
        return try definition(from: root, text: text, path: path, directory: directory, connectors: connectors)
    }

    static func definition(
        from root: DefinitionNode, text: String, path: String?, directory: String, connectors: ConnectorRegistry
    ) throws -> PipelineDefinition {
        var errors = ErrorCollector()
        // `source` is checked below, with its reading.
        let shape = ValueShape.object(
            keys.map { key in
                guard key.name == "source" else { return key }
                var unchecked = key
                unchecked.shape = .anything
                return unchecked
            })
        errors.add(contentsOf: shape.errors(in: root, connectors: connectors))
        guard root.isMapping else {
            try errors.throwIfAny()
            throw root.wrongType("a mapping with the keys name, source, steps and sink")
        }
        let source = try root[key: "source"].flatMap { node in try errors.attempt { try connectors.end(from: node, as: .source) } }
        let sink = try root[key: "sink"].flatMap { node in try errors.attempt { try connectors.end(from: node, as: .sink) } }
        var steps: [any StepDefinition] = []
        if case .list(let items)? = root[key: "steps"]?.content {
            for item in items {
                if let step = try errors.attempt({ try StepRegistry.step(from: item, connectors: connectors) }) { steps.append(step) }
            }
        }
        try errors.throwIfAny()
        guard let source, let sink else { throw root.missing(source == nil ? "source" : "sink") }
        return PipelineDefinition(
            name: try root.require("name").string(), description: try root[key: "description"]?.string(), source: source,
            stream: try root[key: "stream"].map(stream), steps: steps, sink: sink,
            onError: try root[key: "on_error"]?.enumeration(ErrorPolicy.self) ?? .fail,
            isIncremental: try root[key: "incremental"]?.boolean() ?? false, text: text, path: path, directory: directory)
    }

    private static func stream(_ node: DefinitionNode) throws -> StreamDefinition {
        StreamDefinition(
            name: try node.require("name").string(), shards: try node[key: "shards"]?.integer(in: DefinitionLimits.shards) ?? 1,
            key: try node[key: "key"]?.string(), location: node[key: "key"]?.location ?? node.location)
    }
}
