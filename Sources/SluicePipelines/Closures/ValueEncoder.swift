import FoundationEssentials
import SluiceCore

/// Encodes any `Encodable` into a `Value` of a wanted type.
enum ValueEncoder {
    static func encode(_ value: some Encodable, as type: DataType, path: String) throws -> Value {
        if let known = try knownValue(value, as: type, path: path) { return known }
        let slot = Slot(type: type, path: path)
        try value.encode(to: SlotEncoder(slot: slot))
        return slot.result
    }

    /// Types with a meaning of their own, and numbers brought to the column's type without loss.
    private static func knownValue(_ value: some Encodable, as type: DataType, path: String) throws -> Value? {
        switch value {
        case let value as Bool: .boolean(value)
        case let value as String: try text(value, as: type, path: path)
        case let value as Double: float(value, as: type)
        case let value as Float: float(Double(value), as: type)
        case let value as any FixedWidthInteger: try integer(value, as: type, path: path)
        case let value as Date: try timestamp(value, as: type, path: path)
        case let value as CivilDate: .date(Int32(clamping: value.daysSinceEpoch))
        case let value as [UInt8] where type == .binary: .binary(value)
        default: nil
        }
    }

    private static func integer(_ value: some FixedWidthInteger, as type: DataType, path: String) throws -> Value {
        guard let number = Int64(exactly: value) else {
            throw RowError(.valueDoesNotFit, "value \(value) of column \"\(path)\" does not fit int64", column: path)
        }
        switch type {
        case .float32, .float64: return .float(Double(number))
        case .decimal(_, let scale): return .decimal(Int128(number) * Int128(NumberText.powerOfTen(scale)), scale: scale)
        default: return .integer(number)
        }
    }

    private static func float(_ value: Double, as type: DataType) -> Value {
        if type.isInteger, let number = Int64(exactly: value) { return .integer(number) }
        return .float(value)
    }

    /// A text for a decimal, date or timestamp column is read as one, so that what was decoded as text goes back unchanged.
    private static func text(_ value: String, as type: DataType, path: String) throws -> Value {
        let parsed: Value? = Array(value.utf8).withUnsafeBufferPointer { bytes in
            switch type {
            case .decimal(let precision, let scale):
                NumberText.decimal(bytes, precision: precision, scale: scale).map { .decimal($0, scale: scale) }
            case .date: TimeText.date(bytes).map { .date($0) }
            case .timestamp(let zoned): TimeText.timestamp(bytes).map { .timestamp($0.utcMicros, zoned: zoned) }
            default: .string(value)
            }
        }
        guard let parsed else {
            throw RowError(
                .valueDoesNotFit, "value \(value.quotedForMessage) does not fit the type \(type) of column \"\(path)\"", column: path)
        }
        return parsed
    }

    private static func timestamp(_ value: Date, as type: DataType, path: String) throws -> Value {
        let micros = (value.timeIntervalSince1970 * 1_000_000).rounded()
        guard let exact = Int64(exactly: micros) else {
            throw RowError(.valueDoesNotFit, "the time of column \"\(path)\" is out of range", column: path)
        }
        if case .timestamp(let zoned) = type { return .timestamp(exact, zoned: zoned) }
        return .timestamp(exact, zoned: true)
    }
}

/// Where one value is put together.
private final class Slot {
    private enum Content {
        case value(Value)
        case members([(name: String, slot: Slot)])
        case elements([Slot])
    }

    let type: DataType
    let path: String
    private var content = Content.value(.null)

    init(type: DataType, path: String) {
        self.type = type
        self.path = path
    }

    var result: Value {
        switch content {
        case .value(let value): value
        case .members(let members): .structure(members.map { Value.Member($0.name, $0.slot.result) })
        case .elements(let elements): .list(elements.map(\.result))
        }
    }

    func set(_ value: Value) { content = .value(value) }

    func beginMembers() { if case .members = content { return } else { content = .members([]) } }

    func beginElements() { if case .elements = content { return } else { content = .elements([]) } }

    /// A place for a member.
    func member(_ name: String, _ type: DataType) -> Slot {
        let child = Slot(type: type, path: path.isEmpty ? name : "\(path).\(name)")
        if case .members(let members) = content {
            content = .value(.null)
            content = .members(members + [(name, child)])
        }
        return child
    }

    /// A place for the next element of a list.
    func element() -> Slot {
        var elementType = DataType.null
        if case .list(let type) = type { elementType = type }
        let child = Slot(type: elementType, path: path)
        if case .elements(let elements) = content { content = .elements(elements + [child]) }
        return child
    }

    var count: Int { if case .elements(let elements) = content { elements.count } else { 0 } }

    func memberType(_ name: String) -> DataType? {
        guard case .structure(let fields) = type else { return nil }
        return fields.first { $0.name == name }?.type
    }

    func mismatch(_ found: String) -> RowError {
        RowError(.valueDoesNotFit, "column \"\(path)\" has the type \(type) and cannot take \(found)", column: path)
    }
}

private struct SlotEncoder: Encoder {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.beginMembers()
        return KeyedEncodingContainer(KeyedSlot<Key>(slot: slot))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.beginElements()
        return UnkeyedSlot(slot: slot)
    }
    func singleValueContainer() -> any SingleValueEncodingContainer { SingleSlot(slot: slot) }
}

private struct KeyedSlot<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil(forKey key: Key) { _ = child(key) }

    mutating func encode<Member: Encodable>(_ value: Member, forKey key: Key) throws {
        guard let type = slot.memberType(key.stringValue) else {
            // A property that the schema does not have is left out.
            if case .structure = slot.type { return }
            throw slot.mismatch("a struct with named properties")
        }
        let child = slot.member(key.stringValue, type)
        child.set(try ValueEncoder.encode(value, as: type, path: child.path))
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        SlotEncoder(slot: child(key)).container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        SlotEncoder(slot: child(key)).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { SlotEncoder(slot: slot) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { SlotEncoder(slot: child(key)) }

    private func child(_ key: Key) -> Slot { slot.member(key.stringValue, slot.memberType(key.stringValue) ?? .null) }
}

private struct UnkeyedSlot: UnkeyedEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var count: Int { slot.count }

    mutating func encodeNil() { _ = slot.element() }

    mutating func encode<Element: Encodable>(_ value: Element) throws {
        guard case .list(let type) = slot.type else { throw slot.mismatch("an array") }
        slot.element().set(try ValueEncoder.encode(value, as: type, path: slot.path))
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        SlotEncoder(slot: slot.element()).container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { SlotEncoder(slot: slot.element()).unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { SlotEncoder(slot: slot.element()) }
}

private struct SingleSlot: SingleValueEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() { slot.set(.null) }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        slot.set(try ValueEncoder.encode(value, as: slot.type, path: slot.path))
    }
}
