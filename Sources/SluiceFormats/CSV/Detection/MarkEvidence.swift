import SluiceCore

/// Which delimiter, quote and escape make the sample a table.
///
/// A delimiter's score is the share of records that have the commonest number of fields (2 or more), lowered by quotes that make no sense
/// and by fields in which other delimiters stand. A comma stays unless another is better by `margin`.
struct MarkEvidence {
    static let margin = 0.05

    let marks: SampleText.Marks
    let properties: [DialectDetection.Property]
    /// Good enough to be taken without being asked for.
    let isCertain: Bool
    /// The commonest number of fields.
    let fieldCount: Int

    private struct Candidate {
        var marks: SampleText.Marks
        var score: Double
        /// Of the records, those that have the commonest number of fields.
        var share: Double
        var fieldCount: Int
        /// Records of the commonest length, and all.
        var agreeing: Int
        var records: Int
        var quoted: Int
        var bad: Int
        var firstFits: Bool
    }

    private static let double = UInt8(ascii: "\"")
    private static let single = UInt8(ascii: "'")
    private static let backslash = UInt8(ascii: "\\")

    init(_ text: SampleText, _ dialect: CSVDialect, isCautious: Bool) {
        let best = Self.delimiters(text, dialect, isCautious: isCautious).map { Self.best(text, dialect, $0) }
        let comma = dialect.given["delimiter"] == nil ? best.first : nil
        let isMark = dialect.commaIsMark
        var chosen = best.dropFirst(isMark ? 1 : 0).max { $0.score < $1.score } ?? best[0]
        if let wide = Self.widened(best, chosen) { chosen = wide }
        let isGood = chosen.score >= 0.9 && chosen.firstFits
        if let comma {
            let isBetter = isMark ? !isGood && comma.firstFits && comma.share >= 0.5 : comma.score + Self.margin >= chosen.score
            if isBetter || (!isMark && chosen.score < 0.5) { chosen = comma }
        }
        fieldCount = chosen.fieldCount
        isCertain = isMark || (isGood && (comma.map { $0.fieldCount < 2 || $0.score < 0.5 } ?? true))
        marks = chosen.marks
        let others = best.filter { $0.marks.delimiter != chosen.marks.delimiter && $0.score > 0 }.sorted { $0.score > $1.score }
        let isDefault = chosen.marks.delimiter == dialect.delimiterBytes && !dialect.splitsAtBlanks
        properties =
            [
                DialectDetection.Property(
                    option: "delimiter", choice: Self.value(chosen.marks.delimiter), reason: Self.reason(chosen), score: chosen.score,
                    alternatives: others.prefix(5).map { .init(choice: Self.value($0.marks.delimiter), score: $0.score) },
                    isDefault: isDefault, isApplied: false)
            ] + Self.quoteProperties(chosen, dialect)
    }

    // MARK: Candidates

    /// A comma first; in caution nothing that stands in plain texts.
    private static func delimiters(_ text: SampleText, _ dialect: CSVDialect, isCautious: Bool) -> [[UInt8]] {
        if dialect.given["delimiter"] != nil { return [dialect.splitsAtBlanks ? [] : dialect.delimiterBytes] }
        let comma = Array(",".utf8)
        var found = [comma] + [";", "\t", "|"].map { Array($0.utf8) }
        if !isCautious { found += [Array(":".utf8), []] }
        // A mark that stands in numbers is no delimiter; about the comma the evidence decides. No bytes are a run of blanks.
        return (found + wideDelimiters(text)).filter { $0 == comma || !dialect.givenMarks.contains($0.first ?? 0x20) || $0.count > 1 }
    }

    /// Runs of punctuation that stand in most of the first lines.
    private static func wideDelimiters(_ text: SampleText) -> [[UInt8]] {
        let lines = text.bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).prefix(20)
        var counts: [[UInt8]: Int] = [:]
        for line in lines {
            var runs: Set<[UInt8]> = []
            for run in line.split(whereSeparator: { !isPunctuation($0) }) where (2...CSVLimits.delimiterBytes).contains(run.count) {
                runs.insert(Array(run))
                // Empty fields put delimiters side by side.
                for length in 2..<max(2, run.count) where run.count % length == 0 {
                    let unit = run.prefix(length)
                    if run.indices.allSatisfy({ run[$0] == unit[unit.startIndex + ($0 - run.startIndex) % length] }) {
                        runs.insert(Array(unit))
                    }
                }
            }
            for run in runs { counts[run, default: 0] += 1 }
        }
        let common = counts.filter { 10 * $0.value >= 8 * lines.count }.sorted { a, b in
            if (a.value, a.key.count) == (b.value, b.key.count) { return a.key.lexicographicallyPrecedes(b.key) }
            return (a.value, b.key.count) > (b.value, a.key.count)
        }
        return common.prefix(CSVLimits.detectedWideDelimiters).map(\.key)
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool { "|;:~^,\t#@&*!".utf8.contains(byte) }

    /// The best way of quoting with one delimiter.
    private static func best(_ text: SampleText, _ dialect: CSVDialect, _ delimiter: [UInt8]) -> Candidate {
        let quotes: [UInt8?] = dialect.given["quote"] == nil ? [double, single, nil] : [dialect.quote]
        let escapes: [UInt8?] = dialect.given["escape"] == nil ? [nil, backslash] : [dialect.escape]
        var best: Candidate?
        for quote in quotes where quote.map({ !delimiter.contains($0) }) ?? true {
            if let quote, quote != double, !text.bytes.contains(quote) { continue }
            for escape in escapes {
                if let escape, !text.bytes.contains(escape) { continue }
                let found = measure(text, SampleText.Marks(delimiter: delimiter, quote: quote, escape: escape))
                guard let so = best else {
                    best = found
                    continue
                }
                if isBetter(found, than: so) { best = found }
            }
        }
        return best ?? measure(text, SampleText.Marks(delimiter: delimiter, quote: double, escape: nil))
    }

