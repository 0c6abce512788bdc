import SluiceCatalog
import SluiceCore

extension ConnectionStore {
    /// All settings of a connection to a database, secret ones among them.
    ///
    /// - Throws: `notFound` with the nearest name; `invalidOption` for a connection to something else.
    func values(_ name: String, of engine: DatabaseEngine) throws(SluiceError) -> [String: String] {
        let connection = try connection(name)
        guard connection.connector == engine.rawValue else {
            throw SluiceError(
                .invalidOption, "the connection \(name.quotedForMessage) is one to \(connection.connector), not to \(engine.rawValue)",
                remedy: "name another one; see sluice connections list")
        }
        let values = try values(of: connection)
        try engine.check(values)
        return values
    }
}
