import SluiceCore

/// Reads one value in Avro's binary encoding as its schema says (specification, "Binary Encoding"), for checks and for looking at single
/// records; pipelines decode by columns, with the decoder of `SluiceFormats`.
struct AvroBinaryReader {
    private let schema: AvroSchema
    private let bytes: ArraySlice<UInt8>
    private var place: Int
    /// Items and members so far.
    private var itemCount = 0

    private init(_ bytes: ArraySlice<UInt8>, _ schema: AvroSchema) {
        self.schema = schema
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// The value that the bytes are, all of them.
    static func value(_ bytes: ArraySlice<UInt8>, _ schema: AvroSchema) throws(PayloadFault) -> Value {
        var reader = AvroBinaryReader(bytes, schema)
        let value = try reader.value(schema.root, .root, 0)
        guard reader.place == bytes.endIndex else {
            throw PayloadFault("", "\(bytes.endIndex - reader.place) bytes are left behind the value that the schema describes")
        }
        return value
    }

    private mutating func value(_ node: AvroNode, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> Value {
        guard depth < RegistryLimits.depth else { throw PayloadFault(path.text, "it is nested deeper than \(RegistryLimits.depth) levels") }
        switch node {
        case .primitive(let primitive, let annotation): return try self.primitive(primitive, annotation, path)
        case .array(let item):
            var items: [Value] = []
            try blocks(path) { reader throws(PayloadFault) in
                items.append(try reader.value(item, path.item(items.count), depth + 1))
            }
            return .list(items)
        case .map(let inner):
            var entries: [Value.Entry] = []
            try blocks(path) { reader throws(PayloadFault) in
                let key = try reader.text(path)
                entries.append(.init(.string(key), try reader.value(inner, path.member(key), depth + 1)))
            }
            return .map(entries)
        case .union(let branches):
            let index = try long(path)
            guard let index = Int(exactly: index), branches.indices.contains(index) else {
                throw PayloadFault(path.text, "the union has \(branches.count) types, and number \(index) is named")
            }
            return try value(branches[index], path, depth + 1)
        case .named(let name):
            guard let declaration = schema.named[name] else { throw PayloadFault(path.text, "type \(name) is unknown") }
            return try value(declaration, path, depth)
        }
    }

    private mutating func value(_ declaration: AvroDeclaration, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> Value {
        switch declaration.kind {
        case .record(let fields):
            var members: [Value.Member] = []
            for field in fields { members.append(.init(field.name, try value(field.type, path.member(field.name), depth + 1))) }
            return .structure(members)
        case .enumeration(let symbols, _):
            let index = try long(path)
            guard let index = Int(exactly: index), symbols.indices.contains(index) else {
                throw PayloadFault(path.text, "the enum has \(symbols.count) symbols, and number \(index) is named")
            }
            return .string(symbols[index])
        case .fixed(let size, let annotation):
            let fixed = try take(size, path)
            switch annotation {
            case .decimal(_, let scale): return try Self.decimal(fixed, scale, path)
            case .uuid: return .string(SchemaVersionID(bytes: Array(fixed)).text)
            default: return .binary(Array(fixed))
            }
        }
    }

    private mutating func primitive(
        _ primitive: AvroPrimitive, _ annotation: AvroAnnotation?, _ path: FieldPath
    ) throws(PayloadFault) -> Value {
        switch primitive {
        case .null: return .null
        case .boolean:
            let byte = try take(1, path).first ?? 0
            guard byte < 2 else { throw PayloadFault(path.text, "a boolean is neither 0 nor 1") }
            return .boolean(byte == 1)
        case .int:
            let number = try long(path)
            guard let int = Int32(exactly: number) else { throw PayloadFault(path.text, "\(number) is no int") }
            return Self.annotated(Int64(int), annotation)
        case .long: return Self.annotated(try long(path), annotation)
        case .float: return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: Self.littleEndian(try take(4, path))))))
        case .double: return .float(Double(bitPattern: Self.littleEndian(try take(8, path))))
        case .bytes:
            let content = try counted(path)
            if case .decimal(_, let scale) = annotation { return try Self.decimal(content, scale, path) }
            return .binary(Array(content))
        case .string: return .string(try text(path))
        }
    }

    private static func annotated(_ number: Int64, _ annotation: AvroAnnotation?) -> Value {
        switch annotation {
        case .date: return .date(Int32(truncatingIfNeeded: number))
        case .timestamp(let unit, let zoned):
            guard let micros = unit.micros else { return .integer(number) }
            let (product, overflow) = number.multipliedReportingOverflow(by: micros)
            return overflow ? .integer(number) : .timestamp(product, zoned: zoned)
        default: return .integer(number)
        }
    }

    private static func decimal(_ content: ArraySlice<UInt8>, _ scale: Int, _ path: FieldPath) throws(PayloadFault) -> Value {
        guard let first = content.first, content.count <= 16 else {
            throw PayloadFault(path.text, "a decimal has \(content.count) bytes, not 1 to 16")
        }
        var number: Int128 = first >= 0x80 ? -1 : 0
        for byte in content { number = number << 8 | Int128(byte) }
        return .decimal(number, scale: scale)
    }

    // MARK: Pieces

    /// Items of an array or a map, in blocks whose negative counts are followed by their bytes.
    private mutating func blocks(_ path: FieldPath, _ item: (inout Self) throws(PayloadFault) -> Void) throws(PayloadFault) {
        while true {
            var count = try long(path)
            if count == 0 { return }
            if count < 0 {
                guard count > .min else { throw PayloadFault(path.text, "a count of items is out of range") }
                count = -count
                _ = try long(path)
            }
            guard count <= RegistryLimits.items - itemCount else {
                throw PayloadFault(path.text, "there are more than \(RegistryLimits.items) items")
            }
            itemCount += Int(count)
            for _ in 0..<count { try item(&self) }
        }
    }

    private mutating func long(_ path: FieldPath) throws(PayloadFault) -> Int64 {
        var bits: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard place < bytes.endIndex else { throw cut(path) }
            let byte = bytes[place]
            place += 1
            if shift == 63, byte > 1 { break }
            bits |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return Int64(bitPattern: bits >> 1) ^ -Int64(bits & 1) }
        }
        throw PayloadFault(path.text, "a number has more than 64 bits")
    }

    private mutating func text(_ path: FieldPath) throws(PayloadFault) -> String {
        guard let text = String(validating: try counted(path), as: UTF8.self) else { throw PayloadFault(path.text, "a text is no UTF-8") }
        return text
    }

    private mutating func counted(_ path: FieldPath) throws(PayloadFault) -> ArraySlice<UInt8> {
        let count = try long(path)
        guard count >= 0, count <= bytes.endIndex - place else {
            throw PayloadFault(path.text, "a length of \(count) bytes is more than the \(bytes.endIndex - place) that are left")
        }
        return try take(Int(count), path)
    }

    private mutating func take(_ count: Int, _ path: FieldPath) throws(PayloadFault) -> ArraySlice<UInt8> {
        guard count <= bytes.endIndex - place else { throw cut(path) }
        place += count
        return bytes[place - count..<place]
    }

    private func cut(_ path: FieldPath) -> PayloadFault { PayloadFault(path.text, "the record ends within it") }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
