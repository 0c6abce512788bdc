/// The values of one column of a batch, in Arrow's layout: an optional validity bitmap (nil: no nulls) and a buffer by physical type.
///
/// A null row's slot in the buffer holds some value of the physical type (0, an empty text, an empty list); nobody reads it.
///
/// - Invariant: `validity`, when there, has one bit a row; `storage` fits `type` (see `Storage`).
public struct Column: Sendable {
    /// Buffers by physical type. Dates use `int32`, timestamps `int64`, strings and binaries `bytes` or `dictionary`.
    public indirect enum Storage: Sendable {
        /// A column of type `null`: only its length.
        case null(Int)
        case boolean(Bitmap)
        case int8([Int8])
        case int16([Int16])
        case int32([Int32])
        case int64([Int64])
        case float32([Float])
        case float64([Double])
        /// Unscaled integers.
        case decimal([Int128])
        case bytes(ByteRows)
        /// Row `i` is `values[codes[i]]`. Every code, also a null row's, is a row of `values`; values may be there twice or not be used.
        ///
        /// Only strings and binaries come so; who reads buffers asks for the column's `flattened` form or handles the codes.
        case dictionary(codes: [Int32], values: ByteRows)
        /// Row `i` is `values[offsets[i] ..< offsets[i + 1]]`; `count + 1` offsets.
        case list(offsets: [Int32], values: Column)
        /// Row `i` has the entries `offsets[i] ..< offsets[i + 1]` of `keys` and `values`, which are of one length; no key is null.
        case map(offsets: [Int32], keys: Column, values: Column)
        /// One column a member, each `count` long; the struct's own nulls are in `validity`.
        case structure([Column], count: Int)
        /// Row `i` is row `i` of `alternatives[tags[i]]` (Arrow's sparse union); each alternative is as long as `tags`.
        ///
        /// A row that is null is null in the column's `validity`, whatever its alternative says; a valid one is not null in its alternative.
        case choice(tags: [UInt8], alternatives: [Column])
    }

    public var type: DataType
    public var validity: Bitmap?
    public var storage: Storage

    public init(_ type: DataType, _ storage: Storage, validity: Bitmap? = nil) {
        self.type = type
        self.storage = storage
        self.validity = validity.flatMap { $0.allSet ? nil : $0 }
        assert(fits, "storage does not fit the type \(type)")
        assert(validity == nil || validity!.count == storage.count, "validity has another length than the values")
    }

    public var count: Int { storage.count }

    @inlinable @inline(__always) public func isNull(_ row: Int) -> Bool {
        guard let validity else { return type == .null }
        return !validity[row]
    }

    public var nullCount: Int { type == .null ? count : validity.map { $0.count - $0.setCount } ?? 0 }

    /// The validity as a bitmap, also where it is implied.
    public var explicitValidity: Bitmap { validity ?? Bitmap(repeating: type != .null, count: count) }

    /// A column in which all `count` rows are null.
    public static func nulls(_ type: DataType, count: Int) -> Column {
        if type == .null { return Column(.null, .null(count)) }
        return Column(type, .zeros(type, count: count), validity: Bitmap(repeating: false, count: count))
    }

    private var fits: Bool {
        switch (type, storage) {
        case (.null, .null), (.boolean, .boolean), (.int8, .int8), (.int16, .int16), (.int32, .int32), (.date, .int32), (.int64, .int64),
            (.timestamp, .int64), (.float32, .float32), (.float64, .float64), (.decimal, .decimal), (.string, .bytes), (.binary, .bytes):
            true
        case (.string, .dictionary(let codes, let values)), (.binary, .dictionary(let codes, let values)):
            codes.allSatisfy { $0 >= 0 && $0 < values.count }
        case (.list(let element), .list(_, let values)): values.type == element
        case (.map(let key, let value), .map(_, let keys, let values)):
            keys.type == key && values.type == value && keys.count == values.count
        case (.structure(let fields), .structure(let columns, _)): fields.map(\.type) == columns.map(\.type)
        case (.choice(let types), .choice(let tags, let alternatives)):
            types == alternatives.map(\.type) && alternatives.allSatisfy { $0.count == tags.count }
                && tags.allSatisfy { $0 < alternatives.count }
        default: false
        }
    }
}

