import SluiceCatalog
import SluiceCore
import SluiceRegistry
import SluiceServer

/// Registries of schemas. Those that clients make stay when their last schema goes; others are there as long as they have schemas.
enum Registries {
    private static let kind = "glue-registry"

    /// A registry, whoever made it.
    struct Found: Sendable {
        var name: String
        var description: String
        var createdMicros: Int64
        var updatedMicros: Int64
    }

    static let operations: [GlueOperation] = [
        GlueOperation("CreateRegistry") { call in
            var input = try call.members()
            let name = try input.requiredText("RegistryName", Rules.schemaName)
            let description = try input.text("Description", Rules.description)
            let tags = try input.tags()
            try input.finish()
            guard try all(call).allSatisfy({ $0.name != name }), try call.catalog.addDocument(kind, name, document(description)) else {
                throw Faults.exists("Registry already exists. RegistryName: \(name)")
            }
            if let tags { try Tags.set(tags, "registry/" + name, call.catalog) }
            return .value(
                .structure([
                    "RegistryArn": .text(GlueARN(call.caller, "registry", name).text), "RegistryName": .text(name),
                    "Description": .some(description), "Tags": .map(tags ?? [:]),
                ]))
        },
        GlueOperation("GetRegistry") { call in
            var input = try call.members()
            let name = try input.registry(required: true)
            try input.finish()
            return .value(call.value(try find(name, call)))
        },
        GlueOperation("ListRegistries") { call in
            var input = try call.members()
            let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
            let last = try ListToken.last(&input, "registries")
            try input.finish()
            let (page, token) = PageToken.page(try all(call), after: last, limit: limit, "registries", name: \.name)
            return .value(.structure(["Registries": .list(page.map(call.value)), "NextToken": token]))
        },
        GlueOperation("UpdateRegistry") { call in
            var input = try call.members()
            let name = try input.registry(required: true)
            let description = try input.requiredText("Description", Rules.description)
            try input.finish()
            _ = try find(name, call)
            try Documents.put(kind, name, call.catalog) { $0 = .structure(["Description": .text(description)]) }
            return .value(
                .structure(["RegistryName": .text(name), "RegistryArn": .text(GlueARN(call.caller, "registry", name).text)]))
        },
        GlueOperation("DeleteRegistry") { call in
            var input = try call.members()
            let name = try input.registry(required: true)
            try input.finish()
            _ = try find(name, call)
            for schema in try call.catalog.schemas(in: name) {
                try call.catalog.dropSchema(schema.name, in: name)
                try Tags.forget("schema/\(name)/\(schema.name)", call.catalog)
            }
            _ = try call.catalog.removeDocument(kind, name)
            try Tags.forget("registry/" + name, call.catalog)
            return .value(
                .structure([
                    "RegistryName": .text(name), "RegistryArn": .text(GlueARN(call.caller, "registry", name).text),
                    "Status": .text("DELETING"),
                ]))
        },
    ]

    private static func document(_ description: String?) -> String { WireValue.structure(["Description": .some(description)]).json }

    /// By name.
    private static func all(_ call: GlueCall) throws -> [Found] {
        var found: [String: Found] = [:]
        for registry in try call.catalog.registries() {
            found[registry.name] = Found(
                name: registry.name, description: registry.description, createdMicros: registry.createdMicros,
                updatedMicros: registry.createdMicros)
        }
        for document in try call.catalog.documents(kind) {
            found[document.name] = Found(
                name: document.name, description: WireValue(json: document.content)?["Description"]?.string ?? "",
                createdMicros: document.createdMicros, updatedMicros: document.updatedMicros)
        }
        return found.values.sorted { $0.name < $1.name }
    }

    /// - Throws: `EntityNotFoundException`.
    static func find(_ name: String, _ call: GlueCall) throws -> Found {
        if let found = try all(call).first(where: { $0.name == name }) { return found }
        throw Faults.missing("Registry is not found. RegistryName: \(name)")
    }
}

extension InputReader {
    /// The member `RegistryId`; the default registry where there is none.
    mutating func registry(required: Bool = false) throws(ServiceFault) -> String {
        let named = try structure("RegistryId") { id throws(ServiceFault) -> String in
            let name = try id.text("RegistryName", Rules.schemaName)
            if let arn = try id.text("RegistryArn", Rules.resource) {
                guard name == nil, let parsed = GlueARN(arn), parsed.kind == "registry", parsed.names.count == 1 else {
                    throw Faults.invalid("RegistryId has either a RegistryName or the RegistryArn of a registry.")
                }
                return parsed.names[0]
            }
            return name ?? SchemaName.defaultRegistry
        }
        if named == nil, required { missing("RegistryId") }
        return named ?? SchemaName.defaultRegistry
    }
}

extension GlueCall {
    fileprivate func value(_ registry: Registries.Found) -> WireValue {
        .structure([
            "RegistryName": .text(registry.name), "RegistryArn": .text(GlueARN(caller, "registry", registry.name).text),
            "Description": .some(registry.description), "Status": .text("AVAILABLE"),
            "CreatedTime": .text(Schemas.time(registry.createdMicros)),
            "UpdatedTime": .text(Schemas.time(registry.updatedMicros)),
        ])
    }
}
