import SluiceCore

/// Turns a source's bytes into UTF-8 as they are read; UTF-8 goes through as it is.
///
/// What the encoding does not define (half of a surrogate pair, byte 0x81 in cp1252, an odd byte at the end) becomes bytes that are no valid
/// UTF-8, so that the record with it is rejected, and only that one.
struct TranscodingSource: ByteSource, Sendable {
    private var source: InputBytes
    private var encoding: TextEncoding
    private var markWasRead = false
    private var isAtEnd = false
    /// Bytes of the source that were read and not converted.
    private var input: [UInt8] = []
    private var inputStart = 0
    /// UTF-8 that did not fit the reader's buffer.
    private var pending: [UInt8] = []
    private var pendingStart = 0

    init(_ source: InputBytes, from encoding: TextEncoding) {
        self.source = source
        self.encoding = encoding
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        if !markWasRead { try readMark() }
        if encoding == .utf8 { return try readThrough(buffer) }
        while pendingStart == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
            if inputStart == input.count || (encoding.unitBytes > input.count - inputStart && !isAtEnd) { try fill() }
            if isAtEnd, inputStart == input.count { return 0 }
            convert()
        }
        let count = min(buffer.count, pending.count - pendingStart)
        buffer.copyBytes(from: pending[pendingStart..<(pendingStart + count)])
        pendingStart += count
        return count
    }

    private mutating func readMark() throws(SluiceError) {
        markWasRead = true
        while input.count < 3, !isAtEnd { try fill() }
        guard let (marked, length) = TextEncoding.byteOrderMark(input) else { return }
        encoding = marked
        inputStart = length
    }

    private mutating func readThrough(_ buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard inputStart < input.count else { return isAtEnd ? 0 : try source.read(into: buffer) }
        let count = min(buffer.count, input.count - inputStart)
        buffer.copyBytes(from: input[inputStart..<(inputStart + count)])
        inputStart += count
        return count
    }

    /// Reads more of the source behind what is left.
    private mutating func fill() throws(SluiceError) {
        let rest = Array(input[inputStart...])
        var got = 0
        var failure: SluiceError?
        var source = source
        input = [UInt8](unsafeUninitializedCapacity: rest.count + FormatLimits.encodedBytes) { target, count in
            _ = target.initialize(fromContentsOf: rest)
            do throws(SluiceError) {
                got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[rest.count...]))
            } catch {
                failure = error
            }
            count = rest.count + got
        }
        self.source = source
        inputStart = 0
        if let failure { throw failure }
        isAtEnd = got == 0
    }

    private mutating func convert() {
        switch encoding {
        case .utf8: break
        case .latin1:
            for byte in input[inputStart...] { append(UInt32(byte)) }
            inputStart = input.count
        case .cp1252:
            for byte in input[inputStart...] {
                guard (0x80..<0xA0).contains(byte) else {
                    append(UInt32(byte))
                    continue
                }
                let code = CodePage1252.high[Int(byte) - 0x80]
                if code == 0 { pending.append(byte) } else { append(UInt32(code)) }
            }
            inputStart = input.count
        case .utf16LittleEndian: convertUTF16(low: 0, high: 1)
        case .utf16BigEndian: convertUTF16(low: 1, high: 0)
        }
    }

    private mutating func convertUTF16(low: Int, high: Int) {
        func unit(_ index: Int) -> UInt32 { UInt32(input[index + low]) | UInt32(input[index + high]) << 8 }
        while inputStart + 2 <= input.count {
            let first = unit(inputStart)
            guard (0xD800..<0xDC00).contains(first) else {
                append(first)
                inputStart += 2
                continue
            }
            guard inputStart + 4 <= input.count else {
                if !isAtEnd { return }
                append(first)
                inputStart += 2
                continue
            }
            let second = unit(inputStart + 2)
            if (0xDC00..<0xE000).contains(second) {
                append(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
                inputStart += 4
            } else {
                append(first)
                inputStart += 2
            }
        }
        if isAtEnd, inputStart < input.count {
            pending.append(0xFF)
            inputStart = input.count
        }
    }

    /// Appends a code point; half of a pair gets the three bytes that UTF-8 forbids.
    @inline(__always)
    private mutating func append(_ code: UInt32) {
        if code < 0x80 { return pending.append(UInt8(truncatingIfNeeded: code)) }
        if code < 0x800 {
            pending.append(UInt8(truncatingIfNeeded: 0xC0 | code >> 6))
        } else {
            if code < 0x10000 {
                pending.append(UInt8(truncatingIfNeeded: 0xE0 | code >> 12))
            } else {
                pending.append(UInt8(truncatingIfNeeded: 0xF0 | code >> 18))
                pending.append(UInt8(truncatingIfNeeded: 0x80 | code >> 12 & 0x3F))
            }
            pending.append(UInt8(truncatingIfNeeded: 0x80 | code >> 6 & 0x3F))
        }
        pending.append(UInt8(truncatingIfNeeded: 0x80 | code & 0x3F))
    }
}

extension TextEncoding {
    /// Bytes that are converted together at least.
    fileprivate var unitBytes: Int {
        switch self {
        case .utf16LittleEndian, .utf16BigEndian: 4
        default: 1
        }
    }
}

/// Windows code page 1252 for bytes 0x80...0x9F (the Unicode consortium's CP1252.TXT); 0 where it defines nothing.
enum CodePage1252 {
    static let high: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]
}
