import SluiceCatalog
import SluiceRegistry
import SluiceServer

/// What people keep with versions of schemas.
enum SchemaMetadata {
    static let operations: [GlueOperation] = [
        GlueOperation("PutSchemaVersionMetadata") { call in
            try changing(call) { key, value, version in
                try call.catalog.addSchemaMetadata(key, value, toVersion: version.id, limit: RegistryLimits.metadataPairs)
            }
        },
        GlueOperation("RemoveSchemaVersionMetadata") { call in
            try changing(call) { key, value, version in try call.catalog.removeSchemaMetadata(key, value, ofVersion: version.id) }
        },
        GlueOperation("QuerySchemaVersionMetadata", query),
    ]

    /// What a query looks for: a key, a value, or both.
    private struct Wanted: Sendable {
        var key: String?
        var value: String?

        func holds(for pair: SchemaMetadataValue) -> Bool { key ?? pair.key == pair.key && value ?? pair.value == pair.value }
    }

    private static let keys = TextRule(length: 1...128)
    private static let values = TextRule(length: 1...256)

    @Sendable private static func query(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let wanted =
            try input.structures("MetadataList", count: Rules.elements) { pair throws(ServiceFault) in
                Wanted(key: try pair.text("MetadataKey", keys), value: try pair.text("MetadataValue", values))
            } ?? []
        let limit = try input.integer("MaxResults", 1...50) ?? 25
        let last = try ListToken.last(&input, "metadata")
        let version = try SchemaVersions.choose(&input, call)
        let all = try call.catalog.schemaMetadata(ofVersion: version.id)
        let found = Dictionary(grouping: all, by: \.key).filter { _, pairs in
            wanted.isEmpty || wanted.contains { wanted in pairs.contains(where: wanted.holds) }
        }.sorted { $0.key < $1.key }
        let (page, token) = PageToken.page(found, after: last, limit: limit, "metadata", name: \.key)
        let members = page.map { key, pairs in WireValue.Member(key, value(of: pairs)) }
        return .value(
            .structure(["MetadataInfoMap": .object(members), "SchemaVersionId": .text(version.id), "NextToken": token]))
    }

    /// - Parameter pairs: Of one key, the newest first.
    private static func value(of pairs: [SchemaMetadataValue]) -> WireValue {
        let told = pairs.map { pair in
            [WireValue.Member("MetadataValue", .text(pair.value)), .init("CreatedTime", .text(Schemas.time(pair.createdMicros)))]
        }
        return .object((told.first ?? []) + [.init("OtherMetadataValueList", .list(told.dropFirst().map { .object($0) }))])
    }

    private static func changing(
        _ call: GlueCall, _ change: (_ key: String, _ value: String, StoredSchemaVersion) throws -> Void
    ) throws -> TargetAnswer {
        var input = try call.members()
        let pair = try input.structure("MetadataKeyValue") { pair throws(ServiceFault) in
            (key: try pair.requiredText("MetadataKey", keys), value: try pair.requiredText("MetadataValue", values))
        }
        if pair == nil { input.missing("MetadataKeyValue") }
        let version = try SchemaVersions.choose(&input, call)
        guard let pair else { return .empty }
        try change(pair.key, pair.value, version)
        let schema = try Schemas.find(version.registry, version.schema, call)
        return .value(
            .structure([
                "SchemaArn": .text(SchemaVersions.arn(version, call)), "SchemaName": .text(version.schema),
                "RegistryName": .text(version.registry), "LatestVersion": .boolean(schema.latest == version.version),
                "VersionNumber": .integer(Int64(version.version)), "SchemaVersionId": .text(version.id), "MetadataKey": .text(pair.key),
                "MetadataValue": .text(pair.value),
            ]))
    }
}
