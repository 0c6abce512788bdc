package import SluicePipelines

extension ConnectorRegistry {
    /// The two ends of a conversion: a source `files` and a sink `output`.
    ///
    /// - Parameter input: what the input `-` stands for; nil where there is none.
    package static func conversion(standardInput input: SpooledInput?) -> ConnectorRegistry {
        ConnectorRegistry([ConversionInput(input: input), ConversionOutput()])
    }
}

extension ConnectorRegistry {
    /// A source `files`, and a sink `memory` that collects rows.
    package static func inspection(standardInput input: SpooledInput?, into rows: CollectedRows) -> ConnectorRegistry {
        ConnectorRegistry([ConversionInput(input: input), CollectedOutput(rows: rows)])
    }
}
