import SluiceCore
import SluiceSaaS
import SluiceServer

/// Entities of services behind connections, and their fields.
enum Entities {
    static let operations: [GlueOperation] = [
        GlueOperation("ListEntities") { call in
            var input = try call.members()
            let name = try input.requiredText("ConnectionName", Rules.name)
            let parent = try input.text("ParentEntityName", Rules.search)
            try input.refuse(["DataStoreApiVersion": "the connector knows the version that it speaks"])
            let last = try ListToken.last(&input, "entities")
            try input.finish()
            let declaration = try ConnectionBook(call).session(name).declaration
            if let parent { _ = try found(parent, declaration) }
            let entities = declaration.entities.filter { $0.parent?.entity == parent }
            let (page, token) = PageToken.page(entities, after: last, limit: GlueLimits.page, "entities", name: \.name)
            let values = page.map { entity -> WireValue in
                .structure([
                    "EntityName": .text(entity.name), "Label": .text(entity.name), "Description": .text(entity.description),
                    "IsParentEntity": .boolean(declaration.entities.contains { $0.parent?.entity == entity.name }),
                ])
            }
            return .value(.structure(["Entities": .list(values), "NextToken": token]))
        },
        GlueOperation("DescribeEntity") { call in
            var input = try call.members()
            let name = try input.requiredText("ConnectionName", Rules.name)
            let entityName = try input.requiredText("EntityName", Rules.search)
            try input.refuse(["DataStoreApiVersion": "the connector knows the version that it speaks"])
            let last = try ListToken.last(&input, "fields")
            try input.finish()
            let session = try ConnectionBook(call).session(name)
            let declared = try found(entityName, session.declaration)
            let entity: ServiceEntity
            do {
                entity = try await session.following(declared)
            } catch {
                throw ConnectionFaults.fault(error)
            }
            let (page, token) = PageToken.page(entity.fields, after: last, limit: GlueLimits.page, "fields", name: \.name)
            return .value(.structure(["Fields": .list(page.map { value($0, of: entity) }), "NextToken": token]))
        },
    ]

    /// - Throws: `EntityNotFoundException`.
    static func found(_ name: String, _ declaration: ServiceDeclaration) throws -> ServiceEntity {
        do throws(SluiceError) {
            return try declaration.entity(name)
        } catch {
            throw Faults.missing(Faults.told(error))
        }
    }

    private static func value(_ field: ServiceEntity.Field, of entity: ServiceEntity) -> WireValue {
        let isKey = entity.key.contains(field.name)
        return .structure([
            "FieldName": .text(field.name), "Label": .text(field.name), "Description": .text(field.description),
            "FieldType": .text(type(field.type)), "NativeDataType": .text(field.type.description), "IsPrimaryKey": .boolean(isKey),
            "IsNullable": .boolean(!isKey), "IsRetrievable": .boolean(field.isReadable),
            // What a run that goes on asks for; requests of clients filter nothing.
            "IsFilterable": .boolean(false), "IsPartitionable": .boolean(false),
            "IsCreateable": .boolean(field.writes.contains(.create)), "IsUpdateable": .boolean(field.writes.contains(.update)),
            "IsUpsertable": .boolean(field.writes.contains(.upsert)),
        ])
    }

    private static func type(_ type: DataType) -> String {
        switch type {
        case .boolean: "BOOLEAN"
        case .int8: "BYTE"
        case .int16: "SMALLINT"
        case .int32: "INT"
        case .int64: "BIGINT"
        case .float32: "FLOAT"
        case .float64: "DOUBLE"
        case .decimal: "DECIMAL"
        case .date: "DATE"
        case .timestamp: "TIMESTAMP"
        case .binary: "BINARY"
        case .list: "ARRAY"
        case .structure: "STRUCT"
        case .map: "MAP"
        default: "STRING"
        }
    }
}
