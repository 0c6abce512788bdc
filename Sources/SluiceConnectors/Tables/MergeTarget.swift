import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// The rows that a table has when they are asked for: every run, and every epoch of one, finds those of the last commit.
final class MergeTarget: MergedRows {
    private struct Reading {
        var source: FileSource
        /// Paths of the files, as the catalog lists them.
        var files: [String]
    }

    let schema: Schema
    var notices: [String] { [] }
    private let name: TableName
    private let catalog: Catalog
    private let reading = Mutex<Reading?>(nil)
    /// Columns beyond the schema that the run's rows have. Its first epoch gives them to the table, the others find them there.
    private let added = Mutex<[Field]>([])

    /// - Parameter schema: Empty for a table that does not exist yet.
    init(_ name: TableName, schema: Schema, in catalog: Catalog) {
        self.name = name
        self.schema = schema
        self.catalog = catalog
    }

    /// Paths of the files that were read last.
    var basis: [String] { reading.withLock { $0?.files ?? [] } }

    func add(_ columns: [Field]) { added.withLock { $0 = columns } }

    func splits() async throws -> [SourceSplit] {
        guard let definition = try catalog.findTable(name)?.definition else {
            reading.withLock { $0 = nil }
            return []
        }
        try check(definition)
        // Files that come between these two are found out by the commit.
        let files = try catalog.files(of: name).map(\.path)
        let source = try await TableFiles.source(name, in: catalog, adding: added.withLock { $0 })
        reading.withLock { $0 = Reading(source: source, files: files) }
        return try await source.splits()
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let source = reading.withLock({ $0?.source }) else {
            throw SluiceError(.notFound, "there is no table \"\(name)\" any more")
        }
        return try await source.open(split, request)
    }

    /// All rows are written anew, with the columns that were planned: what another run has added or changed since would be lost.
    private func check(_ definition: TableDefinition) throws(SluiceError) {
        let planned = Dictionary((schema.fields + added.withLock { $0 }).map { ($0.name, $0.type) }) { first, _ in first }
        let now = try definition.schema().fields.filter { schema[$0.name] != nil || $0.name != HistoryColumns.isCurrent }
        guard let other = now.first(where: { planned[$0.name] != $0.type }) else { return }
        throw SluiceError(
            .tableChanged, "table \(name) has the column \(other.name.quotedForMessage) (\(other.type)) since the run was planned",
            remedy: "run it again: it goes on with the table as it is now")
    }
}
