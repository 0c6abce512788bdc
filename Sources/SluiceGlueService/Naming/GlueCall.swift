import SluiceCatalog
import SluiceCore
import SluiceServer

typealias GlueCall = TargetCall<GlueHome>
typealias GlueOperation = TargetOperation<GlueHome>

extension GlueCall {
    var catalog: Catalog { context.catalog }

    /// - Throws: `AccessDeniedException` for a caller of another account than the catalog's.
    func checkAccount() throws(ServiceFault) {
        guard caller.account != context.account else { return }
        throw ServiceFault(
            400, "AccessDeniedException",
            "The catalog of the state directory is that of the account \(context.account), and the key of the request is of the account "
                + "\(caller.account). Use a key that names no account, or start the server with --account \(caller.account).")
    }

    /// The members of the request, whose catalog is that of the caller.
    func members() throws(ServiceFault) -> InputReader {
        var input = try input()
        if let id = try input.text("CatalogId", Rules.catalogID), id != context.account {
            throw Faults.missing("Catalog \(id) not found: there is the catalog of the account \(context.account) only.")
        }
        return input
    }

    /// The name of a table that has to be there.
    func tableName(_ database: String, _ table: String) throws -> TableName {
        let name: TableName
        do throws(SluiceError) {
            name = try TableName(database: database, table: table)
        } catch {
            throw Faults.missing("Table \(table) not found.")
        }
        return name
    }

    /// Reads a table and what belongs to it as they are in one moment.
    ///
    /// - Throws: `EntityNotFoundException` for a table, or a database, that is not there.
    func reading<Result>(
        _ database: String, _ table: String, _ body: (CatalogReader, KnownTable) throws -> Result
    ) throws -> Result {
        let name = try tableName(database, table)
        return try catalog.reading { reader in
            if let found = try reader.table(name) { return try body(reader, found) }
            guard try reader.database(name.database) != nil else { throw Faults.missing("Database \(database) not found.") }
            throw Faults.missing("Table \(table) not found.")
        }
    }

    /// A table with the words of the service where it is missing.
    func table(_ database: String, _ table: String) throws -> TableRecord { try reading(database, table) { $1.record } }

    @discardableResult
    func requireDatabase(_ name: String) throws -> DatabaseRecord {
        guard let database = try catalog.reading({ try $0.database(name.lowercased()) }) else {
            throw Faults.missing("Database \(name) not found.")
        }
        return database
    }
}

extension InputReader {
    /// - Throws: `InvalidInputException` for a member that would change what the answer means, and is not offered.
    func refuse(_ reasons: KeyValuePairs<String, String>) throws(ServiceFault) {
        for (name, reason) in reasons where value(name) != nil {
            throw Faults.invalid("\(name) is not supported: \(reason).")
        }
    }

    /// Parameters of anything; those that the service keeps for itself cannot be set.
    mutating func parameters(_ name: String = "Parameters") throws(ServiceFault) -> [String: String] {
        let map = try map(name, count: Rules.parameters, key: Rules.parameterKey, value: Rules.parameterValue) ?? [:]
        if let own = map.keys.first(where: { $0.hasPrefix(Hints.prefix) }) {
            throw Faults.invalid("Parameters that begin with \(Hints.prefix) are the server's own: \(own).")
        }
        return map
    }

    mutating func tags(_ name: String = "Tags") throws(ServiceFault) -> [String: String]? {
        try map(name, count: Rules.tags, key: Rules.tagKey, value: Rules.tagValue)
    }

    mutating func databaseName() throws(ServiceFault) -> String { try requiredText("DatabaseName", Rules.name) }
    mutating func tableName() throws(ServiceFault) -> String { try requiredText("TableName", Rules.name) }
}
