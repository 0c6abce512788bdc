package import SluiceCatalog
package import SluiceCore
package import SluiceLog

/// One system that pipelines read from or write to: its options with their descriptions, and the two ends it offers.
///
/// In a definition the connector's name is a key beside its options: `source: {files: "in/*.csv", format: csv}` has the connector `files`.
package protocol Connector: Sendable {
    /// That of the manual, where a connector has no cheaper way to it: looking for one by name asks all.
    var name: String { get }
    var manual: ConnectorManual { get }

    /// - Throws: an error placed in the definition when options contradict each other, or one placed in the data when it cannot be read.
    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source
    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink

    /// What options name, as far as the connector knows it without asking the system; nil where it knows nothing.
    ///
    /// - Parameter directory: Where relative paths of the definition start.
    func entity(_ options: OptionValues, in directory: String) throws -> EntityManual?
}

extension Connector {
    package var name: String { manual.name }

    package func entity(_ options: OptionValues, in directory: String) throws -> EntityManual? { nil }
}

/// What `sluice connectors`, `validate` and the JSON Schema know about a connector.
package struct ConnectorManual: Sendable {
    package var name: String
    package var summary: String
    /// Options of a source, the one named like the connector first; empty if the connector has no source.
    package var sourceOptions: [OptionSpecification]
    /// Options of a sink; empty if the connector has none.
    package var sinkOptions: [OptionSpecification]

    package init(name: String, summary: String, sourceOptions: [OptionSpecification], sinkOptions: [OptionSpecification]) {
        self.name = name
        self.summary = summary
        self.sourceOptions = sourceOptions
        self.sinkOptions = sinkOptions
    }
}

/// What a connector may use while it resolves its options.
package struct ConnectorContext: Sendable {
    /// Nil where there is no state: a conversion of files needs none.
    package var catalog: Catalog?
    package var streams: StreamStore
    /// The pipeline's name; outputs and streams that have no name of their own derive one from it.
    package var pipeline: String
    /// Relative paths of the definition start here: the folder of the definition's file.
    package var directory: String
    /// Where the run-time state is (`.sluice`).
    package var home: String
    /// The route or side output that a sink is of; nil for the definition's `sink`.
    package var output: String?
    /// What is wanted of a source that is to be cut; nil for one that is read whole.
    package var backfill: BackfillRequest?

    package init(catalog: Catalog?, streams: StreamStore, pipeline: String, directory: String, home: String) {
        self.catalog = catalog
        self.streams = streams
        self.pipeline = pipeline
        self.directory = directory
        self.home = home
    }

    /// - Throws: `notFound` where there is no state.
    package func requireCatalog() throws(SluiceError) -> Catalog {
        if let catalog { return catalog }
        throw SluiceError(.notFound, "tables of the catalog can be read and written by pipelines only", remedy: "name files")
    }
}

/// The connectors that a process knows, by name.
package struct ConnectorRegistry: Sendable {
    package let connectors: [any Connector]

    package init(_ connectors: [any Connector]) { self.connectors = connectors }

    package subscript(name: String) -> (any Connector)? { connectors.first { $0.name == name } }
    package var names: [String] { connectors.map(\.name) }
}
