import SluiceCatalog
import SluiceCore
import SluiceFormats
package import SluicePipelines

/// Tables of the catalog: files whose schema, partitions and versions it knows.
package struct TableConnector: Connector {
    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: "table", summary: "A table of the catalog.", sourceOptions: [Self.table, SourceContract.specification],
            sinkOptions: [Self.table, Self.location]
                + FileOptions.writing.filter { $0.name != TableMode.specification.name } + FileAggregation.specifications
                + [TableMode.specification]
                + MergeOptions.specifications + [SchemaContract.specification, Self.description] + ObjectOptions.all)
    }

    private static let table = OptionSpecification(
        "table", .string, isRequired: true, "database.table; a name without a database is one of the database default.",
        examples: ["flights.delayed"])

    private static let location = OptionSpecification(
        "location", .string,
        "The directory of the table's files, relative to the definition or s3://BUCKET/PREFIX; one below the state directory when absent.")

    private static let description = OptionSpecification("description", .string, "What the table holds, for whoever looks at the catalog.")

    /// The files that the catalog lists, with its schema.
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let name = try name(options)
        let contract = try SourceContract(options)
        if let definition = try context.catalog?.findTable(name)?.definition, let table = ConnectedTable(definition) {
            if contract != nil {
                throw options.invalid(
                    "contract", "table \(name) is not kept in files, and a contract of a source is about files",
                    remedy: "give the contract to the sink")
            }
            return try await table.source(in: context, at: options.location(of: "table"))
        }
        do throws(SluiceError) {
            return try await TableFiles.source(name, in: context.requireCatalog(), contract)
        } catch {
            throw error.located(at: options.location(of: "table"))
        }
    }

    /// A new table, or the one that the catalog has; nothing is changed before the run.
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let name = try name(options)
        let catalog = try context.requireCatalog()
        let existing = try catalog.findTable(name)?.definition
        if let table = existing.flatMap({ ConnectedTable($0) }) { throw table.refusal(at: options.location(of: "table")) }
        let location =
            try options.string("location").map { FileListing.location($0, in: context.directory) }
            ?? existing?.location ?? "\(context.home)/tables/\(name.database)/\(name.table)"
        let mode = try options.enumeration("mode", as: TableMode.self) ?? .overwrite
        let merging = try merging(name, mode, existing, options, catalog)
        return TableSink(
            name: name, output: try FileOptions.output(location, options, in: context), mode: mode,
            description: try options.string("description"), existing: existing, catalog: catalog,
            merging: merging, contract: try contract(name, existing, merging, options))
    }

    private func contract(
        _ name: TableName, _ existing: TableDefinition?, _ merging: TableSink.Merging?, _ options: OptionValues
    ) throws -> SinkContract? {
        guard let contract = try SchemaContract.read(options) else { return nil }
        let schema = try existing?.schema()
        var sink = SinkContract(contract, table: "table \(name)", schema: schema, location: options.location(of: "contract"))
        guard let merging else { return sink }
        sink.schema = try schema.map { try merging.options.incoming($0) }
        sink.passing = merging.options.helping
        // A null would take the place of what the table has.
        sink.fillsMissing = false
        return sink
    }

    private func merging(
        _ name: TableName, _ mode: TableMode, _ existing: TableDefinition?, _ options: OptionValues, _ catalog: Catalog
    ) throws -> TableSink.Merging? {
        guard let kind = mode.merging else {
            try MergeOptions.refuse(in: options)
            return nil
        }
        let target = MergeTarget(name, schema: try existing?.schema() ?? .empty, in: catalog)
        return TableSink.Merging(options: try MergeOptions(options, kind: kind), target: target)
    }

    private func name(_ options: OptionValues) throws(SluiceError) -> TableName {
        let node = try options.require("table")
        do throws(SluiceError) {
            return try TableName(parsing: try node.string())
        } catch {
            throw error.located(at: node.location)
        }
    }
}
