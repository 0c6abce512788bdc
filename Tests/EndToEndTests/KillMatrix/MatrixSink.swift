import SluiceSQLite
import SluiceTestKit
import Testing

/// Where the rows of the matrix go, and how they are read there: as texts `id,k,twice`, in ascending order.
enum MatrixSink: String, CaseIterable, Sendable {
    case file, table, merged, stream, sqlite, objects

    /// - Parameter name: Tells the sink of the killed runs from that of the undisturbed one.
    func definition(_ name: String) -> String {
        switch self {
        case .file: "{files: out/\(name), format: csv, mode: append}"
        case .table: "{table: sink.\(name), format: csv, mode: append}"
        case .merged: "{table: sink.\(name), format: csv, mode: merge, keys: [id]}"
        case .stream: "{stream: \(name), shards: 2, key: k}"
        case .sqlite: "{sqlite: out.db, table: \(name), mode: append}"
        case .objects: "{files: \"s3://matrix/\(name)\", format: csv, mode: append}"
        }
    }

    func rows(_ name: String, _ project: Project, _ server: ObjectServer?) async throws -> [String] {
        let texts: [String]
        switch self {
        case .file: texts = try Self.lines(CSVDocument.directory(project.directory.path("out/\(name)")))
        case .table, .merged: texts = try Self.lines(project.rows("sink", name))
        case .stream:
            let tail = try await project.sluice("stream", "tail", name, "--from", "start", "--limit", "1000000", "--lines")
            try #require(tail.exitCode == 0, "\(tail.transcript)")
            texts = try JSONDocument.lines(tail.output).map { row in
                "\(row["id"]?.integer ?? -1),\(row["k"]?.text ?? ""),\(row["twice"]?.integer ?? -1)"
            }
        case .sqlite:
            let statement = try SQLiteConnection(project.directory.path("out.db"), .read).prepare("SELECT id, k, twice FROM \(name)")
            var found: [String] = []
            while try statement.step() { found.append("\(statement.integer(0)),\(statement.text(1) ?? ""),\(statement.integer(2))") }
            texts = found
        case .objects:
            texts = try (server?.objects ?? [:]).filter { $0.key.hasPrefix("matrix/\(name)/") }.values
                .flatMap { try Self.lines(CSVDocument(parsing: String(decoding: $0.bytes, as: UTF8.self))) }
        }
        return texts.sorted()
    }

    private static func lines(_ document: CSVDocument) -> [String] { document.rows.map { $0.joined(separator: ",") } }
}
