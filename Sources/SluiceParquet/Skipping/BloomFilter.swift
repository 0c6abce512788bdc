import SluiceCore

/// A column chunk's bloom filter, of which only the blocks of the values asked for are read.
///
/// Source: parquet-format, BloomFilter.md ("Split Block Bloom Filters").
struct BloomFilter {
    /// Odd factors of the eight words of a block.
    private static let salts: [UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]
    private static let blockBytes = 32
    private static let headerBytes = 64

    private let file: any RandomAccess
    private let start: Int64
    private let blocks: UInt64

    /// The filter of a chunk; nil if it has none that can be used.
    init?(_ file: any RandomAccess, _ metadata: ColumnMetaData, dataEnd: Int64) throws(SluiceError) {
        guard let offset = metadata.bloomFilterOffset, offset > 0, offset < dataEnd else { return nil }
        let head = try file.bytes(at: offset, count: Int(min(Int64(Self.headerBytes), dataEnd - offset)))
        var found: (header: BloomFilterHeader, length: Int)?
        head.withUnsafeBytes { bytes in
            var reader = ThriftReader(bytes)
            if let header = try? BloomFilterHeader(from: &reader) { found = (header, reader.position) }
        }
        guard let found, found.header.isKnown else { return nil }
        let count = Int(found.header.byteCount)
        start = offset + Int64(found.length)
        guard count >= Self.blockBytes, count % Self.blockBytes == 0, count <= ParquetLimits.bloomFilterBytes,
            Int64(count) <= dataEnd - start
        else { return nil }
        self.file = file
        blocks = UInt64(count / Self.blockBytes)
    }

    /// Whether a value with this hash may be there.
    func mayHave(_ hash: UInt64) throws(SluiceError) -> Bool {
        let block = Int64((hash >> 32 &* blocks) >> 32)
        let bytes = try file.bytes(at: start + block * Int64(Self.blockBytes), count: Self.blockBytes)
        let key = UInt32(truncatingIfNeeded: hash)
        return bytes.withUnsafeBytes { words in
            (0..<8).allSatisfy { index in
                let word = UInt32(littleEndian: words.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
                return word >> ((key &* Self.salts[index]) >> 27) & 1 == 1
            }
        }
    }
}

extension ParquetLeaf {
    /// The hashes under which a filter knows a value: those of its plain encodings. Empty: the column cannot have the value. Nil: not known.
    func bloomHashes(_ value: Value) -> [UInt64]? {
        switch (value, kind) {
        case (.integer(let number), .int8), (.integer(let number), .int16), (.integer(let number), .int32):
            Int32(exactly: number).map { [hash($0)] } ?? []
        case (.integer(let number), .uint8), (.integer(let number), .uint16), (.integer(let number), .uint32):
            UInt32(exactly: number).map { [hash($0)] } ?? []
        case (.integer(let number), .int64), (.integer(let number), .nanoseconds(.integer)): [hash(number)]
        case (.date(let days), .date): [hash(days)]
        case (.timestamp(let micros, _), .timestamp(.micros)): [hash(micros)]
        case (.timestamp(let micros, _), .timestamp(.millis)): micros % 1_000 == 0 ? [hash(micros / 1_000)] : []
        case (.timestamp(let micros, _), .nanoseconds(.reject)): micros.nanos.map { [hash($0)] } ?? []
        case (.decimal(let unscaled, _), .uint64): UInt64(exactly: unscaled).map { [hash($0)] } ?? []
        case (.decimal(let unscaled, _), .decimal32): Int32(exactly: unscaled).map { [hash($0)] } ?? []
        case (.decimal(let unscaled, _), .decimal64): Int64(exactly: unscaled).map { [hash($0)] } ?? []
        case (.float(let number), .double) where !number.isNaN: zeros(number).map { hash($0.bitPattern) }
        case (.float(let number), .float) where !number.isNaN:
            Double(Float(number)) == number ? zeros(number).map { hash(Float($0).bitPattern) } : []
        case (.string(let text), .text): [XXHash64.hash(Array(text.utf8))]
        case (.binary(let bytes), .binary): [XXHash64.hash(bytes)]
        default: nil
        }
    }

    /// The zeros are one value with two encodings.
    private func zeros(_ number: Double) -> [Double] { number == 0 ? [0.0, -0.0] : [number] }

    private func hash<Stored: FixedWidthInteger>(_ number: Stored) -> UInt64 {
        withUnsafeBytes(of: number.littleEndian) { XXHash64.hash($0) }
    }
}

extension Int64 {
    /// Microseconds as nanoseconds; nil when these are too many.
    fileprivate var nanos: Int64? {
        let (nanos, overflow) = multipliedReportingOverflow(by: 1_000)
        return overflow ? nil : nanos
    }
}
