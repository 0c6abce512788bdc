import SluiceCore
import SluiceSaaS

/// Which columns a service's fields take, by what JSON makes of them.
enum FieldTypes {
    private enum Kind: Hashable { case boolean, number, text, time, other }

    /// - Parameter texts: Whether a text that is written as a number or a truth value is sent as one.
    /// - Throws: `typeError` for the first column whose values the field of its name cannot be.
    static func check(_ schema: Schema, _ entity: ServiceEntity, _ texts: WrittenTexts) throws(SluiceError) {
        for column in schema.fields {
            guard let field = entity.fields.first(where: { $0.name == column.name }), !takes(field.type, column.type) else { continue }
            if texts == .convert, isConverted(column.type, in: field.type) { continue }
            throw SluiceError(
                .typeError, "\(entity.name) has \(field.type) in the field \(field.name.quotedForMessage), the rows have \(column.type)",
                remedy: "cast it: \(field.name): CAST(… AS \(field.type)), or write another field")
        }
    }

    private static func takes(_ field: DataType, _ column: DataType) -> Bool {
        let (wanted, given) = (kind(field), kind(column))
        switch wanted {
        // A text field takes any scalar, as its text.
        case .text: return given != .other
        case .time: return given == .time || given == .text
        case .boolean, .number: return given == wanted
        case .other: return true
        }
    }

    /// Whether the field's values can be made of the column's one by one.
    static func isConverted(_ column: DataType, in field: DataType) -> Bool {
        guard isNumberOrBoolean(field) || kind(field) == .text else { return false }
        if case .choice(let types) = column { return types.allSatisfy { kind($0) != .other } }
        return column == .string && isNumberOrBoolean(field)
    }

    static func isNumberOrBoolean(_ type: DataType) -> Bool { [.boolean, .number].contains(kind(type)) }

    private static func kind(_ type: DataType) -> Kind {
        switch type {
        case .boolean: .boolean
        case .int8, .int16, .int32, .int64, .float32, .float64, .decimal: .number
        case .string: .text
        case .date, .timestamp: .time
        case .null, .binary, .list, .structure, .map, .choice: .other
        }
    }
}
