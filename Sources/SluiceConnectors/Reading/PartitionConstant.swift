import SluiceCore

/// The value of a partition column as a column: the same in every row of a file.
enum PartitionConstant {
    /// A column of one row.
    ///
    /// - Parameter text: As the path has it; nil is null.
    /// - Throws: `valueDoesNotFit` when the text is no value of the type.
    static func column(_ field: Field, _ text: String?) throws(SluiceError) -> Column {
        guard let text else { return .nulls(field.type, count: 1) }
        guard let value = value(text, field.type), let column = try? ColumnBuilder.column(field.type, [value]) else {
            throw SluiceError(
                .valueDoesNotFit, "the partition value \(text.quotedForMessage) of column \"\(field.name)\" is no \(field.type)",
                remedy: "declare the column as string, or correct the directory's name")
        }
        return column
    }

    private static func value(_ text: String, _ type: DataType) -> Value? {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            switch type {
            case .string: .string(text)
            case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
            case .int8, .int16, .int32, .int64: NumberText.integer(bytes).map(Value.integer)
            case .float32, .float64: NumberText.float(bytes).map(Value.float)
            case .decimal(let precision, let scale):
                NumberText.decimal(bytes, precision: precision, scale: scale).map { .decimal($0, scale: scale) }
            case .date: TimeText.date(bytes).map { .date($0) }
            case .timestamp(let zoned):
                TimeText.timestamp(bytes).map { .timestamp(zoned ? $0.utcMicros : $0.wallMicros, zoned: zoned) }
            case .null, .binary, .list, .structure, .map, .choice: nil
            }
        }
    }
}
