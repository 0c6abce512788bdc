import SluiceCore

/// Decompresses a file in Snappy's framing format.
struct SnappySource: ByteSource, Sendable {
    private let input: InputBuffer
    /// Plain bytes of a chunk that did not fit the reader's buffer.
    private var rest = [UInt8](repeating: 0, count: SnappyFrames.plainBytes)
    private var restRange = 0..<0

    init(_ input: InputBuffer) { self.input = input }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        while restRange.isEmpty {
            guard try input.hasMore() else { return 0 }
            guard try input.fill(atLeast: SnappyFrames.headerBytes) else { throw input.cut(.snappy) }
            let made = try chunk(into: buffer)
            if made > 0 { return made }
        }
        let count = min(buffer.count, restRange.count)
        rest.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[restRange.prefix(count)])) }
        restRange = restRange.dropFirst(count)
        return count
    }

    /// Takes a chunk: its plain bytes go to `buffer` where they fit (returns how many), and to `rest` otherwise (returns 0).
    private mutating func chunk(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let header = input.unread
        let type = header[0]
        let length = Int(header[1]) | Int(header[2]) << 8 | Int(header[3]) << 16
        switch type {
        case SnappyFrames.compressedType, SnappyFrames.plainType:
            let limit = type == SnappyFrames.plainType ? SnappyFrames.checksumBytes + SnappyFrames.plainBytes : SnappyFrames.compressedBytes
            guard (SnappyFrames.checksumBytes...limit).contains(length) else {
                throw input.corrupt(.snappy, "a chunk claims \(length) bytes")
            }
            return try data(type, length, into: buffer)
        case SnappyFrames.identifierType:
            guard try input.fill(atLeast: SnappyFrames.identifier.count) else { throw input.cut(.snappy) }
            guard input.unread.starts(with: SnappyFrames.identifier) else {
                throw input.corrupt(.snappy, "the stream identifier is not right")
            }
            input.drop(SnappyFrames.identifier.count)
        case SnappyFrames.skippableTypes...: try skip(SnappyFrames.headerBytes + length)
        default: throw input.corrupt(.snappy, "unknown chunk type \(type)")
        }
        return 0
    }

    private mutating func data(_ type: UInt8, _ length: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard try input.fill(atLeast: SnappyFrames.headerBytes + length) else { throw input.cut(.snappy) }
        let chunk = UnsafeRawBufferPointer(rebasing: input.unread.dropFirst(SnappyFrames.headerBytes).prefix(length))
        let expected = UInt32(littleEndian: chunk.loadUnaligned(as: UInt32.self))
        let content = UnsafeRawBufferPointer(rebasing: chunk[SnappyFrames.checksumBytes...])
        let count = type == SnappyFrames.plainType ? content.count : SnappyBlocks.plainCount(content) ?? .max
        guard count <= SnappyFrames.plainBytes else { throw input.corrupt(.snappy, "a chunk has more plain bytes than the format allows") }
        let isDirect = count <= buffer.count
        let isRight =
            isDirect
            ? Self.unpack(type, content, expected, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
            : rest.withUnsafeMutableBytes {
                Self.unpack(type, content, expected, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
            }
        guard isRight else { throw input.corrupt(.snappy, "a chunk's data or checksum is not right") }
        input.drop(SnappyFrames.headerBytes + length)
        if isDirect { return count }
        restRange = 0..<count
        return 0
    }

    /// Fills `plain` with a chunk's content; whether it is what the checksum says.
    private static func unpack(
        _ type: UInt8, _ content: UnsafeRawBufferPointer, _ expected: UInt32, into plain: UnsafeMutableRawBufferPointer
    ) -> Bool {
        if type == SnappyFrames.plainType {
            plain.copyMemory(from: content)
        } else {
            guard SnappyBlocks.decompress(content, into: plain) == .made(plain.count) else { return false }
        }
        return SnappyFrames.checksum(UnsafeRawBufferPointer(plain)) == expected
    }

    private func skip(_ count: Int) throws(SluiceError) {
        var rest = count
        while rest > 0 {
            guard try input.hasMore() else { throw input.cut(.snappy) }
            let step = min(rest, input.unread.count)
            input.drop(step)
            rest -= step
        }
    }
}
