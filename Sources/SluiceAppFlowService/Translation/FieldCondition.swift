import SluicePipelines
import SluiceSaaS
import SluiceServer

/// A filter of a client as a condition: one operator over a field and the values that the task's properties have.
struct FieldCondition {
    let sql: String

    /// - Throws: `ValidationException` for a value that is missing, or no value of its type.
    init(_ task: FlowTask) throws(ServiceFault) {
        let type = Self.kind(of: task.properties["DATA_TYPE"] ?? "string")
        let name = SQLText.name(try task.field())
        let signs = [
            "LESS_THAN": "<", "GREATER_THAN": ">", "LESS_THAN_OR_EQUAL_TO": "<=", "GREATER_THAN_OR_EQUAL_TO": ">=", "EQUAL_TO": "=",
            "NOT_EQUAL_TO": "<>",
        ]
        if task.operation == "BETWEEN" {
            let lower = try Self.literal(try task.property("LOWER_BOUND"), type)
            let upper = try Self.literal(try task.property("UPPER_BOUND"), type)
            sql = Self.compared(name, type) { "\($0) BETWEEN \(lower) AND \(upper)" }
            return
        }
        let given = task.properties["VALUES"] == nil ? [try task.property("VALUE")] : task.list("VALUES")
        var literals: [String] = []
        for text in given { literals.append(try Self.literal(text, type)) }
        guard !literals.isEmpty else { throw task.lacks("VALUES") }
        if task.operation == "CONTAINS" {
            sql = literals.map { "contains(CAST(\(name) AS string), \($0))" }.joined(separator: " OR ")
        } else if let sign = task.operation.flatMap({ signs[$0] }) {
            // One of several values is enough; of several that it must not be, none may be met.
            let join = sign == "<>" ? " AND " : " OR "
            sql = Self.compared(name, type) { field in "(" + literals.map { "\(field) \(sign) \($0)" }.joined(separator: join) + ")" }
        } else {
            throw task.lacks("an operator that filters")
        }
    }

    private enum Kind { case text, number, time, date, boolean }

    /// A comparison of a field as a value of the type that the task names, whatever type its values came in: null where one is none of it.
    private static func compared(_ name: String, _ kind: Kind, _ comparison: (_ field: String) -> String) -> String {
        let text = "CAST(\(name) AS string)"
        func tried(_ type: String) -> String { "TRY_CAST(\(text) AS \(type))" }
        switch kind {
        case .text: return comparison(text)
        // Whole numbers are compared digit by digit, others as floats.
        case .number: return "coalesce(\(comparison(tried("int64"))), \(comparison(tried("float64"))))"
        case .boolean: return comparison(tried("boolean"))
        case .time:
            return comparison(
                "coalesce(\(tried("timestamptz")), CAST(\(tried("timestamp")) AS timestamptz), CAST(\(tried("date")) AS timestamptz))")
        case .date:
            return comparison("coalesce(\(tried("date")), CAST(\(tried("timestamptz")) AS date), CAST(\(tried("timestamp")) AS date))")
        }
    }

    /// Names of types as connectors of the service give them.
    private static func kind(of type: String) -> Kind {
        switch type.lowercased() {
        case "int", "integer", "long", "double", "float", "decimal", "currency", "percent", "number", "numeric", "short", "byte", "bigint":
            .number
        case "datetime", "timestamp": .time
        case "date": .date
        case "boolean": .boolean
        default: .text
        }
    }

    private static func literal(_ text: String, _ kind: Kind) throws(ServiceFault) -> String {
        let invalid = Faults.invalid("The value \(text) is none of its data type.")
        switch kind {
        case .text: return SQLText.literal(text)
        case .number:
            let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
            guard isNumber, let number = Double(text), number.isFinite else { throw invalid }
            return text.hasPrefix("+") ? String(text.dropFirst()) : text
        case .boolean:
            guard ["true", "false"].contains(text.lowercased()) else { throw invalid }
            return text.lowercased()
        case .time, .date:
            // Milliseconds since 1970, as the service's console writes them, or a text.
            let shown: String
            if let millis = Int64(text), millis.magnitude < 1 << 53 {
                shown = CursorForm.time.shown(millis * 1_000)
            } else {
                shown = text
            }
            return kind == .date
                ? "CAST(\(SQLText.literal(String(shown.prefix(10)))) AS date)" : "CAST(\(SQLText.literal(shown)) AS timestamptz)"
        }
    }
}

/// A mask of a client as an expression: characters of the field's text become the mask's, and their count stays.
struct Masking {
    private static let usual = "*"
    let sql: String

    /// - Throws: `ValidationException` for a task without an operator that masks.
    init(_ task: FlowTask) throws(ServiceFault) {
        let text = "CAST(\(SQLText.name(try task.field())) AS string)"
        let mask = SQLText.literal(String((task.properties["MASK_VALUE"] ?? Self.usual).prefix(1)))
        switch task.operation {
        case "MASK_ALL": sql = "repeat(\(mask), length(\(text)))"
        case "MASK_FIRST_N":
            let count = try task.number("MASK_LENGTH", 0...1_000_000)
            sql = "repeat(\(mask), least(length(\(text)), \(count))) || substring(\(text), \(count + 1))"
        case "MASK_LAST_N":
            let count = try task.number("MASK_LENGTH", 0...1_000_000)
            sql = "left(\(text), greatest(length(\(text)) - \(count), 0)) || repeat(\(mask), least(length(\(text)), \(count)))"
        default: throw task.lacks("an operator that masks")
        }
    }
}
