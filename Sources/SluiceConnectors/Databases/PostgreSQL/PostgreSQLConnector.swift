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
                Self.place, DatabaseOptions.connection, Self.secret, Self.table, DatabaseOptions.query, DatabaseOptions.columns,
                DatabaseOptions.cursor,
            ],
            sinkOptions: [
                Self.place, DatabaseOptions.connection, Self.secret, Self.targetTable, DatabaseMode.specification, DatabaseMode.keys,
                DatabaseMode.newColumns, SchemaContract.specification,
            ])
    }

    private static let place = OptionSpecification(
        name, .string, isRequired: true,
        "With `connection`: the table, or \"\" for that of `table` or `query`. Without: how the database is reached, as libpq takes it: keywords (host, port, "
            + "dbname, user, sslmode, sslrootcert, …) or a URI, without a password. What it does not say comes from PGHOST, PGUSER and the other "
            + "variables; \"\" leaves all to them.",
        examples: ["sales.orders", "\"host=db.example.com dbname=shop user=etl sslmode=verify-full\""])

    private static let secret = OptionSpecification(
        "password_secret", .name,
        "Without `connection`: the secret that is the password (`sluice secrets set NAME`), in place of PGPASSWORD, PGPASSFILE or ~/.pgpass.",
        examples: ["shop-db"])

    private static let table = OptionSpecification(
        "table", .string, "The table or view to read, with its schema where it is not on the search path.", examples: ["sales.orders"])

    private static let targetTable = OptionSpecification(
        "table", .string, "The table to write, with its schema where it is not public; it is made where it is missing.",
        examples: ["sales.orders"])

    #if PostgreSQL
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let place = try place(options)
        let access = try access(place, options, context)
        do throws(SluiceError) {
            return try PostgreSQLSource(access, try SourceSelection(options, table: try Self.tableName(options, place)?.string()))
        } catch {
            let named = options.has("query") ? "query" : options.has("table") ? "table" : Self.name
            throw error.located(at: options.location(of: named))
        }
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let place = try place(options)
        guard let name = try Self.tableName(options, place) else {
            throw SluiceError(
                .missingKey, "nothing says which table is written", at: options.location(of: Self.name),
                remedy: "for example: table: orders")
        }
        let table: PostgreSQLName
        do throws(SluiceError) {
            table = try PostgreSQLName(try name.string())
        } catch {
            throw error.located(at: name.location)
        }
        let access = try access(place, options, context)
        guard table.table != PostgreSQLTarget.marks else {
            throw SluiceError(
                .invalidOption, "\(table.table) holds what Sluice knows of its commits", at: name.location, remedy: "choose another name")
        }
        return DatabaseSink(
            PostgreSQLTable(place: place, access: access, table: table), try DatabaseWrite(options),
            outbox: "\(context.home)/outbox/\(context.pipeline)")
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget {
        try PostgreSQLTarget(settings, catalog: catalog)
    }

    /// What names the table: with a connection the connector's own option, as services name their entity there.
    private static func tableName(_ options: OptionValues, _ place: PostgreSQLPlace) throws(SluiceError) -> DefinitionNode? {
        let main = try options.require(name)
        guard place.named != nil, try !main.string().isEmpty else { return options["table"] }
        for other in ["table", "query"] where options.has(other) {
            throw options.invalid(
                other, "\(name) and \(other) say both what is meant: with connection, \(name) is the table", remedy: "keep one of them")
        }
        return main
    }

    private func place(_ options: OptionValues) throws(SluiceError) -> PostgreSQLPlace {
        guard let name = try options.string("connection") else {
            return PostgreSQLPlace(
                connection: try options.require(Self.name).string(), secret: try options.string("password_secret"))
        }
        guard !options.has("password_secret") else {
            throw options.invalid("password_secret", "the connection has the password", remedy: "leave password_secret out")
        }
        return PostgreSQLPlace(named: name)
    }

    private func access(
        _ place: PostgreSQLPlace, _ options: OptionValues, _ context: ConnectorContext
    ) throws(SluiceError) -> PostgreSQLAccess {
        let access = PostgreSQLAccess(place, catalog: context.catalog)
        do throws(SluiceError) {
            _ = try access.settings()
        } catch {
            throw error.located(at: options.location(of: place.named == nil ? Self.name : "connection"))
        }
        return access
    }

    /// Asks the server of a connection for something small.
    ///
    /// - Returns: As messages name the database.
    static func check(_ connection: String, _ engine: DatabaseEngine, _ catalog: Catalog) throws(SluiceError) -> String {
        let access = PostgreSQLAccess(PostgreSQLPlace(named: connection), catalog: catalog, engine)
        _ = try access.connect().rows("SELECT 1")
        return access.name
    }
    #else
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw Self.missing(options.location(of: Self.name))
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw Self.missing(options.location(of: Self.name))
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget { throw Self.missing(nil) }

    static func check(_ connection: String, _ engine: DatabaseEngine, _ catalog: Catalog) throws(SluiceError) -> String {
        throw missing(nil)
    }

    static func missing(_ location: SourceLocation?) -> SluiceError {
        SluiceError(
            .notOffered, "this program was built without PostgreSQL", at: location,
            remedy:
                "install the Debian package libpq-dev and build with the trait: swift build -c release --product sluice --traits PostgreSQL"
        )
    }
    #endif
}
