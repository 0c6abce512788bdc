package import SluiceCore

/// A source of a definition: the pipeline's own, or one that a step reads.
package struct SourceSite: Sendable {
    /// A connector's name and its options; its `path` is the place in the definition.
    package var node: DefinitionNode
    package var connector: String
    /// What a test can call it.
    package var names: [String]
}

/// Finds the sources of a definition, by what the steps say of their arguments.
package enum DefinitionSources {
    /// The pipeline's source first, then those of the steps, in their order, and those of the steps of routes and side outputs.
    package static func sites(in root: DefinitionNode, connectors: ConnectorRegistry) -> [SourceSite] {
        var nodes = [root[key: "source"]].compactMap(\.self)
        for steps in stepLists(in: root) {
            for case .mapping(let entries) in steps.map(\.content) {
                guard let entry = entries.first, let step = StepRegistry.steps.first(where: { $0.manual.key == entry.key }) else {
                    continue
                }
                nodes += sources(in: entry.value, step.manual.arguments)
            }
        }
        return nodes.compactMap { node in
            guard case .mapping(let entries) = node.content,
                let entry = connectors.entries(naming: entries, as: .source).first
            else { return nil }
            let main = entry.value.oneOrMany().compactMap { try? $0.string() }.joined(separator: ", ")
            return SourceSite(node: node, connector: entry.key, names: [node.path, main])
        }
    }

    /// Tables of the catalog whose columns' types steps take, each with its place.
    package static func matchedTables(in root: DefinitionNode) -> [(name: String, location: SourceLocation?)] {
        var found: [(name: String, location: SourceLocation?)] = []
        for step in stepLists(in: root).joined() {
            guard case .mapping(let columns)? = step[key: ResolveStep.manual.key]?.content else { continue }
            for column in columns {
                if let node = column.value[key: "table"], let name = try? node.string() { found.append((name, node.location)) }
            }
        }
        return found
    }

    /// The steps of all rows, then those of routes and side outputs.
    private static func stepLists(in root: DefinitionNode) -> [[DefinitionNode]] {
        var holders = [root]
        for key in ["routes", "side_outputs"] {
            if case .mapping(let entries)? = root[key: key]?.content { holders += entries.map(\.value) }
        }
        if let node = root[key: "otherwise"] { holders.append(node) }
        return holders.compactMap { holder in
            if case .list(let steps)? = holder[key: "steps"]?.content { steps } else { nil }
        }
    }

    private static func sources(in node: DefinitionNode, _ shape: ValueShape) -> [DefinitionNode] {
        switch shape {
        case .source: return node.isMapping ? [node] : []
        case .object(let keys): return keys.flatMap { key in node[key: key.name].map { sources(in: $0, key.shape) } ?? [] }
        case .mapping(_, let value, _):
            guard case .mapping(let entries) = node.content else { return [] }
            return entries.flatMap { sources(in: $0.value, value) }
        case .list(let item, _):
            guard case .list(let items) = node.content else { return [] }
            return items.flatMap { sources(in: $0, item) }
        case .oneOrMany(let item): return node.oneOrMany().flatMap { sources(in: $0, item) }
        case .either(let shapes): return shapes.flatMap { sources(in: node, $0) }
        default: return []
        }
    }

    /// The definition with other nodes at some paths.
    package static func replacing(_ node: DefinitionNode, _ others: [String: DefinitionNode]) -> DefinitionNode {
        if let other = others[node.path] {
            var placed = other.withPaths(node.path).placed(at: node.location ?? .file(path: "<test>"))
            placed.keyLocation = node.keyLocation
            return placed
        }
        var copy = node
        switch node.content {
        case .list(let items): copy.content = .list(items.map { replacing($0, others) })
        case .mapping(let entries):
            copy.content = .mapping(
                entries.map { entry in
                    var changed = entry
                    changed.value = replacing(entry.value, others)
                    return changed
                })
        case .null, .scalar: break
        }
        return copy
    }
}
