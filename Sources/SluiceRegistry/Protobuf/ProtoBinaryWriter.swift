import SluiceCore

/// Writes a row or a JSON record as a message, fields by their numbers.
struct ProtoBinaryWriter {
    private let schema: ProtoSchema

    static func bytes(of value: Value, _ schema: ProtoSchema, message: String) throws(PayloadFault) -> [UInt8] {
        var bytes: [UInt8] = []
        try ProtoBinaryWriter(schema: schema).append(value, message, .root, 0, to: &bytes)
        return bytes
    }

    private func append(_ value: Value, _ name: String, _ path: FieldPath, _ depth: Int, to bytes: inout [UInt8]) throws(PayloadFault) {
        guard depth < RegistryLimits.depth else { throw PayloadFault(path.text, "it is nested deeper than \(RegistryLimits.depth) levels") }
        guard let message = schema.messages[name] else { throw PayloadFault(path.text, "message \(name) is unknown") }
        let value = Self.spread(value, name) ?? value
        guard case .structure(let members) = value else {
            throw PayloadFault(path.text, "\(value.json.quotedForMessage) is no message \(name)")
        }
        let names = Set(message.fields.map(\.name))
        if let unknown = members.first(where: { !names.contains($0.name) }) {
            let near = Suggestion.nearest(to: unknown.name, in: names.sorted()).map { "; did you mean \($0.quotedForMessage)?" } ?? ""
            throw PayloadFault(path.member(unknown.name).text, "message \(schema.localName(name)) has no such field" + near)
        }
        var set: [String: String] = [:]
        for field in message.fields {
            let place = path.member(field.name)
            let given = value.member(field.name) ?? .null
            if given == .null {
                if field.label == .required { throw PayloadFault(place.text, "it is missing, and required") }
                continue
            }
            if let oneof = field.oneof, let other = set.updateValue(field.name, forKey: oneof) {
                throw PayloadFault(place.text, "\(other) has a value too, and both are of oneof \(oneof)")
            }
            try append(given, field, place, depth, to: &bytes)
        }
    }

    private func append(_ value: Value, _ field: ProtoField, _ path: FieldPath, _ depth: Int, to bytes: inout [UInt8]) throws(PayloadFault)
    {
        if case .map(let key, let type) = field.type {
            for (index, entry) in try Self.entries(value, field, path).enumerated() {
                var inner: [UInt8] = []
                try one(Self.key(entry.key, key), .scalar(key), 1, path.item(index), depth, to: &inner)
                try one(entry.value, type, 2, path.member(entry.key.description), depth, to: &inner)
                Self.tag(field.number, 2, to: &bytes)
                Self.counted(inner, to: &bytes)
            }
        } else if field.label == .repeated {
            guard case .list(let items) = value else { throw wrong(value, "list of \(field.type.text)", path) }
            for (index, item) in items.enumerated() { try one(item, field.type, field.number, path.item(index), depth, to: &bytes) }
        } else {
            try one(value, field.type, field.number, path, depth, to: &bytes)
        }
    }

    private func one(
        _ value: Value, _ type: ProtoType, _ number: Int, _ path: FieldPath, _ depth: Int, to bytes: inout [UInt8]
    ) throws(PayloadFault) {
        switch type {
        case .scalar(let scalar): try append(value, scalar, number, path, to: &bytes)
        case .enumeration(let name):
            Self.tag(number, 0, to: &bytes)
            let known = schema.enumerations[name]
            switch value {
            case .string(let text):
                guard let member = known?.values.first(where: { $0.name == text }) else {
                    let names = known?.values.prefix(20).map(\.name).joined(separator: ", ") ?? ""
                    throw PayloadFault(path.text, "\(text.quotedForMessage) is none of \(names)")
                }
                Self.varint(UInt64(bitPattern: Int64(member.number)), to: &bytes)
            case .integer(let value)
            where Int32(exactly: value) != nil && (known?.isOpen ?? false || known?.values.contains { $0.number == value } ?? false):
                Self.varint(UInt64(bitPattern: value), to: &bytes)
            default: throw wrong(value, type.text, path)
            }
        case .message(let name):
            var inner: [UInt8] = []
            try append(value, name, path, depth + 1, to: &inner)
            Self.tag(number, 2, to: &bytes)
            Self.counted(inner, to: &bytes)
        case .group(let name):
            Self.tag(number, 3, to: &bytes)
            try append(value, name, path, depth + 1, to: &bytes)
            Self.tag(number, 4, to: &bytes)
        case .map, .unresolved: throw wrong(value, type.text, path)
        }
    }

