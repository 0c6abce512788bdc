import SluiceCatalog
import SluiceCore
import SluiceServer

/// Which columns of one table become which of another: `GetMapping`.
enum TableMapping {
    static let operations: [GlueOperation] = [
        GlueOperation("GetMapping") { call in
            var input = try call.members()
            let source = try input.structure("Source") { entry throws(ServiceFault) in try entry.catalogEntry() }
            if source == nil { input.missing("Source") }
            let sinks = try input.structures("Sinks", count: 0...1) { entry throws(ServiceFault) in try entry.catalogEntry() }
            try input.refuse(["Location": "tables of the catalog say where they lie"])
            try input.finish()
            let table = try call.table(source?.database ?? "", source?.table ?? "").definition
            let sink = try sinks?.first.map { try call.table($0.database, $0.table).definition }
            return .value(.structure(["Mapping": .list(entries(table, sink))]))
        }
    ]

    /// Columns by their names; those that the sink does not have are left out.
    private static func entries(_ table: TableDefinition, _ sink: TableDefinition?) -> [WireValue] {
        (table.columns + table.partitionKeys).compactMap { column in
            let target: CatalogColumn
            if let sink {
                guard let found = (sink.columns + sink.partitionKeys).first(where: { $0.name == column.name }) else { return nil }
                target = found
            } else {
                target = column
            }
            return .structure([
                "SourceTable": .text(table.name.table), "SourcePath": .text(column.name),
                "SourceType": ColumnTypes.text(column).map { .text($0) },
                "TargetTable": .text((sink ?? table).name.table), "TargetPath": .text(target.name),
                "TargetType": ColumnTypes.text(target).map { .text($0) },
            ])
        }
    }
}

extension InputReader {
    fileprivate mutating func catalogEntry() throws(ServiceFault) -> (database: String, table: String) {
        (try databaseName(), try tableName())
    }
}
