import SluiceCore

/// Writes Avro object container files. Equal rows, cut into equal batches, give equal files: the sync marker comes from the header.
struct AvroFileWriter: FileWriter {
    let header: [UInt8]
    private let schema: Schema
    private let codec: AvroCodec
    private let level: Int?
    private let sync: [UInt8]
    private var collected: [Batch] = []
    private var collectedRows = 0
    private var collectedBytes = 0

    /// - Throws: `typeError` for a type, `invalidArgument` for a name that Avro does not have.
    init(_ schema: Schema, _ format: AvroFormat) throws(SluiceError) {
        self.schema = schema
        codec = format.codec
        level = format.codecLevel
        let text = try AvroSchemaText.text(of: schema, recordName: format.recordName)
        var bytes = AvroBytes()
        bytes.append(contentsOf: AvroHeader.magic)
        let entries = [("avro.codec", Array(codec.rawValue.utf8)), ("avro.schema", text)]
        bytes.append(Int64(entries.count))
        for (key, value) in entries { bytes.append(ByteRows([Array(key.utf8)]), 0); bytes.append(ByteRows([value]), 0) }
        bytes.append(0)
        let start = bytes.take()
        sync = Self.marker(of: start)
        header = start + sync
    }

    var hasHeader: Bool { true }
    var makesBlockOfEachBatch: Bool { false }

    mutating func collect(_ batch: Batch) -> [FileBlock] {
        guard batch.rowCount > 0 else { return [] }
        collected.append(batch)
        collectedRows += batch.rowCount
        collectedBytes += batch.byteCount
        guard collectedRows >= CoreLimits.batchRows || collectedBytes >= CoreLimits.batchBytes else { return [] }
        return rest().map { [$0] } ?? []
    }

    mutating func rest() -> FileBlock? {
        guard !collected.isEmpty else { return nil }
        defer { (collected, collectedRows, collectedBytes) = ([], 0, 0) }
        return FileBlock(collected)
    }

    /// One Avro block or several: each ends with the record that brings it to `AvroLimits.writtenBlockBytes`.
    func encode(_ block: FileBlock) throws(SluiceError) -> EncodedBlock {
        var file = AvroBytes()
        var plain = AvroBytes(capacity: AvroLimits.writtenBlockBytes + AvroLimits.writtenBlockBytes / 4)
        var count = 0
        for batch in block.batches {
            var encoders: [AvroEncoder] = []
            for (field, column) in zip(schema.fields, batch.columns) {
                encoders.append(try AvroEncoder.encoder(column, isNullable: field.isNullable, name: field.name))
            }
            let record = AvroEncoderList(encoders)
            for row in 0..<batch.rowCount {
                record.encodeEach(row, to: &plain)
                count += 1
                if plain.count >= AvroLimits.writtenBlockBytes { put(&plain, &count, to: &file) }
            }
        }
        if count > 0 { put(&plain, &count, to: &file) }
        return EncodedBlock(file.take(), rowCount: block.rowCount)
    }

    private func put(_ plain: inout AvroBytes, _ count: inout Int, to file: inout AvroBytes) {
        let bytes = codec.compress(plain.take(), level: level)
        file.append(Int64(count))
        file.append(Int64(bytes.count))
        file.append(contentsOf: bytes)
        file.append(contentsOf: sync)
        count = 0
    }

    mutating func append(_ block: EncodedBlock, at offset: Int64) {}
    mutating func finish(at offset: Int64) throws(SluiceError) -> [UInt8] { [] }

    /// A marker that data does not hold by chance: 128 bits of a hash of the header (FNV-1a from two starts).
    private static func marker(of header: [UInt8]) -> [UInt8] {
        var marker: [UInt8] = []
        for start: UInt64 in [0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15] {
            var hash = start
            for byte in header { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            withUnsafeBytes(of: (hash ^ hash >> 29).littleEndian) { marker.append(contentsOf: $0) }
        }
        return marker
    }
}
