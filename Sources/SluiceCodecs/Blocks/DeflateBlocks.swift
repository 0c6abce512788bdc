import CDeflate

/// libdeflate for whole blocks of the deflate family.
enum DeflateBlocks {
    /// On rows of the flight data libdeflate's level 4 is 40 % faster than its 6, and 3 % larger.
    static let defaultLevel = 4
    private static let levels = 1...12

    private static let decompressors = StatePool { DeflateDecompressor() }
    private static let compressors = levels.map { level in StatePool { DeflateCompressor(level: level) } }

    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, wrapper: BlockCodec
    ) -> BlockOutcome {
        decompressors.withState { $0.run(input, output, wrapper) }
    }

    static func decompress(
        _ input: UnsafeRawBufferPointer, limit: Int, wrapper: BlockCodec
    ) -> (bytes: [UInt8], outcome: BlockOutcome) {
        decompressors.withState { state in
            decompressed(start: input.count.multipliedClamped(by: 4), limit: limit) { state.run(input, $0, wrapper) }
        }
    }

    static func compress(_ input: UnsafeRawBufferPointer, level: Int, wrapper: BlockCodec) -> [UInt8] {
        let level = min(max(level, levels.lowerBound), levels.upperBound)
        return compressors[level - levels.lowerBound].withState { $0.run(input, wrapper) }
    }
}

/// One task at a time uses an object; the compiler cannot see that through the pointer.
private final class DeflateDecompressor: @unchecked Sendable {
    private let state: OpaquePointer

    init() {
        guard let state = libdeflate_alloc_decompressor() else { preconditionFailure("no memory for libdeflate") }
        self.state = state
    }

    deinit { libdeflate_free_decompressor(state) }

    func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ wrapper: BlockCodec) -> BlockOutcome {
        guard let source = input.baseAddress else { return .damaged("it is empty") }
        var taken = 0
        var made = 0
        repeat {
            let outcome = member(source + taken, input.count - taken, UnsafeMutableRawBufferPointer(rebasing: output[made...]), wrapper)
            switch outcome.result {
            case LIBDEFLATE_SUCCESS: break
            case LIBDEFLATE_INSUFFICIENT_SPACE: return .noRoom
            default: return .damaged("it is not valid \(wrapper.rawValue) data")
            }
            taken += outcome.taken
            made += outcome.made
        } while wrapper == .gzip && taken < input.count
        if wrapper == .zlib, taken < input.count { return .damaged("something stands behind the data") }
        return .made(made)
    }

    private func member(
        _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutableRawBufferPointer, _ wrapper: BlockCodec
    ) -> (result: libdeflate_result, taken: Int, made: Int) {
        var taken = 0
        var made = 0
        let result = output.withAddress { target in
            switch wrapper {
            case .gzip: libdeflate_gzip_decompress_ex(state, source, count, target, output.count, &taken, &made)
            case .zlib: libdeflate_zlib_decompress_ex(state, source, count, target, output.count, &taken, &made)
            default: libdeflate_deflate_decompress_ex(state, source, count, target, output.count, &taken, &made)
            }
        }
        return (result, taken, made)
    }
}

/// See `DeflateDecompressor`.
private final class DeflateCompressor: @unchecked Sendable {
    private let state: OpaquePointer

    init(level: Int) {
        guard let state = libdeflate_alloc_compressor(Int32(level)) else { preconditionFailure("no memory for libdeflate") }
        self.state = state
    }

    deinit { libdeflate_free_compressor(state) }

    func run(_ input: UnsafeRawBufferPointer, _ wrapper: BlockCodec) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bound(input.count, wrapper)) { target, count in
            count = input.withAddress { source in
                switch wrapper {
                case .gzip: libdeflate_gzip_compress(state, source, input.count, target.baseAddress, target.count)
                case .zlib: libdeflate_zlib_compress(state, source, input.count, target.baseAddress, target.count)
                default: libdeflate_deflate_compress(state, source, input.count, target.baseAddress, target.count)
                }
            }
            precondition(count > 0, "libdeflate has room for its greatest output, and fails")
        }
    }

    private func bound(_ count: Int, _ wrapper: BlockCodec) -> Int {
        switch wrapper {
        case .gzip: libdeflate_gzip_compress_bound(state, count)
        case .zlib: libdeflate_zlib_compress_bound(state, count)
        default: libdeflate_deflate_compress_bound(state, count)
        }
    }
}
