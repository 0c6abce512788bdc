import SluiceCatalog
import SluiceCore

/// Reads definitions: from YAML to `PipelineDefinition`, with everything checked that needs no data.
package enum PipelineLoader {
    /// The keys of a definition.
    package static let keys: [OptionSpecification] =
        [
            OptionSpecification(
                "name", .name, isRequired: true, "The pipeline's name; its runs, dead letters and outputs are found under it.",
                examples: ["delayed-flights"]),
            OptionSpecification("description", .string, "What the pipeline is for, in a sentence or two."),
            ParameterDeclaration.specification,
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
                        "key", .column, "The column whose value decides a record's shard; the whole record when absent.",
                        examples: ["tailnum"]),
                ]), "Puts the records into a durable stream first; the steps then read it shard by shard."),
            OptionSpecification("steps", .steps, "What happens to the rows, in this order; each item is one step."),
        ] + outputKeys + [
            OptionSpecification(
                "on_error", ErrorLimits.shape, default: "fail",
                "A record that cannot be processed: fail ends the run, skip counts it, dead_letter keeps it with place and reason. As a mapping"
                    + " (`action`, `max_records`, `max_share`, `min_records`, `prefix`) with limits beyond which the run fails, and a directory that gets such records."
            ),
            OptionSpecification(
                "incremental", .boolean, default: "false",
                "Whether a run reads only what no earlier run has read: new files, new records of a stream. Open windows are kept for the next run."
            ),
            OptionSpecification(
                "schedule", ScheduleKeys.shape, "When `sluice up` runs the pipeline, and how these runs are treated.",
                examples: ["30 2 * * *", "{at: \"30 2 * * *\", timezone: Europe/Berlin}"]),
            TestSpecification.tests,
        ]

    /// - Throws: `DefinitionErrors` with everything that is wrong, or `SluiceError` if the file cannot be read or is no YAML.
    package static func load(path: String, connectors: ConnectorRegistry, inputs: DefinitionInputs = DefinitionInputs()) throws
        -> PipelineDefinition
    {
        let text = try DefinitionFile.read(path)
        return try load(text: text, path: path, directory: DefinitionFile.directory(of: path), connectors: connectors, inputs: inputs)
    }

    /// - Parameter path: the file's path, as messages show it; nil for a text that is in no file.
    /// - Parameter directory: where relative paths of the definition start.
    package static func load(
        text: String, path: String? = nil, directory: String, connectors: ConnectorRegistry, inputs: DefinitionInputs = DefinitionInputs()
    ) throws -> PipelineDefinition {
        let document = DefinitionDocument(path: path ?? "<definition>", text: text)
        let root = try YAMLReader.read(document)
        return try definition(from: root, text: text, path: path, directory: directory, connectors: connectors, inputs: inputs)
    }

    /// The `name` of a definition, or of a flow, whatever else is in its file.
    ///
    /// - Throws: As `load`, and where there is no name.
    package static func name(path: String) throws -> String {
        let root = try YAMLReader.read(DefinitionDocument(path: path, text: try DefinitionFile.read(path)))
        return try (root[key: FlowKeys.flow] ?? root.require("name")).string()
    }

    static func definition(
        from node: DefinitionNode, text: String, path: String?, directory: String, connectors: ConnectorRegistry, inputs: DefinitionInputs
    ) throws -> PipelineDefinition {
        let (root, parameters) = try completed(node, directory, connectors, inputs)
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
        let steps = try steps(from: root[key: "steps"], connectors: connectors, &errors)
        let outputs = try outputs(from: root, connectors: connectors, &errors)
        let onError = try errors.errors.isEmpty ? errors.attempt { try ErrorLimits.read(root[key: "on_error"]) } : nil
        try checkSink(root, &errors)
        // Only checked here: whoever runs pipelines by the clock reads it again.
        if errors.errors.isEmpty { _ = try errors.attempt { try ScheduleDeclaration(root[key: "schedule"]) } }
        try errors.throwIfAny()
        guard let source, let sink = sink ?? outputs.first?.sink else { throw root.missing(source == nil ? "source" : "sink") }
        var definition = PipelineDefinition(
            name: try root.require("name").string(), description: try root[key: "description"]?.string(), source: source,
            stream: try root[key: "stream"].map(stream), steps: steps, sink: sink,
            onError: onError?.policy ?? .fail,
            isIncremental: try root[key: "incremental"]?.boolean() ?? false, parameters: parameters, text: text, path: path,
            directory: directory)
        definition.isFlow = node[key: FlowKeys.flow] != nil
        definition.errorLimits = onError?.limits
        definition.errorPrefix = onError?.prefix.map { DatasetName.absolute($0, in: directory) }
        definition.errorPrefixLocation = root[key: "on_error"]?[key: "prefix"]?.location
        definition.outputs = outputs
        definition.routeMatch = try root[key: "match"]?.enumeration(RouteMatch.self) ?? .first
        return definition
    }

    /// The definition with values in place of its references; a flow as the pipeline that it is.
    private static func completed(
        _ node: DefinitionNode, _ directory: String, _ connectors: ConnectorRegistry, _ inputs: DefinitionInputs
    ) throws -> (DefinitionNode, [ParameterValue]) {
        guard node.isMapping else { return (node, []) }
        let scope = try ParameterScope(ParameterDeclaration.all(in: node, connectors: connectors), inputs)
        let filled = try scope.substituted(node, without: ["parameters", "tests"])
        let root = try FlowCompiler.pipeline(of: filled, connectors: connectors, directory: directory)
        return (try inputs.adapt?(root) ?? root, scope.values)
    }

    /// Rows go into one sink, or into routes.
    private static func checkSink(_ root: DefinitionNode, _ errors: inout ErrorCollector) throws {
        switch (root[key: "sink"], root[key: "routes"]) {
        case (nil, nil): try errors.add(root.missing("sink", remedy: "for example: sink: {table: flights.delayed}"))
        case (let sink?, _?):
            try errors.add(
                sink.invalid(
                    "rows go into `routes` or into one `sink`, not both", remedy: "make the sink that of a route, or of `otherwise`"))
        default: break
        }
    }

    private static func stream(_ node: DefinitionNode) throws -> StreamDefinition {
        StreamDefinition(
            name: try node.require("name").string(), shards: try node[key: "shards"]?.integer(in: DefinitionLimits.shards) ?? 1,
            key: try node[key: "key"]?.string(), location: node[key: "key"]?.location ?? node.location)
    }
}
