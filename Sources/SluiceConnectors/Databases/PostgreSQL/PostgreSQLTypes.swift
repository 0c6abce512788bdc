#if PostgreSQL
import SluiceCore

/// The types of PostgreSQL's columns, as `format_type` writes them, and ours.
enum PostgreSQLTypes {
    /// The type that holds every value as it is, as far as there is one; a text otherwise, as PostgreSQL writes the value.
    static func type(_ text: String) -> DataType {
        if text.hasSuffix("[]") { return element(String(text.dropLast(2))).map { .list($0) } ?? .string }
        return element(text) ?? .string
    }

    /// Nil for what only a text holds.
    private static func element(_ text: String) -> DataType? {
        switch text {
        case "boolean": .boolean
        case "smallint": .int16
        case "integer": .int32
        case "bigint": .int64
        case "real": .float32
        case "double precision": .float64
        case "bytea": .binary
        case "date": .date
        case "text", "uuid", "json", "jsonb", "character varying", "name": .string
        default: withParameters(text)
        }
    }

    private static func withParameters(_ text: String) -> DataType? {
        if text.hasPrefix("timestamp") {
            return text.hasSuffix("with time zone")
                ? .timestamp(zoned: true) : text.hasSuffix("without time zone") ? .timestamp(zoned: false) : nil
        }
        if text.hasPrefix("character") { return .string }
        // A scale below 0 or above the precision is none of ours.
        if text.hasPrefix("numeric(") { return try? DataType(parsing: "decimal(" + text.dropFirst("numeric(".count)) }
        return nil
    }

    /// Whether the type holds numbers of any number of digits, which are texts here.
    static func isUnbounded(_ text: String) -> Bool { text == "numeric" || text.hasPrefix("numeric(") && element(text) == nil }

    /// How a column for values of the type is declared.
    static func declaration(_ type: DataType) -> String {
        switch type {
        case .boolean: "boolean"
        case .int8, .int16: "smallint"
        case .int32: "integer"
        case .int64: "bigint"
        case .float32: "real"
        case .float64: "double precision"
        case .decimal(let precision, let scale): "numeric(\(precision),\(scale))"
        case .string, .null: "text"
        case .binary: "bytea"
        case .date: "date"
        case .timestamp(let zoned): zoned ? "timestamp with time zone" : "timestamp without time zone"
        case .list(let element) where isPlain(element): declaration(element) + "[]"
        case .list, .structure, .map, .choice: "jsonb"
        }
    }

    /// Whether an array can have elements of the type.
    static func isPlain(_ type: DataType) -> Bool {
        switch type {
        case .list, .structure, .map, .choice, .null: false
        default: true
        }
    }

    /// Why a column cannot hold all values of the type as they are; nil where it can.
    static func misfit(_ type: DataType, _ column: ExistingColumn) -> String? {
        let text = column.declaration
        if text == declaration(type) || type == .null { return nil }
        switch type {
        case .int8, .int16, .int32, .int64:
            let widths = ["smallint", "integer", "bigint"]
            if let own = widths.firstIndex(of: declaration(type)), let other = widths.firstIndex(of: text), other >= own { return nil }
            if text == "numeric" { return nil }
            return widths.contains(text) ? "it is narrower" : "it is no column of whole numbers"
        case .float32: return text == "double precision" ? nil : "it is no column of floating-point numbers"
        case .float64: return text == "real" ? "numbers would be rounded" : "it is no column of floating-point numbers"
        case .decimal(let precision, let scale):
            if text == "numeric" { return nil }
            guard case .decimal(let p, let s) = self.type(text) else { return "it is no column of decimals" }
            return p - s >= precision - scale && s >= scale ? nil : "it has too few digits"
        // A value that is no uuid, or too long, is refused by the database when the rows are tried.
        case .string: return isText(text) ? nil : "texts would be read as something else"
        case .list(let element) where isPlain(element):
            return ["jsonb", "json"].contains(text)
                ? "write the step derive with to_json, or make it \(declaration(type))" : "it is no such array"
        case .list, .structure, .map, .choice: return text == "json" || text == "text" ? nil : "it is no column of JSON"
        case .boolean, .binary, .date, .timestamp, .null: return "it is a column of something else"
        }
    }

    private static func isText(_ text: String) -> Bool {
        text == "text" || text.hasPrefix("character") || text == "uuid" || text == "json" || text == "jsonb" || text == "citext"
            || text == "name"
    }

    /// Whether values of the column may be refused for what they are: too long, no uuid, no JSON.
    static func mayRefuse(_ type: DataType, _ text: String) -> Bool { type == .string && text != "text" && text != "character varying" }

    /// Types whose order is that of their texts' values, so that reading can go on behind one of them.
    static func isCursor(_ text: String) -> Bool {
        switch type(text) {
        case .int16, .int32, .int64, .float32, .float64, .decimal, .date, .timestamp: true
        default: isUnbounded(text) || text == "uuid" || text == "text" || text.hasPrefix("character varying")
        }
    }
}
#endif
