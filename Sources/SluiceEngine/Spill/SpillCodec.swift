import SluiceCore

/// Batches as bytes for spill files, which no other process and no later run reads: the buffers as they are in memory.
///
/// A chunk is 32 bytes of header (magic, 4 bytes of zero, rows, bytes of payload, checksum; little-endian, 8 bytes each but the first two) and
/// the columns one after another. A column is a byte of flags (1: has a validity bitmap; 2: is a dictionary), the bitmap's words, and its
/// buffers; the lengths of buffers follow from the rows and from offsets, and are checked against what is there. Dictionaries of texts are
/// written flat unless they are smaller that way.
enum SpillCodec {
    static let magic: UInt32 = 0x5350_4C31
    static let headerBytes = 32

    static func encode(_ batch: Batch) -> [UInt8] {
        var writer = SpillWriter(reserving: headerBytes + batch.byteCount + 64 * batch.columns.count)
        writer.append(magic)
        writer.append(UInt32(0))
        writer.append(UInt64(batch.rowCount))
        writer.append(UInt64(0))
        writer.append(UInt64(0))
        for column in batch.columns { writer.append(column.flattened) }
        return writer.finish()
    }

    /// - Throws: `corruptFile` for anything that `encode` does not write.
    static func decode(_ bytes: [UInt8], schema: Schema) throws -> Batch {
        var reader = SpillReader(bytes)
        let found = try reader.take(UInt32.self)
        _ = try reader.take(UInt32.self)
        let rowCount = try reader.take(UInt64.self)
        let payload = try reader.take(UInt64.self)
        let checksum = try reader.take(UInt64.self)
        guard found == magic, payload == UInt64(bytes.count - headerBytes), rowCount <= UInt64(Int32.max),
            bytes.withUnsafeBytes({ Self.checksum(UnsafeRawBufferPointer(rebasing: $0[headerBytes...])) }) == checksum
        else { throw reader.damage() }
        var columns: [Column] = []
        columns.reserveCapacity(schema.count)
        for field in schema.fields { columns.append(try reader.column(field.type, Int(rowCount))) }
        guard reader.isAtEnd else { throw reader.damage() }
        return Batch(schema, columns, rowCount: Int(rowCount))
    }

    /// Multiply and fold, 8 bytes at a time over two lanes: finds bytes that the disk or memory changed.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var (a, b): (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93)
        var index = 0
        while index + 16 <= bytes.count {
            a = KeyHash.fold(a ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self), 0xA076_1D64_78BD_642F)
            b = KeyHash.fold(b ^ bytes.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
            index += 16
        }
        while index < bytes.count {
            a = KeyHash.fold(a ^ UInt64(bytes[index]), 0xA076_1D64_78BD_642F)
            index += 1
        }
        return KeyHash.fold(a ^ UInt64(bytes.count), b | 1)
    }
}

/// Puts the bytes of a chunk together.
private struct SpillWriter {
    private var bytes: [UInt8] = []

    init(reserving count: Int) { bytes.reserveCapacity(count) }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append<Element: BitwiseCopyable>(_ values: [Element]) {
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ rows: ByteRows) {
        append(rows.offsets)
        append(rows.data)
    }

    /// The column is flat.
    mutating func append(_ column: Column) {
        append(UInt8(column.validity == nil ? 0 : 1))
        if let validity = column.validity { append(validity.words) }
        switch column.storage {
        case .null: break
        case .boolean(let bits): append(bits.words)
        case .int8(let values): append(values)
        case .int16(let values): append(values)
        case .int32(let values): append(values)
        case .int64(let values): append(values)
        case .float32(let values): append(values)
        case .float64(let values): append(values)
        case .decimal(let values): append(values)
        case .bytes(let rows): append(rows)
        case .dictionary(let codes, let values): append(values.gather(codes))
        case .list(let offsets, let values):
            append(offsets)
            append(values)
        case .map(let offsets, let keys, let values):
            append(offsets)
            append(keys)
            append(values)
        case .structure(let members, _): for member in members { append(member) }
        case .choice(let tags, let alternatives):
            append(tags)
            for alternative in alternatives { append(alternative) }
        }
    }

    mutating func finish() -> [UInt8] {
        bytes.withUnsafeMutableBytes { all in
            let payload = UnsafeRawBufferPointer(rebasing: all[SpillCodec.headerBytes...])
            all.storeBytes(of: UInt64(payload.count).littleEndian, toByteOffset: 16, as: UInt64.self)
            all.storeBytes(of: SpillCodec.checksum(payload).littleEndian, toByteOffset: 24, as: UInt64.self)
        }
        return bytes
    }
}

/// Takes the bytes of a chunk apart.
private struct SpillReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    func damage() -> SluiceError {
        SluiceError(
            .ioFailure, "rows that were put aside on disk came back changed (at byte \(position) of \(bytes.count))",
            remedy: "check the disk of the temporary directory, and run again")
    }

    mutating func take<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - position >= size else { throw damage() }
        defer { position += size }
        return Number(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Number.self) })
    }

    mutating func array<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type = Element.self) throws -> [Element] {
        let stride = MemoryLayout<Element>.stride
        guard count >= 0, count <= (bytes.count - position) / stride else { throw damage() }
        defer { position += count * stride }
        return [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: .init(rebasing: $0[position..<position + count * stride]))
            }
            filled = count
        }
    }

    /// `count + 1` offsets that ascend from 0.
    private mutating func offsets(_ count: Int) throws -> [Int32] {
        let offsets = try array(count + 1, of: Int32.self)
        var isAscending = offsets[0] == 0
        for index in 1..<offsets.count where offsets[index] < offsets[index - 1] { isAscending = false }
        guard isAscending else { throw damage() }
        return offsets
    }

    private mutating func bitmap(_ count: Int) throws -> Bitmap { Bitmap(words: try array((count + 63) / 64), count: count) }

    mutating func column(_ type: DataType, _ count: Int) throws -> Column {
        let flags = try take(UInt8.self)
        guard flags <= 1 else { throw damage() }
        let validity = flags == 1 ? try bitmap(count) : nil
        return Column(type, try storage(type, count), validity: validity)
    }

    private mutating func storage(_ type: DataType, _ count: Int) throws -> Column.Storage {
        switch type {
        case .null: return .null(count)
        case .boolean: return .boolean(try bitmap(count))
        case .int8: return .int8(try array(count))
        case .int16: return .int16(try array(count))
        case .int32, .date: return .int32(try array(count))
        case .int64, .timestamp: return .int64(try array(count))
        case .float32: return .float32(try array(count))
        case .float64: return .float64(try array(count))
        case .decimal: return .decimal(try array(count))
        case .string, .binary:
            let offsets = try offsets(count)
            return .bytes(ByteRows(offsets: offsets, data: try array(Int(offsets[count]))))
        case .list(let element):
            let offsets = try offsets(count)
            return .list(offsets: offsets, values: try column(element, Int(offsets[count])))
        case .map(let key, let value):
            let offsets = try offsets(count)
            return .map(
                offsets: offsets, keys: try column(key, Int(offsets[count])), values: try column(value, Int(offsets[count])))
        case .structure(let fields):
            var members: [Column] = []
            for field in fields { members.append(try column(field.type, count)) }
            return .structure(members, count: count)
        case .choice(let types):
            let tags = try array(count, of: UInt8.self)
            guard tags.allSatisfy({ $0 < types.count }) else { throw damage() }
            var alternatives: [Column] = []
            for alternative in types { alternatives.append(try column(alternative, count)) }
            return .choice(tags: tags, alternatives: alternatives)
        }
    }
}
