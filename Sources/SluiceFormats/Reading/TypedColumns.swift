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

/// Conversions that change no value.
enum ColumnConversion {
    static func exists(from: DataType, to: DataType) -> Bool {
        if from == to || from == .null { return true }
        switch (from, to) {
        case (.float32, .float64): return true
        case (.decimal, .decimal): return true
        default: return from.isInteger && (to.isInteger || to.isDecimal || to == .float64)
        }
    }

    /// The column in another type, and the rows whose value does not fit it; these are null.
    static func convert(_ column: Column, to type: DataType) -> (column: Column, failed: [Int]) {
        if column.type == type { return (column, []) }
        switch (column.storage, type) {
        case (.null(let count), _): return (.nulls(type, count: count), [])
        case (.float32(let values), .float64): return (Column(type, .float64(values.map(Double.init)), validity: column.validity), [])
        case (.decimal(let values), .decimal(let precision, let scale)):
            guard case .decimal(_, let from) = column.type else { preconditionFailure("a decimal's storage has a decimal's type") }
            return checked(column, values, type, zero: 0, { rescaled($0, from, scale, precision) }, { .decimal($0) })
        case (.int8(let values), _): return integers(column, values, type)
        case (.int16(let values), _): return integers(column, values, type)
        case (.int32(let values), _): return integers(column, values, type)
        case (.int64(let values), _): return integers(column, values, type)
        default: preconditionFailure("there is no conversion from \(column.type) to \(type)")
        }
    }

    private static func integers(_ column: Column, _ values: [some FixedWidthInteger & SignedInteger], _ type: DataType) -> (Column, [Int])
    {
        switch type {
        case .int8: return checked(column, values, type, zero: 0, { Int8(exactly: $0) }, { .int8($0) })
        case .int16: return checked(column, values, type, zero: 0, { Int16(exactly: $0) }, { .int16($0) })
        case .int32: return checked(column, values, type, zero: 0, { Int32(exactly: $0) }, { .int32($0) })
        case .int64: return checked(column, values, type, zero: 0, { Int64(exactly: $0) }, { .int64($0) })
        case .float64: return checked(column, values, type, zero: 0, { Double(exactly: $0) }, { .float64($0) })
        case .decimal(let precision, let scale):
            return checked(column, values, type, zero: 0, { rescaled(Int128($0), 0, scale, precision) }, { .decimal($0) })
        default: preconditionFailure("there is no conversion from an integer to \(type)")
        }
    }

    private static func checked<From, To>(
        _ column: Column, _ values: [From], _ type: DataType, zero: To, _ convert: (From) -> To?, _ storage: ([To]) -> Column.Storage
    ) -> (Column, [Int]) {
        var failed: [Int] = []
        let converted = values.enumerated().map { row, value -> To in
            if let fitting = convert(value) { return fitting }
            if !column.isNull(row) { failed.append(row) }
            return zero
        }
        var validity = column.validity
        if !failed.isEmpty {
            var bits = column.explicitValidity
            for row in failed { bits[row] = false }
            validity = bits
        }
        return (Column(type, storage(converted), validity: validity), failed)
    }

    private static func rescaled(_ unscaled: Int128, _ from: Int, _ to: Int, _ precision: Int) -> Int128? {
        let limit = NumberText.powerOfTen(precision)
        if to >= from {
            let (product, overflows) = unscaled.multipliedReportingOverflow(by: Int128(NumberText.powerOfTen(to - from)))
            return overflows || product.magnitude >= limit ? nil : product
        }
        let (quotient, rest) = unscaled.quotientAndRemainder(dividingBy: Int128(NumberText.powerOfTen(from - to)))
        return rest != 0 || quotient.magnitude >= limit ? nil : quotient
    }
}
