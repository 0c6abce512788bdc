import SluiceCatalog
import SluiceCore
import SluiceServer

/// Rules that a table keeps as it is now: what a person begins with who writes a rule set for it.
struct Recommendation: Sendable {
    let table: TableDefinition

    /// A column of texts with so few different values has a list of them.
    private static let listedValues: Int64 = 20
    /// So many rows have each of them, on average.
    private static let rowsOfValue: Int64 = 10

    /// Reads the table.
    ///
    /// - Returns: The rule set.
    /// - Throws: `invalidArgument` for a table without rows.
    func text(_ home: GlueHome) async throws -> String {
        let known = try await StatisticsTask(table, columns: nil).measure(home)
        var values: [String: [String]] = [:]
        let query = try TableQuery(home, "recommendation")
        for column in known where hasList(column) {
            let name = TableQuery.quoted(column.column)
            let rows = try await query.rows(
                "SELECT DISTINCT \(name) AS v FROM \(TableQuery.name(of: table.name)) WHERE \(name) IS NOT NULL ORDER BY 1")
            values[column.column] = rows.flatMap { batch in (0..<batch.rowCount).map { batch.columns[0][$0].description } }
            try Task.checkCancellation()
        }
        return try Self.text(table, known, values)
    }

    private func hasList(_ column: ColumnStatistics) -> Bool {
        guard let distinct = column.distinct, let rows = column.rows, distinct > 0 else { return false }
        return column.maximumLength != nil && distinct <= Self.listedValues && distinct * Self.rowsOfValue <= rows
    }

    /// The rule set of what is known of a table.
    ///
    /// - Parameter values: All that a column has, for those that have few.
    static func text(_ table: TableDefinition, _ known: [ColumnStatistics], _ values: [String: [String]]) throws(SluiceError) -> String {
        guard let rows = known.first?.rows, rows > 0 else {
            throw SluiceError(.invalidArgument, "table \(table.name) has no rows to learn rules from")
        }
        let types = Dictionary((table.columns + table.partitionKeys).map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        var rules = ["RowCount between \(rows / 2) and \(rows * 2 + 1)"]
        for column in known where isPlain(column.column) {
            rules += Self.rules(column, rows, types[column.column] ?? .null, values[column.column] ?? [])
        }
        return "Rules = [\n" + rules.map { "    " + $0 }.joined(separator: ",\n") + "\n]"
    }

    private static func rules(_ column: ColumnStatistics, _ rows: Int64, _ type: DataType, _ values: [String]) -> [String] {
        let name = "\"\(column.column)\""
        let nulls = column.nulls ?? 0
        let hundredths = (rows - nulls) * 100 / rows
        var rules = nulls == 0 ? ["IsComplete \(name)"] : hundredths == 0 ? [] : ["Completeness \(name) >= \(share(hundredths))"]
        if nulls == 0, rows > 1, column.distinct == rows, !type.isFloat { rules.append("IsUnique \(name)") }
        // Whatever a value says of null is asked of rows that have one.
        let filled = nulls == 0 ? "" : " where \"\(column.column) IS NOT NULL\""
        if nulls == 0 || isName(column.column) {
            if type.isNumeric, let minimum = column.minimum, !minimum.hasPrefix("-"), minimum != "nan" {
                rules.append("ColumnValues \(name) >= 0\(filled)")
            }
            if !values.isEmpty, values.allSatisfy(isPlain) {
                rules.append("ColumnValues \(name) in [\(values.map { "\"\($0)\"" }.joined(separator: ", "))]\(filled)")
            } else if case .string = type, let length = column.maximumLength {
                rules.append("ColumnLength \(name) <= \(length)\(filled)")
            }
        }
        return rules
    }

    /// `0.07` of 7.
    private static func share(_ hundredths: Int64) -> String { hundredths < 10 ? "0.0\(hundredths)" : "0.\(hundredths)" }

    /// Whether a text stands between double quotes as it is.
    private static func isPlain(_ text: String) -> Bool { !text.contains { $0 == "\"" || $0 == "\\" || $0.isNewline } }

    /// Whether an expression may have the name without quotes.
    private static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) || $0 == 0x5F }
            && text.first?.isLetter == true
    }
}
