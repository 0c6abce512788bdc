/// The encoding that the start of a file shows.
struct EncodingEvidence {
    enum Certainty {
        /// A byte order mark says it.
        case mark
        /// Valid UTF-8, or every second byte of most characters is 0.
        case pattern
        /// Bytes that are no UTF-8: one of the encodings of one byte a character.
        case guess
    }

    let encoding: TextEncoding
    let certainty: Certainty
    let reason: String

    init(_ sample: [UInt8], isWhole: Bool) {
        if let (marked, _) = TextEncoding.byteOrderMark(sample) {
            (encoding, certainty, reason) = (marked, .mark, "the file starts with the byte order mark of \(marked.rawValue)")
        } else if Self.isPlainASCII(sample) {
            (encoding, certainty, reason) = (.utf8, .pattern, "all of the sample is ASCII")
        } else if let wide = Self.wide(sample) {
            (encoding, certainty) = (wide, .pattern)
            reason = "every second byte of most characters is 0, as in \(wide.rawValue) text"
        } else if let fault = Self.invalidByte(sample, isWhole: isWhole) {
            certainty = .guess
            let (found, why) = Self.narrow(sample)
            encoding = found
            reason = "byte \(fault) is no valid UTF-8; \(why)"
        } else {
            (encoding, certainty) = (.utf8, .pattern)
            reason = sample.contains { $0 >= 0x80 } ? "all of the sample is valid UTF-8" : "all of the sample is ASCII"
        }
    }

    /// Whether all bytes are from 1 to 7F, as in most files: eight at a time, since every file of a source is looked at.
    private static func isPlainASCII(_ sample: [UInt8]) -> Bool {
        sample.withUnsafeBytes { bytes in
            var (high, place) = (UInt64(0), 0)
            while place + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                // A byte that is 0 borrows from its highest bit.
                high |= word | (word &- 0x0101_0101_0101_0101)
                place += 8
            }
            return high & 0x8080_8080_8080_8080 == 0 && bytes[place...].allSatisfy { $0 &- 1 < 0x7F }
        }
    }

    /// UTF-16 without a mark: the high bytes of Latin text are 0, and no other byte is.
    private static func wide(_ sample: [UInt8]) -> TextEncoding? {
        let pairs = sample.count / 2
        guard pairs >= 2 else { return nil }
        var (even, odd) = (0, 0)
        for pair in 0..<pairs {
            if sample[2 * pair] == 0 { even += 1 }
            if sample[2 * pair + 1] == 0 { odd += 1 }
        }
        if odd * 10 >= pairs * 6, even * 20 <= pairs { return .utf16LittleEndian }
        if even * 10 >= pairs * 6, odd * 20 <= pairs { return .utf16BigEndian }
        return nil
    }

    /// Offset of the first byte that is no UTF-8; a character that the sample's end cuts counts as whole.
    private static func invalidByte(_ sample: [UInt8], isWhole: Bool) -> Int? {
        do {
            _ = try UTF8Span(validating: sample.span)
            return nil
        } catch {
            let offset = error.byteOffsets.lowerBound
            let isCut =
                !isWhole && offset + 4 > sample.count && sample[offset] >= 0xC2 && sample[(offset + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
            return isCut ? nil : offset
        }
    }

    private static func narrow(_ sample: [UInt8]) -> (TextEncoding, String) {
        let controls = sample.filter { (0x80..<0xA0).contains($0) }
        if controls.isEmpty { return (.cp1252, "it has no byte from 80 to 9F, so cp1252 and latin-1 read it alike") }
        if let undefined = controls.first(where: { CodePage1252.high[Int($0) - 0x80] == 0 }) {
            return (.latin1, "byte \(hex(undefined)) is defined in latin-1 and not in cp1252")
        }
        return (.cp1252, "byte \(hex(controls[0])) is a printed character in cp1252 and a control character in latin-1")
    }

    private static func hex(_ byte: UInt8) -> String { String(byte, radix: 16, uppercase: true) }
}
