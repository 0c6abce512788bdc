import SluiceCore
import SluicePipelines

/// How the rows that came out differ from those that were expected.
struct RowDifference: Sendable {
    /// A row on one side only.
    struct Line: Sendable {
        /// Of the expectation, or of what came out.
        var isExpected: Bool
        var cells: [String]
        /// Columns in which it differs from the line beside it; empty where it has none beside it.
        var differing: [String] = []
    }

    var columns: [String]
    var lines: [Line] = []
    /// Rows that are as expected.
    var equalRows = 0
    var missingRows: Int { lines.count { $0.isExpected } }
    var unexpectedRows: Int { lines.count { !$0.isExpected } }
    /// The rows are right and their order is not.
    var isOrderOnly = false
    /// Columns that the expectation names and the output lacks, and those that it does not name and that hold values.
    var unknownColumns: [String] = []
    var unnamedColumns: [String] = []

    var isEmpty: Bool { lines.isEmpty && unknownColumns.isEmpty && unnamedColumns.isEmpty && !isOrderOnly }

    /// Rows that are compared with one another to find near ones.
    private static let pairedRows = 300

    private typealias Row = (key: [String], cells: [String])

    init(_ expected: ExpectedTable, _ expectation: RowExpectation, _ schema: Schema, _ rows: [[Value]]) {
        let hasRows = !expected.rows.isEmpty
        let names =
            expectation.columns ?? (hasRows ? expected.columns + schema.names.filter { !expected.columns.contains($0) } : schema.names)
        columns = names
        unknownColumns = names.filter { schema.index(of: $0) == nil }
        if hasRows, expectation.columns == nil {
            unnamedColumns = schema.names.enumerated().filter { index, name in
                !expected.columns.contains(name) && rows.contains { !$0[index].isNull }
            }.map(\.element)
        }
        let found: [Row] = rows.map { row in
            let values = names.map { name in schema.index(of: name).map { row[$0] } ?? .null }
            return (values.map { CanonicalText.of($0) }, values.map(\.cell))
        }
        let wanted: [Row] = expected.rows.map { row in
            let cells = names.map { name in expected.columns.firstIndex(of: name).map { row[$0] } ?? .null }
            let keys = zip(names, cells).map { name, cell in
                CanonicalText.of(cell, as: schema.index(of: name).map { schema.fields[$0].type } ?? .string)
            }
            return (keys, cells.map(\.shown))
        }
        compare(wanted, found, isOrdered: expectation.isOrdered)
    }

    private mutating func compare(_ wanted: [Row], _ found: [Row], isOrdered: Bool) {
        var counts: [[String]: Int] = [:]
        for row in found { counts[row.key, default: 0] += 1 }
        var missing: [Row] = []
        for row in wanted {
            if let count = counts[row.key], count > 0 { counts[row.key] = count - 1 } else { missing.append(row) }
        }
        // From the end, so that of equal rows the last ones are those too many.
        var unexpected: [Row] = []
        for row in found.reversed() where (counts[row.key] ?? 0) > 0 {
            counts[row.key]? -= 1
            unexpected.append(row)
        }
        equalRows = wanted.count - missing.count
        pair(missing, Array(unexpected.reversed()))
        guard isOrdered, lines.isEmpty else { return }
        for (index, (row, other)) in zip(wanted, found).enumerated() where row.key != other.key {
            isOrderOnly = true
            columns.insert("row", at: 0)
            lines = [
                Line(isExpected: true, cells: [String(index + 1)] + row.cells),
                Line(isExpected: false, cells: [String(index + 1)] + other.cells),
            ]
            return
        }
    }

    /// Puts each missing row beside the one that came out and is nearest to it.
    private mutating func pair(_ missing: [Row], _ unexpected: [Row]) {
        var rest = unexpected
        for row in missing {
            var line = Line(isExpected: true, cells: row.cells)
            let near = rest.prefix(Self.pairedRows).enumerated()
                .map { index, other in (index, equal: zip(row.key, other.key).count { $0 == $1 }) }.max { $0.equal < $1.equal }
            guard missing.count <= Self.pairedRows, let near, near.equal > 0, near.equal * 2 >= columns.count else {
                lines.append(line)
                continue
            }
            let other = rest.remove(at: near.0)
            line.differing = zip(columns, zip(row.key, other.key)).filter { $1.0 != $1.1 }.map(\.0)
            lines += [line, Line(isExpected: false, cells: other.cells, differing: line.differing)]
        }
        lines += rest.map { Line(isExpected: false, cells: $0.cells) }
    }

    // MARK: For a person

    /// Rows that are shown at most.
    static let shownRows = 24

    /// A table in which `-` is expected and `+` came out; columns that differ stand first where not all fit.
    func text(width: Int, style: TextStyle) -> [String] {
        var text: [String] = []
        if !unknownColumns.isEmpty {
            text.append("the output has no column " + unknownColumns.map(\.quotedForMessage).joined(separator: ", "))
        }
        if !unnamedColumns.isEmpty {
            text.append("the output has more columns: " + unnamedColumns.joined(separator: ", ") + " (`columns:` says which are compared)")
        }
        if isOrderOnly {
            text.append("the rows are right, their order is not; the first that differ:")
        } else if !lines.isEmpty {
            text.append("\(missingRows) missing (-), \(unexpectedRows) unexpected (+), \(equalRows) as expected")
        }
        guard !lines.isEmpty else { return text }
        let differing = Set(lines.flatMap(\.differing))
        let order = columns.indices.filter { differing.contains(columns[$0]) } + columns.indices.filter { !differing.contains(columns[$0]) }
        let natural = columns.indices.reduce(10) { sum, index in
            sum + TextTable.gap + lines.reduce(DisplayWidth.of(columns[index])) { max($0, DisplayWidth.of($1.cells[index])) }
        }
        let shownOrder = natural > width ? order : Array(columns.indices)
        var table = TextTable(
            [.init("", isWhole: true)] + shownOrder.map { .init(columns[$0]) } + (differing.isEmpty ? [] : [.init("differs in")]))
        for line in lines.prefix(Self.shownRows) {
            table.add(
                [line.isExpected ? "-" : "+"] + shownOrder.map { line.cells[$0] }
                    + (differing.isEmpty ? [] : [line.differing.joined(separator: ", ")]))
        }
        text += table.lines(width: width, style: style)
        if lines.count > Self.shownRows { text.append("… \(lines.count - Self.shownRows) more rows; --json has all") }
        return text
    }

    var json: Value {
        func rows(_ isExpected: Bool) -> Value {
            .list(
                lines.filter { $0.isExpected == isExpected }.map { line in
                    .structure(zip(columns, line.cells).map { Value.Member($0, .string($1)) })
                })
        }
        return .object([
            "equal": .number(equalRows), "missing": rows(true), "unexpected": rows(false), "order_only": .boolean(isOrderOnly),
            "unknown_columns": .texts(unknownColumns), "unnamed_columns": .texts(unnamedColumns),
        ])
    }
}
