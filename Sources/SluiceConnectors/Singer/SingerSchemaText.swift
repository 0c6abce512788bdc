import SluiceCore
import SluiceJSON

/// Rows of Sluice as JSON Schemas, for targets.
enum SingerSchemaText {
    /// The schema of a stream's records.
    static func schema(_ schema: Schema) -> JSONNode {
        .members(["type": .string("object"), "properties": properties(schema.fields)])
    }

    private static func properties(_ fields: [Field]) -> JSONNode {
        .object(fields.map { JSONNode.Member(name: $0.name, value: node($0.type)) })
    }

    private static func node(_ type: DataType) -> JSONNode {
        switch type {
        case .null: return .members(["type": .list([.string("null")])])
        case .boolean: return typed("boolean")
        case .int8, .int16, .int32, .int64: return typed("integer")
        case .float32, .float64: return typed("number")
        case .decimal(_, let scale):
            let step = scale == 0 ? "1" : "0." + String(repeating: "0", count: scale - 1) + "1"
            return typed("number", ("multipleOf", .number(Array(step.utf8)[...])))
        case .string: return typed("string")
        case .binary: return typed("string", ("contentEncoding", .string("base64")))
        case .date: return typed("string", ("format", .string("date")))
        // A wall-clock time has no zone, which `date-time` asks for.
        case .timestamp(let zoned): return zoned ? typed("string", ("format", .string("date-time"))) : typed("string")
        case .list(let element): return typed("array", ("items", node(element)))
        case .structure(let fields): return typed("object", ("properties", properties(fields)))
        case .map(.string, let value): return typed("object", ("additionalProperties", node(value)))
        case .map: return typed("array", ("items", .object([])))
        case .choice: return .object([])
        }
    }

    private static func typed(_ name: String, _ more: (String, JSONNode)...) -> JSONNode {
        let type = JSONNode.Member(name: "type", value: .list([.string("null"), .string(name)]))
        return .object([type] + more.map { JSONNode.Member(name: $0.0, value: $0.1) })
    }
}
