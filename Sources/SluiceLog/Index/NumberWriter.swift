import SluiceCore

/// Little-endian numbers one after another, with a CRC-32C of all at the end: the small binary files of a shard.
struct NumberWriter {
    private var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }

    func finished() -> [UInt8] {
        let sum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        return bytes + withUnsafeBytes(of: sum.littleEndian) { Array($0) }
    }
}

/// Reads what a `NumberWriter` wrote.
struct NumberReader {
    private let bytes: [UInt8]
    private var place = 0

    /// Nil where the checksum does not fit.
    init?(checking bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let body = Array(bytes.dropLast(4))
        let sum = bytes.withUnsafeBytes { FrameHeader.load($0, bytes.count - 4, as: UInt32.self) }
        guard body.withUnsafeBytes({ CRC32C.checksum($0) }) == sum else { return nil }
        self.bytes = body
    }

    /// Nil behind the end.
    mutating func take<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T? {
        guard bytes.count - place >= MemoryLayout<T>.size else { return nil }
        defer { place += MemoryLayout<T>.size }
        return bytes.withUnsafeBytes { FrameHeader.load($0, place, as: type) }
    }
}
