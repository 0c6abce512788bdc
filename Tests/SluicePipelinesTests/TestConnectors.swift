import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceLog
import SluiceTestKit

/// Connectors without files: `files` has a schema by name, `table` remembers nothing.
enum TestConnectors {
    static let registry = ConnectorRegistry([FilesConnector(), TableConnector()])

    /// Required by a context, used by none of these connectors.
    private static let catalog = Result {
        let directory = try TemporaryDirectory()
        return try withExtendedLifetime(directory) { try Catalog(home: directory.root) }
    }

    static func context(closures: ClosureRegistry = ClosureRegistry()) throws -> PlanContext {
        let connection = ConnectorContext(
            catalog: try catalog.get(), streams: StreamStore(directory: "/nowhere"), pipeline: "test", directory: ".", home: "/nowhere")
        return PlanContext(connectors: registry, connection: connection, closures: closures)
    }

    static let schemas: [String: [Field]] = [
        "flights.csv": [
            Field("year", .int32), Field("month", .int32), Field("day", .int32), Field("dep_delay", .int32), Field("arr_delay", .int32),
            Field("carrier", .string), Field("flight", .int32), Field("tailnum", .string), Field("dest", .string),
            Field("air_time", .int32),
            Field("distance", .float64), Field("time_hour", .timestamp(zoned: true)),
        ],
        "airlines.csv": [Field("carrier", .string), Field("name", .string), Field("flight", .int64)],
        "airports.csv": [Field("faa", .string), Field("name", .string), Field("lat", .float64), Field("alt", .int64)],
        "codes.csv": [Field("code", .string, isNullable: false), Field("note", .string), Field("number", .int64, isNullable: false)],
        "numbers.csv": [Field("number", .int64, isNullable: false), Field("extra", .boolean, isNullable: false)],
        "kinds.csv": [
            Field("amount", .decimal(precision: 12, scale: 2)), Field("day", .date), Field("small", .int16), Field("ratio", .float32),
            Field("word", .string),
        ],
        "odd.csv": [Field("a.b \"c\"", .int64)],
        "events.json": [
            Field("id", .string), Field("user", .structure([Field("id", .string), Field("zone", .string)])), Field("tags", .list(.string)),
        ],
    ]
}

private struct FilesConnector: Connector {
    let manual = ConnectorManual(
        name: "files", summary: "Files by pattern.",
        sourceOptions: [
            OptionSpecification("files", .oneOrMany(.string), isRequired: true, "Paths.", examples: ["\"in/*.csv\""]),
            OptionSpecification("format", .enumeration(["csv", "json"]), "The format.", examples: ["csv"]),
            OptionSpecification("columns", .mapping(key: "column", .dataType, minimum: 0), "Types of columns."),
            OptionSpecification("options", .anything, "How the format is written."),
            OptionSpecification("header", .either([.boolean, .list(.string, minimum: 1)]), default: "true", "Names in the first line."),
        ], sinkOptions: [])

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let path = try options.strings("files").first ?? ""
        guard let fields = TestConnectors.schemas[path] else {
            throw SluiceError(.fileNotFound, "no file matches \"\(path)\"", at: options.location(of: "files"))
        }
        let declared = try options.columnTypes("columns")
        return FixedSource(
            schema: try Schema(
                fields.map { field in
                    Field(field.name, declared.first { $0.name == field.name }?.type ?? field.type, isNullable: field.isNullable)
                }), notices: path == "airports.csv" ? ["airports.csv: 3 rows have no tzone"] : [])
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw SluiceError(.invalidOption, "no sink")
    }
}

private struct FixedSource: Source {
    let schema: Schema
    let notices: [String]
    func splits() async throws -> [SourceSplit] { [] }
    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        throw SluiceError(.notFound, "there is no split \(split.id)")
    }
}

private struct TableConnector: Connector {
    let manual = ConnectorManual(
        name: "table", summary: "A table of the catalog.", sourceOptions: [],
        sinkOptions: [
            OptionSpecification("table", .string, isRequired: true, "database.table", examples: ["sales.orders"]),
            OptionSpecification("partition_by", .oneOrMany(.column), "Columns whose values become folders."),
        ])

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw SluiceError(.invalidOption, "no source")
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        TableSink(
            name: try options.require("table").string(), partitionBy: try options.strings("partition_by"),
            place: options.location(of: "partition_by"))
    }
}

private struct TableSink: Sink {
    let name: String
    let partitionBy: [String]
    let place: SourceLocation?
    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var summary: String { "table \(name)" + (partitionBy.isEmpty ? "" : " partitioned by \(partitionBy.joined(separator: ", "))") }

    func check(_ schema: Schema) throws {
        do throws(SluiceError) {
            for column in partitionBy { _ = try schema.require(column) }
        } catch {
            throw error.located(at: place)
        }
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        throw SluiceError(.notFound, "a test writes nothing")
    }
    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        throw SluiceError(.notFound, "a test writes nothing")
    }
    func discard(run: String) async {}
}
