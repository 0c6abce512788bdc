import SluiceCore

/// Turns a schema's JSON into a type; named types are put in where they are named (Avro specification, "Schema Declaration" and "Names").
struct AvroSchemaParser {
    private enum Named {
        /// It is being read: whoever names it is within it.
        case open
        case complete(AvroType)
    }

    private let nanoseconds: NanosecondReading
    /// By full name.
    private var named: [String: Named] = [:]
    private var typeCount = 0

    private init(nanoseconds: NanosecondReading) { self.nanoseconds = nanoseconds }

    /// - Throws: `corruptFile` for what is no schema; `typeError` for a schema that Sluice cannot read; `limitExceeded`.
    static func type(of text: [UInt8], nanoseconds: NanosecondReading = .reject) throws(SluiceError) -> AvroType {
        guard text.count <= AvroLimits.schemaBytes else {
            throw SluiceError(.limitExceeded, "the Avro schema has \(text.count) bytes, more than \(AvroLimits.schemaBytes)")
        }
        let json: Value
        do throws(JSONFault) {
            json = try JSONReader.value(text)
        } catch {
            throw malformed("it is no JSON: " + String(decoding: text.prefix(200), as: UTF8.self).quotedForMessage)
        }
        var parser = AvroSchemaParser(nanoseconds: nanoseconds)
        return try parser.type(json, namespace: "", depth: 0)
    }

    static func malformed(_ why: String) -> SluiceError {
        SluiceError(.corruptFile, "the Avro schema is malformed: \(why)", remedy: "write the file again with a valid schema")
    }

    private mutating func type(_ json: Value, namespace: String, depth: Int) throws(SluiceError) -> AvroType {
        typeCount += 1
        guard depth < AvroLimits.schemaDepth, typeCount <= AvroLimits.schemaTypes else {
            throw SluiceError(
                .limitExceeded,
                "the Avro schema is nested deeper than \(AvroLimits.schemaDepth) types or has more than \(AvroLimits.schemaTypes) of them")
        }
        switch json {
        case .string(let name): return try reference(name, namespace)
        case .list(let branches): return try union(branches, namespace, depth)
        case .structure:
            guard let inner = json.member("type") else { throw Self.malformed("a type says no \"type\"") }
            guard case .string(let name) = inner else { return try type(inner, namespace: namespace, depth: depth + 1) }
            return try declared(name, json, namespace, depth)
        default: throw Self.malformed("\(json.json.quotedForMessage) is no type")
        }
    }

    private mutating func declared(_ name: String, _ json: Value, _ namespace: String, _ depth: Int) throws(SluiceError) -> AvroType {
        switch name {
        case "array": return .array(try type(try part("items", of: json, name), namespace: namespace, depth: depth + 1))
        case "map": return .map(try type(try part("values", of: json, name), namespace: namespace, depth: depth + 1))
        case "record", "error": return try record(json, namespace, depth)
        case "enum":
            let fullName = try fullName(json, namespace)
            guard case .list(let list)? = json.member("symbols") else { throw Self.malformed("enum \(fullName) has no symbols") }
            return try define(fullName, .enumeration(try texts(list)))
        case "fixed":
            let fullName = try fullName(json, namespace)
            guard case .integer(let size)? = json.member("size"), (0...Int64(AvroLimits.fixedBytes)).contains(size) else {
                throw Self.malformed("fixed \(fullName) has no size from 0 to \(AvroLimits.fixedBytes)")
            }
            return try define(fullName, AvroLogicalType.fixed(Int(size), json))
        default: return try AvroLogicalType.annotated(try reference(name, namespace), json, nanoseconds)
        }
    }

    private func part(_ key: String, of json: Value, _ owner: String) throws(SluiceError) -> Value {
        guard let part = json.member(key) else { throw Self.malformed("a type \(owner) has no \"\(key)\"") }
        return part
    }

