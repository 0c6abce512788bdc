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
    /// A source `files`, and a sink `memory` that collects rows.
    package static func inspection(_ spooled: SpooledInputs, into rows: CollectedRows) -> ConnectorRegistry {
        ConnectorRegistry([ConversionInput(spooled: spooled), CollectedOutput(rows: rows)])
    }
}
