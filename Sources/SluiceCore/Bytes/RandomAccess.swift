/// Bytes that can be read from any place: a file, an object, memory.
public protocol RandomAccess: Sendable {
    var byteCount: Int64 { get }

    /// Fills `buffer` from `offset` on and returns how many bytes there were; fewer than asked for only at the end.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int
}

extension RandomAccess {
    /// `count` bytes from `offset` on.
    ///
    /// - Throws: `cutFile` when fewer are there; what reading throws.
    public func bytes(at offset: Int64, count: Int) throws(SluiceError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= byteCount, Int64(count) <= byteCount - offset else {
            throw SluiceError(
                .cutFile, "\(count) bytes from byte \(offset) on are wanted, and the file has \(byteCount)",
                remedy: "copy or download the file again")
        }
        var failure: SluiceError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            do throws(SluiceError) {
                filled = try read(at: offset, into: UnsafeMutableRawBufferPointer(target))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count == count else {
            throw SluiceError(.cutFile, "the file ended while it was read", remedy: "do not change files while they are read")
        }
        return bytes
    }
}

/// Random access to bytes that are in memory already.
public struct MemoryAccess: RandomAccess {
    private let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var byteCount: Int64 { Int64(bytes.count) }

    public func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard offset >= 0, offset < byteCount else { return 0 }
        let start = Int(offset)
        let count = min(buffer.count, bytes.count - start)
        buffer.copyBytes(from: bytes[start..<(start + count)])
        return count
    }
}
