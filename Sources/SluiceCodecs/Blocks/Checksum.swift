import CDeflate

/// Checksums that formats put beside their data.
package enum Checksum {
    /// CRC-32 as of gzip (RFC 1952, section 8).
    package static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        bytes.withAddress { libdeflate_crc32(0, $0, bytes.count) }
    }
}
