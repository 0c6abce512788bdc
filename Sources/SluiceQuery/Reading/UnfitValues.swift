import SluiceCore

/// Values that SQLite cannot hold: NaN, which it takes for null, and decimals with more digits than a double has.
enum UnfitValues {
    /// The first such value of each row.
    static func errors(in batch: Batch) -> RowErrors {
        var errors = RowErrors()
        for (field, column) in zip(batch.schema.fields, batch.columns) {
            for (row, var error) in found(in: column) {
                error.column = field.name
                errors.add(error, row: row)
            }
        }
        return errors
    }

    private static func found(in column: Column) -> [(Int, RowError)] {
        switch (column.type, column.storage) {
        case (_, .float64(let values)): return values.indices.filter { values[$0].isNaN && !column.isNull($0) }.map { ($0, notANumber) }
        case (_, .float32(let values)): return values.indices.filter { values[$0].isNaN && !column.isNull($0) }.map { ($0, notANumber) }
        case (.decimal(let precision, let scale), .decimal(let values)):
            if scale == 0, precision <= SQLType.exactIntegerDigits { return [] }
            return values.indices.filter { SQLType.double(values[$0], scale: scale) == nil && !column.isNull($0) }
                .map { ($0, tooPrecise(values[$0], scale)) }
        case (_, .choice(let tags, let alternatives)):
            return alternatives.indices.flatMap { number in
                found(in: alternatives[number]).filter { Int(tags[$0.0]) == number && !column.isNull($0.0) }
            }
        default: return []
        }
    }

    private static var notANumber: RowError {
        RowError(
            .valueDoesNotFit, "the value is NaN, which SQLite has not",
            remedy: "query the table by itself, which the engine does, or add --on-error skip to leave such rows out and count them")
    }

    private static func tooPrecise(_ unscaled: Int128, _ scale: Int) -> RowError {
        RowError(
            .valueDoesNotFit, "SQLite cannot hold all digits of \(Value.decimal(unscaled, scale: scale))",
            remedy: "query the table by itself, which the engine does, or add --on-error skip to leave such rows out and count them")
    }
}
