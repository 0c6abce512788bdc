import SluiceCatalog
import SluiceCore
import SluiceServer

/// Databases of the catalog.
enum Databases {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateDatabase") { call in
            var input = try call.members()
            let database = try input.databaseInput()
            let tags = try input.tags()
            try input.finish()
            let name = database.name.lowercased()
            do throws(SluiceError) {
                try call.catalog.createDatabase(
                    database.name, comment: database.description, location: database.location, parameters: database.parameters)
            } catch {
                if error.code == .alreadyExists { throw Faults.exists("Database already exists.") }
                throw error
            }
            // Functions of a database of the same name that a command dropped.
            try call.catalog.removeDocuments(Functions.kind, prefix: name + "/")
            if let tags { try Tags.set(tags, "database/" + name, call.catalog) }
            return .empty
        },
        GlueOperation("GetDatabase", isShort: true) { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            return .value(.structure(["Database": call.value(try call.requireDatabase(name))]))
        },
        GlueOperation("GetDatabases") { call in
            var input = try call.members()
            let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
            let last = try ListToken.last(&input, "databases")
            let share = try input.text("ResourceShareType", TextRule(values: ["FOREIGN", "ALL", "FEDERATED"]))
            _ = try input.texts("AttributesToGet", count: 0...100, TextRule(values: ["NAME", "TARGET_DATABASE"]))
            try input.finish()
            // There are no databases of others.
            let all = share == "FOREIGN" || share == "FEDERATED" ? [] : try call.catalog.databases()
            let (page, token) = PageToken.page(all, after: last, limit: limit, "databases", name: \.name)
            return .value(.structure(["DatabaseList": .list(page.map(call.value)), "NextToken": token]))
        },
        GlueOperation("UpdateDatabase") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            let database = try input.databaseInput()
            try input.finish()
            try call.requireDatabase(name)
            guard database.name.lowercased() == name.lowercased() else {
                throw Faults.invalid("A database keeps its name: \(name), not \(database.name).")
            }
            try call.catalog.changeDatabase(
                name, comment: database.description, location: database.location, parameters: database.parameters)
            return .empty
        },
        GlueOperation("DeleteDatabase") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            try call.requireDatabase(name)
            let folded = name.lowercased()
            try call.catalog.dropDatabase(folded, withTables: true)
            try call.catalog.removeDocuments(Functions.kind, prefix: folded + "/")
            try Tags.forget("database/" + folded, call.catalog)
            return .empty
        },
    ]
}

/// The member `DatabaseInput` of a request.
struct DatabaseInput: Sendable {
    var name: String
    var description = ""
    var location: String?
    var parameters: [String: String] = [:]
}

extension InputReader {
    fileprivate mutating func databaseInput() throws(ServiceFault) -> DatabaseInput {
        let input = try structure("DatabaseInput") { reader throws(ServiceFault) in
            try reader.refuse([
                "TargetDatabase": "links to databases of other accounts lead nowhere here",
                "FederatedDatabase": "there are no catalogs of other systems",
            ])
            // What Lake Formation would grant: everything to everybody, which is how it is here.
            let permissions = reader.value("CreateTableDefaultPermissions")?.elements ?? []
            guard permissions.allSatisfy({ $0["Principal"]?["DataLakePrincipalIdentifier"] == .text("IAM_ALLOWED_PRINCIPALS") }) else {
                throw Faults.invalid("CreateTableDefaultPermissions are not supported: there are no permissions by principal.")
            }
            return DatabaseInput(
                name: try reader.requiredText("Name", Rules.name), description: try reader.text("Description", Rules.description) ?? "",
                location: try reader.text("LocationUri", Rules.address), parameters: try reader.parameters())
        }
        if let input { return input }
        missing("DatabaseInput")
        return DatabaseInput(name: "")
    }
}

extension GlueCall {
    fileprivate func value(_ record: DatabaseRecord) -> WireValue {
        let permissions = WireValue.structure([
            "Principal": .structure(["DataLakePrincipalIdentifier": .text("IAM_ALLOWED_PRINCIPALS")]), "Permissions": .texts(["ALL"]),
        ])
        return .structure([
            "Name": .text(record.name), "Description": .some(record.comment), "LocationUri": .some(record.location),
            "Parameters": record.parameters.isEmpty ? nil : .map(record.parameters), "CreateTime": .time(micros: record.createdMicros),
            "CreateTableDefaultPermissions": .list([permissions]), "CatalogId": .text(context.account),
        ])
    }
}
