package import SluicePipelines

extension ConnectorRegistry {
    /// The two ends of a conversion: a source `files` and a sink `output`.
    ///
    /// - Parameter spooled: inputs that are read already.
    package static func conversion(_ spooled: SpooledInputs) -> ConnectorRegistry {
        ConnectorRegistry([ConversionInput(spooled: spooled), ConversionOutput()])
    }
}

extension ConnectorRegistry {
    /// All connectors, and a sink `CollectedRows.connectorName` that collects rows: into the collection that its option of that name names.
    package static func collecting(into collections: [String: CollectedRows]) -> ConnectorRegistry {
        ConnectorRegistry(standard.connectors + [CollectedOutput(collections: collections)])
    }
}

extension ConnectorRegistry {
    /// A source `files`, and a sink `memory` that collects rows.
    package static func inspection(_ spooled: SpooledInputs, into rows: CollectedRows) -> ConnectorRegistry {
        ConnectorRegistry([ConversionInput(spooled: spooled), CollectedOutput(collections: ["": rows])])
    }
}
