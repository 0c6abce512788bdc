import SluiceCore

/// How a CSV file is written: the checked options, of a definition and of what detection found.
struct CSVDialect: Hashable, Sendable {
    enum Header: Hashable, Sendable {
        /// The first line names the columns.
        case present
        /// The first line is data; columns are `column1`, `column2`, ….
        case absent
        /// The first line is data; these are the names.
        case given([String])
    }

    /// What is found out by looking at a file.
    enum Detection: String, CaseIterable, Sendable {
        /// Only what would be no table otherwise: the delimiter, and UTF-16 without a mark.
        case safe
        /// Everything that was not given and that a sample decides.
        case all
        case none
    }

    /// What a record with another number of fields than the header is.
    struct Ragged: Hashable, Sendable {
        /// Missing fields at a record's end are null.
        var pads = false
        /// Fields behind the last column are dropped.
        var truncates = false
    }

    /// The delimiter's first byte.
    var delimiter = UInt8(ascii: ",")
    /// The whole delimiter where it has several bytes; empty: it is `delimiter`.
    var wideDelimiter: [UInt8] = []
    /// Runs of spaces and tabs stand between fields.
    var splitsAtBlanks = false
    /// Nil: a quote is text as any other.
    var quote: UInt8? = UInt8(ascii: "\"")
    /// Takes the meaning from a quote, delimiter, line end or escape behind it; before anything else it is text.
    var escape: UInt8?
    var header = Header.present
    var headerRows = 1
    var headerSeparator = " "
    var comment: [UInt8] = []
    var encoding = TextEncoding.utf8
    /// Unquoted texts that are null.
    var nullTexts: [[UInt8]] = [[]]
    var trims = false
    var rules = TextRules()
    var skippedLines = 0
    /// Records at the end that are no data.
    var skippedFooter = 0
    /// How the first record of the footer starts; empty: there is none.
    var footer: [UInt8] = []
    var ragged = Ragged()
    /// Whether a record with another number of fields can be a row.
    var pads: Bool { ragged.pads || ragged.truncates }
    var isStrict = true
    var detection = Detection.safe
    /// What was given, `auto` left out.
    let given: [String: OptionValue]
    /// Options that were given as `auto`.
    let automatic: Set<String>

    /// What was given and matters to a decoder.
    var decoderOptions: [String: OptionValue] { given.filter { Self.decoderOptionNames.contains($0.key) } }

    /// Whether libcsv cannot take the records apart: several bytes between fields, or an escape.
    var isWide: Bool { !wideDelimiter.isEmpty || splitsAtBlanks || escape != nil }

    /// Whether the end of a file has to be known before its last records are.
    var hasFooter: Bool { skippedFooter > 0 || !footer.isEmpty }

    /// The delimiter as bytes; one blank where runs of blanks stand between fields.
    var delimiterBytes: [UInt8] { wideDelimiter.isEmpty ? [delimiter] : wideDelimiter }

    /// - Throws: `unknownKey` or `invalidOption`.
    init(_ values: [String: OptionValue]) throws(SluiceError) {
        automatic = Set(values.filter { $0.value == .text(Self.auto) && Self.detectable.contains($0.key) }.keys)
        let checked = try CheckedOptions(values, specs: Self.options, owner: CSVFormat.name)
        let automatic = automatic
        given = checked.given.filter { !automatic.contains($0.key) }
        try readMarks(checked)
        header = checked.texts("header").map { .given($0) } ?? (checked.boolean("header") ? .present : .absent)
        headerRows = checked.integer("header_rows")
        headerSeparator = checked.text("header_separator") ?? headerSeparator
        comment = Array((checked.text("comment") ?? "").utf8)
        encoding = TextEncoding(rawValue: checked.text("encoding") ?? "") ?? .utf8
        nullTexts = (checked.texts("null_values") ?? [""]).map { Array($0.utf8) }
        trims = checked.boolean("trim")
        skippedLines = checked.integer("skip_lines")
        skippedFooter = checked.integer("skip_footer")
        footer = Array((checked.text("footer") ?? "").utf8)
        let ragged = checked.text("ragged")
        self.ragged = Ragged(pads: ragged == "pad" || ragged == "fit", truncates: ragged == "truncate" || ragged == "fit")
        isStrict = checked.text("quotes") == "strict"
        detection = Detection(rawValue: checked.text("detect") ?? "") ?? .safe
        rules.decimalMark = checked.byte("decimal_mark") ?? rules.decimalMark
        rules.groupMark = checked.byte("group_mark")
        rules.datePattern = try Self.timePattern("date_pattern", checked)
        rules.timestampPattern = try Self.timePattern("timestamp_pattern", checked)
        try checkMarks()
        if case .given(let names) = header { _ = try Schema(names.map { Field($0, .string) }) }
    }

    /// The delimiter, the quote and the escape.
    private mutating func readMarks(_ checked: CheckedOptions) throws(SluiceError) {
        if let text = try Self.delimiter(checked) {
            splitsAtBlanks = text == Self.blanks
            let bytes = splitsAtBlanks ? [0x20] : Array(text.utf8)
            delimiter = bytes[0]
            wideDelimiter = bytes.count > 1 ? bytes : []
        }
        quote = try Self.mark("quote", checked)
        escape = try Self.mark("escape", checked)
        if escape == quote { escape = nil }
    }

    /// How records end; `columnCount` is known once the header was read.
    func recordRules(columnCount: Int?) -> RecordRules {
        RecordRules(
            quote: quote, delimiter: delimiter, wideDelimiter: wideDelimiter, splitsAtBlanks: splitsAtBlanks, escape: escape,
            trims: trims, isStrict: isStrict, comment: comment, keepsEmptyLines: columnCount == 1)
    }

    /// The marks in numbers that were given.
    var givenMarks: [UInt8] {
        ["decimal_mark", "group_mark"].compactMap { if case .text(let mark)? = given[$0] { mark.utf8.first } else { nil } }
    }

    /// Whether a comma stands in numbers, so that it hardly is the delimiter that has to be found out.
    var commaIsMark: Bool { given["delimiter"] == nil && givenMarks.contains(UInt8(ascii: ",")) }

    /// The dialect with more options than were given.
    func adding(_ options: [String: OptionValue]) throws(SluiceError) -> CSVDialect {
        try options.isEmpty ? self : CSVDialect(given.merging(options) { $1 })
    }

    /// The dialect of the files that a layout describes: what was detected there is in the layout's options.
    func following(_ layout: FileLayout) throws(SluiceError) -> CSVDialect {
        let differing = layout.options.filter { given[$0.key] != $0.value }
        return try adding(differing)
    }
}
