import SluiceCatalog
import SluiceCore
import SluiceServer

/// Tables of the catalog.
enum Tables {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateTable", create), GlueOperation("GetTable", isShort: true, get), GlueOperation("GetTables", list),
        GlueOperation("UpdateTable", update), GlueOperation("DeleteTable", delete), GlueOperation("BatchDeleteTable", deleteMany),
        GlueOperation("SearchTables", TableSearch.run),
    ]

    private static let noTransactions = "each call is a transaction of its own"
    private static let noFormats = "Iceberg tables are made by their own programs"

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let database = try input.databaseName()
        var table = try input.tableInput()
        let name = try input.text("Name", Rules.name)
        let indexes = try input.structures("PartitionIndexes", count: 0...GlueLimits.partitionIndexes) { index throws(ServiceFault) in
            try index.partitionIndex()
        }
        try input.finish()
        try input.refuse(["TransactionId": noTransactions, "OpenTableFormatInput": noFormats])
        if let name, name.lowercased() != table.name.lowercased() {
            throw Faults.invalid("Name is \(name), and TableInput has the name \(table.name).")
        }
        try call.requireDatabase(database)
        try table.resolveSchema(call)
        var definition = try table.definition(in: database, call.context.places)
        for index in indexes ?? [] { try PartitionIndexes.add(index, to: &definition) }
        do throws(SluiceError) {
            try call.catalog.putTable(definition, expecting: .absent)
        } catch {
            if error.code == .concurrentChange { throw Faults.exists("Table already exists.") }
            throw error
        }
        return .empty
    }

    @Sendable private static func get(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let database = try input.databaseName()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        try input.refuse(["TransactionId": noTransactions, "QueryAsOfTime": "GetTableVersions has what tables were"])
        let table = try call.reading(database, name) { $1 }
        return call.answer { $0.append(call.context.shownTables.member(of: table, call)) }
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let database = try input.databaseName()
        let expression = try input.text("Expression", Rules.expression)
        let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
        let last = try ListToken.last(&input, "tables")
        let wanted = try input.texts(
            "AttributesToGet", count: 0...10, TextRule(values: ["NAME", "TABLE_TYPE", "DEFAULT", "LATEST_ICEBERG_METADATA"]))
        try input.finish()
        try input.refuse(["TransactionId": noTransactions, "QueryAsOfTime": "GetTableVersions has what tables were"])
        try call.requireDatabase(database)
        let isWanted = try NameExpression(expression)
        let after = try last.map { try TableName(database: database, table: $0) }
        let names = try call.catalog.tables(in: database, after: after).map(\.name).filter { isWanted.matches($0.table) }
        let page = names.prefix(limit + 1)
        // A table that is dropped meanwhile is left out.
        let found = try call.catalog.reading { reader in try page.prefix(limit).compactMap { try reader.table($0)?.record } }
        let token = page.count > limit ? WireValue.text(PageToken.text("tables", page[limit - 1].table)) : nil
        let values = found.map { record -> WireValue in
            guard let wanted, !wanted.contains("DEFAULT"), !wanted.isEmpty else { return call.value(record) }
            return .structure([
                "Name": .text(record.definition.name.table), "DatabaseName": .text(record.definition.name.database),
                "TableType": wanted.contains("TABLE_TYPE") ? .text(record.definition.kind.rawValue) : nil,
            ])
        }
        return .value(.structure(["TableList": .list(values), "NextToken": token]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let database = try input.databaseName()
        var table = try input.tableInput()
        let name = try input.text("Name", Rules.name)
        let skipsArchive = try input.boolean("SkipArchive") ?? false
        let version = try input.text("VersionId", Rules.name)
        try input.finish()
        try input.refuse([
            "TransactionId": noTransactions, "UpdateOpenTableFormatInput": noFormats,
            "ViewUpdateAction": "views of several dialects are not kept",
        ])
        if let name, name.lowercased() != table.name.lowercased() { throw Faults.invalid("A table keeps its name: \(name).") }
        let current = try call.table(database, table.name)
        try table.resolveSchema(call)
        var definition = try table.definition(in: database, call.context.places)
        definition.tags = current.definition.tags
        for hint in [Hints.indexes, TableDefinition.onlyFile] { definition.parameters[hint] = current.definition.parameters[hint] }
        definition.keepUntold(of: current.definition)
        // Clients are told the file, and say it again; the table's place is the folder.
        if definition.location == definition.parameters[TableDefinition.onlyFile] { definition.location = current.definition.location }
        let keys = definition.partitionKeys.map { $0.name.lowercased() }
        guard current.partitionCount == 0 || keys == current.definition.partitionKeys.map({ $0.name.lowercased() }) else {
            throw Faults.invalid("The table has \(current.partitionCount) partitions, whose keys cannot become others.")
        }
        // Without a version it is the one that was just looked at, so that its partitions are still those that fit.
        var expected = TableExpectation.revision(current.revision)
        if let version {
            guard let number = Int(version) else { throw Faults.invalid("\(version) is no version of a table.") }
            guard number == current.version else {
                throw Faults.concurrent("Update table failed: the table is at version \(current.version), not \(number).")
            }
            expected = .version(number)
        }
        try call.catalog.putTable(definition, expecting: expected, archiving: skipsArchive ? .replaced : .always)
        return .empty
    }

    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let database = try input.databaseName()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        try input.refuse(["TransactionId": noTransactions])
        try call.catalog.dropTable(try call.table(database, name).definition.name)
        return .empty
    }

    @Sendable private static func deleteMany(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let database = try input.databaseName()
        let names = try input.texts("TablesToDelete", count: 0...GlueLimits.deletedTables, Rules.name) ?? []
        if input.value("TablesToDelete") == nil { input.missing("TablesToDelete") }
        try input.finish()
        try input.refuse(["TransactionId": noTransactions])
        try call.requireDatabase(database)
        var errors: [WireValue] = []
        for name in names {
            do {
                try call.catalog.dropTable(try call.table(database, name).definition.name)
            } catch let fault as ServiceFault {
                errors.append(.structure(["TableName": .text(name), "ErrorDetail": Faults.detail(fault)]))
            }
        }
        return .value(.structure(["Errors": .list(errors)]))
    }
}
