/// Bytes in order, from a file, an object, a decompressor or memory.
public protocol ByteSource: ~Copyable {
    /// Fills up to `buffer.count` bytes and returns how many; 0 means the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int
}

/// Where bytes go in order.
public protocol ByteSink: ~Copyable {
    /// Takes all of `bytes`.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError)
    /// Everything written is complete and durable on return; nothing is written after it.
    mutating func finish() throws(SluiceError)
}

/// Bytes that are in memory already.
public struct MemorySource: ByteSource, Sendable {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }
}
