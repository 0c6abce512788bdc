import SluiceCore

/// Writes a value in Avro's binary encoding, and so says whether it is one of the schema.
///
/// Takes what rows hold and what JSON records hold: a union's value may stand plain or, as the JSON encoding asks, in an object named by its
/// type; bytes are base64 from rows and characters below 256 from JSON; times are numbers or ISO 8601; a field that is missing gets its
/// default, a member that is no field is a fault.
struct AvroBinaryWriter {
    private let schema: AvroSchema
    private(set) var bytes: [UInt8] = []

    private init(_ schema: AvroSchema) { self.schema = schema }

    static func bytes(of value: Value, _ schema: AvroSchema) throws(PayloadFault) -> [UInt8] {
        var writer = AvroBinaryWriter(schema)
        try writer.append(value, schema.root, .root, 0)
        return writer.bytes
    }

    private mutating func append(_ value: Value, _ node: AvroNode, _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        guard depth < RegistryLimits.depth else { throw PayloadFault(path.text, "it is nested deeper than \(RegistryLimits.depth) levels") }
        switch node {
        case .primitive(let primitive, let annotation):
            try append(value, primitive, annotation, path)
        case .array(let item):
            guard case .list(let items) = value else { throw wrong(value, node, path) }
            if !items.isEmpty { append(Int64(items.count)) }
            for (index, inner) in items.enumerated() { try append(inner, item, path.item(index), depth + 1) }
            append(0)
        case .map(let inner):
            guard let entries = Self.entries(value) else { throw wrong(value, node, path) }
            if !entries.isEmpty { append(Int64(entries.count)) }
            for (key, inside) in entries {
                append(text: key)
                try append(inside, inner, path.member(key), depth + 1)
            }
            append(0)
        case .union(let branches): try append(value, anyOf: branches, path, depth)
        case .named(let name):
            guard let declaration = schema.named[name] else { throw PayloadFault(path.text, "type \(name) is unknown") }
            try append(value, declaration, path, depth)
        }
    }

    private mutating func append(_ value: Value, _ declaration: AvroDeclaration, _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        switch declaration.kind {
        case .record(let fields):
            guard case .structure(let members) = value else { throw wrong(value, .named(declaration.name), path) }
            let names = Set(fields.map(\.name))
            if let unknown = members.first(where: { !names.contains($0.name) }) {
                let near = Suggestion.nearest(to: unknown.name, in: names.sorted()).map { "; did you mean \($0.quotedForMessage)?" } ?? ""
                throw PayloadFault(path.member(unknown.name).text, "the schema has no such field" + near)
            }
            for field in fields {
                guard let given = value.member(field.name) ?? field.defaultValue else {
                    if case .union(let branches) = field.type, branches.contains(.null) {
                        // A row has no place for a field that is absent; in it, absent is null.
                        try append(.null, field.type, path.member(field.name), depth + 1)
                        continue
                    }
                    throw PayloadFault(path.member(field.name).text, "it is missing, and has no default")
                }
                try append(given, field.type, path.member(field.name), depth + 1)
            }
        case .enumeration(let symbols, _):
            guard case .string(let symbol) = value, let index = symbols.firstIndex(of: symbol) else {
                throw PayloadFault(
                    path.text, "\(value.json.quotedForMessage) is none of the symbols \(symbols.prefix(20).joined(separator: ", "))")
            }
            append(Int64(index))
        case .fixed(let size, let annotation): try append(value, size, annotation, .named(declaration.name), path)
        }
    }

    /// The branch that an object names, or the first that has the value.
    private mutating func append(
        _ value: Value, anyOf branches: [AvroNode], _ path: FieldPath, _ depth: Int
    ) throws(PayloadFault) {
        if case .structure(let members) = value, members.count == 1, let member = members.first,
            let index = branches.firstIndex(where: { $0.branchName(in: schema) == member.name })
        {
            append(Int64(index))
            return try append(member.value, branches[index], path, depth + 1)
        }
        let start = bytes.count
        var deepest: PayloadFault?
        for (index, branch) in branches.enumerated() where value == .null || branch != .null {
            append(Int64(index))
            do throws(PayloadFault) {
                return try append(value, branch, path, depth + 1)
            } catch {
                bytes.removeSubrange(start...)
                if error.path.utf8.count > (deepest?.path.utf8.count ?? path.text.utf8.count) { deepest = error }
            }
        }
        throw deepest ?? wrong(value, .union(branches), path)
    }

    // MARK: Plain values

