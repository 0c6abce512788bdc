import SluiceCatalog
import SluiceCore
import SluiceServer

/// The table that a run is about.
struct DataSourceInput: Sendable {
    var database: String
    var table: String
    /// As it came, for answers.
    var given: WireValue

    /// As answers name a table of the catalog.
    static func value(_ name: TableName) -> WireValue {
        .structure(["GlueTable": .structure(["DatabaseName": .text(name.database), "TableName": .text(name.table)])])
    }

    /// Whether both are the same table, however it is written.
    func isSame(as other: WireValue?) -> Bool {
        let table = other?["GlueTable"] ?? other?["DataQualityGlueTable"]
        return table?["DatabaseName"]?.string?.lowercased() == database.lowercased()
            && table?["TableName"]?.string?.lowercased() == self.table.lowercased()
    }
}

extension InputReader {
    /// A member that is a `DataSource`.
    ///
    /// - Throws: `InvalidInputException` for a source that is no table of the catalog, or only a part of one.
    mutating func dataSource(_ member: String = "DataSource", account: String) throws(ServiceFault) -> DataSourceInput? {
        let given = value(member) ?? .null
        return try structure(member) { source throws(ServiceFault) in try source.dataSource(given, account: account) }
    }

    /// The members of a `DataSource` that is read already.
    mutating func dataSource(_ given: WireValue, account: String) throws(ServiceFault) -> DataSourceInput {
        var found: DataSourceInput?
        for kind in ["GlueTable", "DataQualityGlueTable"] {
            let table = try structure(kind) { table throws(ServiceFault) -> DataSourceInput in
                try table.refuse([
                    "ConnectionName": "tables of the catalog are read without one", "AdditionalOptions": "a table is read whole",
                    "PreProcessingQuery": "make a table of the query with `sluice query`, or a pipeline with a step quality",
                ])
                if let id = try table.text("CatalogId", Rules.catalogID), id != account { throw Faults.missing("Catalog \(id) not found.") }
                return DataSourceInput(database: try table.databaseName(), table: try table.tableName(), given: given)
            }
            if let table, found == nil { found = table }
        }
        guard let found else { throw Faults.invalid("The DataSource is no GlueTable.") }
        return found
    }
}
