import SluiceCatalog
import SluiceCore
import SluiceRegistry
import SluiceServer

/// Schemas of the registry: the same that `sluice schema` shows and streams are bound to.
enum Schemas {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateSchema", create), GlueOperation("ListSchemas", list), GlueOperation("UpdateSchema", update),
        GlueOperation("GetSchema") { call in
            var input = try call.members()
            let (registry, name) = try input.schema()
            try input.finish()
            return .value(call.value(try find(registry, name, call)))
        },
        GlueOperation("DeleteSchema") { call in
            var input = try call.members()
            let (registry, name) = try input.schema()
            try input.finish()
            _ = try find(registry, name, call)
            try call.catalog.dropSchema(name, in: registry)
            try Tags.forget("schema/\(registry)/\(name)", call.catalog)
            return .value(
                .structure([
                    "SchemaArn": .text(GlueARN(call.caller, "schema", registry, name).text), "SchemaName": .text(name),
                    "Status": .text("DELETING"),
                ]))
        },
        GlueOperation("CheckSchemaVersionValidity") { call in
            var input = try call.members()
            let format = try input.requiredText("DataFormat", formats)
            let text = try input.requiredText("SchemaDefinition", Rules.definition)
            try input.finish()
            do throws(SluiceError) {
                _ = try SchemaDocument(parsing: text, SchemaFormat(parsing: format))
                return .value(.structure(["Valid": .boolean(true)]))
            } catch {
                return .value(.structure(["Valid": .boolean(false), "Error": .text(String(Faults.told(error).prefix(5_000)))]))
            }
        },
    ]

    static let formats = TextRule(values: SchemaFormat.allCases.map(\.rawValue))
    private static let modes = TextRule(values: CompatibilityMode.allCases.map(\.rawValue))

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let registry = try input.registry()
        let name = try input.requiredText("SchemaName", Rules.schemaName)
        let format = try input.requiredText("DataFormat", formats)
        let mode = try input.text("Compatibility", modes)
        let description = try input.text("Description", Rules.description)
        let tags = try input.tags()
        let text = try input.text("SchemaDefinition", Rules.definition)
        try input.finish()
        if registry != SchemaName.defaultRegistry { _ = try Registries.find(registry, call) }
        guard let text else { throw Faults.invalid("SchemaDefinition is missing: a schema is made with its first version here.") }
        guard try call.catalog.schema(name, in: registry) == nil else {
            throw Faults.exists("Schema already exists. SchemaName: \(name), RegistryName: \(registry)")
        }
        var candidate = SchemaRegistry.Candidate(try SchemaName(registry: registry, name: name), text: text)
        candidate.format = try SchemaFormat(parsing: format)
        candidate.compatibility = try mode.map { try CompatibilityMode(parsing: $0) }
        candidate.description = description
        let version = try call.context.registry.register(candidate).version
        if let tags { try Tags.set(tags, "schema/\(registry)/\(name)", call.catalog) }
        guard case .object(let members) = call.value(try find(registry, name, call)) else { return .empty }
        return .value(
            .object(
                members.filter { $0.name != "CreatedTime" && $0.name != "UpdatedTime" } + [
                    .init("Tags", .map(tags ?? [:])), .init("SchemaVersionId", .text(version.id)),
                    .init("SchemaVersionStatus", .text(version.status)),
                ]))
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let registry = input.value("RegistryId") == nil ? nil : try input.registry()
        let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
        let last = try ListToken.last(&input, "schemas")
        try input.finish()
        if let registry { _ = try Registries.find(registry, call) }
        let all = try call.catalog.schemas(in: registry)
        let (page, token) = PageToken.page(all, after: last, limit: limit, "schemas") { $0.registry + "/" + $0.name }
        let values = page.map { schema -> WireValue in
            .structure([
                "RegistryName": .text(schema.registry), "SchemaName": .text(schema.name),
                "SchemaArn": .text(GlueARN(call.caller, "schema", schema.registry, schema.name).text),
                "Description": .some(schema.description), "SchemaStatus": .text("AVAILABLE"),
                "CreatedTime": .text(time(schema.createdMicros)), "UpdatedTime": .text(time(schema.updatedMicros)),
            ])
        }
        return .value(.structure(["Schemas": .list(values), "NextToken": token]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (registry, name) = try input.schema()
        let checkpoint = try input.version("SchemaVersionNumber")
        let mode = try input.text("Compatibility", modes)
        let description = try input.text("Description", Rules.description)
        try input.finish()
        let schema = try find(registry, name, call)
        guard mode != nil || checkpoint != nil || description != nil else {
            throw Faults.invalid("Give a Compatibility, a SchemaVersionNumber or a Description.")
        }
        let number = try checkpoint.map { try SchemaVersions.find($0, of: schema, call).version }
        _ = try call.catalog.changeSchema(name, in: registry, compatibility: mode, checkpoint: number, description: description)
        return .value(
            .structure([
                "SchemaArn": .text(GlueARN(call.caller, "schema", registry, name).text), "SchemaName": .text(name),
                "RegistryName": .text(registry),
            ]))
    }

    /// - Throws: `EntityNotFoundException`.
    static func find(_ registry: String, _ name: String, _ call: GlueCall) throws -> StoredSchema {
        if let schema = try call.catalog.schema(name, in: registry) { return schema }
        throw Faults.missing("Schema is not found. RegistryName: \(registry), SchemaName: \(name)")
    }

    /// As the registry's answers have it: `2026-08-01T12:00:00.000Z`.
    static func time(_ micros: Int64) -> String {
        var bytes: [UInt8] = []
        TimeText.append(micros: micros / 1_000 * 1_000, zoned: true, to: &bytes)
        return String(decoding: bytes, as: UTF8.self).replacing(" ", with: "T")
    }
}

