import SluiceCore

/// Encodings that files are read in. Records are UTF-8 behind the framer.
enum TextEncoding: String, CaseIterable, Sendable {
    case utf8 = "utf-8"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case latin1 = "latin-1"
    case cp1252 = "cp1252"

    static let option = OptionSpec(
        "encoding", .choice(allCases.map(\.rawValue)), .read, default: .text(utf8.rawValue),
        "Encoding of the file; a byte order mark at its start overrides it.")

    /// The source's bytes as UTF-8, without a byte order mark.
    func decoded(_ source: InputBytes) -> InputBytes { TranscodingSource(source, from: self) }

    /// The encoding that a byte order mark at the start of a file names, and the mark's length.
    static func byteOrderMark(_ start: some Collection<UInt8>) -> (encoding: TextEncoding, length: Int)? {
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if start.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if start.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        return nil
    }
}
