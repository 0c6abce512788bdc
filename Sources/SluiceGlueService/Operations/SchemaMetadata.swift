import SluiceCatalog
import SluiceRegistry
import SluiceServer

/// What people keep with versions of schemas.
enum SchemaMetadata {
    private struct Pair: Sendable {
        var key: String
        var value: String
    }

    static let operations: [GlueOperation] = [
        GlueOperation("PutSchemaVersionMetadata") { call in
            try changing(call) { pair, version throws(ServiceFault) in
                if version.metadata[pair.key] == pair.value { throw Faults.exists("The version has the metadata \(pair.key) already.") }
                return ([pair.key: pair.value], [])
            }
        },
        GlueOperation("RemoveSchemaVersionMetadata") { call in
            try changing(call) { pair, version throws(ServiceFault) in
                guard version.metadata[pair.key] == pair.value else {
                    throw Faults.missing("The version has no such metadata: \(pair.key)")
                }
                return ([:], [pair.key])
            }
        },
        GlueOperation("QuerySchemaVersionMetadata") { call in
            var input = try call.members()
            let wanted = try input.structures("MetadataList", count: Rules.elements) { pair throws(ServiceFault) in try read(&pair) } ?? []
            _ = try input.integer("MaxResults", 1...50)
            _ = try ListToken.last(&input, "metadata")
            let version = try SchemaVersions.choose(&input, call)
            let found = version.metadata.filter { entry in
                wanted.isEmpty || wanted.contains { $0.key == entry.key && $0.value == entry.value }
            }
            let values = found.sorted { $0.key < $1.key }.map { key, value in
                WireValue.Member(
                    key,
                    .structure([
                        "MetadataValue": .text(value), "CreatedTime": .text(Schemas.time(version.createdMicros)),
                        "OtherMetadataValueList": .list([]),
                    ]))
            }
            return .value(.structure(["MetadataInfoMap": .object(values), "SchemaVersionId": .text(version.id)]))
        },
    ]

    private static func read(_ pair: inout InputReader) throws(ServiceFault) -> Pair {
        Pair(
            key: try pair.requiredText("MetadataKey", TextRule(length: 1...128)),
            value: try pair.requiredText("MetadataValue", TextRule(length: 1...256)))
    }

    /// - Parameter body: Gets the pair and the version, and says what to set and what to remove.
    private static func changing(
        _ call: GlueCall, _ body: (Pair, StoredSchemaVersion) throws(ServiceFault) -> ([String: String], [String])
    ) throws -> TargetAnswer {
        var input = try call.members()
        let pair = try input.structure("MetadataKeyValue") { pair throws(ServiceFault) in try read(&pair) }
        if pair == nil { input.missing("MetadataKeyValue") }
        let version = try SchemaVersions.choose(&input, call)
        guard let pair else { return .empty }
        let (set, removed) = try body(pair, version)
        _ = try call.catalog.changeSchemaMetadata(
            version.version, of: version.schema, in: version.registry, set: set, removed: removed, limit: RegistryLimits.metadataPairs)
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
