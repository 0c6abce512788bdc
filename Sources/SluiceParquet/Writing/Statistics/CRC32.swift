/// The checksum of pages: CRC-32 as gzip has it (parquet.thrift, `PageHeader.crc`).
enum CRC32 {
    /// Table `k` advances a byte over `k` further bytes, so that eight bytes take eight independent look-ups.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var state = UInt32(byte)
            for _ in 0..<8 { state = state & 1 != 0 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
            tables[byte] = state
        }
        for byte in 256..<8 * 256 { tables[byte] = tables[byte - 256] >> 8 ^ tables[Int(tables[byte - 256] & 0xFF)] }
        return tables
    }()

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var state: UInt32 = .max
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(state)
                state = 0
                for byte in 0..<8 { state ^= tables[(7 - byte) * 256 + Int(word >> UInt64(byte * 8) & 0xFF)] }
                offset += 8
            }
            while offset < bytes.count {
                state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[offset])) & 0xFF)]
                offset += 1
            }
            return ~state
        }
    }
}
