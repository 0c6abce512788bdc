package import SluiceCore

extension AvroSchema {
    /// The columns of a table of such records: as files of the schema have them, texts for times, UUIDs and enumerations.
    ///
    /// - Throws: `typeError` for a schema that is no record, and for types that contain themselves.
    package func columns() throws(SluiceError) -> [Field] {
        guard case .named(let name) = root, case .record(let members)? = named[name]?.kind else {
            throw SluiceError(.typeError, "the Avro schema is no record, so that it has no columns")
        }
        var widths: [String: Int] = [:]
        guard width(of: root, within: [], &widths) <= Self.mostFields else {
            throw SluiceError(
                .limitExceeded, "the Avro schema has more than \(Self.mostFields) fields where every use of a type is written out",
                remedy: "give the table its columns in place of the schema")
        }
        return try fields(members, within: [name])
    }

    /// Fields of columns and in them; types that use one another twice and more have twice as many with each.
    private static let mostFields = 10_000

    /// How many fields a type has, written out; more than `mostFields` where there are too many.
    private func width(of node: AvroNode, within open: Set<String>, _ known: inout [String: Int]) -> Int {
        switch node {
        case .primitive: return 1
        case .array(let inner), .map(let inner): return width(of: inner, within: open, &known)
        case .union(let branches): return branches.reduce(1) { min($0 + width(of: $1, within: open, &known), Self.mostFields + 1) }
        case .named(let name):
            if let width = known[name] { return width }
            guard !open.contains(name), case .record(let members)? = named[name]?.kind else { return 1 }
            let total = members.reduce(1) {
                min($0 + width(of: $1.type, within: open.union([name]), &known), Self.mostFields + 1)
            }
            known[name] = total
            return total
        }
    }

    /// - Parameter open: Names of the types around.
    private func fields(_ members: [AvroMember], within open: Set<String>) throws(SluiceError) -> [Field] {
        var fields: [Field] = []
        for member in members {
            let (type, isNullable) = try column(member.type, within: open)
            fields.append(Field(member.name, type, isNullable: isNullable))
        }
        return fields
    }

    private func column(_ node: AvroNode, within open: Set<String>) throws(SluiceError) -> (DataType, isNullable: Bool) {
        guard case .union(let branches) = node else { return (try type(node, within: open), node == .null) }
        var types: [DataType] = []
        for branch in branches where branch != .null {
            let type = try type(branch, within: open)
            if !types.contains(type) { types.append(type) }
        }
        return (types.isEmpty ? .null : types.count == 1 ? types[0] : .choice(types), branches.contains(.null))
    }

    private func type(_ node: AvroNode, within open: Set<String>) throws(SluiceError) -> DataType {
        switch node {
        case .primitive(let primitive, let annotation): return Self.type(primitive, annotation)
        case .array(let item): return .list(try column(item, within: open).0)
        case .map(let value): return .map(key: .string, value: try column(value, within: open).0)
        case .union: return try column(node, within: open).0
        case .named(let name):
            guard !open.contains(name) else {
                throw SluiceError(.typeError, "the Avro type \(name.quotedForMessage) contains itself, so that it is no type of a column")
            }
            switch named[name]?.kind {
            case .record(let members): return .structure(try fields(members, within: open.union([name])))
            case .fixed(_, .decimal(let precision, let scale)): return .decimal(precision: precision, scale: scale)
            case .fixed(_, .uuid), .enumeration: return .string
            case .fixed, nil: return .binary
            }
        }
    }

    private static func type(_ primitive: AvroPrimitive, _ annotation: AvroAnnotation?) -> DataType {
        switch (primitive, annotation) {
        case (.bytes, .decimal(let precision, let scale)): .decimal(precision: precision, scale: scale)
        case (.int, .date): .date
        case (.int, .time), (.long, .time): .string
        case (.long, .timestamp(_, let zoned)): .timestamp(zoned: zoned)
        case (.null, _): .null
        case (.boolean, _): .boolean
        case (.int, _): .int32
        case (.long, _): .int64
        case (.float, _): .float32
        case (.double, _): .float64
        case (.bytes, _): .binary
        case (.string, _): .string
        }
    }
}
