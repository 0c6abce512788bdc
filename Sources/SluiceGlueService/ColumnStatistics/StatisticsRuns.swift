import SluiceCatalog
import SluiceCore
import SluiceServer

/// Runs that compute statistics of columns: those that `GetColumnStatisticsForTable` and `sluice catalog stats` tell.
enum StatisticsRuns {
    static let kind = "glue-statistics-run"

    static let operations: [GlueOperation] = [
        GlueOperation("StartColumnStatisticsTaskRun", start), GlueOperation("StopColumnStatisticsTaskRun", stop),
        GlueOperation("GetColumnStatisticsTaskRun") { call in
            var input = try call.members()
            let id = try input.requiredText("ColumnStatisticsTaskRunId", Rules.name)
            try input.finish()
            guard let run = try call.context.statistics.find(id) else {
                throw Faults.missing("Column statistics task run with id \(id) not found.")
            }
            return .value(.structure(["ColumnStatisticsTaskRun": value(run, call)]))
        },
        GlueOperation("GetColumnStatisticsTaskRuns") { call in
            var input = try call.statisticsMembers()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
            let last = try ListToken.last(&input, "statistics-runs-of")
            try input.finish()
            let runs = try call.context.statistics.all().filter { isAbout($0, database, table) }
            let (page, token) = PageToken.page(runs, after: last, limit: limit, "statistics-runs-of")
            return .value(.structure(["ColumnStatisticsTaskRuns": .list(page.map { value($0, call) }), "NextToken": token]))
        },
        GlueOperation("ListColumnStatisticsTaskRuns") { call in
            var input = try call.members()
            let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
            let last = try ListToken.last(&input, "statistics-runs")
            try input.finish()
            let (page, token) = PageToken.page(try call.context.statistics.all(), after: last, limit: min(limit, 100), "statistics-runs")
            return .value(.structure(["ColumnStatisticsTaskRunIds": .texts(page.map(\.id)), "NextToken": token]))
        },
    ]

    private static func isAbout(_ run: ClientRun, _ database: String, _ table: String) -> Bool {
        run.request["DatabaseName"]?.string == database.lowercased() && run.request["TableName"]?.string == table.lowercased()
    }

    private static func value(_ run: ClientRun, _ call: GlueCall) -> WireValue {
        // A run that stops runs, as the service tells it.
        let status = run.status == .stopping ? ClientRun.Status.running : run.status
        let value = WireValue.structure([
            "ColumnStatisticsTaskRunId": .text(run.id), "CustomerId": .text(call.context.account), "CatalogID": .text(call.context.account),
            "ComputationType": .text("FULL"), "Status": .text(status.rawValue), "CreationTime": .time(micros: run.startedMicros),
            "StartTime": .time(micros: run.startedMicros), "EndTime": run.endedMicros.map { .time(micros: $0) },
            "LastUpdated": .time(micros: run.endedMicros ?? run.startedMicros), "ErrorMessage": run.error.map { .text($0) },
            "SampleSize": .real(100),
        ])
        return value.adding(run.request.members)
    }

    @Sendable private static func start(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.statisticsMembers()
        let order = try input.statisticsOrder(requiresRole: true)
        try input.finish()
        return .value(.structure(["ColumnStatisticsTaskRunId": .text(try begin(order, call))]))
    }

    /// - Throws: `ColumnStatisticsTaskRunningException` where one of the table goes on.
    private static func begin(_ order: StatisticsOrder, _ call: GlueCall) throws -> String {
        let name = try call.table(order.database, order.table).definition.name
        let columns = try order.columns ?? StatisticsSettings.columns(of: name, call.catalog)
        let task = try StatisticsTask(TableReading(call.context).check(name), columns: columns)
        let request = WireValue.structure([
            "DatabaseName": .text(name.database), "TableName": .text(name.table), "ColumnNameList": .texts(task.columns.map(\.name)),
            "Role": order.role.map { .text($0) },
        ])
        do {
            return try call.context.statistics.begin(request, .init(subject: name.description)) { [home = call.context] in
                try await task.run(home)
                return .object([])
            }
        } catch let error as SluiceError where error.code == .alreadyRunning {
            throw ServiceFault(400, "ColumnStatisticsTaskRunningException", "A task run of table \(name) goes on already.")
        }
    }

    @Sendable private static func stop(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.statisticsMembers()
        let (database, table) = (try input.databaseName(), try input.tableName())
        try input.finish()
        let name = try call.table(database, table).definition.name
        guard let id = call.context.background.run(of: name.description), let wasTold = call.context.background.stop(id) else {
            throw ServiceFault(400, "ColumnStatisticsTaskNotRunningException", "No task run of table \(name) goes on.")
        }
        if wasTold { throw ServiceFault(400, "ColumnStatisticsTaskStoppingException", "The task run of table \(name) is stopping.") }
        return .empty
    }
}

/// What a run that computes statistics is to do.
struct StatisticsOrder: Sendable {
    var database: String
    var table: String
    /// Nil: all.
    var columns: [String]?
    var role: String?
}

extension GlueCall {
    /// The members of a request that names the catalog in `CatalogID`.
    func statisticsMembers() throws(ServiceFault) -> InputReader {
        var input = try members()
        if let id = try input.text("CatalogID", Rules.catalogID), id != context.account {
            throw Faults.missing("Catalog \(id) not found: there is the catalog of the account \(context.account) only.")
        }
        return input
    }
}

extension InputReader {
    /// - Throws: `InvalidInputException` for a sample: the rows of a table are all read.
    mutating func statisticsOrder(requiresRole: Bool) throws(ServiceFault) -> StatisticsOrder {
        try refuse(["SecurityConfiguration": "what runs write is not encrypted"])
        let order = StatisticsOrder(
            database: try databaseName(), table: try tableName(),
            columns: try texts("ColumnNameList", count: 0...1_000, Rules.name).flatMap { $0.isEmpty ? nil : $0 },
            role: try text("Role", Rules.name))
        if requiresRole, order.role == nil { missing("Role") }
        switch value("SampleSize") {
        case nil, .integer(100)?, .real(100)?: break
        case .integer?, .real?: throw Faults.invalid("SampleSize is not supported: all rows of the table are read.")
        default: throw .serialization("SampleSize can not be converted to a Double")
        }
        return order
    }
}
