import SluiceCore

/// Brings the columns of a file that states its types to the types that were asked for: wider ones always, narrower ones where the value fits.
struct TypedColumns: Sendable {
    /// The columns to read of the file, in the order of the request; those that it does not have are null.
    let names: [String]
    /// The request's, where the file's own types allow to ask it early.
    let condition: (any RowCondition)?
    private let schema: Schema
    private let lateCondition: (any RowCondition)?
    /// For each column of the request, its place among `names`.
    private let places: [Int?]

    /// - Throws: `headerMismatch` when a column is missing and may not be; `typeError` where no value of one type is one of the other.
    init(_ file: Schema, _ request: ReadRequest, path: String) throws(SluiceError) {
        schema = request.schema
        var names: [String] = []
        var places: [Int?] = []
        var differs = false
        for field in request.schema.fields {
            guard let found = file[field.name] else {
                if request.missing == .error {
                    throw SluiceError(
                        .headerMismatch, "the file has no column \"\(field.name)\"", at: .file(path: path),
                        remedy: Suggestion.remedy(for: field.name, in: file.names, noun: "columns"))
                }
                places.append(nil)
                differs = true
                continue
            }
            guard ColumnConversion.exists(from: found.type, to: field.type) else {
                throw SluiceError(
                    .typeError, "column \"\(field.name)\" is \(found.type) in the file, and \(field.type) is wanted", at: .file(path: path),
                    remedy: "declare it as \(found.type) and add a cast step")
            }
            differs = differs || found.type != field.type
            places.append(names.count)
            names.append(field.name)
        }
        self.names = names
        self.places = places
        // A condition is bound to the types that were asked for.
        condition = differs ? nil : request.condition
        lateCondition = differs ? request.condition : nil
    }

    /// A batch without rows.
    var empty: Batch { Batch(schema, schema.fields.map { .nulls($0.type, count: 0) }, rowCount: 0) }

    func typed(_ batch: Batch, rejects: [Reject], skippedRows: Int) -> DecodedBatch {
        var errors = RowErrors()
        let columns = zip(schema.fields, places).map { field, place -> Column in
            guard let place else { return .nulls(field.type, count: batch.rowCount) }
            let (column, failed) = ColumnConversion.convert(batch.columns[place], to: field.type)
            for row in failed {
                let value = batch.columns[place][row].json
                errors.add(RowError(.valueDoesNotFit, "value \(value) does not fit the type \(field.type)", column: field.name), row: row)
            }
            return column
        }
        let typed = batch.with(schema, columns)
        var (kept, failed) = typed.separating(errors)
        if !failed.isEmpty { failed = batch.separating(errors).rejects }
        var skipped = skippedRows
        if let lateCondition {
            let bits = lateCondition.kept(of: kept)
            skipped += bits.count - bits.setCount
            kept = kept.filter(bits)
        }
        return DecodedBatch(kept, rejects: rejects + failed, skippedRows: skipped)
    }
}
