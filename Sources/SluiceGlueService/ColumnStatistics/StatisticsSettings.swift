import SluiceCatalog
import SluiceCore
import SluiceServer

/// Which columns of a table a run is about that names none. Nothing begins runs by the clock.
enum StatisticsSettings {
    private static let kind = "glue-statistics-settings"

    static let operations: [GlueOperation] = [
        GlueOperation("CreateColumnStatisticsTaskSettings") { call in
            var input = try call.statisticsMembers()
            let order = try input.settings(requiresRole: true)
            try input.refuse(["Tags": "settings of a table have none; the table has"])
            try input.finish()
            let name = try call.table(order.database, order.table).definition
            _ = try StatisticsTask(TableReading(call.context).check(name.name), columns: order.columns)
            guard try call.catalog.addDocument(kind, name.name.description, content(order).json) else {
                throw Faults.exists("Column statistics task settings of table \(name.name) already exist")
            }
            return .empty
        },
        GlueOperation("UpdateColumnStatisticsTaskSettings") { call in
            var input = try call.statisticsMembers()
            let order = try input.settings(requiresRole: false)
            try input.finish()
            let name = try call.table(order.database, order.table).definition.name
            _ = try find(name, call)
            _ = try StatisticsTask(TableReading(call.context).check(name), columns: order.columns)
            try Documents.put(kind, name.description, call.catalog) { value in
                let changed = content(order).members
                let kept = (value?.members ?? []).filter { member in !changed.contains { $0.name == member.name } }
                value = .object(kept + changed)
            }
            return .empty
        },
        GlueOperation("GetColumnStatisticsTaskSettings") { call in
            let name = try table(call)
            let settings = try find(name, call)
            let last = try call.context.statistics.all().first {
                $0.request["DatabaseName"]?.string == name.database && $0.request["TableName"]?.string == name.table
            }
            let value = WireValue.structure([
                "DatabaseName": .text(name.database), "TableName": .text(name.table), "CatalogID": .text(call.context.account),
                "SampleSize": .real(100), "SettingSource": .text("TABLE"), "LastExecutionAttempt": last.map(attempt),
            ])
            return .value(.structure(["ColumnStatisticsTaskSettings": value.adding(settings.members)]))
        },
        GlueOperation("DeleteColumnStatisticsTaskSettings") { call in
            let name = try table(call)
            _ = try find(name, call)
            _ = try call.catalog.removeDocument(kind, name.description)
            return .empty
        },
    ]

    private static func content(_ order: StatisticsOrder) -> WireValue {
        .structure(["Role": order.role.map { .text($0) }, "ColumnNameList": order.columns.map { .texts($0) }])
    }

    private static func table(_ call: GlueCall) throws -> TableName {
        var input = try call.statisticsMembers()
        let (database, table) = (try input.databaseName(), try input.tableName())
        try input.finish()
        return try call.table(database, table).definition.name
    }

    /// Columns for a run that names none; nil for all.
    static func columns(of name: TableName, _ catalog: Catalog) throws(SluiceError) -> [String]? {
        try catalog.document(kind, name.description).flatMap { WireValue(json: $0.content) }?["ColumnNameList"]?.texts
    }

    private static func find(_ name: TableName, _ call: GlueCall) throws -> WireValue {
        if let value = try call.catalog.document(kind, name.description).flatMap({ WireValue(json: $0.content) }) { return value }
        throw Faults.missing("Column statistics task settings of table \(name) not found.")
    }

    private static func attempt(_ run: ClientRun) -> WireValue {
        .structure([
            "Status": .text(run.status == .failed ? "FAILED" : "STARTED"), "ColumnStatisticsTaskRunId": .text(run.id),
            "ExecutionTimestamp": .time(micros: run.startedMicros), "ErrorMessage": run.error.map { .text($0) },
        ])
    }
}

extension InputReader {
    fileprivate mutating func settings(requiresRole: Bool) throws(ServiceFault) -> StatisticsOrder {
        if let schedule = try text("Schedule", Rules.search), !schedule.isEmpty {
            throw Faults.invalid("Schedule is not supported: nothing computes statistics by the clock; start a task run.")
        }
        return try statisticsOrder(requiresRole: requiresRole)
    }
}