    private mutating func union(_ json: [Value], _ namespace: String, _ depth: Int) throws(SluiceError) -> AvroType {
        var branches: [AvroType] = []
        for branch in json {
            let type = try type(branch, namespace: namespace, depth: depth + 1)
            if case .union = type { throw Self.malformed("a union stands in a union") }
            branches.append(type)
        }
        guard !branches.isEmpty else { throw Self.malformed("a union has no types") }
        guard branches.count <= DataType.maximumAlternatives else {
            throw SluiceError(.typeError, "a union of the Avro schema has more than \(DataType.maximumAlternatives) types")
        }
        return .union(branches)
    }

    private mutating func record(_ json: Value, _ namespace: String, _ depth: Int) throws(SluiceError) -> AvroType {
        let fullName = try fullName(json, namespace)
        guard case .list(let list)? = json.member("fields") else { throw Self.malformed("record \(fullName) has no fields") }
        guard list.count <= CoreLimits.columns else {
            throw SluiceError(.limitExceeded, "record \(fullName) has more than \(CoreLimits.columns) fields")
        }
        guard named.updateValue(.open, forKey: fullName) == nil else { throw Self.malformed("type \(fullName) is declared twice") }
        let inner = fullName.lastIndex(of: ".").map { String(fullName[..<$0]) } ?? ""
        var fields: [AvroField] = []
        var names: Set<String> = []
        for field in list {
            guard case .string(let name)? = field.member("name"), let fieldType = field.member("type") else {
                throw Self.malformed("a field of record \(fullName) has no name or no type")
            }
            guard names.insert(name).inserted else { throw Self.malformed("record \(fullName) has two fields \(name.quotedForMessage)") }
            fields.append(AvroField(name: name, type: try type(fieldType, namespace: inner, depth: depth + 1)))
        }
        named[fullName] = .complete(.record(fields))
        return .record(fields)
    }

    private mutating func define(_ fullName: String, _ type: AvroType) throws(SluiceError) -> AvroType {
        guard named.updateValue(.complete(type), forKey: fullName) == nil else {
            throw Self.malformed("type \(fullName) is declared twice")
        }
        return type
    }

    /// A name with dots is a full name; otherwise the namespace is the type's own, or that of the type around it.
    private func fullName(_ json: Value, _ namespace: String) throws(SluiceError) -> String {
        // The specification asks for a name with a letter, but Polars writes an empty one.
        guard case .string(let name)? = json.member("name") else { throw Self.malformed("a named type has no name") }
        if name.contains(".") { return name }
        var space = namespace
        if case .string(let own)? = json.member("namespace") { space = own }
        return space.isEmpty ? name : "\(space).\(name)"
    }

    private mutating func reference(_ name: String, _ namespace: String) throws(SluiceError) -> AvroType {
        switch name {
        case "null": return .null
        case "boolean": return .boolean
        case "int": return .int(.number)
        case "long": return .long(.number)
        case "float": return .float
        case "double": return .double
        case "bytes": return .bytes(nil)
        case "string": return .string
        default: break
        }
        let fullName = name.contains(".") || namespace.isEmpty ? name : "\(namespace).\(name)"
        guard let known = named[fullName] ?? named[name] else { throw Self.malformed("unknown type \(name.quotedForMessage)") }
        guard case .complete(let type) = known else {
            throw SluiceError(
                .typeError, "the Avro schema is recursive: record \(name) contains itself, so it has no columns",
                remedy: "write the file with a schema of limited depth")
        }
        typeCount += type.typeCount
        return type
    }

    private func texts(_ values: [Value]) throws(SluiceError) -> [String] {
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw Self.malformed("a symbol is no text") }
            texts.append(text)
        }
        return texts
    }
}

extension AvroType {
    /// Types within the type, itself included.
    fileprivate var typeCount: Int {
        switch self {
        case .array(let inner), .map(let inner): 1 + inner.typeCount
        case .union(let branches): branches.reduce(1) { $0 + $1.typeCount }
        case .record(let fields): fields.reduce(1) { $0 + $1.type.typeCount }
        default: 1
        }
    }
}
