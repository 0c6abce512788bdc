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

    /// A table with the words of the service where it is missing.
    func table(_ database: String, _ table: String) throws -> TableRecord {
        let name = try tableName(database, table)
        if let record = try catalog.findTable(name) { return record }
        try requireDatabase(database)
        throw Faults.missing("Table \(table) not found.")
    }

    @discardableResult
    func requireDatabase(_ name: String) throws -> DatabaseRecord {
        do throws(SluiceError) {
            return try catalog.database(name)
        } catch {
            if error.code == .notFound { throw Faults.missing("Database \(name) not found.") }
            throw error
        }
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
