package import SluiceCore

// Closures over typed rows as the engine runs them: rows are decoded, the closure is called row by row, results are encoded.
// What a closure throws is that row's error, and the other rows go on.
extension BatchClosure {
    /// One row for each row.
    static func map<Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ name: String, schema: Schema, _ body: @escaping @Sendable (Input) throws -> Output
    ) -> BatchClosure {
        flatMap(name, schema: schema) { (row: Input) in CollectionOfOne(try body(row)) }
    }

    /// Any number of rows for each row.
    static func flatMap<Input: Decodable & SendableMetatype, Outputs: Sequence & SendableMetatype>(
        _ name: String, schema: Schema, _ body: @escaping @Sendable (Input) throws -> Outputs
    ) -> BatchClosure where Outputs.Element: Encodable & SendableMetatype {
        let needed = try? RowSchema.of(Input.self)
        return BatchClosure(
            name: name, columns: needed?.names,
            outputSchema: { input in
                try require(needed, in: input, of: name)
                return schema
            },
            run: { batch in
                let decoder = RowDecoder(batch)
                var encoder = RowEncoder(schema)
                var positions: [Int32] = []
                var errors = RowErrors()
                for row in 0..<batch.rowCount {
                    do {
                        let outputs = try body(decoder.decode(Input.self, row: row))
                        let count = try encoder.append(contentsOf: outputs)
                        for _ in 0..<count { positions.append(Int32(row)) }
                    } catch {
                        errors.add(rowError(error), row: row)
                    }
                }
                var output = encoder.finish(origin: batch.origin?.gather(positions))
                output.ordinals = batch.ordinals?.gather(positions)
                return Output(batch: output, errors: errors)
            })
    }

    /// The rows for which the closure is true.
    static func filter<Input: Decodable & SendableMetatype>(_ name: String, _ body: @escaping @Sendable (Input) throws -> Bool)
        -> BatchClosure
    {
        let needed = try? RowSchema.of(Input.self)
        return BatchClosure(
            name: name, columns: needed?.names,
            outputSchema: { input in
                try require(needed, in: input, of: name)
                return input
            },
            run: { batch in
                let decoder = RowDecoder(batch)
                var selection = Bitmap(repeating: false, count: batch.rowCount)
                var errors = RowErrors()
                for row in 0..<batch.rowCount {
                    do {
                        selection[row] = try body(decoder.decode(Input.self, row: row))
                    } catch {
                        errors.add(rowError(error), row: row)
                    }
                }
                return Output(batch: batch.filter(selection), errors: errors)
            })
    }

    /// Checks, before anything runs, that the columns a row type needs are there and can become its properties.
    private static func require(_ needed: Schema?, in input: Schema, of name: String) throws {
        for field in needed?.fields ?? [] {
            guard let column = input[field.name] else {
                if field.isNullable { continue }
                throw SluiceError(
                    .unknownColumn, "the closure \"\(name)\" needs a column \"\(field.name)\"",
                    remedy: Suggestion.remedy(for: field.name, in: input.names, noun: "columns"))
            }
            guard canBecome(column.type, field.type) else {
                throw SluiceError(
                    .typeError,
                    "column \"\(field.name)\" has the type \(column.type), but the closure \"\(name)\" reads it as \(field.type)",
                    remedy: "put `cast: {\(field.name): \(field.type)}` before it, or change the property's type")
            }
        }
    }

    /// Whether values of a column may be decoded as what a property of type `wanted` reads; single values may still not fit.
    private static func canBecome(_ type: DataType, _ wanted: DataType) -> Bool {
        switch (type, wanted) {
        case _ where type == wanted || type == .null: true
        case _ where wanted.isInteger: type.isInteger
        case _ where wanted.isFloat: type.isInteger || type.isFloat
        case (.decimal, .string), (.date, .string), (.timestamp, .string), (.timestamp, .timestamp), (.date, .timestamp): true
        case (.list(let element), .list(let wantedElement)): canBecome(element, wantedElement)
        case (.structure(let fields), .structure(let members)):
            members.allSatisfy { member in
                fields.first { $0.name == member.name }.map { canBecome($0.type, member.type) } ?? member.isNullable
            }
        default: false
        }
    }

    private static func rowError(_ error: any Error) -> RowError {
        switch error {
        case let error as RowError: return error
        case let error as SluiceError: return RowError(error.code, error.message)
        case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.valueNotFound(_, let context):
            let column = context.codingPath.map(\.stringValue).joined(separator: ".")
            return RowError(.valueDoesNotFit, context.debugDescription, column: column.isEmpty ? nil : column)
        default: return RowError(.closureFailed, "the closure failed: \(error)")
        }
    }
}

extension RowEncoder {
    /// Appends all rows or, if one of them does not fit, none.
    fileprivate mutating func append(contentsOf rows: some Sequence<some Encodable>) throws -> Int {
        let prepared = try rows.map { try values(of: $0) }
        for values in prepared { try append(values) }
        return prepared.count
    }
}

extension SluiceError.Code {
    /// A closure threw an error of its own for a row.
    package static let closureFailed = Self("closure-failed")
}
