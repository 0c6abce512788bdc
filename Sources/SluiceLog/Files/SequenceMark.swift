import Glibc
import SluiceCore

/// A sequence number in a file of its own: the end of a shard's durable records, for readers in other processes, and the trim point.
///
/// Sixteen bytes: the number and its complement, little-endian, so that a torn one is recognised.
struct SequenceMark {
    static let byteCount = 16

    static func bytes(_ sequence: UInt64) -> [UInt8] {
        withUnsafeBytes(of: (sequence.littleEndian, (~sequence).littleEndian)) { Array($0) }
    }

    /// Nil where there is no whole mark.
    static func read(_ path: String) -> UInt64? {
        guard let content = try? DiskFiles.read(path), content.count == byteCount else { return nil }
        return content.withUnsafeBytes { bytes in
            let sequence = FrameHeader.load(bytes, 0, as: UInt64.self)
            return FrameHeader.load(bytes, 8, as: UInt64.self) == ~sequence ? sequence : nil
        }
    }
}
