/// The checksum of gzip, PNG and Ethernet: CRC-32 with the reflected polynomial EDB88320 (RFC 1952, section 8), eight bytes a step.
enum CRC32 {
    /// `tables[256 * k + byte]` is the effect of a byte that `k` more bytes follow.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<tables.count { tables[index] = tables[index - 256] >> 8 ^ tables[Int(tables[index - 256] & 0xFF)] }
        return tables
    }()

    static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var crc = UInt32.max
            var place = 0
            let raw = UnsafeRawBufferPointer(bytes)
            while place &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(crc)
                crc = 0
                for lane in 0..<8 { crc ^= tables[(7 &- lane) &* 256 &+ Int(word &>> UInt64(lane &* 8) & 0xFF)] }
                place &+= 8
            }
            while place < bytes.count {
                crc = crc &>> 8 ^ tables[Int((crc ^ UInt32(bytes[place])) & 0xFF)]
                place &+= 1
            }
            return ~crc
        }
    }
}
