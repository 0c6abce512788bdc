import SluiceCatalog
import SluiceCore
import SluiceServer

/// What tables were before they were changed.
enum TableVersions {
    static let operations: [GlueOperation] = [
        GlueOperation("GetTableVersion") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let version = try input.text("VersionId", Rules.name)
            try input.finish()
            let record = try call.table(database, table)
            let number = try version.map { try parsed($0) } ?? record.version
            do throws(SluiceError) {
                let found = try call.catalog.version(number, of: record.definition.name)
                return .value(.structure(["TableVersion": call.value(found, of: record)]))
            } catch {
                throw Faults.fault(error)
            }
        },
        GlueOperation("GetTableVersions") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
            let last = try ListToken.last(&input, "versions")
            try input.finish()
            let record = try call.table(database, table)
            let before = try last.map { try parsed($0) } ?? .max
            let all = try call.catalog.versions(of: record.definition.name).filter { $0.version < before }
            let page = all.prefix(limit)
            let token = page.count < all.count ? page.last.map { WireValue.text(PageToken.text("versions", String($0.version))) } : nil
            return .value(.structure(["TableVersions": .list(page.map { call.value($0, of: record) }), "NextToken": token]))
        },
        GlueOperation("DeleteTableVersion") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let version = try input.requiredText("VersionId", Rules.name)
            try input.finish()
            try delete(version, of: try call.table(database, table), call)
            return .empty
        },
        GlueOperation("BatchDeleteTableVersion") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let versions = try input.texts("VersionIds", count: 0...100, Rules.name)
            if versions == nil { input.missing("VersionIds") }
            try input.finish()
            let record = try call.table(database, table)
            var errors: [WireValue] = []
            for version in versions ?? [] {
                do {
                    try delete(version, of: record, call)
                } catch let fault as ServiceFault {
                    errors.append(
                        .structure(["TableName": .text(table), "VersionId": .text(version), "ErrorDetail": Faults.detail(fault)]))
                }
            }
            return .value(.structure(["Errors": .list(errors)]))
        },
    ]

    private static func parsed(_ text: String) throws(ServiceFault) -> Int {
        guard let number = Int(text), number >= 0 else { throw Faults.invalid("\(text) is no version of a table.") }
        return number
    }

    private static func delete(_ version: String, of record: TableRecord, _ call: GlueCall) throws {
        let number = try parsed(version)
        guard number != record.version else { throw Faults.invalid("Version \(number) is the table's present one.") }
        guard try call.catalog.deleteVersions([number], of: record.definition.name) == 1 else {
            throw Faults.missing("Version \(number) of table \(record.definition.name.table) not found.")
        }
    }
}

extension GlueCall {
    fileprivate func value(_ version: TableVersion, of record: TableRecord) -> WireValue {
        var definition = version.definition(in: record.definition)
        definition.owner = version.owner ?? definition.owner
        let table = value(
            definition, version: version.version, location: location(of: definition), createdMicros: record.createdMicros,
            updatedMicros: version.createdMicros)
        return .structure(["Table": table, "VersionId": .text(String(version.version))])
    }
}
