import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// Where the rows of the matrix come from: batches of 50 rows with `id`, `k` and `at`, of which 10 came in the batch before, too.
enum MatrixSource: String, CaseIterable, Sendable {
    case files, stream, table, sqlite

    static let newRows = 40

    static func ids(of batch: Int) -> [Int] {
        let first = batch * newRows
        return Array(max(0, first - 10)..<first + newRows)
    }

    var definition: String {
        let columns = "columns: {id: int64, k: string, at: timestamp}"
        return switch self {
        case .files: "{files: \"in/*.csv\", format: csv, \(columns)}"
        case .stream: "{stream: rows, \(columns)}"
        case .table: "{table: source.rows}"
        case .sqlite: "{sqlite: source.db, table: rows, cursor: place, columns: {at: timestamp}}"
        }
    }

    private static func moment(_ id: Int) -> String { String(Clicks.time(id * 20)) }

    func begin(_ project: Project) async throws {
        switch self {
        case .files: break
        case .stream:
            let made = try await project.sluice("stream", "create", "rows", "--shards", "2")
            try #require(made.exitCode == 0, "\(made.transcript)")
        case .table:
            try project.directory.write(
                "feed.yaml",
                """
                name: feed
                incremental: true
                source: {files: "feed/*.csv", columns: {id: int64, k: string, at: timestamp}}
                sink: {table: source.rows, mode: append}
                """)
        case .sqlite:
            try SQLiteConnection(project.directory.path("source.db"), .create).execute(
                "PRAGMA journal_mode = WAL; CREATE TABLE rows (place INTEGER PRIMARY KEY, id INTEGER, k TEXT, at TIMESTAMP)")
        }
    }

    /// Adds a batch of rows.
    func feed(_ batch: Int, _ project: Project) async throws {
        let ids = Self.ids(of: batch)
        let lines = "id,k,at\n" + ids.map { "\($0),k\($0 % 7),\(Self.moment($0))\n" }.joined()
        switch self {
        case .files:
            try project.directory.write("in/.\(batch)", lines)
            let path = project.directory.path("in/.\(batch)")
            // A following run leaves a file alone that has just been changed.
            let changed = timeval(tv_sec: time(nil) - 60 + batch, tv_usec: 0)
            let isOld = utimes(path, [changed, changed]) == 0
            try #require(isOld)
            let isInPlace = rename(path, project.directory.path("in/\(batch).csv")) == 0
            try #require(isInPlace)
        case .stream:
            let records = ids.map { "{\"id\": \($0), \"k\": \"k\($0 % 7)\", \"at\": \"\(Self.moment($0))\"}\n" }.joined()
            try await project.put(records, into: "rows", key: "k")
        case .table:
            try project.directory.write("feed/\(batch).csv", lines)
            let fed = try await project.sluice("run", "feed.yaml", "--quiet")
            try #require(fed.exitCode == 0, "\(fed.transcript)")
        case .sqlite:
            let values = ids.map { "(\($0), 'k\($0 % 7)', '\(Self.moment($0))')" }.joined(separator: ", ")
            try SQLiteConnection(project.directory.path("source.db"), .write).execute("INSERT INTO rows (id, k, at) VALUES \(values)")
        }
    }
}
