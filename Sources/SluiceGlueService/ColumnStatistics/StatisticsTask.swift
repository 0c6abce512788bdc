import SluiceCatalog
import SluiceCore

/// Computes what is known of columns of a table, by reading all of its rows.
struct StatisticsTask: Sendable {
    let table: TableName
    let columns: [CatalogColumn]

    /// Columns whose different values are counted at once: those of a column are in memory until they are.
    private static let columnsAtOnce = 8

    /// Columns that have statistics: lists, structs and maps have none.
    ///
    /// - Parameter names: Nil: of all columns.
    /// - Throws: `unknownColumn`; `invalidArgument` for one that has none.
    init(_ definition: TableDefinition, columns names: [String]?) throws(SluiceError) {
        table = definition.name
        let all = definition.columns + definition.partitionKeys
        guard let names else {
            columns = all.filter { Self.measures($0.type) }
            return
        }
        var chosen: [CatalogColumn] = []
        for name in names {
            guard let column = all.named(name) else {
                throw SluiceError(
                    .unknownColumn, "table \(definition.name) has no column \(name.quotedForMessage)",
                    remedy: Suggestion.remedy(for: name, in: all.map(\.name), noun: "columns"))
            }
            guard Self.measures(column.type) else {
                throw SluiceError(.invalidArgument, "column \(name) is a \(column.type), which has no statistics")
            }
            if !chosen.contains(column) { chosen.append(column) }
        }
        columns = chosen
    }

    private static func measures(_ type: DataType) -> Bool {
        switch type {
        case .list, .structure, .map, .choice, .null: false
        default: true
        }
    }

    /// Reads the table and keeps what was found.
    func run(_ home: GlueHome) async throws { try home.catalog.setStatistics(try await measure(home), of: table) }

    /// Reads the table.
    ///
    /// - Returns: What there is to know of each of the columns.
    func measure(_ home: GlueHome) async throws -> [ColumnStatistics] {
        let query = try TableQuery(home, "column-statistics")
        var found: [ColumnStatistics] = []
        for start in stride(from: 0, to: columns.count, by: Self.columnsAtOnce) {
            let part = Array(columns[start..<min(start + Self.columnsAtOnce, columns.count)])
            if let batch = try await query.rows(Self.query(part, of: table)).first { found += Self.statistics(part, in: batch) }
            try Task.checkCancellation()
        }
        return found
    }

    // MARK: The query

    /// What is asked of a column, by the name of the result's column: its place among the columns, and a letter.
    private static func measures(of column: CatalogColumn, _ place: Int) -> [(name: String, expression: String)] {
        let name = TableQuery.quoted(column.name)
        var measures = [("n\(place)", "count(\(name))")]
        switch column.type {
        case .boolean: measures.append(("t\(place)", "sum(CASE WHEN \(name) THEN 1 ELSE 0 END)"))
        case .string, .binary:
            measures += [("l\(place)", "avg(length(\(name)))"), ("m\(place)", "max(length(\(name)))")]
            if case .string = column.type { measures.append(("d\(place)", "count(DISTINCT \(name))")) }
        default: measures += [("a\(place)", "min(\(name))"), ("z\(place)", "max(\(name))"), ("d\(place)", "count(DISTINCT \(name))")]
        }
        return measures
    }

    static func query(_ columns: [CatalogColumn], of table: TableName) -> String {
        let list = columns.enumerated().flatMap { measures(of: $1, $0) }.map { "\($0.expression) AS \($0.name)" }
        return "SELECT count(*) AS n, \(list.joined(separator: ", ")) FROM \(TableQuery.name(of: table))"
    }

    private static func statistics(_ columns: [CatalogColumn], in batch: Batch) -> [ColumnStatistics] {
        func value(_ name: String) -> Value { batch[name].map { $0[0] } ?? .null }
        func count(_ name: String) -> Int64? { if case .integer(let count) = value(name) { count } else { nil } }
        func text(_ name: String) -> String? { value(name).isNull ? nil : value(name).description }
        let rows = count("n") ?? 0
        return columns.enumerated().map { place, column in
            let filled = count("n\(place)") ?? 0
            var statistics = ColumnStatistics(
                column: column.name, rows: rows, nulls: rows - filled, distinct: count("d\(place)"), minimum: text("a\(place)"),
                maximum: text("z\(place)"), maximumLength: count("m\(place)"))
            if case .float(let length) = value("l\(place)") { statistics.averageLength = length }
            if case .boolean = column.type {
                statistics.trues = count("t\(place)") ?? 0
                statistics.falses = filled - (statistics.trues ?? 0)
            }
            return statistics
        }
    }
}
