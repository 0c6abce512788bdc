import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// Writes rows to a table of a database, each once.
///
/// The rows of a run, or of an epoch, are staged in their order. The commit records where they are, and after it they are put into the table in one
/// transaction of the database, which also holds a mark with the publication's number: so whoever was cut off finds out from the database itself
/// whether they are there.
struct DatabaseSink: Sink {
    private let table: any DatabaseTable
    private let write: DatabaseWrite
    /// Where runs of the pipeline stage.
    private let outbox: String
    private let staged = StagedChunks()
    /// What was found out about the table, by what the rows are.
    private let target = FoundTarget()

    /// - Parameter outbox: A directory that no other pipeline uses.
    init(_ table: any DatabaseTable, _ write: DatabaseWrite, outbox: String) {
        self.table = table
        self.write = write
        self.outbox = outbox
    }

    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var replacesEarlierOutput: Bool { write.mode == .overwrite }
    var summary: String { "\(table.name) (\(write.effect))" }

    func contract(for schema: Schema) throws -> SinkContract? { try write.contract(with: table, for: schema) }

    func check(_ schema: Schema) throws {
        let settings = try table.settings(try table.target(for: schema, write), write)
        guard KnownSecrets.masked(settings) == settings else {
            throw SluiceError(
                .invalidOption,
                "a secret is a part of how \(KnownSecrets.masked(table.name)) is named, which is kept with rows that are owed",
                remedy: "write that part into the definition, and give the password by password_secret")
        }
    }

    func requiredColumns(of schema: Schema) throws -> [String] {
        try table.target(for: schema, write).columns.filter(\.isRequired).map { schema.fields[$0.index].name }
    }

    func check(reading source: any Source) throws {
        guard table.isRead(by: source) else { return }
        throw SluiceError(.invalidOption, "\(table.name) is read and written by one pipeline", remedy: "write to another table")
    }

    func stagingPaths(run: String) -> [String] { [directory(run)] }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter { try stager(schema, run) }

    var writesInOrder: Bool { true }

    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? { try stager(schema, run) }

    private func stager(_ schema: Schema, _ run: String) throws(SluiceError) -> RowStager {
        let found = try table.target(for: schema, write)
        target.found(found)
        let stage = ChunkStage(for: table.name, into: StagingFile(directory: directory(run), name: "rows")) { [staged] path, bytes in
            staged.keep(path, bytes)
        }
        return RowStager(table.encoder(found, write), for: table.name, into: stage)
    }

    func commit(schema: Schema, run: String, staged files: [StagedFile]) throws -> OutputCommit {
        let found = try target.last ?? table.target(for: schema, write)
        let settings = try table.settings(found, write)
        let end = Publication.Target.connector(.init(connector: table.connector, name: table.name, settings: settings))
        let publication =
            files.first.map { staged.publication(of: $0, for: end) } ?? Publication(end, content: .bytes([]), byteCount: 0, rowCount: 0)
        if found.hasRules, publication.rowCount > 0 {
            do throws(SluiceError) {
                try table.rehearse(publication, settings: settings)
            } catch {
                // What cannot be asked now is found out when the rows are put there, which waits.
                guard error.isRetriable else { throw error }
            }
        }
        return OutputCommit(publications: [publication])
    }

    /// Files of an abandoned run are removed as its staging; those of a committed one are needed.
    func discard(run: String) async { staged.removeAll() }

    private func directory(_ run: String) -> String { "\(outbox)/\(run).\(StableHash.text(table.identity))" }
}

/// What writers found their table to be, for the commit behind them.
private final class FoundTarget: Sendable {
    private let target = Mutex<TargetColumns?>(nil)

    var last: TargetColumns? { target.withLock { $0 } }

    func found(_ found: TargetColumns) { target.withLock { $0 = found } }
}
