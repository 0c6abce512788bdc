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
        var highBits: UInt64 = 0
        while index + 32 <= bytes.count {
            let first =
                raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) | raw.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
            let second =
                raw.loadUnaligned(fromByteOffset: index + 16, as: UInt64.self)
                | raw.loadUnaligned(fromByteOffset: index + 24, as: UInt64.self)
            highBits |= first | second
            index += 32
        }
        while index < bytes.count {
            highBits |= UInt64(bytes[index])
            index += 1
        }
        return highBits & Words.all(0x80) == 0 && memchr(base, 0, bytes.count) == nil
    }

    static func fault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
        if isPlainASCII(bytes) { return nil }
        let nul = bytes.first(0, from: 0)
        if case .invalidUTF8(let offset)? = encodingFault(in: bytes), offset < nul { return .invalidUTF8(offset: offset) }
        return nul < bytes.count ? .nul(offset: nul) : nil
    }

    /// Whether the bytes are UTF-8, with NUL or without.
    static func encodingFault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return .invalidUTF8(offset: error.byteOffsets.lowerBound)
        }
    }
}
