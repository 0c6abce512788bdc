#if PostgreSQL
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceTestKit
import Testing

/// How files and credentials come to Redshift, and what becomes of a load that fails.
@Suite("loads into Redshift", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct RedshiftLoadTests {
    private let warehouse: Warehouse
    private var server: Server { warehouse.server }

    init() throws { warehouse = try Warehouse(fileBytes: 30_000) }

    @Test("one statement loads all files of a commit, by the role")
    func files() async throws {
        let csv = "id,name\n" + (0..<3_000).map { "\($0),name \($0)\n" }.joined()
        try await warehouse.load("t, keep_files: true", csv)
        #expect(try server.rows("SELECT count(*), count(DISTINCT name) FROM t") == [["3000", "3000"]])
        let parts = warehouse.keys.filter { $0.hasSuffix(".json.gz") }
        #expect(parts.count > 2 && warehouse.keys.count == parts.count + 1, "\(warehouse.keys)")
        #expect(parts.allSatisfy { $0.hasPrefix("loads/rows/") && $0.contains("/p/") })
        let statement = try #require(warehouse.standIn.statements.first)
        #expect(warehouse.standIn.statements.count == 1)
        #expect(statement.hasPrefix("COPY \"public\".\"t\" (\"id\", \"name\") FROM 's3://loads/rows/"))
        #expect(statement.contains("/manifest.json' IAM_ROLE '\(Warehouse.role)' MANIFEST GZIP FORMAT AS JSON 'auto'"))
        try await warehouse.load("t", "id,name\n", role: "default")
        #expect(warehouse.standIn.statements.count == 1, "no rows, no statement")
    }

    @Test("keys of the connection go into the statement, and into no message, log or table")
    func keys() async throws {
        let none = await sluiceError { try await warehouse.load("t", "id,name\n1,a\n", role: nil) }
        #expect(none?.code == .missingKey && none?.remedy?.contains("iam_role") == true, "\(String(describing: none))")
        try warehouse.keep(secrets: Warehouse.secrets)
        warehouse.standIn.fail(1)
        let failed = try #require(await sluiceError { try await warehouse.load("t", "id,name\n1,a\n", role: nil) })
        let statement = try #require(warehouse.standIn.statements.first)
        for secret in Warehouse.secrets.values { #expect(statement.contains("'\(secret)'") && !"\(failed)".contains(secret)) }
        #expect(failed.message.contains("ACCESS_KEY_ID '***' SECRET_ACCESS_KEY '***'"), "\(failed)")
        #expect(failed.remedy?.contains("sys_load_error_detail") == true)
        let pending = try #require(try server.catalog().nextPublication(of: "p", after: 0))
        #expect(Warehouse.secrets.values.allSatisfy { !"\(pending)".contains($0) })
        #expect(try server.rows("SELECT to_regclass('t')") == [[nil]], "a load that failed leaves nothing")
        #expect(try await server.recover(warehouse.connectors).map(\.failure?.code) == [nil])
        #expect(try server.rows("SELECT * FROM t") == [["1", "a"]] && warehouse.keys == [])
    }

    @Test("a bucket that is away is waited for as a server is, and what is owed is loaded later")
    func away() async throws {
        try server.directory.write("in.csv", "id\n1\n")
        let text = "source: {files: in.csv, format: csv, columns: {id: int64}}\nsink: \(warehouse.sink("t"))\n"
        _ = await sluiceError { try await warehouse.run(text, stoppingAt: .recorded) }
        warehouse.objects.setDown(true)
        let failed = try await server.recover(warehouse.connectors).compactMap(\.failure)
        #expect(failed.count == 1 && failed[0].isRetriable, "\(failed)")
        warehouse.objects.setDown(false)
        #expect(try await server.recover(warehouse.connectors).map(\.failure?.code) == [nil])
        #expect(try server.rows("SELECT * FROM t") == [["1"]])
    }

    @Test("two pipelines that write to one table do not take each other's marks for their own")
    func marks() async throws {
        try await warehouse.load("t", "id,name\n1,a\n")
        try await warehouse.load("t2", "id,name\n1,a\n")
        try await warehouse.load("t", "id,name\n2,b\n")
        #expect(
            try server.rows("SELECT target, run <> '' FROM sluice_commits ORDER BY target") == [["public.t", "t"], ["public.t2", "t"]])
        #expect(try server.rows("SELECT count(*) FROM t") == [["2"]])
    }
}
#endif
