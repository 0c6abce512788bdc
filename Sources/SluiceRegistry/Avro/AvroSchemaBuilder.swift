package import SluiceCore
import SluiceFormats

extension AvroSchema {
    /// Reads a schema's JSON.
    ///
    /// - Throws: `invalidSchema` naming the place and what is wrong; `limitExceeded`.
    package init(parsing text: String) throws(SluiceError) {
        let json: Value
        // A primitive alone may stand without quotes nowhere but in the habits of tools: `"string"` is the schema, `string` is none.
        do throws(SluiceError) {
            json = try WholeJSON.value(Array(text.utf8), noun: "the Avro schema")
        } catch {
            throw SluiceError(.invalidSchema, error.message, remedy: error.remedy)
        }
        var builder = AvroSchemaBuilder()
        root = try builder.node(json, namespace: "", at: .root, depth: 0)
        named = builder.named
        try checkDefaults()
    }

    static func invalid(_ path: FieldPath, _ why: String, _ remedy: String? = nil) -> SluiceError {
        SluiceError(
            .invalidSchema, "the Avro schema is wrong" + (path.text.isEmpty ? "" : " at \(path.text)") + ": \(why)",
            remedy: remedy ?? "see the Avro specification, \"Schema Declaration\"")
    }
}

/// Turns JSON into types; names are checked and completed with their namespaces.
struct AvroSchemaBuilder {
    private(set) var named: [String: AvroDeclaration] = [:]
    private var typeCount = 0

    init() {}

    mutating func node(_ json: Value, namespace: String, at path: FieldPath, depth: Int) throws(SluiceError) -> AvroNode {
        typeCount += 1
        guard depth < RegistryLimits.depth, typeCount <= RegistryLimits.members else {
            throw SluiceError(
                .limitExceeded,
                "the Avro schema is nested deeper than \(RegistryLimits.depth) types or has more than \(RegistryLimits.members) of them",
                remedy: "cut it into smaller schemas")
        }
        switch json {
        case .string(let name): return try reference(name, namespace, path)
        case .list(let branches): return try union(branches, namespace, path, depth)
        case .structure:
            guard let inner = json.member("type") else { throw AvroSchema.invalid(path, "a type says no \"type\"") }
            guard case .string(let name) = inner else {
                return try node(inner, namespace: namespace, at: path, depth: depth + 1)
            }
            return try declared(name, json, namespace, path, depth)
        default: throw AvroSchema.invalid(path, "\(json.json.quotedForMessage) is no type")
        }
    }

    private mutating func declared(
        _ name: String, _ json: Value, _ namespace: String, _ path: FieldPath, _ depth: Int
    ) throws(SluiceError) -> AvroNode {
        switch name {
        case "array":
            guard let items = json.member("items") else { throw AvroSchema.invalid(path, "an array has no \"items\"") }
            return .array(try node(items, namespace: namespace, at: path.items, depth: depth + 1))
        case "map":
            guard let values = json.member("values") else { throw AvroSchema.invalid(path, "a map has no \"values\"") }
            return .map(try node(values, namespace: namespace, at: path.values, depth: depth + 1))
        case "record", "error": return try record(json, namespace, path, depth)
        case "enum": return try enumeration(json, namespace, path)
        case "fixed": return try fixed(json, namespace, path)
        default:
            let plain = try reference(name, namespace, path)
            guard case .primitive(let primitive, _) = plain else { return plain }
            return .primitive(primitive, AvroAnnotation.of(json, on: primitive))
        }
    }

