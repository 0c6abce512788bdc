import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// The rows that a table has when they are asked for: every run, and every epoch of one, finds those of the last commit.
final class MergeTarget: Source {
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

    /// - Parameter schema: Empty for a table that does not exist yet.
    init(_ name: TableName, schema: Schema, in catalog: Catalog) {
        self.name = name
        self.schema = schema
        self.catalog = catalog
    }

    /// Paths of the files that were read last.
    var basis: [String] { reading.withLock { $0?.files ?? [] } }

    func splits() async throws -> [SourceSplit] {
        guard try catalog.findTable(name) != nil else {
            reading.withLock { $0 = nil }
            return []
        }
        // Files that come between these two are found out by the commit.
        let files = try catalog.files(of: name).map(\.path)
        let source = try await TableFiles.source(name, in: catalog)
        reading.withLock { $0 = Reading(source: source, files: files) }
        return try await source.splits()
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let source = reading.withLock({ $0?.source }) else {
            throw SluiceError(.notFound, "there is no table \"\(name)\" any more")
        }
        return try await source.open(split, request)
    }
}
