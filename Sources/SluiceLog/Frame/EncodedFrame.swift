/// A frame that lacks only its place, arrival time and segment, which are given when it is queued and written.
struct EncodedFrame: Sendable {
    /// The bytes, so that the header is put in where they are: appender, queue and flusher have the frame one after another.
    private final class Storage: @unchecked Sendable {
        var bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    private let storage: Storage
    var header: FrameHeader
    /// The frame before is of the same append, and this one goes to the same segment.
    var continues = false

    init(bytes: [UInt8], header: FrameHeader) {
        storage = Storage(bytes)
        self.header = header
    }

    var bytes: [UInt8] { storage.bytes }
    var recordCount: Int { header.recordCount }

    /// Fixes the header in the bytes; only its own checksum is computed.
    mutating func seal(segment: UInt64) {
        header.segmentBase = segment
        storage.bytes.withUnsafeMutableBytes { header.write(to: $0) }
    }

    /// Changes the bytes, as a disk does that goes wrong.
    func damage(_ change: (inout [UInt8]) -> Void) { change(&storage.bytes) }

    /// Hands the bytes over; the frame has none afterwards.
    func takeBytes() -> [UInt8] {
        defer { storage.bytes = [] }
        return storage.bytes
    }
}
