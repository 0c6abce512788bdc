import CZlib

/// zlib's inflate and deflate for gzip streams; no zlib name goes further than this file.
///
/// One task at a time uses an object; it holds zlib's state behind a pointer, which is why the compiler cannot see that it may be sent.
final class Inflater: @unchecked Sendable {
    enum Outcome: Equatable {
        /// More input or more room is needed.
        case going
        /// The member is complete and its checksum right.
        case memberEnded
        case corrupt(String)
    }

    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, MAX_WBITS + gzipWrapper, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start: code \(code)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Moves bytes from `input` to `output`; returns how many it took and made.
    func run(
        _ input: UnsafeBufferPointer<UInt8>, _ output: UnsafeMutableRawBufferPointer
    ) -> (taken: Int, made: Int, outcome: Outcome) {
        let limit = Int(UInt32.max)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(min(input.count, limit))
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(min(output.count, limit))
        let code = inflate(stream, Z_NO_FLUSH)
        let taken = min(input.count, limit) - Int(stream.pointee.avail_in)
        let made = min(output.count, limit) - Int(stream.pointee.avail_out)
        switch code {
        case Z_OK, Z_BUF_ERROR: return (taken, made, .going)
        case Z_STREAM_END: return (taken, made, .memberEnded)
        default: return (taken, made, .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"))
        }
    }

    /// Gets ready for another member.
    func restart() { inflateReset(stream) }
}

/// See `Inflater`.
final class Deflater: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>

    init(level: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let memoryLevel: Int32 = 8
        let code = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, MAX_WBITS + gzipWrapper, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start: code \(code)")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Moves bytes from `input` to `output`; `isDone` once the member's end was made (`isLast` only).
    func run(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableBufferPointer<UInt8>, isLast: Bool
    ) -> (taken: Int, made: Int, isDone: Bool) {
        let offered = min(input.count, Int(UInt32.max))
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let code = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        return (offered - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out), code == Z_STREAM_END)
    }
}

/// Added to zlib's window bits, it selects the gzip wrapper (zlib.h, `deflateInit2`).
private let gzipWrapper: Int32 = 16
