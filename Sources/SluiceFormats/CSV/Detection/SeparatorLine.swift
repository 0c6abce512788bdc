import SluiceCore

/// The first line of a file that tells Excel the delimiter: `sep=;`.
struct SeparatorLine {
    let delimiter: UInt8
    /// As it stands in the file.
    let text: String

    /// Nil where the file does not begin with such a line.
    ///
    /// - Parameter start: in whatever encoding; the zeros of UTF-16 and byte order marks are passed over.
    init?(_ start: [UInt8]) {
        let plain = start.prefix(40).filter { $0 != 0 && $0 < 0x80 }
        let line = plain.prefix { $0 != 0x0A && $0 != 0x0D }
        guard line.count < plain.count else { return nil }
        let isQuoted = line.first == UInt8(ascii: "\"")
        let inner = isQuoted ? line.dropFirst().dropLast(line.last == UInt8(ascii: "\"") ? 1 : 0) : line
        guard inner.count == 5, zip(inner, "sep=".utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }), let last = inner.last,
            last & 0xC0 == 0 || last == UInt8(ascii: "|") || last == UInt8(ascii: "^"), last &- 0x30 >= 10, last != UInt8(ascii: "\"")
        else { return nil }
        delimiter = last
        text = String(decoding: line, as: UTF8.self)
    }

    /// What the line says of the dialect: its delimiter where none is given, and that the line itself is no data.
    func properties(_ dialect: CSVDialect) -> [DialectDetection.Property] {
        var options: [(String, OptionValue)] = []
        if dialect.given["delimiter"] == nil { options.append(("delimiter", .text(String(decoding: [delimiter], as: UTF8.self)))) }
        if dialect.given["skip_lines"] == nil { options.append(("skip_lines", .integer(1))) }
        return options.map { option, choice in
            DialectDetection.Property(
                option: option, choice: choice, reason: "the first line says \(text.quotedForMessage), as Excel reads it", score: 1,
                alternatives: [], isDefault: option == "delimiter" && [delimiter] == dialect.delimiterBytes, isApplied: true)
        }
    }
}
