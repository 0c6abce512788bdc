import GRDB
import SluiceCore

extension Catalog {
    /// What a declared schema changes; nil where there is none of the name yet.
    static func schemaDifference(
        _ schema: SchemaDeclaration, _ judge: DeclaredSchemaJudge?, _ db: GRDB.Database
    ) throws -> (isNew: Bool, items: [TableDifference.Item]) {
        guard let (id, current) = try Self.schema(schema.name, schema.registry, db) else {
            return (true, lines(from: nil, to: schema.definition))
        }
        var items: [TableDifference.Item] = []
        if let mode = schema.compatibility, mode != current.compatibility {
            items.append(.init("compatibility", from: current.compatibility, to: mode))
        }
        if let text = schema.description, text != current.description {
            items.append(.init("description", from: current.description.quotedForMessage, to: text.quotedForMessage))
        }
        let versions = try versions(id, db)
        if !versions.contains(where: { $0.isAvailable && $0.identity == schema.identity }) {
            try judged(schema, current, versions, judge)
            items += lines(from: versions.last(where: \.isAvailable)?.definition, to: schema.definition)
        }
        return (false, items)
    }

    /// Adds the version that is declared, and sets what the schema asks of later ones.
    static func put(_ schema: SchemaDeclaration, _ judge: DeclaredSchemaJudge?, now: Int64, _ db: GRDB.Database) throws {
        let version = NewSchemaVersion(id: schema.versionID, definition: schema.definition, identity: schema.identity)
        _ = try addVersion(
            version, to: schema.schema, now: now,
            { record, versions throws(SluiceError) in try Self.judged(schema, record, versions, judge) }, db)
        try db.execute(
            sql: """
                UPDATE registry_schemas SET compatibility = coalesce(?, compatibility), description = coalesce(?, description), updated = ?
                WHERE registry = ? AND name = ?
                """, arguments: [schema.compatibility, schema.description, now, schema.registry, schema.name])
    }

    /// A declaration that says another mode is judged by that one.
    private static func judged(
        _ schema: SchemaDeclaration, _ record: StoredSchema, _ versions: [StoredSchemaVersion], _ judge: DeclaredSchemaJudge?
    ) throws(SluiceError) {
        var record = record
        if let mode = schema.compatibility { record.compatibility = mode }
        do throws(SluiceError) {
            try judge?(schema, record, versions)
        } catch {
            throw error.located(at: schema.place)
        }
    }
}
