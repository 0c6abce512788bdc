import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Comparisons that SQLite gives, in the words of Sluice's expressions: what a reader is asked for.
///
/// Only comparisons that mean the same in both are given on, because rows that a reader leaves out never come back. SQLite checks those that
/// come once more.
enum PushedText {
    struct Comparison {
        var text: String
        /// The value's part.
        var literal: String?
    }

    /// Nil where the two languages may differ.
    static func comparison(_ field: Field, _ relation: ScanPlan.Relation, _ value: Value) -> Comparison? {
        let name = SQLQuote.name(field.name)
        if !relation.takesValue {
            // What SQLite takes for null is null.
            return field.type == .null || field.type.isChoice ? nil : Comparison(text: "\(name) \(relation.rawValue)")
        }
        if relation == .like {
            guard field.type == .string, case .string(let pattern) = value else { return nil }
            return Comparison(text: "\(name) LIKE \(SQLQuote.text(pattern))", literal: SQLQuote.text(pattern))
        }
        guard let literal = literal(value, as: field.type, relation) else { return nil }
        return Comparison(text: "\(name) \(relation.rawValue) \(literal)", literal: literal)
    }

    /// Whether lists of values may be pushed down for a column.
    static func takesLists(_ type: DataType) -> Bool {
        switch type {
        case .int8, .int16, .int32, .int64, .float64, .decimal, .string, .date, .timestamp: true
        default: false
        }
    }

    /// `column IN (…)`; nil where a value may be equal otherwise than SQLite has it. Nulls are equal to nothing.
    static func list(_ field: Field, _ values: [Value]) -> String? {
        var literals: [String] = []
        for value in values where !value.isNull {
            guard let literal = literal(value, as: field.type, .equal) else { return nil }
            literals.append(literal)
        }
        return literals.isEmpty ? nil : "\(SQLQuote.name(field.name)) IN (\(literals.joined(separator: ", ")))"
    }

    private static func literal(_ value: Value, as type: DataType, _ relation: ScanPlan.Relation) -> String? {
        switch (type, value) {
        case (.int8, .integer(let number)), (.int16, .integer(let number)), (.int32, .integer(let number)), (.int64, .integer(let number)):
            return value.fits(type) ? String(number) : nil
        case (.float64, .integer(let number)): return number.magnitude < 1 << 53 ? String(number) : nil
        case (.float64, .float(let number)) where number.isFinite: return Value.float(number).description
        case (.decimal(_, let scale), .integer(let number)) where scale < 10: return String(number)
        case (.decimal(let precision, let scale), .float(let number)):
            guard let unscaled = SQLType.unscaled(number, scale: scale), Value.decimal(unscaled, scale: scale).fits(type), precision > 0
            else {
                return nil
            }
            return Value.decimal(unscaled, scale: scale).description
        case (.string, .string(let text)): return SQLQuote.text(text)
        case (.date, .string(let text)): return isDate(text) ? SQLQuote.text(text) : nil
        case (.timestamp(let zoned), .string(let text)): return timestamp(text, zoned: zoned)
        case (.boolean, .integer(let number)) where relation == .equal && (number == 0 || number == 1):
            return number == 1 ? "true" : "false"
        default: return nil
        }
    }

    private static func isDate(_ text: String) -> Bool {
        var copy = text
        return copy.withUTF8 { TimeText.date($0) != nil }
    }

    /// The time in the column's own form; a text without zone counts as UTC, as it does when SQLite compares.
    private static func timestamp(_ text: String, zoned: Bool) -> String? {
        var copy = text
        guard let time = copy.withUTF8({ TimeText.timestamp($0) }) else { return nil }
        return SQLQuote.text(Value.timestamp(time.utcMicros, zoned: zoned).description)
    }

    /// All comparisons of a scan as a condition for its reader; nil where there is none.
    ///
    /// - Parameter texts: Their texts.
    static func condition(_ texts: [String], in schema: Schema) -> (any RowCondition)? {
        guard !texts.isEmpty, let expression = try? Expression(parsing: texts.joined(separator: " AND ")),
            let predicate = try? expression.bindPredicate(to: schema)
        else { return nil }
        return FilterCondition(expression, predicate: predicate, schema: schema)
    }
}