extension Column.Storage {
    public var count: Int {
        switch self {
        case .null(let count): count
        case .boolean(let bits): bits.count
        case .int8(let values): values.count
        case .int16(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .decimal(let values): values.count
        case .bytes(let rows): rows.count
        case .dictionary(let codes, _): codes.count
        case .list(let offsets, _): offsets.count - 1
        case .map(let offsets, _, _): offsets.count - 1
        case .structure(_, let count): count
        case .choice(let tags, _): tags.count
        }
    }

    /// Zeros, empty texts and empty lists: the buffers under nulls.
    static func zeros(_ type: DataType, count: Int) -> Self {
        switch type {
        case .null: .null(count)
        case .boolean: .boolean(Bitmap(repeating: false, count: count))
        case .int8: .int8([Int8](repeating: 0, count: count))
        case .int16: .int16([Int16](repeating: 0, count: count))
        case .int32, .date: .int32([Int32](repeating: 0, count: count))
        case .int64, .timestamp: .int64([Int64](repeating: 0, count: count))
        case .float32: .float32([Float](repeating: 0, count: count))
        case .float64: .float64([Double](repeating: 0, count: count))
        case .decimal: .decimal([Int128](repeating: 0, count: count))
        case .string, .binary: .bytes(ByteRows(offsets: [Int32](repeating: 0, count: count + 1), data: []))
        case .list(let element): .list(offsets: [Int32](repeating: 0, count: count + 1), values: Column(element, zeros(element, count: 0)))
        case .map(let key, let value):
            .map(
                offsets: [Int32](repeating: 0, count: count + 1), keys: Column(key, zeros(key, count: 0)),
                values: Column(value, zeros(value, count: 0)))
        case .structure(let fields): .structure(fields.map { .nulls($0.type, count: count) }, count: count)
        case .choice(let types): .choice(tags: [UInt8](repeating: 0, count: count), alternatives: types.map { .nulls($0, count: count) })
        }
    }

    /// Bytes that the buffers hold, for limits and figures. A dictionary counts wholly in each column that refers to it.
    public var byteCount: Int {
        switch self {
        case .null: 0
        case .boolean(let bits): bits.words.count * 8
        case .int8(let values): values.count
        case .int16(let values): values.count * 2
        case .int32(let values): values.count * 4
        case .int64(let values): values.count * 8
        case .float32(let values): values.count * 4
        case .float64(let values): values.count * 8
        case .decimal(let values): values.count * 16
        case .bytes(let rows): rows.byteCount
        case .dictionary(let codes, let values): codes.count * 4 + values.byteCount
        case .list(let offsets, let values): offsets.count * 4 + values.byteCount
        case .map(let offsets, let keys, let values): offsets.count * 4 + keys.byteCount + values.byteCount
        case .structure(let columns, _): columns.reduce(0) { $0 + $1.byteCount }
        case .choice(let tags, let alternatives): alternatives.reduce(tags.count) { $0 + $1.byteCount }
        }
    }
}

extension Column {
    public var byteCount: Int { storage.byteCount + (validity?.words.count ?? 0) * 8 }

    // Typed columns from plain arrays.
    public static func integers(_ values: [Int64], validity: Bitmap? = nil) -> Column { Column(.int64, .int64(values), validity: validity) }
    public static func floats(_ values: [Double], validity: Bitmap? = nil) -> Column {
        Column(.float64, .float64(values), validity: validity)
    }
    public static func booleans(_ bits: Bitmap, validity: Bitmap? = nil) -> Column { Column(.boolean, .boolean(bits), validity: validity) }
    public static func texts(_ rows: ByteRows, validity: Bitmap? = nil) -> Column { Column(.string, .bytes(rows), validity: validity) }
}
