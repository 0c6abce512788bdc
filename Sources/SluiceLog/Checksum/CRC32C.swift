#if canImport(CStreamSupport)
import CStreamSupport
#endif

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720, appendix B.4): by the processor's instruction, or sixteen bytes a step from
/// sixteen tables where it has none.
enum CRC32C {
    /// The checksum of `bytes`.
    ///
    /// - Complexity: about 0.05 ns a byte by instruction, 0.3 from tables.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        #if canImport(CStreamSupport)
        if hasInstruction { return ~sluice_crc32c_update(~0, bytes.baseAddress, bytes.count) }
        #endif
        return checksumFromTables(bytes)
    }

    #if canImport(CStreamSupport)
    private static let hasInstruction = sluice_crc32c_available()
    #endif

    static func checksumFromTables(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            ~update(~0, bytes, table.baseAddress!)
        }
    }

    /// Table `k` (256 entries at `256 * k`) advances a byte through `k` further zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 16 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82F6_3B78 }
            tables[byte] = remainder
        }
        for index in 256..<(16 * 256) {
            let previous = tables[index - 256]
            tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
        }
        return tables
    }()

    private static func update(_ start: UInt32, _ bytes: UnsafeRawBufferPointer, _ table: UnsafePointer<UInt32>) -> UInt32 {
        guard var pointer = bytes.baseAddress else { return start }
        var crc = start
        var left = bytes.count
        while left >= 16 {
            let low = UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
            let high = UInt64(littleEndian: pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            crc = fold(low, table + 8 * 256) ^ fold(high, table)
            pointer += 16
            left &-= 16
        }
        while left > 0 {
            crc = crc >> 8 ^ table[Int((crc ^ UInt32(pointer.load(as: UInt8.self))) & 0xFF)]
            pointer += 1
            left &-= 1
        }
        return crc
    }

    /// Eight bytes through eight tables; `table` is the one of the last byte.
    @inline(__always) private static func fold(_ word: UInt64, _ table: UnsafePointer<UInt32>) -> UInt32 {
        let a = table[7 &* 256 &+ Int(word & 0xFF)] ^ table[6 &* 256 &+ Int(word &>> 8 & 0xFF)]
        let b = table[5 &* 256 &+ Int(word &>> 16 & 0xFF)] ^ table[4 &* 256 &+ Int(word &>> 24 & 0xFF)]
        let c = table[3 &* 256 &+ Int(word &>> 32 & 0xFF)] ^ table[2 &* 256 &+ Int(word &>> 40 & 0xFF)]
        let d = table[256 &+ Int(word &>> 48 & 0xFF)] ^ table[Int(word &>> 56)]
        return a ^ b ^ c ^ d
    }
}
