import SluiceCore

extension PipelineDefinition {
    /// Whether some sink replaces what earlier runs wrote, so that each run reads the whole input anew.
    package func replacesOutput(_ connectors: ConnectorRegistry) -> Bool { sinks.contains { $0.replaces(connectors) } }

    /// The same, with sinks that add to what is there.
    package func appending(_ connectors: ConnectorRegistry) -> PipelineDefinition {
        var copy = self
        copy.sink = sink.appending(connectors)
        copy.outputs = outputs.map { output in
            var output = output
            output.sink = output.sink.appending(connectors)
            return output
        }
        return copy
    }

    private var sinks: [EndDefinition] { outputs.contains { !$0.isSide } ? outputs.map(\.sink) : [sink] + outputs.map(\.sink) }
}

extension EndDefinition {
    private static let mode = "mode"

    fileprivate func replaces(_ connectors: ConnectorRegistry) -> Bool {
        guard let option = connectors[connector]?.manual.sinkOptions.first(where: { $0.name == Self.mode }) else { return false }
        return ((try? options.string(Self.mode)) ?? option.defaultValue) == "overwrite"
    }

    fileprivate func appending(_ connectors: ConnectorRegistry) -> EndDefinition {
        guard replaces(connectors), case .mapping(let entries) = options.node.content else { return self }
        var node = options.node
        let mode = DefinitionNode.Entry(key: Self.mode, keyLocation: node.location, value: .text("append", at: node.location))
        node.content = .mapping(entries.filter { $0.key != Self.mode } + [mode])
        var copy = self
        copy.options = OptionValues(node)
        return copy
    }
}
