import SluiceCatalog
import SluiceCore
import SluiceRegistry
import SluiceServer

extension TableInput {
    /// Looks at the version of a schema that the table names, and takes the columns from it where the request gives none.
    ///
    /// - Throws: `EntityNotFoundException` for a schema or version that is not there, `InvalidInputException` for one that has no columns.
    mutating func resolveSchema(_ call: GlueCall) throws {
        guard let reference = storage?.descriptor.schemaReference else { return }
        let version = try Self.version(reference, call)
        guard (storage?.columns ?? []).isEmpty else { return }
        do throws(SluiceError) {
            let document = try SchemaDocument(parsing: version.definition, SchemaFormat(parsing: version.format))
            guard case .avro(let schema) = document.content else {
                throw SluiceError(
                    .invalidArgument, "columns are taken from schemas of AVRO, and \(version.schema) is of \(version.format); give Columns")
            }
            storage?.columns = try schema.columns().map { CatalogColumn($0.name, $0.type) }
        } catch {
            throw Faults.invalid(Faults.told(error))
        }
    }

    private static func version(_ reference: StorageDescriptor.SchemaReference, _ call: GlueCall) throws -> StoredSchemaVersion {
        if let id = reference.versionID {
            guard let found = try call.catalog.schemaVersion(id: id.lowercased()), found.isAvailable else {
                throw Faults.missing("Schema version is not found. SchemaVersionId: \(id)")
            }
            return found
        }
        guard let name = reference.schema else { throw Faults.invalid("SchemaReference has neither a SchemaId nor a SchemaVersionId.") }
        let schema = try Schemas.find(reference.registry ?? SchemaName.defaultRegistry, name, call)
        return try SchemaVersions.find(reference.versionNumber.map { .number($0) } ?? .latest, of: schema, call)
    }
}
