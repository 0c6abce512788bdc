import SluiceCatalog
import SluiceCore
import SluiceServer

/// Functions that Hive and Spark find in the catalog. They are kept for those; Sluice runs none of them.
enum Functions {
    static let kind = "glue-function"

    static let operations: [GlueOperation] = [
        GlueOperation("CreateUserDefinedFunction") { call in
            var input = try call.members()
            let database = try input.databaseName()
            let (name, value) = try input.function()
            try input.finish()
            try call.requireDatabase(database)
            guard let name else { throw Faults.invalid("FunctionInput has no FunctionName.") }
            guard try call.catalog.addDocument(kind, path(database, name), value.json) else {
                throw Faults.exists("Function already exists.")
            }
            return .empty
        },
        GlueOperation("GetUserDefinedFunction") { call in
            var input = try call.members()
            let (database, name) = (try input.databaseName(), try input.requiredText("FunctionName", Rules.name))
            try input.finish()
            return .value(.structure(["UserDefinedFunction": call.value(try find(database, name, call))]))
        },
        GlueOperation("GetUserDefinedFunctions") { call in
            var input = try call.members()
            let database = try input.text("DatabaseName", Rules.name)
            let pattern = try input.requiredText("Pattern", Rules.name)
            let type = try input.text("FunctionType", functionType)
            let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
            let last = try ListToken.last(&input, "functions")
            try input.finish()
            if let database { try call.requireDatabase(database) }
            let isWanted = try NameExpression(pattern)
            let all = try call.catalog.documents(kind, prefix: database.map { $0.lowercased() + "/" } ?? "").filter { document in
                let isOfType = type == nil || WireValue(json: document.content)?["FunctionType"]?.string == type
                return isOfType && isWanted.matches(String(document.name.drop { $0 != "/" }.dropFirst()))
            }
            let (page, token) = PageToken.page(all, after: last, limit: limit, "functions", name: \.name)
            return .value(.structure(["UserDefinedFunctions": .list(page.map(call.value)), "NextToken": token]))
        },
        GlueOperation("UpdateUserDefinedFunction") { call in
            var input = try call.members()
            let (database, name) = (try input.databaseName(), try input.requiredText("FunctionName", Rules.name))
            let (given, value) = try input.function()
            try input.finish()
            _ = try find(database, name, call)
            guard given == nil || given?.lowercased() == name.lowercased() else {
                throw Faults.invalid("A function keeps its name: \(name).")
            }
            try Documents.put(kind, path(database, name), call.catalog) { $0 = value }
            return .empty
        },
        GlueOperation("DeleteUserDefinedFunction") { call in
            var input = try call.members()
            let (database, name) = (try input.databaseName(), try input.requiredText("FunctionName", Rules.name))
            try input.finish()
            _ = try find(database, name, call)
            _ = try call.catalog.removeDocument(kind, path(database, name))
            try Tags.forget("userDefinedFunction/\(database)/\(name)", call.catalog)
            return .empty
        },
    ]

    private static let functionType = TextRule(values: ["REGULAR_FUNCTION", "AGGREGATE_FUNCTION", "STORED_PROCEDURE"])

    private static func path(_ database: String, _ name: String) -> String { database.lowercased() + "/" + name.lowercased() }

    static func find(_ database: String, _ name: String, _ call: GlueCall) throws -> StoredDocument {
        try call.requireDatabase(database)
        guard let found = try call.catalog.document(kind, path(database, name)) else { throw Faults.missing("Function \(name) not found.") }
        return found
    }
}

extension InputReader {
    /// The name, and all that is kept of the member `FunctionInput`.
    fileprivate mutating func function() throws(ServiceFault) -> (name: String?, value: WireValue) {
        let found = try structure("FunctionInput") { reader throws(ServiceFault) -> (String?, WireValue) in
            let name = try reader.text("FunctionName", Rules.name)
            let type = try reader.text("FunctionType", TextRule(values: ["REGULAR_FUNCTION", "AGGREGATE_FUNCTION", "STORED_PROCEDURE"]))
            let uris = try reader.structures("ResourceUris", count: 0...1_000) { uri throws(ServiceFault) in
                WireValue.structure([
                    "ResourceType": try uri.text("ResourceType", TextRule(values: ["JAR", "FILE", "ARCHIVE"])).map { .text($0) },
                    "Uri": try uri.text("Uri", Rules.address).map { .text($0) },
                ])
            }
            let value = WireValue.structure([
                "FunctionName": name.map { .text($0.lowercased()) },
                "ClassName": try reader.text("ClassName", Rules.name).map { .text($0) },
                "OwnerName": try reader.text("OwnerName", Rules.name).map { .text($0) },
                "FunctionType": .text(type ?? "REGULAR_FUNCTION"),
                "OwnerType": try reader.text("OwnerType", TextRule(values: ["USER", "ROLE", "GROUP"])).map { .text($0) },
                "ResourceUris": .list(uris ?? []),
            ])
            return (name, value)
        }
        if let found { return found }
        missing("FunctionInput")
        return (nil, .object([]))
    }
}

extension GlueCall {
    fileprivate func value(_ document: StoredDocument) -> WireValue {
        let parts = document.name.split(separator: "/", maxSplits: 1).map(String.init)
        guard case .object(let members)? = WireValue(json: document.content) else { return .object([]) }
        let name = members.contains { $0.name == "FunctionName" } ? [] : [WireValue.Member("FunctionName", .text(parts.last ?? ""))]
        return .object(
            name + members + [
                .init("DatabaseName", .text(parts[0])), .init("CreateTime", .time(micros: document.createdMicros)),
                .init("CatalogId", .text(context.account)),
            ])
    }
}
