package import SluiceCore

/// Reads Thrift's compact protocol from bytes that nobody vouches for.
///
/// Every length is compared with what is left before it is used, lists cannot have more elements than there are bytes, and structs nest up to
/// `ParquetLimits.thriftDepth`. Errors are `cutFile` where the bytes end too soon and `corruptFile` for anything else.
///
/// Source: Apache Thrift, "Thrift Compact protocol encoding".
package struct ThriftReader {
    /// A field's header.
    package struct Field {
        package let id: Int
        package let type: ThriftType
    }

    /// The state of one struct that is being read: ids of fields are stored as differences.
    package struct Scope {
        fileprivate var lastID = 0
    }

    private let bytes: UnsafeRawBufferPointer
    /// Bytes read so far.
    package private(set) var position = 0
    private var depth = 0

    /// `bytes` must outlive the reader.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    package var remaining: Int { bytes.count - position }

    // MARK: structs

    /// Begins a struct; its fields follow with `nextField`.
    package mutating func openStruct() throws(SluiceError) -> Scope {
        guard depth < ParquetLimits.thriftDepth else {
            throw SluiceError(.limitExceeded, "metadata is nested deeper than \(ParquetLimits.thriftDepth) structs")
        }
        depth += 1
        return Scope()
    }

    /// The header of the struct's next field, or nil at its end. The field must be read or skipped before the next call.
    package mutating func nextField(_ scope: inout Scope) throws(SluiceError) -> Field? {
        let header = try byte()
        if header == 0 {
            depth -= 1
            return nil
        }
        guard let type = ThriftType(rawValue: header & 0x0f) else { throw corrupt("a field of the unknown type \(header & 0x0f)") }
        let delta = Int(header >> 4)
        let id = delta == 0 ? Int(truncatingIfNeeded: try signed()) : scope.lastID &+ delta
        guard id > 0, id <= Int(Int16.max) else { throw corrupt("a field with the number \(id)") }
        scope.lastID = id
        return Field(id: id, type: type)
    }

    /// A struct that is the value of a field.
    package mutating func structure<Content: ThriftStruct>(_ field: Field, as type: Content.Type = Content.self) throws(SluiceError)
        -> Content
    {
        try expect(field, .structure)
        return try Content(from: &self)
    }

    // MARK: values of fields

    package mutating func boolean(_ field: Field) throws(SluiceError) -> Bool {
        switch field.type {
        case .boolTrue: return true
        case .boolFalse: return false
        default: throw wrongType(field)
        }
    }

    package mutating func int8(_ field: Field) throws(SluiceError) -> Int8 {
        try expect(field, .int8)
        return Int8(bitPattern: try byte())
    }

    package mutating func int16(_ field: Field) throws(SluiceError) -> Int16 {
        try expect(field, .int16)
        guard let value = Int16(exactly: try signed()) else { throw corrupt("a 16-bit number out of range") }
        return value
    }

    package mutating func int32(_ field: Field) throws(SluiceError) -> Int32 {
        try expect(field, .int32)
        return try int32()
    }

    package mutating func int64(_ field: Field) throws(SluiceError) -> Int64 {
        try expect(field, .int64)
        return try signed()
    }

    package mutating func enumeration<Kind: ThriftEnumeration>(_ field: Field, as kind: Kind.Type = Kind.self) throws(SluiceError) -> Kind {
        Kind(rawValue: try int32(field))
    }

    package mutating func binary(_ field: Field) throws(SluiceError) -> [UInt8] {
        try expect(field, .binary)
        return try binary()
    }

    /// A text; bytes that are no UTF-8 are replaced.
    package mutating func string(_ field: Field) throws(SluiceError) -> String { String(decoding: try binary(field), as: UTF8.self) }

    // MARK: lists

    package mutating func structs<Content: ThriftStruct>(
        _ field: Field, as type: Content.Type = Content.self, limit: Int = .max
    ) throws(SluiceError) -> [Content] {
        try list(field, [.structure], limit: limit) { reader throws(SluiceError) in try Content(from: &reader) }
    }

    package mutating func enumerations<Kind: ThriftEnumeration>(
        _ field: Field, as kind: Kind.Type = Kind.self
    ) throws(SluiceError) -> [Kind] {
        try list(field, [.int32]) { reader throws(SluiceError) in Kind(rawValue: try reader.int32()) }
    }

    package mutating func int64s(_ field: Field) throws(SluiceError) -> [Int64] {
        try list(field, [.int64]) { reader throws(SluiceError) in try reader.signed() }
    }

    package mutating func booleans(_ field: Field) throws(SluiceError) -> [Bool] {
        try list(field, [.boolTrue, .boolFalse]) { reader throws(SluiceError) in try reader.byte() == 1 }
    }

    package mutating func binaries(_ field: Field) throws(SluiceError) -> [[UInt8]] {
        try list(field, [.binary]) { reader throws(SluiceError) in try reader.binary() }
    }

    package mutating func strings(_ field: Field) throws(SluiceError) -> [String] {
        try list(field, [.binary]) { reader throws(SluiceError) in String(decoding: try reader.binary(), as: UTF8.self) }
    }

    private mutating func list<Element>(
        _ field: Field, _ types: [ThriftType], limit: Int = .max, _ element: (inout Self) throws(SluiceError) -> Element
    ) throws(SluiceError) -> [Element] {
        try expect(field, .list)
        let (type, count) = try listHeader()
        guard count == 0 || types.contains(type) else { throw corrupt("a list of \(type) where \(types[0]) belongs") }
        guard count <= limit else { throw SluiceError(.limitExceeded, "a list of \(count) elements; \(limit) are allowed") }
        var elements: [Element] = []
        // Capacity follows the elements that are really there, not the count that the header claims.
        elements.reserveCapacity(min(count, 64))
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    /// Type and number of a list's elements, each of which takes a byte at least.
    private mutating func listHeader() throws(SluiceError) -> (type: ThriftType, count: Int) {
        let header = try byte()
        guard let type = ThriftType(rawValue: header & 0x0f) else {
            // Some writers leave 0 as the type of an empty list.
            if header == 0 { return (.boolTrue, 0) }
            throw corrupt("a list of the unknown type \(header & 0x0f)")
        }
        let count = header >> 4 == 15 ? try unsigned() : UInt64(header >> 4)
        guard count <= UInt64(remaining) else { throw cut() }
        return (type, Int(count))
    }

    // MARK: skipping

    /// Reads over a field that is of no interest.
    package mutating func skip(_ field: Field) throws(SluiceError) { try skip(field.type, inList: false) }

    private mutating func skip(_ type: ThriftType, inList: Bool) throws(SluiceError) {
        switch type {
        case .boolTrue, .boolFalse: if inList { try advance(1) }
        case .int8: try advance(1)
        case .int16, .int32, .int64: _ = try unsigned()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: try advance(length())
        case .list, .set:
            let (element, count) = try listHeader()
            try skipNested { reader throws(SluiceError) in
                for _ in 0..<count { try reader.skip(element, inList: true) }
            }
        case .map:
            let count = try unsigned()
            if count == 0 { return }
            guard count <= UInt64(remaining) else { throw cut() }
            let types = try byte()
            guard let key = ThriftType(rawValue: types >> 4), let value = ThriftType(rawValue: types & 0x0f) else {
                throw corrupt("a map of unknown types")
            }
            try skipNested { reader throws(SluiceError) in
                for _ in 0..<count {
                    try reader.skip(key, inList: true)
                    try reader.skip(value, inList: true)
                }
            }
        case .structure:
            var scope = try openStruct()
            while let field = try nextField(&scope) { try skip(field) }
        }
    }

    private mutating func skipNested(_ body: (inout Self) throws(SluiceError) -> Void) throws(SluiceError) {
        _ = try openStruct()
        try body(&self)
        depth -= 1
    }

    // MARK: bytes

    private mutating func byte() throws(SluiceError) -> UInt8 {
        guard position < bytes.count else { throw cut() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func advance(_ count: Int) throws(SluiceError) {
        guard count <= remaining else { throw cut() }
        position += count
    }

    private mutating func length() throws(SluiceError) -> Int {
        let count = try unsigned()
        guard count <= UInt64(remaining) else { throw cut() }
        return Int(count)
    }

    private mutating func binary() throws(SluiceError) -> [UInt8] {
        let count = try length()
        defer { position += count }
        return [UInt8](bytes[position..<(position + count)])
    }

    private mutating func unsigned() throws(SluiceError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = try byte()
            value |= UInt64(next & 0x7f) &<< shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw corrupt("a number of more than 64 bits")
    }

    private mutating func signed() throws(SluiceError) -> Int64 {
        let zigzag = try unsigned()
        return Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    }

    private mutating func int32() throws(SluiceError) -> Int32 {
        guard let value = Int32(exactly: try signed()) else { throw corrupt("a 32-bit number out of range") }
        return value
    }

    // MARK: errors

    private func expect(_ field: Field, _ type: ThriftType) throws(SluiceError) {
        if field.type != type { throw wrongType(field) }
    }

    private func wrongType(_ field: Field) -> SluiceError { corrupt("field \(field.id) is a \(field.type)") }

    private func cut() -> SluiceError {
        SluiceError(.cutFile, "metadata ends in the middle of a value", remedy: "copy or download the file again")
    }

    private func corrupt(_ what: String) -> SluiceError {
        SluiceError(.corruptFile, "metadata is damaged: \(what) at its byte \(position)", remedy: "copy or download the file again")
    }
}

extension Optional {
    /// The value of a field that the specification requires.
    ///
    /// - Throws: `corruptFile` when it is not there.
    package func required(_ name: String) throws(SluiceError) -> Wrapped {
        guard let self else {
            throw SluiceError(.corruptFile, "metadata lacks the required field \(name)", remedy: "copy or download the file again")
        }
        return self
    }
}
