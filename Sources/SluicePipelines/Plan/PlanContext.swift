import SluiceCatalog
import SluiceCore
import Synchronization

/// What planning may use: the connectors with their context, and the registered closures.
package struct PlanContext: Sendable {
    package var connectors: ConnectorRegistry
    package var connection: ConnectorContext
    package var closures: ClosureRegistry
    /// What a backfill wants of the pipeline's own source.
    package var backfill: BackfillRequest?
    /// Columns that would reach the step being planned, but are left out because nobody reads them.
    package internal(set) var unreadInputs: Set<String> = []
    /// Columns that the step being planned would add or pass on, and nobody behind it reads.
    package internal(set) var unreadOutputs: Set<String> = []
    /// The columns of the step being planned in their order when all of its input is there; empty the first time.
    package internal(set) var outputOrder: [String] = []
    private let opened = OpenedSources()

    package init(connectors: ConnectorRegistry, connection: ConnectorContext, closures: ClosureRegistry = ClosureRegistry()) {
        self.connectors = connectors
        self.connection = connection
        self.closures = closures
    }

    /// Opens the source that a node describes; the same node is opened once in the life of the context.
    ///
    /// - Throws: placed errors about the options, or the connector's own.
    func open(_ node: DefinitionNode) async throws -> OpenedSource {
        try await open(try connectors.end(from: node, as: .source))
    }

    /// - Parameter backfill: What part of it is wanted; nil for all.
    func open(_ end: EndDefinition, for backfill: BackfillRequest? = nil) async throws -> OpenedSource {
        let key = end.connector + "\n" + end.options.node.path + "\n" + DefinitionText.yaml(end.options.node)
        if let source = opened[key] { return OpenedSource(source: source, end: end, directory: connection.directory) }
        guard let connector = connectors[end.connector] else {
            throw SluiceError(.unknownConnector, "unknown connector \(end.connector.quotedForMessage)", at: end.location)
        }
        do {
            var connection = connection
            connection.backfill = backfill
            let source = try await connector.source(end.options, in: connection)
            opened[key] = source
            return OpenedSource(source: source, end: end, directory: connection.directory)
        } catch let error as SluiceError {
            throw error.located(at: end.location)
        }
    }

    /// Opens a sink of a definition; nothing is written.
    ///
    /// - Parameter output: The route or side output that it is of; nil for the definition's `sink`.
    func openSink(_ end: EndDefinition, of output: String?) async throws -> any Sink {
        guard let connector = connectors[end.connector] else {
            throw SluiceError(.unknownConnector, "unknown connector \(end.connector.quotedForMessage)", at: end.location)
        }
        do {
            var connection = connection
            connection.output = output
            return try await connector.sink(end.options, in: connection)
        } catch let error as SluiceError {
            throw error.located(at: end.location)
        }
    }
}

extension PlanContext {
    /// Where a definition wants records that could not be processed, outside of the file system; nil where it wants that nowhere.
    func letterPlace(_ definition: PipelineDefinition) throws(SluiceError) -> (any LetterPlace)? {
        guard let location = definition.errorPrefix, ErrorLimits.isOutside(location) else { return nil }
        guard let keeping = connectors.connectors.lazy.compactMap({ $0 as? any LetterKeeping }).first else {
            throw SluiceError(
                .unknownConnector, "this program has no connector that keeps records in \(location)", at: definition.errorPrefixLocation)
        }
        do throws(SluiceError) {
            return try keeping.letterPlace(location, in: connection)
        } catch {
            throw error.located(at: definition.errorPrefixLocation)
        }
    }
}

/// A source that was opened, and the part of the definition that asked for it.
struct OpenedSource: Sendable {
    let source: any Source
    let end: EndDefinition
    /// Where relative paths of the definition start.
    let directory: String

    /// The source with the columns that are read.
    func planned(_ columns: [String]) throws(SluiceError) -> PlannedSource {
        var fields: [Field] = []
        for name in columns { fields.append(source.schema.fields[try source.schema.require(name)]) }
        var planned = PlannedSource(source: source, columns: columns, schema: try Schema(fields), summary: summary)
        planned.dataset = DatasetName(end, in: directory)
        return planned
    }

    /// `files sample-data/airlines.csv`, `sqlite shop.db orders`.
    private var summary: String {
        let main = (try? end.options.strings(end.connector)) ?? []
        let table = end.connector == "table" ? nil : try? end.options.string("table")
        return ([end.connector] + (main.isEmpty ? [] : [main.joined(separator: ", ")]) + [table].compactMap(\.self)).joined(separator: " ")
    }
}

/// Sources by what asked for them: opening one infers its schema, which reads data.
private final class OpenedSources: Sendable {
    private let byKey = Mutex<[String: any Source]>([:])

    subscript(key: String) -> (any Source)? {
        get { byKey.withLock { $0[key] } }
        set { byKey.withLock { $0[key] = newValue } }
    }
}
