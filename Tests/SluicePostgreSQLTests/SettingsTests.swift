#if PostgreSQL
import SluiceCore
import Testing

@testable import SluicePostgreSQL

@Suite("how a PostgreSQL server is reached")
struct SettingsTests {
    private func failure(_ connection: String) -> SluiceError? {
        do throws(SluiceError) {
            _ = try PostgreSQLSettings(connection)
            return nil
        } catch {
            return error
        }
    }

    @Test("keywords and URIs are read, and name the database")
    func forms() throws {
        #expect(try PostgreSQLSettings("host=db dbname=shop user=etl").name == "shop at db")
        #expect(try PostgreSQLSettings("postgresql://etl@db:5433/shop?sslmode=verify-full").keywords["sslmode"] == "verify-full")
        #expect(try PostgreSQLSettings("").name == "the default database")
    }

    @Test(
        "a password stands in no definition, and is not repeated by the error",
        arguments: [
            "host=db password=hush-hush", "postgresql://etl:hush-hush@db/shop", "postgresql://etl:hush-hush@db:port/shop",
            "password=hush-hush x",
        ])
    func passwords(_ connection: String) throws {
        let error = try #require(failure(connection))
        #expect(error.code == .invalidOption)
        #expect(!"\(error)".contains("hush"))
    }

    @Test("a server that is not there is told with host and remedy, and can be tried again")
    func unreachable() throws {
        do throws(SluiceError) {
            _ = try PostgreSQLConnection(try PostgreSQLSettings("host=/nowhere dbname=shop"))
            Issue.record("connected to nothing")
        } catch {
            #expect(error.code == .databaseUnreachable && error.isRetriable)
            #expect(error.message.contains("shop at /nowhere"))
        }
    }
}
#endif
