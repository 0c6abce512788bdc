import SluiceCore

/// Encodes the values of one column. A batch's columns become a tree of these; each lives as long as its batch is encoded.
class AvroEncoder {
    /// Appends the value of a row, which is not null unless the encoder is for nullable columns.
    func encode(_ row: Int, to bytes: inout AvroBytes) { preconditionFailure("each encoder says how it encodes") }
}

/// Encoders that a parent owns, called without counting references.
struct AvroEncoderList {
    private let owned: [AvroEncoder]
    private let calls: [Unmanaged<AvroEncoder>]

    init(_ encoders: [AvroEncoder]) {
        owned = encoders
        calls = encoders.map { Unmanaged.passUnretained($0) }
    }

    @inline(__always)
    func encodeEach(_ row: Int, to bytes: inout AvroBytes) {
        for call in calls { call._withUnsafeGuaranteedRef { $0.encode(row, to: &bytes) } }
    }

    @inline(__always)
    func encode(_ index: Int, _ row: Int, to bytes: inout AvroBytes) {
        calls[index]._withUnsafeGuaranteedRef { $0.encode(row, to: &bytes) }
    }
}

extension AvroEncoder {
    /// - Throws: `valueDoesNotFit` when a column that is not nullable has a null.
    static func encoder(_ column: Column, isNullable: Bool, name: String) throws(SluiceError) -> AvroEncoder {
        if case .choice(let tags, let alternatives) = column.storage {
            return try choice(column, tags, alternatives, isNullable, name)
        }
        if column.type == .null { return AvroNothingEncoder() }
        let plain = try plain(column.storage, column.type, name)
        guard isNullable else {
            try checkNoNulls(column, name)
            return plain
        }
        return AvroNullableEncoder(plain, column.validity)
    }

    private static func checkNoNulls(_ column: Column, _ name: String) throws(SluiceError) {
        guard column.nullCount > 0 else { return }
        throw SluiceError(.valueDoesNotFit, "column \(name.quotedForMessage) is declared without nulls and has \(column.nullCount)")
    }

    private static func choice(
        _ column: Column, _ tags: [UInt8], _ alternatives: [Column], _ isNullable: Bool, _ name: String
    ) throws(SluiceError) -> AvroEncoder {
        if !isNullable { try checkNoNulls(column, name) }
        var encoders: [AvroEncoder] = []
        for alternative in alternatives { encoders.append(try plain(alternative.storage, alternative.type, name)) }
        return AvroChoiceEncoder(encoders, tags, column.validity, isNullable: isNullable)
    }

    private static func plain(_ storage: Column.Storage, _ type: DataType, _ name: String) throws(SluiceError) -> AvroEncoder {
        switch storage {
        case .null: return AvroNothingEncoder()
        case .boolean(let bits): return AvroBooleanEncoder(bits)
        case .int8(let values): return AvroIntegerEncoder(values.map(Int64.init))
        case .int16(let values): return AvroIntegerEncoder(values.map(Int64.init))
        case .int32(let values): return AvroIntegerEncoder(values.map(Int64.init))
        case .int64(let values): return AvroIntegerEncoder(values)
        case .float32(let values): return AvroFloatEncoder(values)
        case .float64(let values): return AvroDoubleEncoder(values)
        case .decimal(let values): return AvroDecimalEncoder(values)
        case .bytes(let rows): return AvroBytesEncoder(rows)
        case .dictionary(let codes, let values): return AvroDictionaryEncoder(codes, values)
        case .list(let offsets, let values):
            return AvroItemsEncoder(offsets, [try encoder(values, isNullable: true, name: name)])
        case .map(let offsets, let keys, let values):
            let key = try plain(keys.storage, keys.type, name)
            return AvroItemsEncoder(offsets, [key, try encoder(values, isNullable: true, name: name)])
        case .structure(let columns, _):
            guard case .structure(let fields) = type else { preconditionFailure("a struct's type is a struct") }
            var members: [AvroEncoder] = []
            for (field, column) in zip(fields, columns) {
                members.append(try encoder(column, isNullable: field.isNullable, name: "\(name).\(field.name)"))
            }
            return AvroStructEncoder(members)
        case .choice(let tags, let alternatives): return try choice(Column(type, storage), tags, alternatives, false, name)
        }
    }
}
