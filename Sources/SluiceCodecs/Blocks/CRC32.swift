import CDeflate

/// The checksum of gzip and of Parquet's pages: RFC 1952, section 8.
package enum CRC32 {
    /// - Parameter earlier: The checksum of what stands before; that of nothing when absent.
    package static func checksum(of bytes: UnsafeRawBufferPointer, behind earlier: UInt32 = 0) -> UInt32 {
        // The library takes no bytes as the wish for the initial value, which is the checksum of nothing, too.
        bytes.isEmpty ? earlier : libdeflate_crc32(earlier, bytes.baseAddress, bytes.count)
    }
}
