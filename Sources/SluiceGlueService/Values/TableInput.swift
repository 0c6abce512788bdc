import SluiceCatalog
import SluiceCore
import SluiceServer

/// The member `TableInput` of a request.
struct TableInput: Sendable {
    var name: String
    var description: String
    var owner: String
    var storage: StorageInput?
    var partitionKeys: [CatalogColumn]?
    var original: String?
    var expanded: String?
    var kind: String?
    /// With the hints of what the catalog has no place for.
    var parameters: [String: String]

    /// What the catalog is to have.
    ///
    /// - Throws: `InvalidInputException` for a name that the catalog cannot have.
    func definition(in database: String, _ places: Places) throws -> TableDefinition {
        let name = try TableName(database: database, table: self.name)
        var parameters = self.parameters
        let location = Hints.place(storage?.location, &parameters, places)
        let columns = storage?.columns ?? []
        let descriptor = storage?.descriptor ?? StorageDescriptor()
        let isView = kind == TableKind.view.rawValue
        let format =
            isView
            ? (name: TableDefinition.viewFormat, options: [:])
            : TableFormats.format(descriptor, parameters, columns: columns)
        var definition = TableDefinition(
            name: name, columns: columns, partitionKeys: partitionKeys ?? [], comment: description, location: location,
            format: format.name, formatOptions: format.options, parameters: parameters)
        definition.kind = kind.map { TableKind(rawValue: $0) } ?? .external
        definition.storage = descriptor
        definition.owner = owner
        if isView || expanded?.isEmpty == false || original?.isEmpty == false {
            definition.view = ViewText(sql: expanded ?? original ?? "", original: original)
        }
        let names = (columns + definition.partitionKeys).map { $0.name.lowercased() }
        guard Set(names).count == names.count else { throw Faults.invalid("A partition key has the name of a column.") }
        return definition
    }
}

extension InputReader {
    /// The member `TableInput`.
    mutating func tableInput() throws(ServiceFault) -> TableInput {
        let input = try structure("TableInput") { reader throws(ServiceFault) in try reader.tableMembers() }
        if let input { return input }
        missing("TableInput")
        return TableInput(name: "", description: "", owner: "", parameters: [:])
    }

    private mutating func tableMembers() throws(ServiceFault) -> TableInput {
        try refuse([
            "TargetTable": "links to tables of other accounts lead nowhere here",
            "ViewDefinition": "views of several dialects are not kept; give ViewOriginalText and ViewExpandedText",
        ])
        var input = TableInput(
            name: try requiredText("Name", Rules.name), description: try text("Description", Rules.description) ?? "",
            owner: try text("Owner", Rules.name) ?? "", storage: try storage(), partitionKeys: try columns("PartitionKeys"),
            original: try text("ViewOriginalText", Rules.viewText), expanded: try text("ViewExpandedText", Rules.viewText),
            kind: try text("TableType", Rules.tableType), parameters: try parameters())
        input.parameters[Hints.retention] = try integer("Retention", 0...Int64(Int32.max)).map(String.init)
        input.parameters[Hints.accessed] = try time("LastAccessTime").map(String.init)
        input.parameters[Hints.analyzed] = try time("LastAnalyzedTime").map(String.init)
        return input
    }
}

extension GlueCall {
    /// A table as answers have it.
    func value(_ record: TableRecord) -> WireValue { value(record, location: location(of: record.definition)) }

    func value(_ record: TableRecord, location: String?) -> WireValue {
        value(
            record.definition, version: record.version, location: location, createdMicros: record.createdMicros,
            updatedMicros: record.updatedMicros)
    }

    /// As clients are told it.
    func location(of definition: TableDefinition) -> String? {
        Hints.location(definition.location, definition.parameters, context.places)
    }

    func value(
        _ definition: TableDefinition, version: Int, location: String?, createdMicros: Int64, updatedMicros: Int64
    ) -> WireValue {
        let parameters = definition.parameters
        return .structure([
            "Name": .text(definition.name.table), "DatabaseName": .text(definition.name.database),
            "Description": .some(definition.comment), "Owner": .some(definition.owner), "CreateTime": .time(micros: createdMicros),
            "UpdateTime": .time(micros: updatedMicros), "LastAccessTime": Hints.time(Hints.accessed, parameters),
            "LastAnalyzedTime": Hints.time(Hints.analyzed, parameters),
            "Retention": .integer(parameters[Hints.retention].flatMap { Int64($0) } ?? 0),
            "StorageDescriptor": .storage(
                definition.toldStorage, columns: definition.columns.told(in: definition.format), location: location),
            "PartitionKeys": .columns(definition.partitionKeys), "ViewOriginalText": .some(definition.view.map { $0.original ?? $0.sql }),
            "ViewExpandedText": .some(definition.view?.sql), "TableType": .text(definition.kind.rawValue),
            "Parameters": .map(definition.toldParameters),
            "IsRegisteredWithLakeFormation": .boolean(false), "CatalogId": .text(context.account), "VersionId": .text(String(version)),
        ])
    }
}
