package import SluiceCatalog
import SluiceCore
package import SluiceLog
package import SluicePipelines

/// Finds what a name in FROM stands for: files by their path or pattern, tables of the catalog, streams.
package struct TableResolver: Sendable {
    /// Nil where there is no state.
    package let catalog: Catalog?
    package let streams: StreamStore
    /// Relative paths start here.
    package let directory: String
    package let home: String
    package let connectors: ConnectorRegistry
    /// Options of all files that are named directly.
    package var fileOptions: [(String, DefinitionNode)] = []
    /// Types of columns, by their names; they are said of the files that have such columns.
    package var columnTypes: [(String, DefinitionNode)] = []

    package init(catalog: Catalog?, streams: StreamStore, directory: String, home: String, connectors: ConnectorRegistry) {
        self.catalog = catalog
        self.streams = streams
        self.directory = directory
        self.home = home
        self.connectors = connectors
    }

    /// The name before the dot that stands for streams.
    package static let streamSchema = "stream"

    /// Opens what a reference names.
    ///
    /// - Throws: `notFound` with near names; what opening it throws. Errors are placed at the reference, unless they are about data.
    func table(_ reference: TableReference, in text: QueryText) async throws -> QueryTable {
        do {
            if let database = reference.database {
                if SQLColumn.folded(database) == Self.streamSchema { return try stream(reference.name) }
                return try await catalogTable(try TableName(database: database, table: reference.name))
            }
            if reference.looksLikePath { return try await files(reference.name) }
            do {
                return try await catalogTable(try TableName(parsing: reference.name))
            } catch let error as SluiceError where [.notFound, .invalidOption].contains(error.code) {
                if reference.isQuoted, DiskFiles.kind(of: "\(directory)/\(reference.name)") != nil {
                    return try await files(reference.name)
                }
                throw unknown(reference, error)
            }
        } catch let error as SluiceError {
            var placed = error
            let isAboutName = [.notFound, .fileNotFound, .invalidOption, .invalidArgument].contains(error.code)
            if placed.location == nil || isAboutName { placed.location = text.location(reference.start) }
            if error.code == .fileNotFound, !error.message.contains(reference.name) {
                placed.message = "\(reference.name): \(error.message)"
            }
            throw placed
        }
    }

    private var context: ConnectorContext {
        ConnectorContext(catalog: catalog, streams: streams, pipeline: "query", directory: directory, home: home)
    }

    private func connector(_ name: String) throws(SluiceError) -> any Connector {
        if let connector = connectors[name] { return connector }
        throw SluiceError(.notFound, "there is no connector \(name.quotedForMessage)")
    }

    private func files(_ path: String) async throws -> QueryTable {
        let options = [("files", .list([.text(path)]))] + fileOptions
        var source = try await connector("files").source(OptionValues(options), in: context)
        let names = source.schema.names
        let declared = columnTypes.filter { names.contains($0.0) }
        if !declared.isEmpty {
            source = try await connector("files").source(OptionValues(options + [("columns", .mapping(declared))]), in: context)
        }
        return QueryTable(source, label: path, kind: "files", rowCount: nil, byteCount: try await Self.bytes(source))
    }

    private func catalogTable(_ name: TableName) async throws -> QueryTable {
        guard let catalog else {
            throw SluiceError(
                .notFound, "there is no table \(name.description.quotedForMessage), because there is no state in \(home.quotedForMessage)")
        }
        let record = try catalog.table(name)
        let source = try await connector("table").source(OptionValues([("table", .text(name.description))]), in: context)
        let bytes = record.byteCount > 0 ? record.byteCount : try await Self.bytes(source)
        return QueryTable(
            source, label: name.description, kind: "table", rowCount: record.rowCount > 0 ? record.rowCount : nil, byteCount: bytes)
    }

    private func stream(_ name: String) throws(SluiceError) -> QueryTable {
        let source = try StreamRecordSource(try streams.open(name, for: .reading))
        return QueryTable(
            source, label: "\(Self.streamSchema).\(name)", kind: "stream", rowCount: source.recordCount, byteCount: source.recordCount)
    }

    private static func bytes(_ source: any Source) async throws -> Int64 {
        try await source.splits().reduce(0) { $0 + ($1.bytes ?? 0) }
    }

    /// A name that is no table may have been meant as a file, or have lost its database.
    private func unknown(_ reference: TableReference, _ error: SluiceError) -> SluiceError {
        var named = error
        named.code = .notFound
        named.message = "there is no table \(reference.name.quotedForMessage)"
        let tables = (try? catalog?.tables()) ?? []
        let own = tables.filter { $0.name.table == reference.name.lowercased() }
        if let table = own.first {
            named.remedy = "did you mean \(table.name)?"
        } else {
            let names = tables.map(\.name.description) + tables.filter { $0.name.database == TableName.defaultDatabase }.map(\.name.table)
            let near =
                Suggestion.nearest(to: reference.name, in: names) ?? Suggestion.nearest(to: reference.name, in: tables.map(\.name.table))
            named.remedy = near.map { "did you mean \($0.quotedForMessage)?" } ?? Self.advice(names)
        }
        return named
    }

    private static func advice(_ names: [String]) -> String {
        let files = "files are named in quotes: FROM 'data/*.csv'"
        return names.isEmpty ? "the catalog has no tables; \(files)" : "tables: \(names.prefix(10).joined(separator: ", ")); \(files)"
    }
}
