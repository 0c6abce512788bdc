import FoundationEssentials
public import SluiceCore

/// The schema of a `Codable` row type, found by letting the type decode itself from a decoder that only takes notes.
///
/// Optionals are nullable columns; `Bool`, the integers, `Float`, `Double`, `String`, `Date` (timestamptz), `CivilDate` (date), `[UInt8]`
/// (binary), arrays (lists) and nested structs have types of their own.
public enum RowSchema {
    /// - Throws: `typeError` when the type cannot be probed (dictionaries, types that contain themselves, enumerations with
    ///   associated values): give the schema beside the closure then.
    public static func of<Row: Decodable>(_ type: Row.Type) throws -> Schema {
        let notes = Notes()
        do {
            _ = try Row(from: Probe(notes: notes, depth: 0))
        } catch {
            throw failure(type, (error as? SluiceError)?.message ?? "its init(from:) fails on sample values")
        }
        guard case .structure(let fields)? = notes.type, !fields.isEmpty else { throw failure(type, "it has no named properties") }
        return try Schema(fields)
    }

    static func failure(_ type: Any.Type, _ reason: String) -> SluiceError {
        SluiceError(
            .typeError, "the columns of the type \(type) cannot be found: \(reason)",
            remedy: "give the schema: `.map(schema: try Schema([Field(\"name\", .string)])) { … }`")
    }
}

/// What one value of a type asked for.
private final class Notes {
    var type: DataType?
    var isNullable = false
    /// Keys that were asked for null, which is how optional properties begin.
    private var nullableKeys: Set<String> = []

    func askedForNull(_ key: String) { nullableKeys.insert(key) }
    func mayBeNull(_ key: String) -> Bool { nullableKeys.contains(key) }

    func add(_ field: Field) {
        guard case .structure(let fields)? = type else {
            type = .structure([field])
            return
        }
        if !fields.contains(where: { $0.name == field.name }) { type = .structure(fields + [field]) }
    }
}

/// A decoder that answers every question with a sample value and notes what was asked.
private struct Probe: Decoder {
    let notes: Notes
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if notes.type == nil { notes.type = .structure([]) }
        return KeyedDecodingContainer(KeyedProbe<Key>(notes: notes, depth: depth))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { UnkeyedProbe(notes: notes, depth: depth) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleProbe(notes: notes, depth: depth) }
}

/// The column type of a Swift type, and a sample of it.
private func probe<Value: Decodable>(_ type: Value.Type, depth: Int) throws -> (type: DataType, isNullable: Bool, sample: Value) {
    guard depth < RowLimits.depth else {
        throw SluiceError(.typeError, "it is nested deeper than \(RowLimits.depth), or contains itself")
    }
    if let (known, sample) = knownType(type), let sample = sample as? Value { return (known, false, sample) }
    let notes = Notes()
    do {
        let sample = try Value(from: Probe(notes: notes, depth: depth + 1))
        guard let found = notes.type else { throw SluiceError(.typeError, "the property type \(type) reads nothing") }
        if found == .structure([]) { throw SluiceError(.typeError, "the property type \(type) has no fixed names") }
        return (found, notes.isNullable, sample)
    } catch {
        // An enumeration refuses the sample, but it has told its raw type.
        if let found = notes.type, let sample = (type as? any CaseIterable.Type)?.first as? Value {
            return (found, notes.isNullable, sample)
        }
        if let error = error as? SluiceError { throw error }
        throw SluiceError(.typeError, "the property type \(type) refuses sample values (an enumeration must be CaseIterable)")
    }
}

extension CaseIterable {
    fileprivate static var first: Any? { allCases.first.map { $0 as Any } }
}

private func knownType(_ type: Any.Type) -> (DataType, Any)? {
    switch type {
    case is Bool.Type: (.boolean, false)
    case is String.Type: (.string, "")
    case is Double.Type: (.float64, 0.0)
    case is Float.Type: (.float32, Float(0))
    case is Int.Type: (.int64, 0)
    case is Int8.Type: (.int8, Int8(0))
    case is Int16.Type: (.int16, Int16(0))
    case is Int32.Type: (.int32, Int32(0))
    case is Int64.Type: (.int64, Int64(0))
    case is UInt8.Type: (.int16, UInt8(0))
    case is UInt16.Type: (.int32, UInt16(0))
    case is UInt32.Type: (.int64, UInt32(0))
    case is Date.Type: (.timestamp(zoned: true), Date(timeIntervalSince1970: 0))
    case is CivilDate.Type: (.date, CivilDate(daysSinceEpoch: 0))
    case is [UInt8].Type: (.binary, [UInt8]())
    default: nil
    }
}

private struct KeyedProbe<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let notes: Notes
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }
    func contains(_ key: Key) -> Bool { true }

    /// `decodeIfPresent` of every type comes here first and, as there is a value, to `decode` then.
    func decodeNil(forKey key: Key) throws -> Bool {
        notes.askedForNull(key.stringValue)
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let found = try probe(type, depth: depth)
        notes.add(Field(key.stringValue, found.type, isNullable: found.isNullable || notes.mayBeNull(key.stringValue)))
        return found.sample
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        throw SluiceError(.typeError, "its init(from:) opens nested containers itself")
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw SluiceError(.typeError, "its init(from:) opens nested containers itself")
    }
    func superDecoder() throws -> any Decoder { Probe(notes: notes, depth: depth) }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        throw SluiceError(.typeError, "its init(from:) decodes a superclass under a key")
    }
}

/// A list with one element, of which the type is noted.
private struct UnkeyedProbe: UnkeyedDecodingContainer {
    let notes: Notes
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    private(set) var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    init(notes: Notes, depth: Int) {
        self.notes = notes
        self.depth = depth
    }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let found = try probe(type, depth: depth)
        notes.type = .list(found.type)
        currentIndex += 1
        return found.sample
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw SluiceError(.typeError, "its init(from:) opens nested containers itself")
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw SluiceError(.typeError, "its init(from:) opens nested containers itself")
    }
    mutating func superDecoder() throws -> any Decoder { Probe(notes: notes, depth: depth) }
}

private struct SingleProbe: SingleValueDecodingContainer {
    let notes: Notes
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    /// Only optionals ask; the sample has a value, so that the type behind is told, too.
    func decodeNil() -> Bool {
        notes.isNullable = true
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let found = try probe(type, depth: depth)
        notes.type = found.type
        if found.isNullable { notes.isNullable = true }
        return found.sample
    }
}
