import SluiceCodecs
import SluiceCore

/// How objects are compressed as a whole. Equal bytes give equal objects.
enum Compressing {
    /// Plain bytes of a block, as snappy-java and Hadoop cut them.
    private static let snappyBlockBytes = 32 << 10
    private static let hadoopBlockBytes = 256 << 10

    static func compress(_ bytes: [UInt8], _ compression: S3Target.Compression) -> [UInt8] {
        switch compression {
        case .none: bytes
        case .gzip: block(bytes[...], .gzip)
        case .zip: zip(bytes)
        case .snappy: snappy(bytes)
        case .hadoopSnappy: hadoopSnappy(bytes)
        }
    }

    private static func block(_ bytes: ArraySlice<UInt8>, _ codec: BlockCodec) -> [UInt8] {
        bytes.withUnsafeBytes { codec.compress($0) }
    }

    /// The stream of snappy-java: a header of 16 bytes, then blocks with their lengths. Source: xerial/snappy-java, SnappyOutputStream.
    private static func snappy(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]
        for start in stride(from: 0, to: bytes.count, by: snappyBlockBytes) {
            let packed = block(bytes[start..<min(bytes.count, start + snappyBlockBytes)], .snappy)
            append(UInt32(packed.count), to: &out)
            out += packed
        }
        return out
    }

    /// Hadoop's block format: plain length, packed length, packed bytes. Source: Hadoop, BlockCompressorStream.
    private static func hadoopSnappy(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: hadoopBlockBytes) {
            let plain = bytes[start..<min(bytes.count, start + hadoopBlockBytes)]
            let packed = block(plain, .snappy)
            append(UInt32(plain.count), to: &out)
            append(UInt32(packed.count), to: &out)
            out += packed
        }
        return out
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// An archive of one file, `data`, dated 1980-01-01. Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16.
    private static func zip(_ bytes: [UInt8]) -> [UInt8] {
        let packed = block(bytes[...], .deflate)
        let name = Array("data".utf8)
        var facts: [UInt8] = []
        // Version 2.0, no flags, deflate, midnight of 1980-01-01.
        for number: UInt16 in [20, 0, 8, 0, 0x21] { little(number, to: &facts) }
        little(bytes.withUnsafeBytes { Checksum.crc32($0) }, to: &facts)
        little(UInt32(packed.count), to: &facts)
        little(UInt32(bytes.count), to: &facts)
        little(UInt16(name.count), to: &facts)
        little(UInt16(0), to: &facts)
        var out: [UInt8] = [0x50, 0x4B, 3, 4] + facts + name + packed
        let directory = out.count
        out += [0x50, 0x4B, 1, 2, 20, 0] + facts
        // No comment, first disk, no attributes, the file at the start.
        out += [UInt8](repeating: 0, count: 14) + name
        let end = out.count
        out += [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0]
        little(UInt32(end - directory), to: &out)
        little(UInt32(directory), to: &out)
        little(UInt16(0), to: &out)
        return out
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
