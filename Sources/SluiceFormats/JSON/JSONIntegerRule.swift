import SluiceCore

/// How a type that is an integer inside is read from a JSON token.
enum JSONIntegerRule {
    case boolean
    case int8, int16, int32, int64
    case date
    case timestamp(zoned: Bool)

    /// - Parameter type: one of those types.
    init(_ type: DataType) {
        switch type {
        case .boolean: self = .boolean
        case .int8: self = .int8
        case .int16: self = .int16
        case .int32: self = .int32
        case .date: self = .date
        case .timestamp(let zoned): self = .timestamp(zoned: zoned)
        default: self = .int64
        }
    }

    /// Nil: the token is of another kind, or out of range.
    @inline(__always)
    func value(_ reader: inout JSONReader, _ token: JSONReader.Token) throws(JSONFault) -> Int64? {
        switch self {
        case .boolean: return token.kind == .yes ? 1 : token.kind == .no ? 0 : nil
        case .int64: return Self.integer(reader, token)
        case .int32: return Self.integer(reader, token).flatMap { Int32(exactly: $0) == nil ? nil : $0 }
        case .int16: return Self.integer(reader, token).flatMap { Int16(exactly: $0) == nil ? nil : $0 }
        case .int8: return Self.integer(reader, token).flatMap { Int8(exactly: $0) == nil ? nil : $0 }
        case .date:
            guard token.isText else { return nil }
            return try reader.withText(token) { TimeText.date($0).map(Int64.init) }
        case .timestamp(let zoned):
            guard token.isText else { return nil }
            return try reader.withText(token) { TextRules().timestamp($0, zoned: zoned) }
        }
    }

    @inline(__always)
    private static func integer(_ reader: JSONReader, _ token: JSONReader.Token) -> Int64? {
        guard token.kind == .integer else { return nil }
        return NumberText.integer(UnsafeBufferPointer(rebasing: reader.bytes[token.range]))
    }

    func storage(_ values: [Int64]) -> Column.Storage {
        switch self {
        case .boolean: .boolean(Bitmap(values.lazy.map { $0 != 0 }))
        case .int8: .int8(values.map { Int8(truncatingIfNeeded: $0) })
        case .int16: .int16(values.map { Int16(truncatingIfNeeded: $0) })
        case .int32, .date: .int32(values.map { Int32(truncatingIfNeeded: $0) })
        case .int64, .timestamp: .int64(values)
        }
    }
}

extension JSONReader.Token {
    var isText: Bool { kind == .string || kind == .escapedString }
    var isNumber: Bool { kind == .integer || kind == .number }
}
