import CZlib

/// zlib's inflate: the reference.
package final class ZlibInflater: Inflating, @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>

    package init(_ wrapper: DeflateWrapper) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let bits = MAX_WBITS + (wrapper == .gzip ? gzipWrapper : 0)
        let code = inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start: code \(code)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    package func run(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> (taken: Int, made: Int, outcome: InflateOutcome) {
        let offered = UInt32(clamping: input.count)
        let room = UInt32(clamping: output.count)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = offered
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = room
        let code = inflate(stream, Z_NO_FLUSH)
        let taken = Int(offered) - Int(stream.pointee.avail_in)
        let made = Int(room) - Int(stream.pointee.avail_out)
        switch code {
        case Z_OK, Z_BUF_ERROR: return (taken, made, .going)
        case Z_STREAM_END: return (taken, made, .memberEnded)
        case Z_NEED_DICT: return (taken, made, .corrupt("it needs a dictionary"))
        default: return (taken, made, .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"))
        }
    }

    package func restart() { inflateReset(stream) }
}

/// Added to zlib's window bits, it selects the gzip wrapper (zlib.h, `inflateInit2`).
private let gzipWrapper: Int32 = 16
