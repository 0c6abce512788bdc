import GRDB
package import SluiceCore

extension Catalog {
    /// Changes all that is said of a database.
    ///
    /// - Throws: `notFound` with the nearest name.
    package func changeDatabase(
        _ name: String, comment: String, location: String?, parameters: [String: String]
    ) throws(SluiceError) {
        let folded = name.lowercased()
        let now = clock.nowMicros()
        try write { db in
            try db.execute(
                sql: "UPDATE databases SET comment = ?, location = ?, parameters = ?, updated = ? WHERE name = ?",
                arguments: [comment, location, try StoredText.map(parameters), now, folded])
            if db.changesCount == 0 { throw try Self.unknownDatabase(folded, db) }
        }
    }
}