    private func append(_ value: Value, _ scalar: ProtoScalar, _ number: Int, _ path: FieldPath, to bytes: inout [UInt8])
        throws(PayloadFault)
    {
        Self.tag(number, scalar.wireType, to: &bytes)
        switch scalar {
        case .string:
            guard case .string(let text) = value else { throw wrong(value, scalar.rawValue, path) }
            Self.counted(Array(text.utf8), to: &bytes)
        case .bytes:
            switch value {
            case .binary(let content): Self.counted(content, to: &bytes)
            case .string(let text):
                // As Protobuf's JSON mapping has it.
                guard let content = Base64.decode(text.utf8) else { throw PayloadFault(path.text, "\(text.quotedForMessage) is no base64") }
                Self.counted(content, to: &bytes)
            default: throw wrong(value, scalar.rawValue, path)
            }
        case .bool:
            guard case .boolean(let flag) = value else { throw wrong(value, scalar.rawValue, path) }
            bytes.append(flag ? 1 : 0)
        case .double, .float:
            guard let float = AvroNumber.double(value) else { throw wrong(value, scalar.rawValue, path) }
            if scalar == .double {
                withUnsafeBytes(of: float.bitPattern.littleEndian) { bytes += Array($0) }
            } else {
                withUnsafeBytes(of: Float(float).bitPattern.littleEndian) { bytes += Array($0) }
            }
        default:
            guard let integer = Self.integer(value), let bits = Self.bits(integer, scalar) else {
                throw wrong(value, scalar.rawValue, path)
            }
            switch scalar.wireType {
            case 0: Self.varint(bits, to: &bytes)
            case 1: withUnsafeBytes(of: bits.littleEndian) { bytes += Array($0) }
            default: withUnsafeBytes(of: UInt32(truncatingIfNeeded: bits).littleEndian) { bytes += Array($0) }
            }
        }
    }

    // MARK: Values

    /// A time or a plain value as the message of Google's that stands for it.
    private static func spread(_ value: Value, _ name: String) -> Value? {
        if ProtoWellKnown.wrappers.contains(name) {
            if case .structure = value { return nil }
            return .structure([.init("value", value)])
        }
        guard name == ProtoWellKnown.timestamp else { return nil }
        let micros: Int64
        switch value {
        case .timestamp(let given, _): micros = given
        case .string(let text):
            guard let time = Array(text.utf8).withUnsafeBufferPointer({ TimeText.timestamp($0) }) else { return nil }
            micros = time.utcMicros
        default: return nil
        }
        let seconds = micros >= 0 || micros % 1_000_000 == 0 ? micros / 1_000_000 : micros / 1_000_000 - 1
        return .structure([.init("seconds", .integer(seconds)), .init("nanos", .integer((micros - seconds * 1_000_000) * 1_000))])
    }

    private static func entries(_ value: Value, _ field: ProtoField, _ path: FieldPath) throws(PayloadFault) -> [Value.Entry] {
        switch value {
        case .map(let entries): return entries
        case .structure(let members): return members.map { Value.Entry(.string($0.name), $0.value) }
        default: throw PayloadFault(path.text, "\(value.json.quotedForMessage) is no \(field.type.text)")
        }
    }

    /// Keys of JSON objects are texts, whatever the map's are.
    private static func key(_ value: Value, _ scalar: ProtoScalar) -> Value {
        guard case .string(let text) = value, scalar != .string else { return value }
        if scalar == .bool { return text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : value }
        return Int64(text).map { .integer($0) } ?? value
    }

    private static func integer(_ value: Value) -> Int128? {
        switch value {
        case .integer(let number): Int128(number)
        case .float(let number): Int128(exactly: number)
        case .decimal(let number, 0): number
        // Protobuf's JSON mapping writes 64-bit numbers as texts.
        case .string(let text): Int64(text).map { Int128($0) } ?? UInt64(text).map { Int128($0) }
        default: nil
        }
    }

    /// As the wire has it; nil out of range.
    private static func bits(_ number: Int128, _ scalar: ProtoScalar) -> UInt64? {
        switch scalar {
        case .int32, .sfixed32: return Int32(exactly: number).map { UInt64(bitPattern: Int64($0)) }
        case .uint32, .fixed32: return UInt32(exactly: number).map { UInt64($0) }
        case .uint64, .fixed64: return UInt64(exactly: number)
        case .sint32:
            guard let small = Int32(exactly: number) else { return nil }
            return UInt64(bitPattern: (Int64(small) << 1) ^ (Int64(small) >> 63))
        case .sint64: return Int64(exactly: number).map { UInt64(bitPattern: ($0 << 1) ^ ($0 >> 63)) }
        default: return Int64(exactly: number).map { UInt64(bitPattern: $0) }
        }
    }

    private func wrong(_ value: Value, _ type: String, _ path: FieldPath) -> PayloadFault {
        PayloadFault(path.text, "\(value.json.quotedForMessage) is no \(type)")
    }

    static func tag(_ number: Int, _ type: UInt8, to bytes: inout [UInt8]) { varint(UInt64(number) << 3 | UInt64(type), to: &bytes) }

    static func varint(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func counted(_ content: [UInt8], to bytes: inout [UInt8]) {
        varint(UInt64(content.count), to: &bytes)
        bytes += content
    }
}
