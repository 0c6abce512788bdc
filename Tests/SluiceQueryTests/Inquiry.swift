import SluiceConnectors
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceQuery
import SluiceTestKit
import Synchronization

/// A directory with files, and questions about them.
final class Inquiry {
    let directory: TemporaryDirectory
    var columns: [(String, String)] = []
    var onError = ErrorPolicy.fail
    var keptResultBytes: Int?

    init() throws { directory = try TemporaryDirectory() }

    /// What a query answered.
    struct Answer: Sendable {
        var schema: Schema
        var rows: [[Value]]
        var summary: QuerySummary
        var notices: [String]

        var texts: [[String]] { rows.map { $0.map(\.json) } }
    }

    private func runner(_ path: QueryOptions.Path) -> QueryRunner {
        var resolver = TableResolver(
            catalog: nil, streams: StreamStore(directory: directory.path("home/streams")), directory: directory.root,
            home: directory.path("home"), connectors: .standard)
        resolver.columnTypes = columns.map { ($0.0, .text($0.1)) }
        var options = QueryOptions(width: 2, onError: onError)
        options.path = path
        if let keptResultBytes { options.keptResultBytes = keptResultBytes }
        return QueryRunner(resolver: resolver, options: options)
    }

    func ask(_ text: String, _ path: QueryOptions.Path = .auto) async throws -> Answer {
        try await runner(path).withQuery(text) { query in
            let rows = Mutex<[[Value]]>([])
            let sink = ResultSink { batch in
                rows.withLock { rows in for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0[row] }) } }
            }
            let summary = try await query.run(into: .rows(sink))
            return Answer(schema: query.schema, rows: rows.withLock { $0 }, summary: summary, notices: query.notices)
        }
    }

    func explain(_ text: String, _ path: QueryOptions.Path = .auto) async throws -> String {
        try await runner(path).withQuery(text, explains: true) { try await $0.explanation() }.joined(separator: "\n")
    }

    /// The error that a query ends with.
    func error(_ text: String, _ path: QueryOptions.Path = .auto) async -> SluiceError? {
        do {
            _ = try await ask(text, path)
            return nil
        } catch {
            return error as? SluiceError
        }
    }
}

typealias QueryPath = QueryOptions.Path
