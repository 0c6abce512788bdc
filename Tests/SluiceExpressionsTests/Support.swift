import SluiceCore
import Testing

@testable import SluiceExpressions

/// A batch from columns of values.
func batch(_ columns: (String, DataType, [Value])...) throws -> Batch {
    let schema = try Schema(columns.map { Field($0.0, $0.1) })
    let data = try columns.map { try ColumnBuilder.column($0.1, $0.2) }
    return Batch(schema, data, rowCount: data.first?.count ?? 1)
}

/// A batch of one row without columns.
let oneRow = Batch(.empty, [], rowCount: 1)

/// The values of an expression over a batch.
func values(_ text: String, _ batch: Batch = oneRow) throws -> [Value] {
    try evaluated(text, batch).column.values
}

func evaluated(_ text: String, _ batch: Batch = oneRow) throws -> Evaluated {
    let bound = try Expression(parsing: text).bind(to: batch.schema)
    let result = bound.evaluate(batch)
    #expect(result.column.type == bound.type, "\(text)")
    #expect(result.column.count == batch.rowCount, "\(text)")
    return result
}

/// The value of an expression without columns.
func value(_ text: String) throws -> Value { try values(text)[0] }

/// The error of a text that does not parse or bind.
func failure(_ text: String, _ schema: Schema = .empty) -> ExpressionError? {
    do {
        _ = try Expression(parsing: text).bind(to: schema)
        return nil
    } catch {
        return error
    }
}

/// The failure of the only row.
func rowFailure(_ text: String) throws -> String? { try evaluated(text).errors[0]?.code.name }
