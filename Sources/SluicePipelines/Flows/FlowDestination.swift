import SluiceCore

/// One destination of a flow, as the sink that it becomes.
struct FlowDestination {
    private static let mode = "mode"
    private static let keys = "keys"
    private static let newColumns = "on_new_column"
    /// Modes by which a row takes the place of the one with its key.
    private static let merging = ["merge", "upsert"]

    let node: DefinitionNode
    private let manual: ConnectorManual?

    init(_ node: DefinitionNode, _ connectors: ConnectorRegistry) {
        self.node = node
        if case .mapping(let entries) = node.content {
            let named = connectors.entries(naming: entries, as: .sink)
            manual = named.first.flatMap { connectors[$0.key]?.manual }
        } else {
            manual = nil
        }
    }

    /// As messages name it.
    var label: String { manual.map { "the destination \($0.name)" } ?? "the destination" }

    /// Whether its connector has an option; a connector that nobody knows is reported by whoever reads the sink.
    func has(_ option: String) -> Bool { manual?.sinkOptions.contains { $0.name == option } ?? true }

    /// The sink: with the mode that keys ask for, the flow's partition, columns that come up, and what removes deleted records.
    ///
    /// - Throws: `invalidOption`, placed.
    func sink(_ pull: FlowPull, _ rules: FlowCompiler.EndRules) throws(SluiceError) -> DefinitionNode {
        guard case .mapping(let given) = node.content else { return node }
        var entries = given.filter { !FlowKeys.branch.contains($0.key) }
        func add(_ key: String, _ value: DefinitionNode) {
            entries.append(DefinitionNode.Entry(key: key, keyLocation: value.keyLocation ?? value.location, value: value))
        }
        if node[key: Self.mode] == nil, let keys = node[key: Self.keys], let mode = mergingMode {
            add(Self.mode, .text(mode, at: keys.location))
        }
        if let partition = rules.partition, has("partition_by"), node[key: "partition_by"] == nil { add("partition_by", partition) }
        if rules.followsFields, manual != nil, has(Self.newColumns), node[key: Self.newColumns] == nil {
            add(Self.newColumns, .text("add", at: node.location))
        }
        for (option, value) in try pull.deletion(at: self) {
            if let other = node[key: option] {
                throw other.invalid("\(option) stands here, and deleted: delete says it, too", remedy: "keep one of them")
            }
            add(option, value)
        }
        var sink = node
        sink.content = .mapping(entries)
        return sink
    }

    private var mergingMode: String? {
        guard case .enumeration(let modes)? = manual?.sinkOptions.first(where: { $0.name == Self.mode })?.shape else { return nil }
        return Self.merging.first(where: modes.contains)
    }
}
