package import SluiceCore

/// Batches as messages of the Arrow IPC streaming format (Arrow specification, "Serialization and Interprocess Communication"): first the
/// schema's, then one for each batch, then `end`.
package enum ArrowStreamWriter {
    /// Says that no batch follows.
    package static let end: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]

    package static func message(_ schema: Schema) -> [UInt8] {
        var builder = FlatBuilder()
        let fields = schema.fields.map { builder.field($0) }
        let list = builder.vector(places: fields)
        let header = builder.table([(0, .short(0)), (1, .place(list))])
        return message(&builder, ArrowMessage.schema, header, [])
    }

    /// - Parameter batch: Of the stream's schema. Texts that are dictionaries are written out.
    package static func message(_ batch: Batch) -> [UInt8] {
        var body = BatchBody()
        for column in batch.columns { body.add(column.flattened) }
        var builder = FlatBuilder()
        let nodes = builder.vector(body.nodes)
        let buffers = builder.vector(body.buffers)
        let header = builder.table([(0, .long(Int64(batch.rowCount))), (1, .place(nodes)), (2, .place(buffers))])
        return message(&builder, ArrowMessage.recordBatch, header, body.bytes)
    }

    private static func message(_ builder: inout FlatBuilder, _ kind: UInt8, _ header: Int, _ body: [UInt8]) -> [UInt8] {
        let root = builder.table([
            (0, .short(ArrowMessage.version)), (1, .byte(kind)), (2, .place(header)), (3, .long(Int64(body.count))),
        ])
        var metadata = builder.finish(root)
        while metadata.count % 8 != 0 { metadata.append(0) }
        let size = UInt32(metadata.count)
        return [0xFF, 0xFF, 0xFF, 0xFF] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + metadata + body
    }
}

/// Numbers of the format (its Message.fbs and Schema.fbs).
enum ArrowMessage {
    /// `MetadataVersion.V5`.
    static let version: Int16 = 4
    static let schema: UInt8 = 1
    static let dictionaryBatch: UInt8 = 2
    static let recordBatch: UInt8 = 3
}

/// The buffers of a batch behind one another, and what says where they are.
private struct BatchBody {
    private(set) var bytes: [UInt8] = []
    /// Rows and nulls of each column, those above before those below.
    private(set) var nodes: [(Int64, Int64)] = []
    /// Place and length of each buffer.
    private(set) var buffers: [(Int64, Int64)] = []

    mutating func add(_ column: Column) {
        let isChoice = if case .choice = column.storage { true } else { false }
        nodes.append((Int64(column.count), isChoice ? 0 : Int64(column.nullCount)))
        if case .null = column.storage { return }
        if !isChoice { add(column.validity?.words ?? [], byteCount: column.validity == nil ? 0 : (column.count + 7) / 8) }
        switch column.storage {
        case .null, .structure: break
        case .boolean(let bits): add(bits.words, byteCount: (bits.count + 7) / 8)
        case .int8(let values): add(values)
        case .int16(let values): add(values)
        case .int32(let values): add(values)
        case .int64(let values): add(values)
        case .float32(let values): add(values)
        case .float64(let values): add(values)
        case .decimal(let values): add(values)
        case .bytes(let rows):
            add(rows.offsets)
            add(rows.data)
        case .dictionary: preconditionFailure("dictionaries are written out")
        case .list(let offsets, _), .map(let offsets, _, _): add(offsets)
        case .choice(let tags, _): add(tags)
        }
        for child in SchemaExport.childColumns(column) { add(child) }
    }

    private mutating func add<Element: BitwiseCopyable>(_ values: [Element], byteCount: Int? = nil) {
        let count = byteCount ?? values.count * MemoryLayout<Element>.stride
        buffers.append((Int64(bytes.count), Int64(count)))
        values.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(count)) }
        while bytes.count % 8 != 0 { bytes.append(0) }
    }
}

extension FlatBuilder {
    /// A field of a schema, with those below it.
    fileprivate mutating func field(_ field: Field) -> Int {
        let children = field.type.arrowChildren.map { self.field($0) }
        let list = vector(places: children)
        let name = text(field.name)
        let (kind, type) = self.type(field.type)
        return table([
            (0, .place(name)), (1, .byte(field.isNullable ? 1 : 0)), (2, .byte(kind)), (3, .place(type)), (5, .place(list)),
        ])
    }

    /// The number of a type, and what more there is to say of it.
    private mutating func type(_ type: DataType) -> (UInt8, Int) {
        func integer(_ bits: Int32) -> [(Int, Value)] { [(0, .int(bits)), (1, .byte(1))] }
        switch type {
        case .null: return (1, table([]))
        case .int8: return (2, table(integer(8)))
        case .int16: return (2, table(integer(16)))
        case .int32: return (2, table(integer(32)))
        case .int64: return (2, table(integer(64)))
        case .float32: return (3, table([(0, .short(1))]))
        case .float64: return (3, table([(0, .short(2))]))
        case .binary: return (4, table([]))
        case .string: return (5, table([]))
        case .boolean: return (6, table([]))
        case .decimal(let precision, let scale):
            return (7, table([(0, .int(Int32(precision))), (1, .int(Int32(scale))), (2, .int(128))]))
        case .date: return (8, table([(0, .short(0))]))
        case .timestamp(let zoned):
            let zone = zoned ? [(1, Value.place(text("UTC")))] : []
            return (10, table([(0, .short(2))] + zone))
        case .list: return (12, table([]))
        case .structure: return (13, table([]))
        case .choice(let types):
            let codes = vector(types.indices.map { Int32($0) })
            return (14, table([(0, .short(0)), (1, .place(codes))]))
        case .map: return (17, table([(0, .byte(0))]))
        }
    }
}
