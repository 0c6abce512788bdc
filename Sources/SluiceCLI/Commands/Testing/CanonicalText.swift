import SluiceCore
import SluicePipelines

/// One text for equal values, whether they were computed or are written in a test: `1.50` and `1.5` are one decimal.
enum CanonicalText {
    /// What stands for null; no value's text has it.
    static let null = "\u{0}null"

    /// A computed value.
    static func of(_ value: Value) -> String {
        switch value {
        case .null: null
        case .decimal: decimal(value.description)
        case .list, .structure, .map: json(value)
        default: value.description
        }
    }

    /// A value as a test writes it, for a column of a type.
    static func of(_ cell: ExpectedCell, as type: DataType) -> String {
        switch cell {
        case .null: null
        case .text(let text): scalar(text, type)
        case .node(let node): json(node, type)
        }
    }

    private static func scalar(_ text: String, _ type: DataType) -> String {
        switch type {
        case .int8, .int16, .int32, .int64: return Int64(text).map(String.init) ?? decimalInteger(text) ?? text
        case .float32: return Float(text).map { Value.float(Double($0)).description } ?? text
        case .float64: return Double(text).map { Value.float($0).description } ?? text
        case .decimal: return decimal(text)
        case .timestamp(let zoned):
            var copy = text
            guard let time = copy.withUTF8({ TimeText.timestamp($0) }) else { return text }
            return Value.timestamp(zoned ? time.utcMicros : time.wallMicros, zoned: zoned).description
        default: return text
        }
    }

    /// `5.0` is the integer 5.
    private static func decimalInteger(_ text: String) -> String? { Int64(decimal(text)).map(String.init) }

    /// Without zeros that mean nothing; a text that is no number as it is.
    private static func decimal(_ text: String) -> String {
        let parts = text.drop { $0 == "-" || $0 == "+" }.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), !parts[0].isEmpty else {
            return text
        }
        let whole = String(parts[0].drop { $0 == "0" })
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        if whole.isEmpty && fraction.isEmpty { return "0" }
        return (text.hasPrefix("-") ? "-" : "") + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    }

    // MARK: Nested values, as JSON

    private static func json(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .list(let values): "[" + values.map { json($0) }.joined(separator: ",") + "]"
        case .structure(let members): object(members.map { ($0.name, json($0.value)) })
        case .map(let entries): object(entries.map { (of($0.key), json($0.value)) })
        case .boolean, .integer, .float, .decimal: of(value)
        default: Value.string(of(value)).json
        }
    }

    private static func json(_ node: DefinitionNode, _ type: DataType) -> String {
        switch (node.content, type) {
        case (.null, _): return "null"
        case (.list(let items), .list(let element)): return "[" + items.map { json($0, element) }.joined(separator: ",") + "]"
        case (.mapping(let entries), .structure(let fields)):
            let known = fields.map { field in (field.name, node[key: field.name].map { json($0, field.type) } ?? "null") }
            let others = entries.filter { entry in !fields.contains { $0.name == entry.key } }
            return object(known + others.map { ($0.key, TestInput.json($0.value)) })
        case (.mapping(let entries), .map(_, let value)): return object(entries.map { ($0.key, json($0.value, value)) })
        case (.scalar(let text, _), _):
            let canonical = scalar(text, type)
            return type.isNumeric || type == .boolean ? canonical : Value.string(canonical).json
        default: return TestInput.json(node)
        }
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { Value.string($0.0).json + ":" + $0.1 }.joined(separator: ",") + "}"
    }
}
