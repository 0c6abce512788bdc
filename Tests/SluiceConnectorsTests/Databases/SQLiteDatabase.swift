import SluiceCore
import SluiceSQLite
import SluiceTestKit

/// A database of a test.
struct SQLiteDatabase {
    let path: String

    @discardableResult
    func execute(_ sql: String) throws -> SQLiteDatabase {
        try SQLiteConnection(path, .create).execute(sql)
        return self
    }

    /// All rows of a statement.
    func rows(_ sql: String) throws -> [[SQLiteValue]] {
        let statement = try SQLiteConnection(path, .read).prepare(sql)
        var rows: [[SQLiteValue]] = []
        while try statement.step() { rows.append((0..<statement.columnCount).map { statement.value($0) }) }
        return rows
    }

    func count(_ table: String) throws -> Int64 { try SQLiteConnection(path, .read).integer("SELECT count(*) FROM \(table)") ?? 0 }
}

extension Workbench {
    var database: SQLiteDatabase { SQLiteDatabase(path: directory.path("shop.db")) }
}
