/// Builds a column of any type one value at a time: for literals, closures, previews and tests. Hot readers fill storage directly.
public struct ColumnBuilder: Sendable {
    public let type: DataType
    private var values: [Value] = []

    public init(_ type: DataType) { self.type = type }

    public var count: Int { values.count }

    /// Appends a value that fits the type exactly: integers in range, decimals of the column's scale, no integer for a float.
    ///
    /// - Throws: `valueDoesNotFit`; the builder is as before the call.
    public mutating func append(_ value: Value) throws(RowError) {
        guard value.fits(type) else {
            throw RowError(.valueDoesNotFit, "value \(value.json) does not fit the type \(type)")
        }
        values.append(value)
    }

    public mutating func appendNull() { values.append(.null) }

    public func finish() -> Column { .init(checked: values, as: type) }

    /// A column of `type` from values.
    ///
    /// - Throws: `valueDoesNotFit` for the first that does not fit.
    public static func column(_ type: DataType, _ values: [Value]) throws(RowError) -> Column {
        var builder = ColumnBuilder(type)
        for value in values { try builder.append(value) }
        return builder.finish()
    }
}

extension Value {
    /// Whether a column of `type` can hold the value as it is; null fits every type.
    public func fits(_ type: DataType) -> Bool {
        switch (self, type) {
        case (.null, _), (.boolean, .boolean), (.float, .float32), (.float, .float64), (.string, .string), (.binary, .binary),
            (.date, .date):
            true
        case (.integer(let number), .int8): Int8(exactly: number) != nil
        case (.integer(let number), .int16): Int16(exactly: number) != nil
        case (.integer(let number), .int32): Int32(exactly: number) != nil
        case (.integer, .int64): true
        case (.decimal(let unscaled, let scale), .decimal(let precision, let columnScale)):
            scale == columnScale && unscaled.magnitude < NumberText.powerOfTen(precision)
        case (.timestamp(_, let zoned), .timestamp(let columnZoned)): zoned == columnZoned
        case (.list(let elements), .list(let element)): elements.allSatisfy { $0.fits(element) }
        case (.structure(let members), .structure(let fields)):
            members.allSatisfy { member in fields.contains { $0.name == member.name && member.value.fits($0.type) } }
        case (.map(let entries), .map(let key, let value)):
            entries.allSatisfy { !$0.key.isNull && $0.key.fits(key) && $0.value.fits(value) }
        case (_, .choice(let types)): types.contains { fits($0) }
        default: false
        }
    }
}

extension Column {
    /// A column from values of which each fits the type.
    fileprivate init(checked values: [Value], as type: DataType) {
        var validity: Bitmap?
        if type != .null, values.contains(.null) { validity = Bitmap(values.lazy.map { $0 != .null }) }
        self.init(type, Self.storage(of: values, as: type), validity: validity)
    }

    private static func storage(of values: [Value], as type: DataType) -> Storage {
        switch type {
        case .null: .null(values.count)
        case .boolean: .boolean(Bitmap(values.lazy.map { $0 == .boolean(true) }))
        case .int8: .int8(values.map { Int8(truncatingIfNeeded: $0.integer) })
        case .int16: .int16(values.map { Int16(truncatingIfNeeded: $0.integer) })
        case .int32, .date: .int32(values.map { Int32(truncatingIfNeeded: $0.integer) })
        case .int64, .timestamp: .int64(values.map(\.integer))
        case .float32: .float32(values.map { if case .float(let number) = $0 { Float(number) } else { 0 } })
        case .float64: .float64(values.map { if case .float(let number) = $0 { number } else { 0 } })
        case .decimal: .decimal(values.map { if case .decimal(let unscaled, _) = $0 { unscaled } else { 0 } })
        case .string: .bytes(ByteRows(texts: values.lazy.map { if case .string(let text) = $0 { text } else { "" } }))
        case .binary: .bytes(ByteRows(values.map { value -> [UInt8] in if case .binary(let bytes) = value { bytes } else { [] } }))
        case .list(let element): lists(of: values, element)
        case .structure(let fields):
            .structure(
                fields.map { field in
                    Column(checked: values.map { $0.member(field.name) ?? .null }, as: field.type)
                }, count: values.count)
        case .map(let key, let value): maps(of: values, key, value)
        case .choice(let types): choices(of: values, types)
        }
    }

    private static func lists(of values: [Value], _ element: DataType) -> Storage {
        var offsets: [Int32] = [0]
        var elements: [Value] = []
        for value in values {
            if case .list(let more) = value { elements.append(contentsOf: more) }
            offsets.append(Int32(elements.count))
        }
        return .list(offsets: offsets, values: Column(checked: elements, as: element))
    }

    private static func maps(of values: [Value], _ key: DataType, _ value: DataType) -> Storage {
        var offsets: [Int32] = [0]
        var entries: [Value.Entry] = []
        for value in values {
            if case .map(let more) = value { entries.append(contentsOf: more) }
            offsets.append(Int32(entries.count))
        }
        return .map(
            offsets: offsets, keys: Column(checked: entries.map(\.key), as: key), values: Column(checked: entries.map(\.value), as: value))
    }

    /// Each value in the first alternative that it fits.
    private static func choices(of values: [Value], _ types: [DataType]) -> Storage {
        let tags = values.map { value in UInt8(types.firstIndex { value.fits($0) } ?? 0) }
        let alternatives = types.indices.map { index in
            Column(checked: zip(values, tags).map { Int($1) == index ? $0 : .null }, as: types[index])
        }
        return .choice(tags: tags, alternatives: alternatives)
    }
}

extension Value {
    /// The number behind an integer, date or timestamp; 0 for anything else.
    fileprivate var integer: Int64 {
        switch self {
        case .integer(let number), .timestamp(let number, _): number
        case .date(let days): Int64(days)
        default: 0
        }
    }

    /// A struct's member; nil if it has none of that name or the value is no struct.
    public func member(_ name: String) -> Value? {
        guard case .structure(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
