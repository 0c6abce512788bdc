package import SluiceCore

/// The types of a table's columns, and the options with which its files have to be read so that they have them.
package struct TableDecision: Sendable {
    /// A column with what was decided and why.
    package struct Column: Sendable {
        package var evidence: ColumnEvidence
        package var decision: TypeDecision
        /// Nulls, records without the column among them.
        package var nulls: Int64
    }

    package private(set) var columns: [Column]
    /// Beside those of the dialect: `date_pattern` and `timestamp_pattern`.
    package private(set) var options: [String: OptionValue] = [:]
    package let rows: Int64

    /// - Parameter format: Of the files.
    package init(_ evidence: TableEvidence, format: String, mixed: MixedTypes = .string) {
        rows = evidence.rows
        columns = evidence.columns.map { column in
            var decision: TypeDecision
            if !column.stated.isEmpty {
                decision = .ofStated(column)
            } else if format == JSONFormat.name {
                decision = .ofValues(column)
            } else {
                decision = .ofTexts(column, mixed: mixed)
            }
            let bounded = decision.type.bounded()
            if bounded != decision.type {
                decision.type = bounded
                decision.reason += "; what is nested deeper than \(EvidenceLimits.typeLevels) levels is kept as text"
            }
            return Column(evidence: column, decision: decision, nulls: evidence.nulls(of: column))
        }
        if format == CSVFormat.name {
            settle("date_pattern") { $0 == .date }
            settle("timestamp_pattern") { if case .timestamp = $0 { true } else { false } }
        }
    }

    package var schema: Schema { Schema(unchecked: columns.map { Field($0.evidence.name, $0.decision.type) }) }

    /// A table has one form of dates and one of timestamps. Columns in another one stay text.
    private mutating func settle(_ option: String, _ isMeant: (DataType) -> Bool) {
        let places = columns.indices.filter { isMeant(columns[$0].decision.type) }
        var counts: [String?: Int] = [:]
        for place in places { counts[columns[place].decision.timePattern, default: 0] += 1 }
        // ISO 8601 first: other programs read it, too.
        let kept = counts[nil] != nil ? nil : counts.sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }.first?.key
        guard !places.isEmpty else { return }
        for place in places where columns[place].decision.timePattern != kept {
            let own = columns[place].decision.timePattern ?? "ISO 8601"
            columns[place].decision.type = .string
            columns[place].decision.reason =
                "all values are written as \(own), but files of a table are read with one \(option), and other columns have \(kept ?? "ISO 8601")"
            columns[place].decision.timePattern = nil
        }
        if let kept { options[option] = .text(kept) }
    }
}
