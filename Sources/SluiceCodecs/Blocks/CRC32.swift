import CDeflate

/// The checksum of gzip and of Parquet's pages: RFC 1952, section 8.
package enum CRC32 {
    package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        // The library takes no bytes as the wish for the initial value, which is the checksum of nothing, too.
        libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }
}
