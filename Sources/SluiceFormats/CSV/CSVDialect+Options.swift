import SluiceCore

extension CSVDialect {
    /// The value of an option that is to be found out.
    static let auto = "auto"
    /// The delimiter that is a run of spaces and tabs.
    static let blanks = "blanks"
    /// Options that may be `auto`.
    static let detectable: Set<String> = ["delimiter", "quote", "escape", "encoding"]

    static let decoderOptionNames: Set<String> = [
        "delimiter", "quote", "escape", "encoding", "null_values", "trim", "decimal_mark", "group_mark", "date_pattern",
        "timestamp_pattern", "ragged", "quotes",
    ]

    static let options = [
        OptionSpec(
            "delimiter", .text, default: .text(auto),
            "What stands between fields, one character or several; \\t is a tab, blanks a run of spaces and tabs, auto what a sample of the file shows (a comma unless it cannot be)."
        ),
        OptionSpec(
            "quote", .text, default: .text("\""),
            "What encloses fields with delimiters or line ends; empty: nothing does; auto: what a sample shows."),
        OptionSpec(
            "escape", .text, default: .text(""),
            "What takes the meaning from a quote, delimiter or line end behind it, beside doubled quotes; empty: nothing; auto: what a sample shows."
        ),
        OptionSpec(
            "header", .booleanOrTexts, default: .boolean(true),
            "Whether the first line names the columns; a list gives the names of a file without such a line that is read."),
        OptionSpec(
            "header_rows", .integer(1...CSVLimits.headerRows), .read, default: .integer(1),
            "Rows of the header; a column's name is made of all of them."),
        OptionSpec("header_separator", .text, .read, default: .text(" "), "What stands between the parts of names from several rows."),
        OptionSpec("comment", .text, .read, "Lines that start with this text are skipped."),
        OptionSpec(
            "encoding", .choice(TextEncoding.allCases.map(\.rawValue) + [auto]), .read, default: .text(TextEncoding.utf8.rawValue),
            "Encoding of the file; a byte order mark at its start overrides it; auto: what a sample shows."),
        OptionSpec(
            "null_values", .texts, default: .texts([""]),
            "Unquoted texts that mean null; a writer uses the first. A quoted empty field is an empty text."),
        OptionSpec("trim", .boolean, .read, default: .boolean(false), "Whether blanks around unquoted fields and quotes are dropped."),
        OptionSpec("decimal_mark", .character(allowsEmpty: false), .read, default: .text("."), "The mark before a number's fraction."),
        OptionSpec("group_mark", .character(allowsEmpty: true), .read, default: .text(""), "The mark between groups of three digits."),
        OptionSpec("date_pattern", .text, .read, "How dates are written, as strptime has it: %d/%m/%Y; otherwise ISO 8601."),
        OptionSpec(
            "timestamp_pattern", .text, .read, "How timestamps are written, as strptime has it: %d.%m.%Y %H:%M; otherwise ISO 8601."),
        OptionSpec("skip_lines", .integer(0...1_000_000), .read, default: .integer(0), "Lines before the header that are skipped."),
        OptionSpec(
            "skip_footer", .integer(0...CSVLimits.footerRecords), .read, default: .integer(0), "Records at the end that are skipped."),
        OptionSpec(
            "footer", .text, .read,
            "How the first line of a footer starts, such as Total; it is looked for among the last \(CSVLimits.footerRecords) records, and skipped with all behind it."
        ),
        OptionSpec(
            "ragged", .choice(["error", "pad", "truncate", "fit"]), .read, default: .text("error"),
            "What a record with another number of fields is: rejected; padded with nulls where fields are missing; truncated where there are too many; or both."
        ),
        OptionSpec(
            "quotes", .choice(["strict", "lenient"]), .read, default: .text("strict"),
            "What text behind a closing quote does: it rejects the record, or it is part of the field up to the next delimiter or line end, as in Python and pandas: \"abc\"def is abcdef."
        ),
        OptionSpec(
            "detect", .choice(Detection.allCases.map(\.rawValue)), .read, default: .text(Detection.safe.rawValue),
            "What a sample of the file decides: only a delimiter that must be another, and UTF-16 (safe); all that was not given; or nothing."
        ),
    ]

    /// The delimiter that was given; nil where it is to be found out.
    ///
    /// - Throws: `invalidOption`.
    static func delimiter(_ checked: CheckedOptions) throws(SluiceError) -> String? {
        guard let text = checked.text("delimiter"), text != auto else { return nil }
        let unescaped = text.split(separator: #"\t"#, omittingEmptySubsequences: false).joined(separator: "\t")
        let bytes = unescaped.utf8
        guard !bytes.isEmpty, bytes.count <= CSVLimits.delimiterBytes, !bytes.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D })
        else {
            throw SluiceError(
                .invalidOption, "option \"delimiter\" of csv cannot be \(text.quotedForMessage)",
                remedy: "it takes 1 to \(CSVLimits.delimiterBytes) bytes without line ends, or auto")
        }
        return unescaped
    }

    /// A quote or escape: one ASCII character, or none.
    ///
    /// - Throws: `invalidOption`.
    static func mark(_ option: String, _ checked: CheckedOptions) throws(SluiceError) -> UInt8? {
        guard let text = checked.text(option) else { return nil }
        if text == auto { return option == "quote" ? UInt8(ascii: "\"") : nil }
        guard let byte = text.utf8.first else { return nil }
        guard text.utf8.count == 1, byte < 0x80, byte != 0, byte != 0x0A, byte != 0x0D else {
            throw SluiceError(
                .invalidOption, "option \(option.quotedForMessage) of csv cannot be \(text.quotedForMessage)",
                remedy: "it takes one ASCII character, an empty text for none, or auto")
        }
        return byte
    }

    /// - Throws: `invalidOption` for a field that is not known or a pattern without a day.
    static func timePattern(_ option: String, _ checked: CheckedOptions) throws(SluiceError) -> TimePattern? {
        guard let text = checked.text(option) else { return nil }
        let (pattern, place) = TimePattern.parse(text)
        guard let pattern else {
            throw SluiceError(
                .invalidOption, "unknown field at character \(place) of the \(option) \(text.quotedForMessage)",
                remedy: "fields: \(TimePattern.manual)")
        }
        guard pattern.namesDay else {
            throw SluiceError(
                .invalidOption, "the \(option) \(text.quotedForMessage) does not name a day",
                remedy: "it needs year, month and day, as in %d/%m/%Y")
        }
        return pattern
    }

    func checkMarks() throws(SluiceError) {
        if let quote, delimiterBytes.contains(quote) {
            throw SluiceError(.invalidOption, "delimiter and quote of csv are the same", remedy: "set quote to \"\" if nothing is quoted")
        }
        if let escape, delimiterBytes.contains(escape) {
            throw SluiceError(
                .invalidOption, "delimiter and escape of csv are the same", remedy: "set escape to \"\" if nothing is escaped")
        }
        if rules.groupMark == rules.decimalMark {
            throw SluiceError(
                .invalidOption, "decimal_mark and group_mark of csv are the same",
                remedy: "for 1.234,56 set decimal_mark: \",\" and group_mark: \".\"")
        }
        if let mark = [rules.decimalMark, rules.groupMark].compactMap({ $0 }).first(where: { $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") }) {
            throw SluiceError(
                .invalidOption, "\(String(decoding: [mark], as: UTF8.self).quotedForMessage) cannot be a mark in numbers",
                remedy: "for 1.234,56 set decimal_mark: \",\" and group_mark: \".\"")
        }
    }
}
