import SluiceCatalog
import SluiceCore
import SluiceServer

/// Statistics of the columns of tables and partitions: the same that crawls find and `catalog stats` shows.
enum Statistics {
    static let operations: [GlueOperation] = [
        GlueOperation("UpdateColumnStatisticsForTable") { call in try update(call, hasPartition: false) },
        GlueOperation("UpdateColumnStatisticsForPartition") { call in try update(call, hasPartition: true) },
        GlueOperation("GetColumnStatisticsForTable") { call in try get(call, hasPartition: false) },
        GlueOperation("GetColumnStatisticsForPartition") { call in try get(call, hasPartition: true) },
        GlueOperation("DeleteColumnStatisticsForTable") { call in try delete(call, hasPartition: false) },
        GlueOperation("DeleteColumnStatisticsForPartition") { call in try delete(call, hasPartition: true) },
    ]

    /// What a request is about.
    private struct Subject: Sendable {
        var table: TableDefinition
        var partition: [String]?

        /// Names of columns have no case in Hive.
        func column(_ name: String) throws(ServiceFault) -> CatalogColumn {
            if let column = (table.columns + table.partitionKeys).named(name) { return column }
            throw Faults.missing("Column \(name) not found.")
        }
    }

    /// - Throws: `EntityNotFoundException` for a table or partition that is not there.
    private static func found(_ database: String, _ name: String, _ partition: [String]?, _ call: GlueCall) throws -> Subject {
        try call.reading(database, name) { reader, found in
            let table = found.definition
            if let partition {
                try PartitionInput.check(partition, table)
                if try reader.partition(partition, of: table.name) == nil { throw Faults.missing("Cannot find partition.") }
            }
            return Subject(table: table, partition: partition)
        }
    }

    private static func update(_ call: GlueCall, hasPartition: Bool) throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let partition = hasPartition ? try input.partitionValues() : nil
        let entries = try input.statisticsList()
        try input.finish()
        let subject = try found(database, name, partition, call)
        var errors: [WireValue] = []
        var statistics: [ColumnStatistics] = []
        var times: [String: Int64] = [:]
        for entry in entries {
            do throws(ServiceFault) {
                let column = try subject.column(entry.column)
                statistics.append(try entry.statistics(of: column))
                times[column.name] = entry.analyzedMicros
            } catch {
                errors.append(.structure(["ColumnStatistics": entry.given, "Error": Faults.detail(error)]))
            }
        }
        try call.catalog.setStatistics(statistics, of: subject.table.name, partition: partition, analyzedMicros: times)
        return .value(.structure(["Errors": .list(errors)]))
    }

    private static func get(_ call: GlueCall, hasPartition: Bool) throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let partition = hasPartition ? try input.partitionValues() : nil
        let columns = try input.texts("ColumnNames", count: 0...100, Rules.name)
        if columns == nil { input.missing("ColumnNames") }
        try input.finish()
        let subject = try found(database, name, partition, call)
        let known = try call.catalog.statistics(of: subject.table.name, partition: partition)
        var found: [WireValue] = []
        var errors: [WireValue] = []
        for column in columns ?? [] {
            do throws(ServiceFault) {
                let subject = try? subject.column(column)
                guard let subject, let stored = known.first(where: { $0.statistics.column == subject.name }) else {
                    throw Faults.missing("Statistics do not exist for the column.")
                }
                found.append(try StatisticsValues.value(stored, of: subject))
            } catch {
                errors.append(.structure(["ColumnName": .text(column), "Error": Faults.detail(error)]))
            }
        }
        return .value(.structure(["ColumnStatisticsList": .list(found), "Errors": .list(errors)]))
    }

    private static func delete(_ call: GlueCall, hasPartition: Bool) throws -> TargetAnswer {
        var input = try call.members()
        let (database, table) = (try input.databaseName(), try input.tableName())
        let partition = hasPartition ? try input.partitionValues() : nil
        let column = try input.requiredText("ColumnName", Rules.name)
        try input.finish()
        let subject = try found(database, table, partition, call)
        let known = try call.catalog.statistics(of: subject.table.name, partition: partition)
        let name = try? subject.column(column).name
        guard let name, known.contains(where: { $0.statistics.column == name }) else {
            throw Faults.missing("Statistics do not exist for the column \(column).")
        }
        try call.catalog.deleteStatistics(of: subject.table.name, columns: [name], partition: partition)
        return .empty
    }
}

extension [CatalogColumn] {
    /// The column of a name: of that very one, or of one that differs in case alone.
    func named(_ name: String) -> CatalogColumn? { first { $0.name == name } ?? first { $0.name.lowercased() == name.lowercased() } }
}
