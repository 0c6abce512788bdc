import SluiceJSON

extension StorageDescriptor {
    /// From what `StoredText.json` wrote of it.
    init(stored node: JSONNode) throws {
        let object = try StoredObject(node)
        inputFormat = try object.optionalText("inputFormat")
        outputFormat = try object.optionalText("outputFormat")
        isCompressed = try object.optional("isCompressed", StoredJSON.boolean)
        serDe = try object.optional("serDe") { node in
            let serDe = try StoredObject(node)
            return SerDe(
                name: try serDe.optionalText("name"), library: try serDe.optionalText("library"), parameters: try serDe.map("parameters"))
        }
        bucketCount = try object.optional("bucketCount", StoredJSON.integer)
        bucketColumns = try object.texts("bucketColumns")
        sortColumns = try object.required("sortColumns") { node in
            try StoredJSON.list(node) { node in
                let column = try StoredObject(node)
                return SortColumn(try column.text("column"), isAscending: try column.required("isAscending", StoredJSON.boolean))
            }
        }
        parameters = try object.map("parameters")
        skew = try object.optional("skew") { node in
            let skew = try StoredObject(node)
            return Skew(columns: try skew.texts("columns"), values: try skew.texts("values"), locations: try skew.map("locations"))
        }
        schemaReference = try object.optional("schemaReference") { node in
            let reference = try StoredObject(node)
            return SchemaReference(
                registry: try reference.optionalText("registry"), schema: try reference.optionalText("schema"),
                versionID: try reference.optionalText("versionID"),
                versionNumber: try reference.optional("versionNumber", StoredJSON.integer))
        }
        additionalLocations = try object.texts("additionalLocations")
        isStoredAsSubDirectories = try object.optional("isStoredAsSubDirectories", StoredJSON.boolean)
    }
}
