import SluiceCore
import SluiceJSON

/// Which types of Sluice the JSON Schemas of taps are.
struct SingerTypes {
    /// For references within it.
    private let document: JSONNode
    /// References that lead to where the reader is: what one of them names holds itself.
    private var open: Set<String> = []
    /// Schemas that were read, those behind each reference anew.
    private var count = 0

    init(_ document: JSONNode) { self.document = document }

    /// The columns of a stream, in the order of the schema.
    ///
    /// - Throws: `tapFailed` for a schema without properties, and one of more than `SingerLimits.schemas` schemas; what makes no schema of Sluice.
    static func fields(_ schema: JSONNode, of stream: String) throws(SluiceError) -> [Field] {
        var types = SingerTypes(schema)
        let fields = types.members(of: schema, depth: 0)
        guard types.count <= SingerLimits.schemas else {
            throw SluiceError(
                .tapFailed,
                "the schema of stream \(stream.quotedForMessage) has more than \(SingerLimits.schemas) schemas within it, references followed",
                remedy: "have the tap describe what is nested as text (type: string), or less of it")
        }
        guard !fields.isEmpty else {
            throw SluiceError(
                .tapFailed, "the tap says of stream \(stream.quotedForMessage) no properties",
                remedy: "name its columns with their types: columns: {id: int64, …}")
        }
        return fields
    }

    private mutating func members(of schema: JSONNode, depth: Int) -> [Field] {
        guard case .object(let properties)? = schema["properties"] else { return [] }
        var fields: [Field] = []
        for property in properties { fields.append(Field(property.name, type(of: property.value, depth: depth + 1))) }
        return fields
    }

    /// What takes every value of a schema; text, which keeps what it is given as JSON, where nothing narrower does, and where a schema holds itself.
    mutating func type(of schema: JSONNode, depth: Int) -> DataType {
        count += 1
        guard depth < CoreLimits.nestingDepth, count <= SingerLimits.schemas else { return .string }
        if let reference = schema["$ref"]?.string {
            guard let target = resolved(reference), open.insert(reference).inserted else { return .string }
            defer { open.remove(reference) }
            return type(of: target, depth: depth + 1)
        }
        for alternatives in ["anyOf", "oneOf"] {
            guard let schemas = schema[alternatives]?.elements, !schemas.isEmpty else { continue }
            var found: [DataType] = []
            for schema in schemas { found += types(of: schema, depth: depth + 1) }
            return Self.merged(found)
        }
        if let all = schema["allOf"]?.elements, let first = all.first { return type(of: first, depth: depth + 1) }
        return Self.merged(types(of: schema, depth: depth))
    }

    /// One type for each that a schema names; none for null.
    private mutating func types(of schema: JSONNode, depth: Int) -> [DataType] {
        let names: [String]
        switch schema["type"] {
        case .text?: names = [schema["type"]?.string ?? ""]
        case .list(let elements)?: names = elements.compactMap(\.string)
        default: return [type(ofUntyped: schema, depth: depth)]
        }
        var found: [DataType] = []
        for name in names where name != "null" { found.append(type(named: name, schema, depth: depth)) }
        return found
    }

    private mutating func type(ofUntyped schema: JSONNode, depth: Int) -> DataType {
        if schema["$ref"] != nil || schema["anyOf"] != nil || schema["oneOf"] != nil || schema["allOf"] != nil {
            return type(of: schema, depth: depth + 1)
        }
        return schema["properties"] == nil ? .string : type(named: "object", schema, depth: depth)
    }

    private mutating func type(named name: String, _ schema: JSONNode, depth: Int) -> DataType {
        switch name {
        case "boolean": return .boolean
        case "integer": return .int64
        case "number": return Self.number(schema)
        case "array":
            guard let items = schema["items"], case .object = items else { return .string }
            return .list(type(of: items, depth: depth + 1))
        case "object":
            let members = members(of: schema, depth: depth)
            return members.isEmpty ? .string : .structure(members)
        default:
            switch schema["format"]?.string {
            case "date-time": return .timestamp(zoned: true)
            case "date": return .date
            default: return .string
            }
        }
    }

    /// Multiples of 0.01 and the like are decimals, as taps of databases say them.
    private static func number(_ schema: JSONNode) -> DataType {
        guard let step = schema["multipleOf"]?.double, step > 0, step < 1 else { return .float64 }
        var (scale, power) = (0, 1.0)
        while scale < 18, power > step * 1.000_001 { (scale, power) = (scale + 1, power / 10) }
        guard abs(power / step - 1) < 0.000_001 else { return .float64 }
        return .decimal(precision: DataType.maximumDecimalPrecision, scale: scale)
    }

    /// One type that takes the values of all.
    private static func merged(_ types: [DataType]) -> DataType {
        var different: [DataType] = []
        for type in types where !different.contains(type) { different.append(type) }
        // Of a time that is sometimes none, and of a number that is sometimes whole, the wider one.
        if different.contains(.string) { different.removeAll { $0.isTemporal } }
        if different.contains(.float64) { different.removeAll { $0 == .int64 } }
        if different.count == 1 { return different[0] }
        let isPlain = !different.isEmpty && different.allSatisfy { !$0.isNested && !$0.isChoice && !$0.isTemporal }
        return isPlain ? .choice(different) : .string
    }

    private func resolved(_ reference: String) -> JSONNode? {
        guard reference.hasPrefix("#") else { return nil }
        var node = document
        for part in reference.dropFirst().split(separator: "/") {
            guard let next = node[String(part).replacing("~1", with: "/").replacing("~0", with: "~")] else { return nil }
            node = next
        }
        return node
    }
}