extension InputReader {
    /// The member `SchemaId`.
    mutating func schema(required: Bool = true) throws(ServiceFault) -> (registry: String, name: String) {
        let named = try structure("SchemaId") { id throws(ServiceFault) -> (String, String) in
            let registry = try id.text("RegistryName", Rules.schemaName)
            let name = try id.text("SchemaName", Rules.schemaName)
            if let arn = try id.text("SchemaArn", Rules.resource) {
                guard name == nil, let parsed = GlueARN(arn), parsed.kind == "schema", parsed.names.count == 2 else {
                    throw Faults.invalid("SchemaId has either names or the SchemaArn of a schema.")
                }
                return (parsed.names[0], parsed.names[1])
            }
            guard let name else { throw Faults.invalid("SchemaId has neither a SchemaName nor a SchemaArn.") }
            return (registry ?? SchemaName.defaultRegistry, name)
        }
        if named == nil, required { missing("SchemaId") }
        return named.map { ($0.0, $0.1) } ?? ("", "")
    }

    /// A member that names a version; nil where it is missing.
    mutating func version(_ member: String) throws(ServiceFault) -> VersionChoice? {
        try structure(member) { number throws(ServiceFault) in
            let isLatest = try number.boolean("LatestVersion") ?? false
            let given = try number.integer("VersionNumber", 1...100_000)
            guard isLatest != (given != nil) else { throw Faults.invalid("\(member) has either a VersionNumber or LatestVersion.") }
            return given.map { .number($0) } ?? .latest
        }
    }
}

/// Which version of a schema a request means.
enum VersionChoice: Hashable, Sendable {
    case latest
    case number(Int)
}

extension GlueCall {
    fileprivate func value(_ schema: StoredSchema) -> WireValue {
        let latest = schema.latest ?? 0
        return .structure([
            "RegistryName": .text(schema.registry), "RegistryArn": .text(GlueARN(caller, "registry", schema.registry).text),
            "SchemaName": .text(schema.name), "SchemaArn": .text(GlueARN(caller, "schema", schema.registry, schema.name).text),
            "Description": .some(schema.description), "DataFormat": .text(schema.format), "Compatibility": .text(schema.compatibility),
            "SchemaCheckpoint": .integer(Int64(schema.checkpoint)), "LatestSchemaVersion": latest > 0 ? .integer(Int64(latest)) : nil,
            "NextSchemaVersion": .integer(Int64(latest + 1)), "SchemaStatus": .text("AVAILABLE"),
            "CreatedTime": .text(Schemas.time(schema.createdMicros)), "UpdatedTime": .text(Schemas.time(schema.updatedMicros)),
        ])
    }
}
