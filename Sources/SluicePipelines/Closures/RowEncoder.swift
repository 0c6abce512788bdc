import SluiceCore

/// Encodes values of an `Encodable` row type into the columns of a schema: property names are column names.
struct RowEncoder {
    private let schema: Schema
    private let type: DataType
    private var builders: [ColumnBuilder]
    private(set) var rowCount = 0

    init(_ schema: Schema) {
        self.schema = schema
        type = .structure(schema.fields)
        builders = schema.fields.map { ColumnBuilder($0.type) }
    }

    /// The cells of a row, in the schema's order.
    ///
    /// - Throws: `RowError` if a value does not fit its column.
    func values(of row: some Encodable) throws -> [Value] {
        guard case .structure(let members) = try ValueEncoder.encode(row, as: type, path: "") else {
            throw RowError(.valueDoesNotFit, "a row must be a struct with named properties")
        }
        var values = [Value](repeating: .null, count: schema.count)
        for member in members {
            guard let position = schema.index(of: member.name) else { continue }
            values[position] = member.value
        }
        for (field, value) in zip(schema.fields, values) {
            if value.isNull, !field.isNullable {
                throw RowError(.valueDoesNotFit, "column \"\(field.name)\" cannot be null", column: field.name)
            }
            if !value.fits(field.type) {
                throw RowError(
                    .valueDoesNotFit, "value \(value.json) does not fit the type \(field.type) of column \"\(field.name)\"",
                    column: field.name)
            }
        }
        return values
    }

    /// Appends a row of cells that `values(of:)` made.
    mutating func append(_ values: [Value]) throws(RowError) {
        for (position, value) in values.enumerated() { try builders[position].append(value) }
        rowCount += 1
    }

    func finish(origin: Origin?) -> Batch { Batch(schema, builders.map { $0.finish() }, rowCount: rowCount, origin: origin) }
}