    private mutating func record(_ json: Value, _ namespace: String, _ path: FieldPath, _ depth: Int) throws(SluiceError) -> AvroNode {
        let (fullName, space) = try declaredName(json, namespace, path)
        let path = path == .root ? FieldPath(text: fullName) : path
        guard case .list(let list)? = json.member("fields") else {
            throw AvroSchema.invalid(path, "record \(fullName) has no \"fields\"")
        }
        try declare(AvroDeclaration(name: fullName, aliases: try aliases(json, space, path), kind: .record([])), path)
        var fields: [AvroMember] = []
        var names: Set<String> = []
        for (index, field) in list.enumerated() {
            guard case .string(let name)? = field.member("name") else {
                throw AvroSchema.invalid(path, "field \(index + 1) of record \(fullName) has no \"name\"")
            }
            let place = path.member(name)
            guard Self.isName(name) else { throw AvroSchema.invalid(place, Self.nameRule(name)) }
            guard names.insert(name).inserted else { throw AvroSchema.invalid(place, "record \(fullName) has two fields of this name") }
            guard let type = field.member("type") else { throw AvroSchema.invalid(place, "the field has no \"type\"") }
            fields.append(
                AvroMember(
                    name: name, aliases: try texts(field.member("aliases"), "aliases", place),
                    type: try node(type, namespace: space, at: place, depth: depth + 1), defaultValue: field.member("default")))
        }
        named[fullName]?.kind = .record(fields)
        return .named(fullName)
    }

    private mutating func enumeration(_ json: Value, _ namespace: String, _ path: FieldPath) throws(SluiceError) -> AvroNode {
        let (fullName, space) = try declaredName(json, namespace, path)
        guard json.member("symbols") != nil else { throw AvroSchema.invalid(path, "enum \(fullName) has no \"symbols\"") }
        let symbols = try texts(json.member("symbols"), "symbols", path)
        for symbol in symbols where !Self.isName(symbol) { throw AvroSchema.invalid(path, Self.nameRule(symbol)) }
        guard Set(symbols).count == symbols.count else { throw AvroSchema.invalid(path, "enum \(fullName) has a symbol twice") }
        var fallback: String?
        if let given = json.member("default") {
            guard case .string(let symbol) = given, symbols.contains(symbol) else {
                throw AvroSchema.invalid(path, "the default \(given.json.quotedForMessage) of enum \(fullName) is none of its symbols")
            }
            fallback = symbol
        }
        try declare(
            AvroDeclaration(
                name: fullName, aliases: try aliases(json, space, path), kind: .enumeration(symbols, default: fallback)), path)
        return .named(fullName)
    }

    private mutating func fixed(_ json: Value, _ namespace: String, _ path: FieldPath) throws(SluiceError) -> AvroNode {
        let (fullName, space) = try declaredName(json, namespace, path)
        guard case .integer(let size)? = json.member("size"), (0...Int64(RegistryLimits.payloadBytes)).contains(size) else {
            throw AvroSchema.invalid(path, "fixed \(fullName) has no \"size\" from 0 to \(RegistryLimits.payloadBytes)")
        }
        try declare(
            AvroDeclaration(
                name: fullName, aliases: try aliases(json, space, path),
                kind: .fixed(Int(size), AvroAnnotation.of(json, onFixed: Int(size)))), path)
        return .named(fullName)
    }

    private mutating func union(
        _ list: [Value], _ namespace: String, _ path: FieldPath, _ depth: Int
    ) throws(SluiceError) -> AvroNode {
        guard !list.isEmpty else { throw AvroSchema.invalid(path, "a union has no types") }
        var branches: [AvroNode] = []
        var names: Set<String> = []
        for json in list {
            let branch = try node(json, namespace: namespace, at: path, depth: depth + 1)
            if case .union = branch { throw AvroSchema.invalid(path, "a union stands directly in a union") }
            let name = branch.branchName(in: AvroSchema(root: .null, named: named))
            guard names.insert(name).inserted else { throw AvroSchema.invalid(path, "a union has two types \(name)") }
            branches.append(branch)
        }
        return .union(branches)
    }

    // MARK: Names

    private mutating func declare(_ declaration: AvroDeclaration, _ path: FieldPath) throws(SluiceError) {
        guard named.updateValue(declaration, forKey: declaration.name) == nil else {
            throw AvroSchema.invalid(path, "type \(declaration.name) is declared twice", "name it by its name the second time")
        }
    }

    /// The full name of a type, and the namespace that holds within it.
    private func declaredName(
        _ json: Value, _ namespace: String, _ path: FieldPath
    ) throws(SluiceError) -> (name: String, space: String) {
        guard case .string(let name)? = json.member("name") else { throw AvroSchema.invalid(path, "a named type has no \"name\"") }
        var space = namespace
        if case .string(let own)? = json.member("namespace") { space = own }
        let fullName = Self.fullName(name, space)
        let parts = fullName.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy(Self.isName) else { throw AvroSchema.invalid(path, Self.nameRule(fullName)) }
        guard AvroPrimitive(rawValue: fullName) == nil else {
            throw AvroSchema.invalid(path, "a type cannot be named \(fullName.quotedForMessage), which is a primitive type")
        }
        return (fullName, parts.dropLast().joined(separator: "."))
    }

