import SluiceCore
import SluicePipelines
import Synchronization

/// What steps of a query read beside its first table, by number.
final class QueryParts: Sendable {
    private let sources = Mutex<[any Source]>([])

    /// The option that says which part is meant.
    fileprivate static let option = "part"
    /// Kinds of tables.
    static let kinds = ["files", "table", "stream"]

    /// Keeps a source under the name of the table that its rows come from.
    ///
    /// - Returns: What a step's definition says to read it.
    func add(_ source: any Source, of table: QueryTable) -> DefinitionNode {
        let number = sources.withLock { sources in
            sources.append(source)
            return sources.count - 1
        }
        return .mapping([(table.kind, .text(table.label)), (Self.option, .text(String(number)))])
    }

    fileprivate func source(_ number: Int) -> (any Source)? { sources.withLock { $0.indices.contains(number) ? $0[number] : nil } }

    /// A table as the source of a pipeline.
    static func end(_ table: QueryTable) -> EndDefinition {
        EndDefinition(connector: table.kind, options: OptionValues([(table.kind, .text(table.label))]))
    }
}

/// The tables of a query that are open, under the name of the connector that they came from.
struct PartConnector: Connector {
    let name: String
    private let table: QueryTable
    private let parts: QueryParts

    /// - Parameter table: The first one of the query.
    init(_ name: String, _ table: QueryTable, _ parts: QueryParts) {
        self.name = name
        self.table = table
        self.parts = parts
    }

    var manual: ConnectorManual {
        ConnectorManual(
            name: name, summary: "Opened before.",
            sourceOptions: [OptionSpecification(name, .string, "A table."), OptionSpecification(QueryParts.option, .string, "A part.")],
            sinkOptions: [])
    }

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        guard let number = try options.string(QueryParts.option).flatMap({ Int($0) }) else { return table.source }
        if let source = parts.source(number) { return source }
        throw SluiceError(.notFound, "the query has no part \(number)")
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw SluiceError(.invalidOption, "\(name.quotedForMessage) is no end of a query")
    }
}

/// A source whose rows and bytes are counted when they are read.
struct CountedSource: Source {
    let source: any Source
    let figures: QueryFigures

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }
    var isEndless: Bool { source.isEndless }
    func losses() throws -> [String] { try source.losses() }
    func splits() async throws -> [SourceSplit] { try await source.splits() }
    func narrowed(to schema: Schema) -> any Source { CountedSource(source: source.narrowed(to: schema), figures: figures) }
    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        CountedReader(try await source.open(split, request), figures)
    }
}

/// Counts what a reader hands on.
private final class CountedReader: SplitReader {
    private let reader: any SplitReader
    private let figures: QueryFigures
    private let counted = Mutex<Int64>(0)

    init(_ reader: any SplitReader, _ figures: QueryFigures) {
        self.reader = reader
        self.figures = figures
    }

    var bytesRead: Int64 { reader.bytesRead }

    func next() async throws -> (any SplitPiece)? {
        let piece = try await reader.next()
        let bytes = reader.bytesRead
        let more = counted.withLock { counted in
            defer { counted = bytes }
            return bytes - counted
        }
        figures.add(bytes: more)
        return piece.map { CountedPiece(piece: $0, figures: figures) }
    }
}

private struct CountedPiece: SplitPiece {
    var piece: any SplitPiece
    let figures: QueryFigures

    mutating func next() throws -> ReadBatch? {
        let read = try piece.next()
        if let read { figures.add(rows: Int64(read.batch.rowCount + read.skippedRows)) }
        return read
    }
}