    /// An earlier way stays unless a later one is clearly better, or has quotes where the earlier has none.
    private static func isBetter(_ later: Candidate, than earlier: Candidate) -> Bool {
        if later.share > earlier.share + 0.01 { return true }
        let isSame = later.fieldCount == earlier.fieldCount
        return isSame && later.marks.quote == single && earlier.quoted == 0 && later.bad == 0 && later.quoted >= later.records
            && later.share >= earlier.share
    }

    private static func measure(_ text: SampleText, _ marks: SampleText.Marks) -> Candidate {
        let all = text.records(marks)
        // Comments are no records; a header may start with their mark.
        let records = all.filter { $0.range.lowerBound == all[0].range.lowerBound || text.bytes[$0.range.lowerBound] != UInt8(ascii: "#") }
        var counts: [Int: Int] = [:]
        for record in records where !record.isBad && record.fieldCount > 1 { counts[record.fieldCount, default: 0] += 1 }
        let mode = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
        let bad = records.count { $0.isBad }
        let share = Double(mode?.value ?? 0) / Double(max(records.count, 1))
        // A delimiter of several characters hardly stands in so many records by chance.
        let unclean = mode.map { marks.delimiter.count > 1 ? 0 : uncleanShare(text, records, marks, $0.key) } ?? 0
        let score = share * (1 - unclean / 2) * prior(marks.delimiter)
        return Candidate(
            marks: marks, score: score, share: share, fieldCount: mode?.key ?? 1, agreeing: mode?.value ?? 0, records: records.count,
            quoted: records.reduce(0) { $0 + $1.quotedCount }, bad: bad, firstFits: records.first?.fieldCount == mode?.key)
    }

    /// Colons stand in times, blanks in texts.
    private static func prior(_ delimiter: [UInt8]) -> Double { delimiter.isEmpty || delimiter == Array(":".utf8) ? 0.9 : 1 }

    /// How many of the fields hold other delimiters, of the first records of the commonest length.
    private static func uncleanShare(
        _ text: SampleText, _ records: [SampleText.Record], _ marks: SampleText.Marks, _ count: Int
    ) -> Double {
        var (fields, unclean) = (0.0, 0.0)
        for record in records.lazy.filter({ $0.fieldCount == count && !$0.isBad }).prefix(100) {
            for field in text.fields(record, marks) where !field.isQuoted {
                fields += 1
                if field.text.contains(where: { $0 == 0x09 || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "|") }) {
                    unclean += 1
                } else if field.text.contains(UInt8(ascii: ",")), !SampleCells.isNumberLike(field.text) {
                    unclean += 0.3
                }
            }
        }
        return fields == 0 ? 0 : unclean / fields
    }

    /// The delimiter of several characters of which the chosen one is a part, if every one of the chosen stands in one of it.
    private static func widened(_ all: [Candidate], _ chosen: Candidate) -> Candidate? {
        guard chosen.marks.delimiter.count <= 1 else { return nil }
        return all.first { wide in
            guard wide.marks.delimiter.count > 1, wide.fieldCount > 1 else { return false }
            guard let part = chosen.marks.delimiter.first else { return wide.score >= chosen.score }
            let inWide = wide.marks.delimiter.count { $0 == part }
            return inWide > 0 && chosen.fieldCount == (wide.fieldCount - 1) * inWide + 1 && wide.agreeing >= chosen.agreeing
        }
    }

    // MARK: Words

    static func value(_ delimiter: [UInt8]) -> OptionValue {
        .text(delimiter.isEmpty ? CSVDialect.blanks : String(decoding: delimiter, as: UTF8.self))
    }

    private static func reason(_ chosen: Candidate) -> String {
        guard chosen.fieldCount > 1 else { return "no delimiter gives records of several fields" }
        return "it gives \(chosen.fieldCount) fields in \(chosen.agreeing) of \(chosen.records) records"
    }

    private static func quoteProperties(_ chosen: Candidate, _ dialect: CSVDialect) -> [DialectDetection.Property] {
        func property(_ option: String, _ mark: UInt8?, _ standard: UInt8?, _ reason: String) -> DialectDetection.Property {
            DialectDetection.Property(
                option: option, choice: .text(mark.map { String(decoding: [$0], as: UTF8.self) } ?? ""), reason: reason,
                score: chosen.score, alternatives: [], isDefault: mark == standard, isApplied: false)
        }
        let quote = chosen.marks.quote
        let quoteReason =
            quote == nil
            ? "quotes at the start of fields are not closed"
            : chosen.quoted == 0 ? "no field is quoted" : "it encloses \(chosen.quoted) \(chosen.quoted == 1 ? "field" : "fields")"
        let escapeReason =
            chosen.marks.escape == nil ? "nothing has to be escaped" : "only with it all records make sense: \(reason(chosen))"
        return [
            property("quote", quote, dialect.quote, quoteReason),
            property("escape", chosen.marks.escape, dialect.escape, escapeReason),
        ]
    }
}
