import SluiceCore

/// Reads one message in Protobuf's binary encoding (protobuf.dev, "Encoding").
///
/// The result has every field of the message: what is absent is its default, null where absence shows, and nothing in a list or map.
struct ProtoBinaryReader {
    private let schema: ProtoSchema
    /// Whether numbers that the message does not have are a fault.
    private let isStrict: Bool
    private var itemCount = 0

    private init(_ schema: ProtoSchema, isStrict: Bool) {
        self.schema = schema
        self.isStrict = isStrict
    }

    static func value(
        _ bytes: ArraySlice<UInt8>, _ schema: ProtoSchema, message: String, isStrict: Bool
    ) throws(PayloadFault) -> Value {
        var reader = ProtoBinaryReader(schema, isStrict: isStrict)
        var wire = ProtoWire(bytes)
        return try reader.message(&wire, message, .root, 0)
    }

    /// One value as it stands behind its tag.
    private enum Raw {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
        /// The whole of a group.
        case group(ArraySlice<UInt8>)
    }

    private mutating func message(_ wire: inout ProtoWire, _ name: String, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> Value {
        guard depth < RegistryLimits.depth else { throw PayloadFault(path.text, "it is nested deeper than \(RegistryLimits.depth) levels") }
        guard let message = schema.messages[name] else { throw PayloadFault(path.text, "message \(name) is unknown") }
        var found: [Int: [Raw]] = [:]
        var lastOfOneof: [String: Int] = [:]
        while !wire.isAtEnd {
            let (number, type) = try wire.tag(path)
            guard let field = message.field(number) else {
                guard !isStrict || message.extensionNumbers.contains(where: { $0.contains(number) }) else {
                    throw PayloadFault(path.text, "message \(schema.localName(name)) has no field with the number \(number)")
                }
                _ = try raw(&wire, number, type, path, depth)
                continue
            }
            let place = path.member(field.name)
            try check(type, field, place)
            let raw = try raw(&wire, number, type, place, depth)
            itemCount += 1
            guard itemCount <= RegistryLimits.items else {
                throw PayloadFault(place.text, "there are more than \(RegistryLimits.items) values")
            }
            found[number, default: []].append(raw)
            if let oneof = field.oneof { lastOfOneof[oneof] = number }
        }
        var members: [Value.Member] = []
        for field in message.fields {
            var raws = found[field.number] ?? []
            // Of a oneof the last one that was set counts.
            if let oneof = field.oneof, lastOfOneof[oneof] != field.number { raws = [] }
            members.append(.init(field.name, try value(raws, field, path.member(field.name), depth)))
        }
        return Self.plain(name, members) ?? .structure(members)
    }

    private func check(_ type: UInt8, _ field: ProtoField, _ path: FieldPath) throws(PayloadFault) {
        let expected: UInt8
        switch field.type {
        case .scalar(let scalar): expected = scalar.wireType
        case .enumeration: expected = 0
        case .group: expected = 3
        default: expected = 2
        }
        // Numbers of a repeated field may stand together in one value.
        let isPacked = type == 2 && field.label == .repeated && [0, 1, 5].contains(expected)
        guard type == expected || isPacked else {
            throw PayloadFault(path.text, "it is written with wire type \(type), and a \(field.type.text) has \(expected)")
        }
    }

    private func raw(_ wire: inout ProtoWire, _ number: Int, _ type: UInt8, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> Raw {
        switch type {
        case 0: return .number(try wire.varint(path))
        case 1: return .number(try wire.fixed(8, path))
        case 2: return .bytes(try wire.counted(path))
        case 3: return .group(try wire.group(number, path, depth))
        case 5: return .number(try wire.fixed(4, path))
        default: throw PayloadFault(path.text, "there is no wire type \(type)")
        }
    }

    // MARK: Fields

    private mutating func value(_ raws: [Raw], _ field: ProtoField, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> Value {
        if case .map(let key, let type) = field.type { return try map(raws, key, type, path, depth) }
        if field.label == .repeated {
            var items: [Value] = []
            for raw in raws {
                if case .bytes(let packed) = raw, let scalar = Self.packable(field.type) {
                    var wire = ProtoWire(packed)
                    while !wire.isAtEnd {
                        let number = try scalar.wireType == 0 ? wire.varint(path) : wire.fixed(scalar.wireType == 1 ? 8 : 4, path)
                        items.append(try one(.number(number), field.type, path.item(items.count), depth))
                        itemCount += 1
                        guard itemCount <= RegistryLimits.items else {
                            throw PayloadFault(path.text, "there are more than \(RegistryLimits.items) values")
                        }
                    }
                } else {
                    items.append(try one(raw, field.type, path.item(items.count), depth))
                }
            }
            return .list(items)
        }
        guard let last = raws.last else { return try absent(field, path) }
        // A message that comes in pieces is all of them together.
        if case .message(let name) = field.type, raws.count > 1 {
            var all: [UInt8] = []
            for case .bytes(let part) in raws { all += part }
            var wire = ProtoWire(all[...])
            return try message(&wire, name, path, depth + 1)
        }
        return try one(last, field.type, path, depth)
    }

    private func absent(_ field: ProtoField, _ path: FieldPath) throws(PayloadFault) -> Value {
        if field.label == .required { throw PayloadFault(path.text, "it is missing, and required") }
        guard field.label == .implicit else { return .null }
        switch field.type {
        case .scalar(.string): return .string("")
        case .scalar(.bytes): return .binary([])
        case .scalar(.bool): return .boolean(false)
        case .scalar(.double), .scalar(.float): return .float(0)
        case .scalar: return .integer(0)
        case .enumeration(let name): return enumerated(0, name)
        default: return .null
        }
    }

    private mutating func one(_ raw: Raw, _ type: ProtoType, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> Value {
        switch (type, raw) {
        case (.scalar(let scalar), .number(let bits)): return Self.number(bits, scalar)
        case (.scalar(.bytes), .bytes(let content)): return .binary(Array(content))
        case (.scalar(.string), .bytes(let content)):
            guard let text = String(validating: content, as: UTF8.self) else { throw PayloadFault(path.text, "a text is no UTF-8") }
            return .string(text)
        case (.enumeration(let name), .number(let bits)): return enumerated(Int(Int32(truncatingIfNeeded: bits)), name)
        case (.message(let name), .bytes(let content)), (.group(let name), .group(let content)):
            var wire = ProtoWire(content)
            return try message(&wire, name, path, depth + 1)
        default: throw PayloadFault(path.text, "it is no \(type.text)")
        }
    }

    private mutating func map(
        _ raws: [Raw], _ key: ProtoScalar, _ type: ProtoType, _ path: FieldPath, _ depth: Int
    ) throws(PayloadFault) -> Value {
        let fields = [
            1: ProtoField(name: "key", number: 1, label: .implicit, type: .scalar(key)),
            2: ProtoField(name: "value", number: 2, label: .implicit, type: type),
        ]
        var entries: [Value.Entry] = []
        var places: [Value: Int] = [:]
        for case .bytes(let content) in raws {
            var wire = ProtoWire(content)
            var parts: [Int: [Raw]] = [:]
            while !wire.isAtEnd {
                let (number, wireType) = try wire.tag(path)
                if let field = fields[number] { try check(wireType, field, path.member(field.name)) }
                let raw = try raw(&wire, number, wireType, path, depth)
                parts[number, default: []].append(raw)
            }
            let entry = try Value.Entry(
                value(parts[1] ?? [], fields[1]!, path, depth), value(parts[2] ?? [], fields[2]!, path.values, depth))
            if let place = places[entry.key] {
                entries[place] = entry
            } else {
                places[entry.key] = entries.count
                entries.append(entry)
            }
        }
        return .map(entries)
    }

    private func enumerated(_ number: Int, _ name: String) -> Value {
        schema.enumerations[name]?.values.first { $0.number == number }.map { .string($0.name) } ?? .integer(Int64(number))
    }

    private static func packable(_ type: ProtoType) -> ProtoScalar? {
        switch type {
        case .scalar(let scalar): scalar.wireType == 2 ? nil : scalar
        case .enumeration: .int32
        default: nil
        }
    }

    private static func number(_ bits: UInt64, _ scalar: ProtoScalar) -> Value {
        switch scalar {
        case .bool: .boolean(bits != 0)
        case .double: .float(Double(bitPattern: bits))
        case .float: .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .int32, .sfixed32: .integer(Int64(Int32(truncatingIfNeeded: bits)))
        case .uint32, .fixed32: .integer(Int64(UInt32(truncatingIfNeeded: bits)))
        case .sint32, .sint64: .integer(Int64(bitPattern: bits >> 1) ^ -Int64(bits & 1))
        case .uint64, .fixed64: Int64(exactly: bits).map { .integer($0) } ?? .decimal(Int128(bits), scale: 0)
        default: .integer(Int64(bitPattern: bits))
        }
    }

    /// A message of Google's that stands for one value.
    private static func plain(_ name: String, _ members: [Value.Member]) -> Value? {
        if ProtoWellKnown.wrappers.contains(name) { return members.first?.value }
        guard name == ProtoWellKnown.timestamp, case .integer(let seconds)? = members.first?.value,
            case .integer(let nanos)? = members.last?.value,
            nanos % 1_000 == 0
        else { return nil }
        let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowed) = micros.addingReportingOverflow(nanos / 1_000)
        return overflow || overflowed ? nil : .timestamp(sum, zoned: true)
    }
}
