import SluiceCore

/// Decodes values of one type from a block straight into the buffers of a column. A block's type becomes a tree of these.
///
/// One task at a time uses a tree. Calls go through a class's table, because a protocol's or a closure's cost more a cell.
class AvroDecoder: @unchecked Sendable {
    /// The column that messages name.
    let column: String

    init(_ column: String) { self.column = column }

    /// Reads one value and appends it.
    func decode(_ cursor: inout AvroCursor) { preconditionFailure("each decoder says how it decodes") }
    /// Appends a slot that nobody reads: the value under a null.
    func appendSlot(_ cursor: inout AvroCursor) { preconditionFailure("each decoder says what stands under a null") }
    /// The column so far; the decoder begins another one.
    func take() -> Column { preconditionFailure("each decoder makes a column") }
    /// Expects so many more values.
    func reserve(_ count: Int) {}
    /// Slots that `appendSlot` appends, as a measure of memory.
    var slotCount: Int { 1 }
}

/// Decoders that a parent owns, called without counting references.
struct AvroDecoderList: @unchecked Sendable {
    private let owned: [AvroDecoder]
    private let calls: [Unmanaged<AvroDecoder>]

    init(_ decoders: [AvroDecoder]) {
        owned = decoders
        calls = decoders.map { Unmanaged.passUnretained($0) }
    }

    var count: Int { owned.count }

    @inline(__always)
    func decode(_ index: Int, _ cursor: inout AvroCursor) { calls[index]._withUnsafeGuaranteedRef { $0.decode(&cursor) } }

    @inline(__always)
    func decodeEach(_ cursor: inout AvroCursor) {
        for call in calls { call._withUnsafeGuaranteedRef { $0.decode(&cursor) } }
    }

    @inline(__always)
    func appendSlot(_ index: Int, _ cursor: inout AvroCursor) { calls[index]._withUnsafeGuaranteedRef { $0.appendSlot(&cursor) } }

    var slotCount: Int { owned.reduce(0) { $0 + $1.slotCount } }
    func reserve(_ count: Int) { for decoder in owned { decoder.reserve(count) } }
    func take() -> [Column] { owned.map { $0.take() } }
}

extension AvroType {
    /// A decoder of the type's values into a column of `column.type`.
    func decoder(_ column: String) -> AvroDecoder {
        switch self {
        case .null: AvroNullDecoder(column)
        case .boolean: AvroBooleanDecoder(column)
        case .float: AvroFloatDecoder(column)
        case .double: AvroDoubleDecoder(column)
        case .int(.number): AvroIntDecoder(column, type: .int32)
        case .int(.date): AvroIntDecoder(column, type: .date)
        case .int(.timeMillis): AvroTimeDecoder(column, microsPerUnit: 1_000)
        case .long(.timeMicros): AvroTimeDecoder(column, microsPerUnit: 1)
        case .long(.number): AvroLongDecoder(column, type: .int64, scale: .same)
        case .long(.timestamp(let unit, let zoned)):
            AvroLongDecoder(column, type: .timestamp(zoned: zoned), scale: unit == .millis ? .thousandfold : .same)
        case .long(.nanoseconds(.integer, _)): AvroLongDecoder(column, type: .int64, scale: .same)
        case .long(.nanoseconds(.text, let zoned)): AvroNanosecondTextDecoder(column, zoned: zoned)
        case .long(.nanoseconds(let reading, let zoned)):
            AvroLongDecoder(column, type: .timestamp(zoned: zoned), scale: reading == .truncate ? .cutThousandth : .thousandth)
        case .string: AvroBytesDecoder(column, isText: true)
        case .bytes(nil): AvroBytesDecoder(column, isText: false)
        case .bytes(let decimal?): AvroDecimalDecoder(column, decimal, byteCount: nil)
        case .fixed(let count, .binary): AvroFixedDecoder(column, byteCount: count)
        case .fixed(_, .uuid): AvroUUIDDecoder(column)
        case .fixed(let count, .decimal(let decimal)): AvroDecimalDecoder(column, decimal, byteCount: count)
        case .enumeration(let symbols): AvroEnumerationDecoder(column, symbols: symbols)
        case .array(let item): AvroItemsDecoder(column, array: item)
        case .map(let value): AvroItemsDecoder(column, map: value)
        case .record(let fields): AvroStructDecoder(column, fields)
        case .union(let branches): Self.unionDecoder(column, branches, self.column.type)
        }
    }

    private static func unionDecoder(_ column: String, _ branches: [AvroType], _ type: DataType) -> AvroDecoder {
        let others = branches.filter { $0 != .null }
        switch others.count {
        case 0: return AvroNullUnionDecoder(column, branches: branches.count)
        case 1: return AvroNullableDecoder(column, branches)
        default: return AvroChoiceDecoder(column, branches, type)
        }
    }
}
