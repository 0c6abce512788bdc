import CDeflate
import CISAL
import CZlib

/// Deflated data (RFC 1951) that ends at a whole byte and is not final, so that more can follow.
enum OpenDeflate {
    /// An empty block of fixed codes that is final.
    static let finalBlock: [UInt8] = [0x03, 0x00]
    /// What an empty stored block has behind its three header bits and padding.
    private static let emptyStoredBlock: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    private enum Method: Sendable {
        case isal(StatePool<ISALDeflater>)
        case libdeflate(level: Int)
    }

    /// By level, from 1 on; see `Codec.blockCompressor(level:)`.
    private static let methods: [Method] =
        [0, 1, 3].map { level in .isal(StatePool { ISALDeflater(level: level) }) } + [2, 4, 6, 7, 8, 9].map { .libdeflate(level: $0) }
    private static let walkers = StatePool { DeflateWalker() }

    static func compress(_ plain: UnsafeRawBufferPointer, level: Int) -> [UInt8] {
        if plain.isEmpty { return [] }
        switch methods[min(max(level, 1), methods.count) - 1] {
        case .isal(let deflaters): return deflaters.withState { $0.run(plain) } ?? stored(plain)
        case .libdeflate(let level): return opened(DeflateBlocks.compress(plain, level: level, wrapper: .deflate)) ?? stored(plain)
        }
    }

    /// libdeflate has no flush: its last block is made an ordinary one, and an empty stored block fills up the last byte.
    private static func opened(_ closed: [UInt8]) -> [UInt8]? {
        guard let last = walkers.withState({ walker in closed.withUnsafeBytes { walker.lastBlock($0) } }) else { return nil }
        var bytes = closed
        bytes[last.startBit >> 3] &= ~(1 << UInt8(last.startBit & 7))
        let storedHeaderBits = 3
        if bytes.count * 8 - last.endBit < storedHeaderBits { bytes.append(0) }
        return bytes + emptyStoredBlock
    }

    /// Stored blocks, for what a library does not compress.
    private static func stored(_ plain: UnsafeRawBufferPointer) -> [UInt8] {
        let longest = Int(UInt16.max)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(plain.count + (plain.count / longest + 1) * (1 + emptyStoredBlock.count))
        for start in stride(from: 0, to: plain.count, by: longest) {
            let piece = plain[start..<min(plain.count, start + longest)]
            let count = UInt16(piece.count)
            bytes.append(0)
            for number in [count, ~count] { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }
}

/// ISA-L's deflate of a whole block. One task at a time uses an object.
private final class ISALDeflater: @unchecked Sendable {
    private let level: UInt32
    private let stream: UnsafeMutablePointer<isal_zstream>
    private let levelRoom: UnsafeMutableBufferPointer<UInt8>

    init(level: UInt32) {
        self.level = level
        stream = .allocate(capacity: 1)
        // ISAL_DEF_LVL1_DEFAULT and ISAL_DEF_LVL3_DEFAULT of igzip_lib.h are within it.
        levelRoom = .allocate(capacity: level == 0 ? 0 : 512 << 10)
        stream.initialize(to: isal_zstream())
    }

    deinit {
        stream.deallocate()
        levelRoom.deallocate()
    }

    /// Nil where ISA-L finds no room, which is more than stored blocks need, or the block is over 2 GiB.
    func run(_ plain: UnsafeRawBufferPointer) -> [UInt8]? {
        guard plain.count < Int(Int32.max) else { return nil }
        let storedOverhead = (plain.count / Int(UInt16.max) + 1) * 5
        var isDone = false
        let bytes = [UInt8](unsafeUninitializedCapacity: plain.count + storedOverhead + 1_024) { target, count in
            isal_deflate_stateless_init(stream)
            stream.pointee.level = level
            stream.pointee.level_buf = level == 0 ? nil : levelRoom.baseAddress
            stream.pointee.level_buf_size = UInt32(levelRoom.count)
            stream.pointee.flush = UInt16(FULL_FLUSH)
            stream.pointee.end_of_stream = 0
            stream.pointee.next_in = UnsafeMutablePointer(mutating: plain.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(clamping: plain.count)
            stream.pointee.next_out = target.baseAddress
            stream.pointee.avail_out = UInt32(clamping: target.count)
            isDone = isal_deflate_stateless(stream) == COMP_OK && stream.pointee.avail_in == 0
            count = Int(stream.pointee.total_out)
        }
        return isDone ? bytes : nil
    }
}

/// Finds block boundaries in deflated data by inflating it with zlib, which can stop there. One task at a time uses an object.
private final class DeflateWalker: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256 << 10)

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start: code \(code)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        scratch.deallocate()
    }

    /// Where the final block begins and ends, in bits; nil when the data is not whole.
    func lastBlock(_ data: UnsafeRawBufferPointer) -> (startBit: Int, endBit: Int)? {
        inflateReset(stream)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: data.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: data.count)
        var startBit = 0
        while true {
            stream.pointee.next_out = scratch.baseAddress
            stream.pointee.avail_out = UInt32(scratch.count)
            guard inflate(stream, Z_BLOCK) == Z_OK else { return nil }
            // zlib.h, inflate: 128 is set at a block's boundary, 64 in or behind the final block; the low bits count unused bits.
            let state = stream.pointee.data_type
            guard state & 128 != 0 else { continue }
            let bit = Int(stream.pointee.total_in) * 8 - Int(state & 7)
            if state & 64 != 0 { return (startBit, bit) }
            startBit = bit
        }
    }
}
