import SluiceTestKit
import Testing

/// Records that a service removed, through a flow, by commands alone.
@Suite("removed records")
struct RemovedRecordTests {
    private let project: Project
    private let mock: RunningCommand
    private let port: String

    init() async throws {
        project = try Project()
        mock = try project.command(["mock", "up", "salesforce", "--rows", "2000", "--no-quotas"]).start()
        var found: Substring?
        while found == nil, mock.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            found = mock.outputSoFar.split(separator: "\n").first { $0.hasSuffix("/salesforce") }
        }
        port = String(try #require(found).split(separator: "/")[1].split(separator: ":")[1])
        let address = "http://127.0.0.1:\(port)/salesforce"
        var command = try project.command(["connections", "add", "salesforce", "salesforce", "--url", address, "--secret", "access_token"])
        command.input = .text("mock-access-token\n")
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    @Test("a removed record is removed at every destination, whatever conditions say of it") func removals() async throws {
        try project.directory.write(
            "pipelines/contacts.yaml",
            """
            flow: contacts
            source: {salesforce: contacts, connection: salesforce}
            pull: {mode: incremental, deleted: delete}
            tasks:
              - filter: NOT IsDeleted -- which all that is removed fails
              - validate: {Email: {is: not_null, on_fail: drop}}
              - map_all
              - map: {IsDeleted: "false"}
            destinations:
              all: {table: crm.everybody, keys: Id}
              some: {table: crm.some, keys: Id, when: "LastName <> 'Last7'", tasks: [{filter: "LastName <> 'Last8'"}]}
            """)
        _ = try await project.json("flow", "run", "contacts")
        let names = (5...9).map { "'Last\($0)'" }.joined(separator: ", ")
        let found = try await project.json("query", "SELECT Id FROM crm.everybody WHERE LastName IN (\(names)) ORDER BY Id")
        let ids = found["rows"]?.items.compactMap { $0["Id"]?.text } ?? []
        try #require(ids.count == 5, "\(found)")
        for id in ids {
            let address = "http://127.0.0.1:\(port)/salesforce/services/data/v60.0/sobjects/Contact/\(id)"
            let removed = try await Command(
                "curl", ["-s", "-f", "-X", "DELETE", "-H", "Authorization: Bearer mock-access-token", address]
            ).run()
            try #require(removed.exitCode == 0, "\(removed.transcript)")
        }
        let moved = try await Command("curl", ["-s", "-X", "POST", "http://127.0.0.1:\(port)/_mock/clock?advance=120"]).run()
        try #require(moved.exitCode == 0, "\(moved.transcript)")
        let again = try await project.json("flow", "run", "contacts")
        #expect(again["state"]?.text == "succeeded", "\(again)")
        // Records that came meanwhile are there, too.
        let list = ids.map { "'\($0)'" }.joined(separator: ", ")
        for table in ["crm.everybody", "crm.some"] {
            let left = try await project.json(
                "query", "SELECT count(*) AS rows, count(CASE WHEN Id IN (\(list)) THEN 1 END) AS removed FROM \(table)")
            #expect(left["rows"]?[0]?["removed"]?.integer == 0 && left["rows"]?[0]?["rows"]?.integer ?? 0 > 1_900, "\(left)")
        }
        let columns = try await project.json("catalog", "show", "crm.everybody")
        #expect(!"\(columns)".contains("sluice_deleted"))
    }
}
