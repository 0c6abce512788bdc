import SluiceCatalog
import SluiceCore

extension CatalogComparison {
    /// What a crawl that read all values knows of columns, as the catalog keeps it.
    ///
    /// - Parameter stated: Columns whose types files state, so that their values were not looked at.
    static func statistics(_ table: PlannedTable, without stated: Set<String> = []) -> [ColumnStatistics] {
        guard case .list(let columns) = table.evidence else { return [] }
        return columns.compactMap { column in
            guard case .string(let name)? = column[member: "name"], !stated.contains(name),
                case .integer(let values)? = column[member: "values"], case .integer(let nulls)? = column[member: "nulls"],
                values + nulls == table.rows, table.rows > 0
            else { return nil }
            var statistics = ColumnStatistics(column: name, rows: table.rows, nulls: nulls)
            if case .integer(let count)? = column[member: "distinct"] { statistics.distinct = min(count, values) }
            if case .string(let text)? = column[member: "minimum"] { statistics.minimum = text }
            if case .string(let text)? = column[member: "maximum"] { statistics.maximum = text }
            return statistics
        }
    }
}