    private mutating func append(
        _ value: Value, _ primitive: AvroPrimitive, _ annotation: AvroAnnotation?, _ path: FieldPath
    ) throws(PayloadFault) {
        let node = AvroNode.primitive(primitive, annotation)
        switch (primitive, value) {
        case (.null, .null): break
        case (.boolean, .boolean(let flag)): bytes.append(flag ? 1 : 0)
        case (.int, _):
            guard let number = AvroNumber.integer(value, annotation), let int = Int32(exactly: number) else {
                throw wrong(value, node, path)
            }
            append(Int64(int))
        case (.long, _):
            guard let number = AvroNumber.integer(value, annotation) else { throw wrong(value, node, path) }
            append(number)
        case (.float, _):
            guard let number = AvroNumber.double(value) else { throw wrong(value, node, path) }
            withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { bytes += Array($0) }
        case (.double, _):
            guard let number = AvroNumber.double(value) else { throw wrong(value, node, path) }
            withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += Array($0) }
        case (.bytes, _):
            guard let content = try content(value, annotation, path) else { throw wrong(value, node, path) }
            append(Int64(content.count))
            bytes += content
        case (.string, .string(let text)): append(text: text)
        default: throw wrong(value, node, path)
        }
    }

    private mutating func append(
        _ value: Value, _ size: Int, _ annotation: AvroAnnotation?, _ node: AvroNode, _ path: FieldPath
    ) throws(PayloadFault) {
        if annotation == .uuid, case .string(let text) = value, let id = SchemaVersionID(text) {
            bytes += id.bytes
            return
        }
        guard var content = try content(value, annotation, path) else { throw wrong(value, node, path) }
        if case .decimal = annotation, content.count < size {
            content = [UInt8](repeating: content[0] >= 0x80 ? 0xFF : 0, count: size - content.count) + content
        }
        guard content.count == size else { throw PayloadFault(path.text, "it has \(content.count) bytes, and \(size) are asked for") }
        bytes += content
    }

    /// A value's bytes: a decimal's number, or what it is.
    private func content(_ value: Value, _ annotation: AvroAnnotation?, _ path: FieldPath) throws(PayloadFault) -> [UInt8]? {
        guard case .decimal(let precision, let scale) = annotation else { return AvroSchema.bytes(value) }
        // The JSON encoding has the number's bytes as characters; texts and numbers that are decimals are taken as such.
        if let number = AvroNumber.decimal(value, precision: precision, scale: scale) { return AvroNumber.bigEndian(number) }
        if case .string = value, let bytes = AvroSchema.bytes(value), !bytes.isEmpty, bytes.count <= 16,
            bytes.contains(where: { $0 < 0x20 || $0 > 0x7E })
        {
            return bytes
        }
        throw PayloadFault(path.text, "\(value.json.quotedForMessage) is no decimal(\(precision),\(scale))")
    }

    private mutating func append(text: String) {
        append(Int64(text.utf8.count))
        bytes += Array(text.utf8)
    }

    /// A zig-zag number of 1 to 10 bytes.
    private mutating func append(_ number: Int64) {
        var bits = UInt64(bitPattern: (number << 1) ^ (number >> 63))
        while bits >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: bits) | 0x80)
            bits >>= 7
        }
        bytes.append(UInt8(bits))
    }

    private static func entries(_ value: Value) -> [(String, Value)]? {
        switch value {
        case .structure(let members): return members.map { ($0.name, $0.value) }
        case .map(let entries):
            var pairs: [(String, Value)] = []
            for entry in entries {
                guard case .string(let key) = entry.key else { return nil }
                pairs.append((key, entry.value))
            }
            return pairs
        default: return nil
        }
    }

    private func wrong(_ value: Value, _ node: AvroNode, _ path: FieldPath) -> PayloadFault {
        PayloadFault(path.text, "\(value.json.quotedForMessage) is no \(node.text(in: schema))")
    }
}

/// Numbers of rows and JSON records as Avro has them.
enum AvroNumber {
    /// Of a date in days, of a time in its unit.
    static func integer(_ value: Value, _ annotation: AvroAnnotation?) -> Int64? {
        switch (value, annotation) {
        case (.integer(let number), _): return number
        case (.float(let number), _): return Int64(exactly: number)
        case (.date(let days), .date): return Int64(days)
        case (.timestamp(let micros, _), .timestamp(let unit, _)): return scaled(micros, unit)
        case (.string(let text), .date): return Array(text.utf8).withUnsafeBufferPointer { TimeText.date($0) }.map(Int64.init)
        case (.string(let text), .timestamp(let unit, _)):
            return Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) }.flatMap { scaled($0.utcMicros, unit) }
        default: return nil
        }
    }

    /// Microseconds in a unit; nil where something would be lost.
    private static func scaled(_ micros: Int64, _ unit: AvroTimeUnit) -> Int64? {
        guard let scale = unit.micros else {
            let (product, overflow) = micros.multipliedReportingOverflow(by: 1_000)
            return overflow ? nil : product
        }
        return micros.isMultiple(of: scale) ? micros / scale : nil
    }

    static func double(_ value: Value) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .float(let number): number
        case .decimal: Double(value.description)
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    /// The unscaled number, where nothing is lost.
    static func decimal(_ value: Value, precision: Int, scale: Int) -> Int128? {
        switch value {
        case .decimal, .integer, .float, .string:
            Array(value.description.utf8).withUnsafeBufferPointer { NumberText.decimal($0, precision: precision, scale: scale) }
        default: nil
        }
    }

    /// Two's complement in as few bytes as hold it, one at least.
    static func bigEndian(_ number: Int128) -> [UInt8] {
        var bytes = withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
        while bytes.count > 1, bytes[0] == 0 && bytes[1] < 0x80 || bytes[0] == 0xFF && bytes[1] >= 0x80 { bytes.removeFirst() }
        return bytes
    }
}
