import CZstd

/// libzstd for whole blocks.
enum ZstdBlocks {
    /// zstd's own default.
    static let defaultLevel = 3
    private static let levels = 1...19

    private static let decompressors = StatePool { ZstdDecompressor() }
    private static let compressors = StatePool { ZstdCompressor() }

    static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> BlockOutcome {
        decompressors.withState { state in
            let made = output.withAddress { ZSTD_decompressDCtx(state.context, $0, output.count, input.baseAddress, input.count) }
            if ZSTD_isError(made) == 0 { return .made(made) }
            return ZSTD_getErrorCode(made) == ZSTD_error_dstSize_tooSmall ? .noRoom : .damaged(zstdError(made))
        }
    }

    /// Frames need not tell their size, so the first guess follows the input.
    static func decompress(_ input: UnsafeRawBufferPointer, limit: Int) -> (bytes: [UInt8], outcome: BlockOutcome) {
        let told = ZSTD_getFrameContentSize(input.baseAddress, input.count)
        let believable = min(limit, input.count.multipliedClamped(by: 64))
        let start = told <= UInt64(believable) ? Int(told) : input.count.multipliedClamped(by: 4)
        return decompressed(start: start, limit: limit) { decompress(input, into: $0) }
    }

    /// - Parameter withChecksum: Whether the frame ends with a checksum of its plain bytes.
    static func compress(_ input: UnsafeRawBufferPointer, level: Int, withChecksum: Bool = false) -> [UInt8] {
        let level = Int32(min(max(level, levels.lowerBound), levels.upperBound))
        return compressors.withState { state in
            ZSTD_CCtx_setParameter(state.context, ZSTD_c_compressionLevel, level)
            ZSTD_CCtx_setParameter(state.context, ZSTD_c_checksumFlag, withChecksum ? 1 : 0)
            return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(input.count)) { target, count in
                count = ZSTD_compress2(state.context, target.baseAddress, target.count, input.baseAddress, input.count)
                precondition(ZSTD_isError(count) == 0, "zstd has room for its greatest output, and fails: \(zstdError(count))")
            }
        }
    }
}

/// zstd's words for a code.
func zstdError(_ code: Int) -> String { String(cString: ZSTD_getErrorName(code)) }

/// One task at a time uses an object; the compiler cannot see that through the pointer.
final class ZstdDecompressor: @unchecked Sendable {
    let context: OpaquePointer

    init() {
        guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for zstd") }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }
}

/// See `ZstdDecompressor`.
final class ZstdCompressor: @unchecked Sendable {
    let context: OpaquePointer

    init() {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for zstd") }
        self.context = context
    }

    deinit { ZSTD_freeCCtx(context) }
}
