import SluiceCore
import SluicePipelines

/// What SQLite answers, as a source: one split.
struct StatementSource: Source {
    let schema: Schema
    let notices: [String] = []
    private let session: SQLiteSession
    private let rows: StatementRows

    /// - Parameter rows: Was opened, so that its schema is known.
    init(_ session: SQLiteSession, _ rows: StatementRows) {
        self.session = session
        self.rows = rows
        schema = rows.schema
    }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: "result", bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader { StatementReader(session, rows, request) }
}

/// Takes a statement's rows from the thread that SQLite runs on.
private final class StatementReader: SplitReader {
    private let session: SQLiteSession
    private let rows: StatementRows
    private let request: SourceRequest

    init(_ session: SQLiteSession, _ rows: StatementRows, _ request: SourceRequest) {
        self.session = session
        self.rows = rows
        self.request = request
    }

    var bytesRead: Int64 { session.figures.current.bytes }

    func next() async throws -> (any SplitPiece)? {
        let read = try await session.thread.run { [rows] in try rows.next() }
        guard let read else { return nil }
        var fields: [Field] = []
        var columns: [Column] = []
        for name in request.columns {
            let place = try read.schema.require(name)
            fields.append(read.schema.fields[place])
            columns.append(read.columns[place])
        }
        let batch = Batch(try Schema(fields), columns, rowCount: read.rowCount)
        return DeferredBatch { ReadBatch(batch: batch) }
    }
}