    private func aliases(_ json: Value, _ space: String, _ path: FieldPath) throws(SluiceError) -> [String] {
        try texts(json.member("aliases"), "aliases", path).map { Self.fullName($0, space) }
    }

    private func reference(_ name: String, _ namespace: String, _ path: FieldPath) throws(SluiceError) -> AvroNode {
        if let primitive = AvroPrimitive(rawValue: name) { return .primitive(primitive, nil) }
        let fullName = Self.fullName(name, namespace)
        if named[fullName] != nil { return .named(fullName) }
        if named[name] != nil { return .named(name) }
        let known = AvroPrimitive.allCases.map(\.rawValue) + named.keys.sorted()
        throw AvroSchema.invalid(
            path, "there is no type \(name.quotedForMessage)", Suggestion.remedy(for: name, in: known, noun: "types"))
    }

    private func texts(_ json: Value?, _ key: String, _ path: FieldPath) throws(SluiceError) -> [String] {
        guard let json else { return [] }
        guard case .list(let list) = json, list.count <= RegistryLimits.members else {
            throw AvroSchema.invalid(path, "\"\(key)\" is no list of texts")
        }
        var texts: [String] = []
        for item in list {
            guard case .string(let text) = item else { throw AvroSchema.invalid(path, "\"\(key)\" is no list of texts") }
            texts.append(text)
        }
        return texts
    }

    private static func fullName(_ name: String, _ space: String) -> String {
        name.contains(".") || space.isEmpty ? name : "\(space).\(name)"
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isLetter || first == UInt8(ascii: "_") else { return false }
        return text.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) }
    }

    private static func nameRule(_ name: String) -> String {
        "\(name.quotedForMessage) is no name: a letter or _, then letters, digits and _"
    }
}

extension UInt8 {
    /// An ASCII letter.
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    /// An ASCII digit.
    var isDigit: Bool { (0x30...0x39).contains(self) }
}

extension AvroAnnotation {
    /// The logical type of a primitive; nil where there is none or it does not belong there, which the specification asks to ignore.
    static func of(_ json: Value, on primitive: AvroPrimitive) -> AvroAnnotation? {
        guard case .string(let name)? = json.member("logicalType") else { return nil }
        switch (name, primitive) {
        case ("decimal", .bytes): return decimal(json)
        case ("uuid", .string): return .uuid
        case ("date", .int): return .date
        case ("time-millis", .int): return .time(.millis)
        case ("time-micros", .long): return .time(.micros)
        case ("timestamp-millis", .long): return .timestamp(.millis, zoned: true)
        case ("timestamp-micros", .long): return .timestamp(.micros, zoned: true)
        case ("timestamp-nanos", .long): return .timestamp(.nanos, zoned: true)
        case ("local-timestamp-millis", .long): return .timestamp(.millis, zoned: false)
        case ("local-timestamp-micros", .long): return .timestamp(.micros, zoned: false)
        case ("local-timestamp-nanos", .long): return .timestamp(.nanos, zoned: false)
        default: return nil
        }
    }

    /// The same for a fixed type.
    static func of(_ json: Value, onFixed size: Int) -> AvroAnnotation? {
        guard case .string(let name)? = json.member("logicalType") else { return nil }
        switch name {
        case "decimal": return decimal(json)
        case "uuid" where size == 16: return .uuid
        case "duration" where size == 12: return .duration
        default: return nil
        }
    }

    private static func decimal(_ json: Value) -> AvroAnnotation? {
        guard case .integer(let precision)? = json.member("precision"), (1...Int64(DataType.maximumDecimalPrecision)).contains(precision)
        else { return nil }
        guard let given = json.member("scale") else { return .decimal(precision: Int(precision), scale: 0) }
        guard case .integer(let scale) = given, (0...precision).contains(scale) else { return nil }
        return .decimal(precision: Int(precision), scale: Int(scale))
    }
}
