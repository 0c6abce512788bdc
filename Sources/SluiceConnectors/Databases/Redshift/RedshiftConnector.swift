package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
import SluiceS3
import SluiceStreams

/// Tables of Amazon Redshift as a sink: rows are staged in a bucket, from where Redshift loads them.
///
/// A program that was built without the trait PostgreSQL describes the connector and says how to get it.
package struct RedshiftConnector: PublishingConnector {
    static let name = "redshift"

    #if PostgreSQL
    private let loader: any RedshiftLoader
    private let fileBytes: Int

    /// - Parameters:
    ///   - loader: Another one than the server itself is for tests.
    ///   - fileBytes: Of a staged file before it is compressed.
    package init(_ loader: any RedshiftLoader = ServerLoader(), fileBytes: Int = RedshiftLimits.fileBytes) {
        self.loader = loader
        self.fileBytes = fileBytes
    }
    #else
    package init() {}
    #endif

    package var manual: ConnectorManual {
        #if PostgreSQL
        let summary = "A table of Amazon Redshift."
        #else
        let summary = "A table of Amazon Redshift (this program was built without it: see swift build --traits PostgreSQL)."
        #endif
        return ConnectorManual(
            name: Self.name, summary: summary, sourceOptions: [],
            sinkOptions: [Self.table, DatabaseOptions.connection, RedshiftStaging.option, RedshiftStaging.role, RedshiftStaging.keeps]
                + ObjectOptions.all + [DatabaseMode.specification, Self.keys, DatabaseMode.newColumns, SchemaContract.specification])
    }

    private static let table = OptionSpecification(
        name, .string, isRequired: true, "The table to write, with its schema where it is not public; it is made where it is missing.",
        examples: ["sales.orders"])

    private static let keys = OptionSpecification(
        "keys", .oneOrMany(.column),
        "With `mode: upsert`: the columns that say which rows are one. Of rows with equal keys the last one stays.",
        examples: ["customer_id", "[shop, order_id]"])

    #if PostgreSQL
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let table = try table(options)
        let staging = try RedshiftStaging(options)
        let access = PostgreSQLAccess(
            PostgreSQLPlace(named: try options.require("connection").string()), catalog: context.catalog, .redshift)
        do throws(SluiceError) {
            let values = try ConnectionStore(context.requireCatalog()).values(access.place.named ?? "", of: .redshift)
            _ = try RedshiftAuthorization(role: staging.role, values)
        } catch {
            throw error.located(at: options.location(of: options.has("iam_role") ? "iam_role" : "connection"))
        }
        do throws(SluiceError) {
            try await staging.service().check()
        } catch {
            throw error.located(at: options.location(of: "staging"))
        }
        return DatabaseSink(
            RedshiftTable(access: access, table: table, staging: staging), try DatabaseWrite(options),
            outbox: "\(context.home)/outbox/\(context.pipeline)")
    }

    /// Redshift makes names lower-case.
    private func table(_ options: OptionValues) throws(SluiceError) -> PostgreSQLName {
        do throws(SluiceError) {
            var table = try PostgreSQLName(try options.require(Self.name).string().lowercased())
            table.schema = table.schema ?? "public"
            let own = [PostgreSQLTarget.marks, RedshiftStatements.rows, RedshiftStatements.last]
            guard !own.contains(table.table) else {
                throw SluiceError(.invalidOption, "\(table.table) is a table of Sluice's own", remedy: "choose another name")
            }
            return table
        } catch {
            throw error.located(at: options.location(of: Self.name))
        }
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget {
        try RedshiftTarget(settings, catalog, loader, fileBytes: fileBytes)
    }
    #else
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw PostgreSQLConnector.missing(options.location(of: Self.name))
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget {
        throw PostgreSQLConnector.missing(nil)
    }
    #endif

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw SluiceError(
            .notOffered, "Redshift is not read", at: options.location(of: Self.name),
            remedy: "UNLOAD the rows to a bucket, and read its files: source: {files: s3://…}")
    }
}
