package import SluiceCore

/// Which end of a pipeline a connector stands at.
package enum PipelineEnd: String, Sendable {
    case source, sink
}

extension ConnectorManual {
    /// The options that the connector has as one end of a pipeline.
    package func options(of end: PipelineEnd) -> [OptionSpecification] {
        switch end {
        case .source: sourceOptions
        case .sink: sinkOptions
        }
    }
}

extension ConnectorRegistry {
    /// The connectors that have the end.
    package func connectors(with end: PipelineEnd) -> [any Connector] { connectors.filter { !$0.manual.options(of: end).isEmpty } }

    /// Reads a source or sink: a mapping in which one key is a connector's name, and the others are its options.
    ///
    /// - Throws: everything that is wrong with it, placed.
    package func end(from node: DefinitionNode, as end: PipelineEnd) throws -> EndDefinition {
        let errors = errors(in: node, as: end)
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        let name = try connector(of: node, as: end).name
        return EndDefinition(connector: name, options: OptionValues(node), location: node.keyLocation ?? node.location)
    }

    func errors(in node: DefinitionNode, as end: PipelineEnd) -> [SluiceError] {
        do {
            let manual = try connector(of: node, as: end).manual
            return ValueShape.object(manual.options(of: end)).errors(in: node, connectors: self)
        } catch {
            return [error]
        }
    }

    private func connector(of node: DefinitionNode, as end: PipelineEnd) throws(SluiceError) -> any Connector {
        let entries: [DefinitionNode.Entry]
        switch node.content {
        case .mapping(let found): entries = found
        default: throw node.wrongType("a \(end.rawValue): a connector's name and its options", remedy: example(end))
        }
        let named = self.entries(naming: entries, as: end)
        guard let first = named.first else { throw unnamed(node, entries, names(with: end), end) }
        if named.count > 1 {
            throw SluiceError(
                .invalidOption, "\(node.path) names two connectors, \"\(first.key)\" and \"\(named[1].key)\"", at: named[1].keyLocation,
                remedy: "keep one of them; a second source is added with the step union")
        }
        guard let connector = self[first.key], !connector.manual.options(of: end).isEmpty else {
            throw SluiceError(
                .invalidOption, "the connector \"\(first.key)\" cannot be a \(end.rawValue)", at: first.keyLocation,
                remedy: "a \(end.rawValue) is one of " + names(with: end).joined(separator: ", "))
        }
        return connector
    }

    private func names(with end: PipelineEnd) -> [String] { connectors(with: end).map(\.name) }

    /// The entries of an end that name a connector. What is called like one may be an option of another: a table of a database is none of the
    /// catalog.
    func entries(naming entries: [DefinitionNode.Entry], as end: PipelineEnd) -> [DefinitionNode.Entry] {
        let named = entries.filter { names.contains($0.key) }
        return named.filter { entry in !named.contains { $0.key != entry.key && has($0.key, entry.key, as: end) } }
    }

    private func has(_ connector: String, _ option: String, as end: PipelineEnd) -> Bool {
        self[connector]?.manual.options(of: end).contains { $0.name == option } ?? false
    }

    private func unnamed(_ node: DefinitionNode, _ entries: [DefinitionNode.Entry], _ known: [String], _ end: PipelineEnd) -> SluiceError {
        guard let suspect = entries.first(where: { Suggestion.nearest(to: $0.key, in: known) != nil }) ?? entries.first else {
            return node.missing(known.joined(separator: " or "), remedy: example(end))
        }
        return SluiceError(
            .unknownConnector, "unknown connector \(suspect.key.quotedForMessage)", at: suspect.keyLocation,
            remedy: Suggestion.remedy(for: suspect.key, in: known, noun: "a \(end.rawValue) is one of"))
    }

    private func example(_ end: PipelineEnd) -> String {
        end == .source ? "for example: source: {files: \"data/*.csv\"}" : "for example: sink: {table: sales.orders}"
    }
}

extension SluiceError.Code {
    package static let unknownConnector = Self("unknown-connector", .definition)
}
