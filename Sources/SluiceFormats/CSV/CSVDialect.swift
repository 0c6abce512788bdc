import SluiceCore

/// How a CSV file is written: the checked options.
struct CSVDialect: Hashable, Sendable {
    enum Header: Hashable, Sendable {
        /// The first line names the columns.
        case present
        /// The first line is data; columns are `column1`, `column2`, ….
        case absent
        /// The first line is data; these are the names.
        case given([String])
    }

    var delimiter = UInt8(ascii: ",")
    /// Nil: a quote is text as any other.
    var quote: UInt8? = UInt8(ascii: "\"")
    var header = Header.present
    var comment: [UInt8] = []
    var encoding = TextEncoding.utf8
    /// Unquoted texts that are null.
    var nullTexts: [[UInt8]] = [[]]
    var trims = false
    var rules = TextRules()
    var skippedLines = 0
    /// Missing fields at a record's end are null.
    var pads = false
    var isStrict = true
    /// What was given and matters to a decoder.
    let decoderOptions: [String: OptionValue]

    /// - Throws: `unknownKey` or `invalidOption`.
    init(_ values: [String: OptionValue]) throws(SluiceError) {
        let checked = try CheckedOptions(values, specs: Self.options, owner: CSVFormat.name)
        decoderOptions = checked.given.filter { Self.decoderOptionNames.contains($0.key) }
        delimiter = checked.byte("delimiter") ?? delimiter
        quote = checked.byte("quote")
        header = checked.texts("header").map { .given($0) } ?? (checked.boolean("header") ? .present : .absent)
        comment = Array((checked.text("comment") ?? "").utf8)
        encoding = TextEncoding(rawValue: checked.text("encoding") ?? "") ?? .utf8
        nullTexts = (checked.texts("null_values") ?? [""]).map { Array($0.utf8) }
        trims = checked.boolean("trim")
        skippedLines = checked.integer("skip_lines")
        pads = checked.text("ragged") == "pad"
        isStrict = checked.text("quotes") == "strict"
        rules.decimalMark = checked.byte("decimal_mark") ?? rules.decimalMark
        rules.groupMark = checked.byte("group_mark")
        rules.datePattern = try Self.timePattern("date_pattern", checked)
        rules.timestampPattern = try Self.timePattern("timestamp_pattern", checked)
        try checkMarks()
        if case .given(let names) = header { _ = try Schema(names.map { Field($0, .string) }) }
    }

    /// - Throws: `invalidOption` for a field that is not known or a pattern without a day.
    private static func timePattern(_ option: String, _ checked: CheckedOptions) throws(SluiceError) -> TimePattern? {
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

    private func checkMarks() throws(SluiceError) {
        if quote == delimiter {
            throw SluiceError(.invalidOption, "delimiter and quote of csv are the same", remedy: "set quote to \"\" if nothing is quoted")
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

    /// How records end; `columnCount` is known once the header was read.
    func recordRules(columnCount: Int?) -> RecordRules {
        RecordRules(
            quote: quote, delimiter: delimiter, trims: trims, isStrict: isStrict, comment: comment, keepsEmptyLines: columnCount == 1)
    }
}

extension CSVDialect {
    private static let decoderOptionNames: Set<String> = [
        "delimiter", "quote", "encoding", "null_values", "trim", "decimal_mark", "group_mark", "date_pattern", "timestamp_pattern",
        "ragged",
        "quotes",
    ]

    static let options = [
        OptionSpec("delimiter", .character(allowsEmpty: false), default: .text(","), "What stands between fields; \\t is a tab."),
        OptionSpec(
            "quote", .character(allowsEmpty: true), default: .text("\""),
            "What encloses fields with delimiters or line ends; empty: nothing does."),
        OptionSpec(
            "header", .booleanOrTexts, default: .boolean(true),
            "Whether the first line names the columns; a list gives the names of a file without such a line."),
        OptionSpec("comment", .text, .read, "Lines that start with this text are skipped."),
        TextEncoding.option,
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
            "ragged", .choice(["error", "pad"]), .read, default: .text("error"),
            "What a record with too few fields is: rejected, or padded with nulls."),
        OptionSpec(
            "quotes", .choice(["strict", "lenient"]), .read, default: .text("strict"),
            "Whether text behind a closing quote rejects the record or is taken as part of the field."),
    ]
}
