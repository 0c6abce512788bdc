public import SluiceCore

/// A step written in Swift, with the name under which definitions call it (`swift: name`).
///
/// Rows are any `Codable` structs: property names are column names, optionals are nullable columns (see `RowSchema`). An error that
/// the closure throws, and a value that does not fit its property, is the error of that row and ends or spares the run as `on_error` says.
public struct StepClosure: Sendable {
    let closure: BatchClosure
    public var name: String { closure.name }

    /// One row for each row; the output's columns are the properties of `Output`.
    ///
    /// - Parameter schema: the output's columns, for a type that cannot be probed.
    public static func map<Input: Decodable & SendableMetatype, Output: Codable & SendableMetatype>(
        _ name: String, schema: Schema? = nil, _ body: @escaping @Sendable (Input) throws -> Output
    ) throws -> StepClosure {
        StepClosure(closure: .map(name, schema: try schema ?? RowSchema.of(Output.self), body))
    }

    /// Any number of rows for each row.
    public static func flatMap<Input: Decodable & SendableMetatype, Output: Codable & SendableMetatype>(
        _ name: String, schema: Schema? = nil, _ body: @escaping @Sendable (Input) throws -> [Output]
    ) throws -> StepClosure {
        StepClosure(closure: .flatMap(name, schema: try schema ?? RowSchema.of(Output.self), body))
    }

    /// The rows for which the closure is true, with all their columns.
    public static func filter<Input: Decodable & SendableMetatype>(_ name: String, _ body: @escaping @Sendable (Input) throws -> Bool)
        -> StepClosure
    {
        StepClosure(closure: .filter(name, body))
    }

    /// Whole batches: columns in, columns out. What it throws ends the run.
    ///
    /// - Parameter reads: the columns that it reads; all of them when nil.
    /// - Parameter schema: the output's schema, made from the input's.
    public static func batches(
        _ name: String, reads columns: [String]? = nil, schema: @escaping @Sendable (Schema) throws -> Schema,
        _ body: @escaping @Sendable (Batch) throws -> Batch
    ) -> StepClosure {
        StepClosure(
            closure: BatchClosure(name: name, columns: columns, outputSchema: schema) { batch in
                let result = try body(batch)
                let expected = try schema(batch.schema)
                guard result.schema.fields.map(\.name) == expected.names, result.schema.fields.map(\.type) == expected.fields.map(\.type)
                else {
                    throw SluiceError(
                        .closureFailed,
                        "the closure \"\(name)\" made the columns \(described(result.schema)), but declares \(described(expected))",
                        remedy: "make the batch with the schema that the closure declares")
                }
                return BatchClosure.Output(batch: result)
            })
    }

    private static func described(_ schema: Schema) -> String {
        "(" + schema.fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ") + ")"
    }
}
