import SluiceCatalog
import SluiceCore
import SluiceFormats
package import SluicePipelines

/// Tables of the catalog: files whose schema, partitions and versions it knows.
package struct TableConnector: Connector {
    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: "table", summary: "A table of the catalog.", sourceOptions: [Self.table],
            sinkOptions: [Self.table, Self.location]
                + FileOptions.writing + [Self.description])
    }

    private static let table = OptionSpecification(
        "table", .string, isRequired: true, "database.table; a name without a database is one of the database default.",
        examples: ["flights.delayed"])

    private static let location = OptionSpecification(
        "location", .string, "The directory of the table's files, relative to the definition; one below the state directory when absent.")

    private static let description = OptionSpecification("description", .string, "What the table holds, for whoever looks at the catalog.")

    /// The files that the catalog lists, with its schema.
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        do throws(SluiceError) {
            return try await TableFiles.source(try name(options), in: context.requireCatalog())
        } catch {
            throw error.located(at: options.location(of: "table"))
        }
    }

    /// A new table, or the one that the catalog has; nothing is changed before the run.
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let name = try name(options)
        let existing = try context.requireCatalog().findTable(name)?.definition
        let location =
            try options.string("location").map { FileListing.location($0, in: context.directory) }
            ?? existing?.location ?? "\(context.home)/tables/\(name.database)/\(name.table)"
        return TableSink(
            name: name, output: try FileOptions.output(location, options), mode: try FileOptions.mode(options),
            description: try options.string("description"), existing: existing)
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
