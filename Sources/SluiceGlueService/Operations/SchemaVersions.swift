import SluiceCatalog
import SluiceCore
import SluiceRegistry
import SluiceServer

/// Versions of schemas.
enum SchemaVersions {
    static let operations: [GlueOperation] = [
        GlueOperation("RegisterSchemaVersion", register), GlueOperation("ListSchemaVersions", list),
        GlueOperation("DeleteSchemaVersions", delete),
        GlueOperation("GetSchemaVersion") { call in
            var input = try call.members()
            let version = try choose(&input, call)
            return .value(
                .structure([
                    "SchemaVersionId": .text(version.id), "SchemaDefinition": .text(version.definition),
                    "DataFormat": .text(version.format),
                    "SchemaArn": .text(arn(version, call)), "VersionNumber": .integer(Int64(version.version)),
                    "Status": .text(version.status), "CreatedTime": .text(Schemas.time(version.createdMicros)),
                ]))
        },
        GlueOperation("GetSchemaByDefinition") { call in
            var input = try call.members()
            let (registry, name) = try input.schema()
            let text = try input.requiredText("SchemaDefinition", Rules.definition)
            try input.finish()
            let schema = try Schemas.find(registry, name, call)
            let identity = try SchemaDocument(parsing: text, SchemaFormat(parsing: schema.format)).identity
            let versions = try call.catalog.schemaVersions(of: name, in: registry)
            guard let found = versions.first(where: { $0.identity == identity && $0.isAvailable }) else {
                throw Faults.missing("Schema version is not found for the given schema definition. SchemaName: \(name)")
            }
            return .value(
                .structure([
                    "SchemaVersionId": .text(found.id), "SchemaArn": .text(arn(found, call)), "DataFormat": .text(found.format),
                    "Status": .text(found.status), "CreatedTime": .text(Schemas.time(found.createdMicros)),
                ]))
        },
    ]

    static func arn(_ version: StoredSchemaVersion, _ call: GlueCall) -> String {
        GlueARN(call.caller, "schema", version.registry, version.schema).text
    }

    /// - Throws: `EntityNotFoundException`.
    static func find(_ choice: VersionChoice, of schema: StoredSchema, _ call: GlueCall) throws -> StoredSchemaVersion {
        let versions = try call.catalog.schemaVersions(of: schema.name, in: schema.registry).filter(\.isAvailable)
        let found: StoredSchemaVersion?
        switch choice {
        case .latest: found = versions.max { $0.version < $1.version }
        case .number(let number): found = versions.first { $0.version == number }
        }
        guard let found else { throw Faults.missing("Schema version is not found. SchemaName: \(schema.name)") }
        return found
    }

    /// The version that a request names by its id, or by its schema and number; ends reading.
    static func choose(_ input: inout InputReader, _ call: GlueCall) throws -> StoredSchemaVersion {
        let id = try input.text("SchemaVersionId", Rules.versionID)
        let hasSchema = input.value("SchemaId") != nil
        let (registry, name) = try input.schema(required: false)
        let choice = try input.version("SchemaVersionNumber")
        try input.finish()
        if let id {
            guard !hasSchema else { throw Faults.invalid("Give either a SchemaVersionId or a SchemaId.") }
            guard let found = try call.catalog.schemaVersion(id: id.lowercased()), found.isAvailable else {
                throw Faults.missing("Schema version is not found. SchemaVersionId: \(id)")
            }
            return found
        }
        guard hasSchema else { throw Faults.invalid("Give a SchemaVersionId, or a SchemaId and a SchemaVersionNumber.") }
        return try find(choice ?? .latest, of: try Schemas.find(registry, name, call), call)
    }

    @Sendable private static func register(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (registry, name) = try input.schema()
        let text = try input.requiredText("SchemaDefinition", Rules.definition)
        try input.finish()
        _ = try Schemas.find(registry, name, call)
        let candidate = SchemaRegistry.Candidate(try SchemaName(registry: registry, name: name), text: text)
        let version = try call.context.registry.register(candidate).version
        return .value(
            .structure([
                "SchemaVersionId": .text(version.id), "VersionNumber": .integer(Int64(version.version)), "Status": .text(version.status),
            ]))
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (registry, name) = try input.schema()
        let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
        let last = try ListToken.last(&input, "schema-versions").flatMap { Int($0) } ?? 0
        try input.finish()
        _ = try Schemas.find(registry, name, call)
        let all = try call.catalog.schemaVersions(of: name, in: registry).filter { $0.isAvailable && $0.version > last }
        let page = all.prefix(limit)
        let token = page.count < all.count ? page.last.map { WireValue.text(PageToken.text("schema-versions", String($0.version))) } : nil
        let values = page.map { version -> WireValue in
            .structure([
                "SchemaArn": .text(arn(version, call)), "SchemaVersionId": .text(version.id),
                "VersionNumber": .integer(Int64(version.version)), "Status": .text(version.status),
                "CreatedTime": .text(Schemas.time(version.createdMicros)),
            ])
        }
        return .value(.structure(["Schemas": .list(values), "NextToken": token]))
    }

    /// Numbers and ranges of them: `1`, `2-5`, `1-3,7`.
    private static func numbers(_ text: String) throws(ServiceFault) -> [Int] {
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.filter { $0 != " " }) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 1, first <= last,
                last - first < 25, numbers.count < 25
            else { throw Faults.invalid("\(text) names no versions: give numbers and ranges of at most 25 versions, such as 1-3,7.") }
            numbers += Array(first...last)
        }
        return numbers
    }

    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (registry, name) = try input.schema()
        let text = try input.requiredText("Versions", TextRule(length: 1...100_000))
        try input.finish()
        _ = try Schemas.find(registry, name, call)
        var errors: [WireValue] = []
        for number in try numbers(text) {
            do throws(SluiceError) {
                try call.catalog.dropSchemaVersion(number, of: name, in: registry)
            } catch {
                guard let fault = Faults.fault(error) as? ServiceFault else { throw error }
                errors.append(.structure(["VersionNumber": .integer(Int64(number)), "ErrorDetails": Faults.detail(fault)]))
            }
        }
        return .value(.structure(["SchemaVersionErrors": .list(errors)]))
    }
}
