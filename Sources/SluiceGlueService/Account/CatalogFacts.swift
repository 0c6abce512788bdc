import SluiceCatalog
import SluiceServer

/// What there is to say of the one catalog: what it is, who may use it, and how it is kept.
enum CatalogFacts {
    static let operations: [GlueOperation] = [
        GlueOperation("GetCatalog") { call in
            var input = try call.members()
            if try input.text("CatalogId", Rules.catalogID) == nil { input.missing("CatalogId") }
            try input.finish()
            return .value(.structure(["Catalog": root(call)]))
        },
        GlueOperation("GetCatalogs") { call in
            var input = try call.members()
            let parent = try input.text("ParentCatalogId", Rules.catalogID)
            if let parent, parent != call.context.account { throw Faults.missing("Catalog \(parent) not found.") }
            _ = try input.integer("MaxResults", 1...1_000)
            _ = try ListToken.last(&input, "catalogs")
            _ = try input.boolean("Recursive")
            let includesRoot = try input.boolean("IncludeRoot") ?? false
            _ = try input.boolean("HasDatabases")
            try input.finish()
            // There is none below it.
            return .value(.structure(["CatalogList": .list(includesRoot ? [root(call)] : [])]))
        },
        GlueOperation("GetCatalogImportStatus") { call in
            try call.members().finish()
            // Nothing was ever kept elsewhere.
            return .value(.structure(["ImportStatus": .structure(["ImportCompleted": .boolean(true)])]))
        },
        GlueOperation("ImportCatalogToGlue") { call in
            try call.members().finish()
            return .empty
        },
        GlueOperation("GetDataCatalogEncryptionSettings") { call in
            try call.members().finish()
            let settings = WireValue.structure([
                "EncryptionAtRest": .structure(["CatalogEncryptionMode": .text("DISABLED")]),
                "ConnectionPasswordEncryption": .structure(["ReturnConnectionPasswordEncrypted": .boolean(false)]),
            ])
            return .value(.structure(["DataCatalogEncryptionSettings": settings]))
        },
        GlueOperation("GetResourcePolicies") { call in
            var input = try call.members()
            _ = try input.integer("MaxResults", 1...1_000)
            _ = try ListToken.last(&input, "policies")
            try input.finish()
            return .value(.structure(["GetResourcePoliciesResponseList": .list([])]))
        },
        GlueOperation("GetResourcePolicy") { call in
            var input = try call.members()
            _ = try input.text("ResourceArn", Rules.resource)
            try input.finish()
            throw Faults.missing("Policy not found: whoever has a key of the server may use the catalog.")
        },
    ]

    private static func root(_ call: GlueCall) -> WireValue {
        .structure([
            "CatalogId": .text(call.context.account), "Name": .text(call.context.account),
            "ResourceArn": .text("arn:aws:glue:\(call.caller.region):\(call.context.account):catalog"),
            "CreateDatabaseDefaultPermissions": .list([]), "CreateTableDefaultPermissions": .list([]),
        ])
    }
}
