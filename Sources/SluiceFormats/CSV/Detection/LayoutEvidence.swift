import SluiceCore

/// Which lines of the sample are no records of the table: comments, a preamble, a footer.
struct LayoutEvidence {
    private static let commentMarks = ["#", "//", "--", "%", "!"]
    private static let totals = ["total", "sum", "summe", "gesamt", "subtotal", "grand total", "count"]

    /// Records of the table, its header first.
    private(set) var records: [SampleText.Record]
    private(set) var properties: [DialectDetection.Property] = []

    init(_ text: SampleText, _ dialect: CSVDialect, _ marks: MarkEvidence) {
        records = text.records(marks.marks)
        guard marks.fieldCount > 1 else { return }
        if dialect.comment.isEmpty { findComments(text, marks.fieldCount) }
        findPreamble(dialect, marks.fieldCount)
        if text.isWhole { findFooter(text, marks) }
    }

    /// Lines that start alike and have other numbers of fields than the table.
    private mutating func findComments(_ text: SampleText, _ fieldCount: Int) {
        for mark in Self.commentMarks {
            let marked = records.filter { text.bytes[$0.range].starts(with: mark.utf8) }
            guard !marked.isEmpty, marked.count < records.count, 2 * marked.count(where: { $0.fieldCount != fieldCount }) >= marked.count
            else { continue }
            records.removeAll { text.bytes[$0.range].starts(with: mark.utf8) }
            add(
                "comment", .text(mark),
                "\(marked.count) \(marked.count == 1 ? "line starts" : "lines start") with it and \(marked.count == 1 ? "does" : "do") not fit the \(fieldCount) columns"
            )
            return
        }
    }

    /// Lines before the first record that has as many fields as most.
    private mutating func findPreamble(_ dialect: CSVDialect, _ fieldCount: Int) {
        guard let first = records.firstIndex(where: { $0.fieldCount == fieldCount }), first > 0,
            records[first].line - 1 <= CSVLimits.detectedPreamble
        else { return }
        let lines = records[first].line - 1
        records.removeFirst(first)
        add("skip_lines", .integer(lines), "the first line with \(fieldCount) fields is line \(lines + 1)")
    }

    private mutating func findFooter(_ text: SampleText, _ marks: MarkEvidence) {
        var end = records.count
        while end > 1, records[end - 1].fieldCount != marks.fieldCount { end -= 1 }
        var reason = "the last records have other numbers of fields than \(marks.fieldCount)"
        if end == records.count, end > 2, let first = text.fields(records[end - 1], marks.marks).first?.text,
            let total = Self.totals.first(where: { String(decoding: first, as: UTF8.self).lowercased().hasPrefix($0) })
        {
            end -= 1
            reason = "the last record starts with \"\(total)\""
        }
        let count = records.count - end
        guard count > 0, end > 1, count <= max(1, end / 2), count <= CSVLimits.footerRecords else { return }
        records.removeLast(count)
        add("skip_footer", .integer(count), reason)
    }

    private mutating func add(_ option: String, _ choice: OptionValue, _ reason: String) {
        properties.append(
            DialectDetection.Property(
                option: option, choice: choice, reason: reason, score: 1, alternatives: [], isDefault: false, isApplied: false))
    }
}
