import CZstd
import SluiceCore

/// Decompresses a zstd file (RFC 8878) of one frame or several, skippable ones among them.
struct ZstdSource: ByteSource, Sendable {
    private let input: InputBuffer
    private let decompressor = ZstdDecompressor()
    /// Whether the last frame is complete, so that the file may end.
    private var isBetweenFrames = true

    init(_ input: InputBuffer) {
        self.input = input
        ZSTD_DCtx_setParameter(decompressor.context, ZSTD_d_windowLogMax, Int32(CodecLimits.zstdWindowLog))
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        while true {
            if isBetweenFrames, try !input.hasMore() { return 0 }
            let unread = input.unread
            var source = ZSTD_inBuffer(src: unread.baseAddress, size: unread.count, pos: 0)
            var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            let code = ZSTD_decompressStream(decompressor.context, &target, &source)
            if ZSTD_isError(code) != 0 { throw failure(code) }
            input.drop(source.pos)
            isBetweenFrames = code == 0
            if target.pos > 0 { return target.pos }
            if source.pos == 0, !isBetweenFrames {
                guard input.unread.isEmpty else { throw input.corrupt(.zstd, "the data does not go on") }
                guard try input.fill() else { throw input.cut(.zstd) }
            }
        }
    }

    private func failure(_ code: Int) -> SluiceError {
        switch ZSTD_getErrorCode(code) {
        case ZSTD_error_prefix_unknown where isBetweenFrames && input.offset > 0: input.garbage(.zstd)
        case ZSTD_error_frameParameter_windowTooLarge:
            SluiceError(
                .limitExceeded, "the zstd file needs a window of more than \(1 << (CodecLimits.zstdWindowLog - 20)) MiB",
                at: .file(path: input.path), remedy: "compress it again without --long")
        default: input.corrupt(.zstd, zstdError(code))
        }
    }
}
