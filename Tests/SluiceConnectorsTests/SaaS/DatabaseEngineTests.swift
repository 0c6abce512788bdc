import SluiceCore
import Testing

@testable import SluiceConnectors

@Suite("settings of connections to databases") struct DatabaseEngineTests {
    private static let shop = ["host": "db", "database": "shop"]

    @Test(
        "settings that are missing, unknown or have no such value are refused, and no secret is repeated",
        arguments: [
            (DatabaseEngine.postgresql, ["host": "db"], "database"), (.postgresql, ["hots": "db", "database": "shop"], "hots"),
            (.postgresql, ["port": "0"], "port"), (.postgresql, ["port": "65536"], "port"), (.postgresql, ["sslmode": "on"], "sslmode"),
            (.postgresql, ["user": ""], "user"), (.postgresql, ["iam_role": "default"], "iam_role"),
            (.redshift, ["access_key_id": "AKID"], "secret_access_key"), (.redshift, ["iam_role": "x' y"], "iam_role"),
            (.redshift, ["access_key_id": "AKID", "secret_access_key": "hush'hush"], "secret_access_key"),
        ] as [(DatabaseEngine, [String: String], String)])
    func refused(_ engine: DatabaseEngine, _ change: [String: String], _ words: String) {
        let isWhole = change.keys.contains { $0.hasPrefix("ho") }
        do throws(SluiceError) {
            try engine.check(isWhole ? change : Self.shop.merging(change) { $1 })
            Issue.record("\(change) was taken")
        } catch {
            #expect(error.message.contains(words) && !"\(error)".contains("hush"), "\(error)")
        }
    }

    @Test("libpq is told what it knows, without the password")
    func keywords() throws {
        let values = ["host": "db", "database": "shop", "user": "etl", "password": "hush-hush", "sslmode": "verify-full"]
        try DatabaseEngine.postgresql.check(values)
        #expect(
            DatabaseEngine.postgresql.keywords(values) == ["host": "db", "dbname": "shop", "user": "etl", "sslmode": "verify-full"])
        #expect(DatabaseEngine.redshift.keywords(Self.shop) == ["host": "db", "dbname": "shop", "port": "5439"])
    }
}
