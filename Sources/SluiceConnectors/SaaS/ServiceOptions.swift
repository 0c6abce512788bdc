import SluiceCore
import SluicePipelines
import SluiceSaaS

/// The options that all connectors to services have.
enum ServiceOptions {
    static let connection = OptionSpecification(
        "connection", .name, isRequired: true, "Settings and credentials, kept by `sluice connections add`.", examples: ["acme"])

    static let from = OptionSpecification(
        "from", .string, "Where the first window of a cursor begins; with the oldest record when absent.",
        examples: ["\"2024-01-01T00:00:00Z\""])

    static let lag = OptionSpecification(
        "lag", .string,
        "How late a record may become visible: each window goes back so far, and leaves out what was read already. "
            + "Of cursors that are numbers, a number.", examples: ["5 m"])

    static let bulk = OptionSpecification(
        "bulk", .enumeration(BulkChoice.allCases.map(\.rawValue)), default: "auto",
        "Whether records come by a job of the service's bulk interface, where it has one: always, never, or from as many on as `show` says."
    )

    static let columns = OptionSpecification(
        "columns", .mapping(key: "column", .dataType, minimum: 1),
        "Further fields with their types, such as custom ones; other types for those that the connector knows.",
        examples: ["{custom_status_id: int64}"])

    static let newFields = OptionSpecification(
        "new_fields", .enumeration(FoundFields.Rule.allCases.map(\.rawValue)), default: FoundFields.Rule.ignore.rawValue,
        "Fields that neither the connector nor columns names: follow reads them, also those that come up later, and keeps their types.")

    static let slice = OptionSpecification(
        "slice_mb", .integer(1...1_024), default: String(SaaSLimits.sliceBytes >> 20),
        "With `incremental: true`: after how many MiB of pages rows are committed, so that a run that fails goes on behind them.")

    static let mode = OptionSpecification(
        "mode", .enumeration(ServiceEntity.Write.allCases.map(\.rawValue)), isRequired: true,
        "What becomes of a row: it makes a record, "
            + "changes the one of its key, one of the two, or removes the one of its key.")

    static let key = OptionSpecification(
        "key", .column,
        "For upserts by jobs: the column that tells records apart, an external id of the service; the entity's key when absent.",
        examples: ["External_Id__c"])

    static let errors = OptionSpecification(
        "errors", .string,
        "A file of JSON lines that takes rows which the service refuses, each with the reason. Without it the first one ends the run.",
        examples: ["refused.jsonl"])

    /// What of an entity a definition reads: with its own lag, and its own types of fields.
    static func entity(_ name: String, _ options: OptionValues, _ declaration: ServiceDeclaration, at key: String) throws(SluiceError)
        -> ServiceEntity
    {
        do throws(SluiceError) {
            var entity = try declaration.entity(name)
            if let node = options["lag"], let cursor = entity.cursor { entity.cursor?.lag = try cursor.form.lag(node) }
            for column in try options.columnTypes("columns") {
                if let place = entity.fields.firstIndex(where: { $0.name == column.name }) { entity.fields[place].type = column.type }
            }
            return entity
        } catch {
            throw error.located(at: options.location(of: key))
        }
    }

    /// The entity with the fields that the service has now, unless the definition says which columns it reads.
    static func following(_ entity: ServiceEntity, _ session: ServiceSession, _ options: OptionValues) async throws(SluiceError)
        -> ServiceEntity
    {
        options["columns"] == nil ? try await session.following(entity) : entity
    }

    /// Where the first window begins.
    static func start(_ entity: ServiceEntity, _ options: OptionValues) throws(SluiceError) -> Int64? {
        guard let text = try options.string("from") else {
            guard !entity.needsBeginning else {
                throw SluiceError(
                    .missingKey, "\(entity.name) are asked for from a time on, and the definition does not say which",
                    at: options.location(of: "from"), remedy: "say where the first window begins: from: \"2024-01-01T00:00:00Z\"")
            }
            return nil
        }
        guard let cursor = entity.cursor else {
            throw options.invalid("from", "\(entity.name) has no cursor that a window could begin at", remedy: "leave it out")
        }
        guard let place = cursor.form.begin(of: text) else {
            throw options.invalid(
                "from", "\(text.quotedForMessage) is no value of \(cursor.name)", remedy: "for example: from: \(cursor.form.example)")
        }
        return place
    }
}
