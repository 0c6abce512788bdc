import Glibc

/// Whether bytes are text: valid UTF-8 without NUL.
enum TextCheck {
    enum Fault: Equatable {
        /// Offset of the first byte that does not belong.
        case invalidUTF8(offset: Int)
        case nul(offset: Int)
    }

    /// Whether all bytes are ASCII and none is NUL; at memory speed.
    static func isPlainASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let raw = UnsafeRawPointer(base)
        var index = 0
        var highBits = SIMD32<UInt8>()
        while index + 32 <= bytes.count {
            highBits |= raw.loadUnaligned(fromByteOffset: index, as: SIMD32<UInt8>.self)
            index += 32
        }
        var rest: UInt8 = 0
        while index < bytes.count {
            rest |= bytes[index]
            index += 1
        }
        return (highBits.max() | rest) < 0x80 && memchr(base, 0, bytes.count) == nil
    }

    static func fault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
        if isPlainASCII(bytes) { return nil }
        let nul = bytes.first(0, from: 0)
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let offset = error.byteOffsets.lowerBound
            if offset < nul { return .invalidUTF8(offset: offset) }
        }
        return nul < bytes.count ? .nul(offset: nul) : nil
    }
}
