import SluiceCatalog
import SluiceServer

/// A storage descriptor as a request has it.
struct StorageInput: Sendable {
    var columns: [CatalogColumn]?
    var location: String?
    var descriptor = StorageDescriptor()
}

extension InputReader {
    /// The member `StorageDescriptor`.
    mutating func storage() throws(ServiceFault) -> StorageInput? {
        try structure("StorageDescriptor") { reader throws(ServiceFault) in try reader.storageMembers() }
    }

    private mutating func storageMembers() throws(ServiceFault) -> StorageInput {
        var input = StorageInput(columns: try columns("Columns"), location: try text("Location", Rules.location))
        var storage = StorageDescriptor()
        storage.inputFormat = try text("InputFormat", Rules.format)
        storage.outputFormat = try text("OutputFormat", Rules.format)
        storage.isCompressed = try boolean("Compressed")
        storage.serDe = try structure("SerdeInfo") { serDe throws(ServiceFault) in
            .init(
                name: try serDe.text("Name", Rules.name), library: try serDe.text("SerializationLibrary", Rules.name),
                parameters: try serDe.parameters())
        }
        storage.bucketCount = try integer("NumberOfBuckets", -1...Int64(Int32.max))
        storage.bucketColumns = try texts("BucketColumns", count: Rules.elements, Rules.name) ?? []
        storage.sortColumns =
            try structures("SortColumns", count: Rules.elements) { sort throws(ServiceFault) in
                .init(try sort.requiredText("Column", Rules.name), isAscending: try sort.requiredInteger("SortOrder", 0...1) == 1)
            } ?? []
        storage.parameters = try parameters()
        storage.skew = try structure("SkewedInfo") { skew throws(ServiceFault) in
            .init(
                columns: try skew.texts("SkewedColumnNames", count: Rules.elements, Rules.name) ?? [],
                values: try skew.texts("SkewedColumnValues", count: Rules.elements) ?? [],
                locations: try skew.map(
                    "SkewedColumnValueLocationMaps", count: Rules.parameters, key: TextRule(), value: TextRule()) ?? [:])
        }
        storage.isStoredAsSubDirectories = try boolean("StoredAsSubDirectories")
        storage.additionalLocations = try texts("AdditionalLocations", count: Rules.elements, Rules.location) ?? []
        storage.schemaReference = try structure("SchemaReference") { reference throws(ServiceFault) in try reference.schemaReference() }
        input.descriptor = storage
        return input
    }

    private mutating func schemaReference() throws(ServiceFault) -> StorageDescriptor.SchemaReference {
        var reference = StorageDescriptor.SchemaReference(
            versionID: try text("SchemaVersionId", Rules.versionID), versionNumber: try integer("SchemaVersionNumber", 1...100_000))
        let named = try structure("SchemaId") { id throws(ServiceFault) in
            (
                try id.text("SchemaArn", Rules.resource), try id.text("RegistryName", Rules.schemaName),
                try id.text("SchemaName", Rules.schemaName)
            )
        }
        guard let (arn, registry, schema) = named else { return reference }
        (reference.registry, reference.schema) = (registry, schema)
        if let arn {
            guard let parsed = GlueARN(arn), parsed.kind == "schema", parsed.names.count == 2 else {
                throw Faults.invalid("\(arn) names no schema.")
            }
            (reference.registry, reference.schema) = (parsed.names[0], parsed.names[1])
        }
        return reference
    }
}

extension WireValue {
    /// - Parameter columns: Nil: they are left out.
    static func storage(_ storage: StorageDescriptor, columns: [CatalogColumn]?, location: String?) -> WireValue {
        let serDe = storage.serDe.map { serDe in
            WireValue.structure([
                "Name": .some(serDe.name), "SerializationLibrary": .some(serDe.library), "Parameters": .map(serDe.parameters),
            ])
        }
        let skew = storage.skew.map { skew in
            WireValue.structure([
                "SkewedColumnNames": .texts(skew.columns), "SkewedColumnValues": .texts(skew.values),
                "SkewedColumnValueLocationMaps": .map(skew.locations),
            ])
        }
        let sort = storage.sortColumns.map { column in
            WireValue.structure(["Column": .text(column.column), "SortOrder": .integer(column.isAscending ? 1 : 0)])
        }
        return .structure([
            "Columns": columns.map { .columns($0) }, "Location": location.map { .text($0) },
            "AdditionalLocations": storage.additionalLocations.isEmpty ? nil : .texts(storage.additionalLocations),
            "InputFormat": .some(storage.inputFormat), "OutputFormat": .some(storage.outputFormat),
            "Compressed": .boolean(storage.isCompressed ?? false), "NumberOfBuckets": .integer(Int64(storage.bucketCount ?? 0)),
            "SerdeInfo": serDe, "BucketColumns": .texts(storage.bucketColumns), "SortColumns": .list(sort),
            "Parameters": .map(storage.parameters), "SkewedInfo": skew, "SchemaReference": storage.schemaReference.map(reference),
            "StoredAsSubDirectories": .boolean(storage.isStoredAsSubDirectories ?? false),
        ])
    }

    private static func reference(_ reference: StorageDescriptor.SchemaReference) -> WireValue {
        let named = reference.schema.map { schema in
            WireValue.structure(["RegistryName": .some(reference.registry), "SchemaName": .text(schema)])
        }
        return .structure([
            "SchemaId": named, "SchemaVersionId": .some(reference.versionID),
            "SchemaVersionNumber": reference.versionNumber.map { .integer(Int64($0)) },
        ])
    }
}
