extension DataType: CustomStringConvertible {
    /// The name under which definitions, messages and the catalog know the type: `int64`, `decimal(12,2)`, `list<string>`, `struct<a: int64>`,
    /// `map<string, int64>`, `choice<int64, string>`.
    public var description: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp(let zoned): zoned ? "timestamptz" : "timestamp"
        case .list(let element): "list<\(element)>"
        case .structure(let fields):
            "struct<" + fields.map { "\(Self.quoted($0.name)): \($0.type)" }.joined(separator: ", ") + ">"
        case .map(let key, let value): "map<\(key), \(value)>"
        case .choice(let types): "choice<" + types.map(\.description).joined(separator: ", ") + ">"
        }
    }

    /// A member's name as a type's text writes it: quoted with `"` when it is not a plain identifier.
    private static func quoted(_ name: String) -> String {
        let plain = !name.isEmpty && name.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0) }
        return plain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// All names without parameters that `init(parsing:)` accepts, the canonical name first within each type.
    public static let simpleNames: [(name: String, type: DataType)] = [
        ("boolean", .boolean), ("bool", .boolean),
        ("int8", .int8), ("tinyint", .int8),
        ("int16", .int16), ("smallint", .int16),
        ("int32", .int32), ("int", .int32), ("integer", .int32),
        ("int64", .int64), ("bigint", .int64), ("long", .int64),
        ("float32", .float32), ("float", .float32), ("real", .float32),
        ("float64", .float64), ("double", .float64),
        ("string", .string), ("text", .string), ("varchar", .string),
        ("binary", .binary), ("blob", .binary),
        ("date", .date),
        ("timestamp", .timestamp(zoned: false)), ("timestamptz", .timestamp(zoned: true)),
    ]

    /// Parses what `description` prints, and the SQL and Hive spellings (`bigint`, `array<string>`, `struct<a:int>`), in any letter case.
    ///
    /// - Throws: `typeError` with the text and, where one is near, the name that was probably meant.
    public init(parsing text: String) throws(SluiceError) {
        var parser = TypeParser(text)
        self = try parser.wholeType()
    }
}

/// Recursive descent over a type's text; nesting is bounded by `maximumDepth`.
private struct TypeParser {
    static let maximumDepth = 64
    let text: String
    var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = Substring(text)
    }

    mutating func wholeType() throws(SluiceError) -> DataType {
        let type = try parseType(depth: 0)
        skipSpace()
        guard rest.isEmpty else { throw failure("unexpected \"\(rest)\" after the type") }
        return type
    }

    private mutating func parseType(depth: Int) throws(SluiceError) -> DataType {
        guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth)") }
        let name = word().lowercased()
        switch name {
        case "null": return .null
        case "decimal", "numeric": return try decimal()
        case "list", "array":
            try expect("<")
            let element = try parseType(depth: depth + 1)
            try expect(">")
            return .list(element)
        case "struct": return try structure(depth: depth)
        case "map": return try map(depth: depth)
        case "choice": return try choice(depth: depth)
        default:
            guard let match = DataType.simpleNames.first(where: { $0.name == name }) else {
                let known = DataType.simpleNames.map(\.name) + ["decimal", "list", "struct", "map", "choice"]
                throw SluiceError(
                    .typeError, "unknown type \"\(text)\"", remedy: Suggestion.remedy(for: name, in: known, noun: "types"))
            }
            return match.type
        }
    }

    private mutating func decimal() throws(SluiceError) -> DataType {
        skipSpace()
        guard rest.first == "(" else { return .decimal(precision: 18, scale: 3) }
        try expect("(")
        let precision = Int(word()) ?? 0
        skipSpace()
        var scale = 0
        if rest.first == "," {
            try expect(",")
            scale = Int(word()) ?? -1
        }
        try expect(")")
        guard (1...DataType.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale) else {
            throw failure("a decimal has 1 to 38 digits, and from 0 to all of them behind the point")
        }
        return .decimal(precision: precision, scale: scale)
    }

    private mutating func structure(depth: Int) throws(SluiceError) -> DataType {
        try expect("<")
        var fields: [Field] = []
        repeat {
            skipSpace()
            let name = rest.first == "\"" ? try quotedName() : word()
            guard !name.isEmpty else { throw failure("a struct member needs a name") }
            guard !fields.contains(where: { $0.name == name }) else { throw failure("member \"\(name)\" stands twice") }
            try expect(":")
            fields.append(Field(name, try parseType(depth: depth + 1)))
            skipSpace()
        } while consume(",")
        try expect(">")
        return .structure(fields)
    }

    private mutating func map(depth: Int) throws(SluiceError) -> DataType {
        try expect("<")
        let key = try parseType(depth: depth + 1)
        guard key != .null else { throw failure("the keys of a map are not null") }
        try expect(",")
        let value = try parseType(depth: depth + 1)
        try expect(">")
        return .map(key: key, value: value)
    }

    private mutating func choice(depth: Int) throws(SluiceError) -> DataType {
        try expect("<")
        var types: [DataType] = []
        repeat {
            let type = try parseType(depth: depth + 1)
            guard type != .null, !type.isChoice else { throw failure("an alternative of a choice is neither null nor a choice") }
            guard !types.contains(type) else { throw failure("the alternative \(type) stands twice") }
            types.append(type)
        } while consume(",")
        try expect(">")
        guard (2...DataType.maximumAlternatives).contains(types.count) else {
            throw failure("a choice has 2 to \(DataType.maximumAlternatives) alternatives")
        }
        return .choice(types)
    }

    private mutating func quotedName() throws(SluiceError) -> String {
        var name = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            if character != "\"" {
                name.append(character)
            } else if rest.first == "\"" {
                name.append("\"")
                rest = rest.dropFirst()
            } else {
                return name
            }
        }
        throw failure("a quoted member name is not closed")
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == " " } }

    private mutating func word() -> String {
        skipSpace()
        let end = rest.firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? rest.endIndex
        defer { rest = rest[end...] }
        return String(rest[..<end])
    }

    private mutating func consume(_ character: Character) -> Bool {
        skipSpace()
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func expect(_ character: Character) throws(SluiceError) {
        guard consume(character) else {
            throw failure("expected \"\(character)\"" + (rest.isEmpty ? " at the end" : " before \"\(rest)\""))
        }
    }

    private func failure(_ why: String) -> SluiceError { SluiceError(.typeError, "malformed type \"\(text)\": \(why)") }
}
