package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
import SluiceStreams
#if PostgreSQL
import SluicePostgreSQL
#endif

/// Tables of PostgreSQL databases, and of those that speak its protocol: rows of a table, view or query as a source, a table as a sink.
///
/// A program that was built without the trait PostgreSQL describes the connector and says how to get it.
package struct PostgreSQLConnector: PublishingConnector {
    static let name = "postgresql"

    package init() {}

    package var manual: ConnectorManual {
        #if PostgreSQL
        let summary = "A table of a PostgreSQL database."
        #else
        let summary = "A table of a PostgreSQL database (this program was built without it: see swift build --traits PostgreSQL)."
        #endif
        return ConnectorManual(
            name: Self.name, summary: summary,
            sourceOptions: [
                Self.connection, Self.secret, Self.table, DatabaseOptions.query, DatabaseOptions.columns, DatabaseOptions.cursor,
            ],
            sinkOptions: [
                Self.connection, Self.secret, Self.targetTable, DatabaseMode.specification, DatabaseMode.keys, DatabaseMode.newColumns,
                SchemaContract.specification,
            ])
    }

    private static let connection = OptionSpecification(
        name, .string, isRequired: true,
        "How the database is reached, as libpq takes it: keywords (host, port, dbname, user, sslmode, sslrootcert, …) or a URI, without a password. What it "
            + "does not say comes from PGHOST, PGUSER and the other variables; \"\" leaves all to them.",
        examples: ["\"host=db.example.com dbname=shop user=etl sslmode=verify-full\""])

    private static let secret = OptionSpecification(
        "password_secret", .name,
        "The secret that is the password (`sluice secrets set NAME`). Without it PGPASSWORD, PGPASSFILE or ~/.pgpass has it.",
        examples: ["shop-db"])

    private static let table = OptionSpecification(
        "table", .string, "The table or view to read, with its schema where it is not on the search path.", examples: ["sales.orders"])

    private static let targetTable = OptionSpecification(
        "table", .string, isRequired: true, "The table to write, with its schema where it is not public; it is made where it is missing.",
        examples: ["sales.orders"])

    #if PostgreSQL
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let place = try place(options)
        do throws(SluiceError) {
            return try PostgreSQLSource(PostgreSQLAccess(place, catalog: context.catalog), try SourceSelection(options))
        } catch {
            throw error.located(at: options.location(of: options.has("query") ? "query" : options.has("table") ? "table" : Self.name))
        }
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let table: PostgreSQLName
        do throws(SluiceError) {
            table = try PostgreSQLName(try options.require("table").string())
        } catch {
            throw error.located(at: options.location(of: "table"))
        }
        let place = try place(options)
        guard table.table != PostgreSQLTarget.marks else {
            throw options.invalid("table", "\(table.table) holds what Sluice knows of its commits", remedy: "choose another name")
        }
        return DatabaseSink(
            PostgreSQLTable(
                place: place, access: PostgreSQLAccess(place, catalog: context.catalog), table: table),
            try DatabaseWrite(options), outbox: "\(context.home)/outbox/\(context.pipeline)")
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget {
        try PostgreSQLTarget(settings, catalog: catalog)
    }

    private func place(_ options: OptionValues) throws(SluiceError) -> PostgreSQLPlace {
        let connection = try options.require(Self.name).string()
        do throws(SluiceError) {
            _ = try PostgreSQLSettings(connection)
        } catch {
            throw error.located(at: options.location(of: Self.name))
        }
        return PostgreSQLPlace(connection: connection, secret: try options.string("password_secret"))
    }
    #else
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw Self.missing(options.location(of: Self.name))
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw Self.missing(options.location(of: Self.name))
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget { throw Self.missing(nil) }

    static func missing(_ location: SourceLocation?) -> SluiceError {
        SluiceError(
            .notOffered, "this program was built without PostgreSQL", at: location,
            remedy:
                "install the Debian package libpq-dev and build with the trait: swift build -c release --product sluice --traits PostgreSQL"
        )
    }
    #endif
}
