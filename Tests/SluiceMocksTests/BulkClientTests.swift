import SluiceCore
import SluiceMocks
import SluiceTestKit
import Testing

/// Salesforce's Bulk API 2.0 as simple-salesforce uses it, unchanged.
@Suite("a client of Salesforce's bulk interface against the mock")
struct BulkClientTests {
    @Test(
        "queries in pages, rows made, changed, upserted and removed, and what became of them", .enabled(if: VendorClients.salesforce != nil)
    )
    func bulk() async throws {
        var settings = MockServer.Settings { WallClock.system.nowMicros() }
        settings.rows = 1_500
        settings.isStrict = true
        let server = try MockServer(["salesforce"], settings)
        let result = try await VendorClients.run(
            try #require(VendorClients.salesforce),
            """
            import csv, io, sys, requests
            from simple_salesforce import Salesforce
            class Loopback(requests.adapters.HTTPAdapter):
                def send(self, request, **rest):
                    wanted, request.headers["X-Forwarded-Host"] = request.url, "mock.my.salesforce.com"
                    request.url = wanted.replace("https://mock.my.salesforce.com", sys.argv[1])
                    response = super().send(request, **rest)
                    request.url = wanted
                    return response
            session = requests.Session()
            session.mount("https://", Loopback())
            client = Salesforce(instance_url="https://mock.my.salesforce.com", session_id="mock-access-token", session=session)
            accounts = client.bulk2.Account
            def rows(text): return list(csv.DictReader(io.StringIO(text)))
            pages = list(accounts.query("SELECT Id, Name FROM Account", max_records=400, wait=0))
            ids = {row["Id"] for page in pages for row in rows(page)}
            print(len(pages) >= 4, len(ids) >= 1500)
            made = accounts.insert(records=[{"Name": "Made"}, {"Name": ""}, {"Name": "Two, \\"quoted\\""}], wait=0)[0]
            print(made["numberRecordsProcessed"], made["numberRecordsFailed"])
            good = rows(accounts.get_successful_records(made["job_id"]))
            bad = rows(accounts.get_failed_records(made["job_id"]))
            print([row["Name"] for row in good], bad[0]["sf__Error"].split(":")[0], len(accounts.get_unprocessed_records(made["job_id"]).splitlines()))
            accounts.update(records=[{"Id": good[0]["sf__Id"], "Industry": "Retail"}], wait=0)
            print(client.Account.get(good[0]["sf__Id"])["Industry"])
            print(accounts.upsert(records=[{"External_Id__c": "x", "Name": "Up"}], external_id_field="External_Id__c", wait=0)[0]["numberRecordsFailed"])
            print(accounts.delete(records=[{"Id": good[0]["sf__Id"]}], wait=0)[0]["numberRecordsFailed"])
            gone = [row for page in accounts.query_all("SELECT Id, IsDeleted FROM Account", wait=0) for row in rows(page) if row["IsDeleted"] == "true"]
            print(len(gone))
            """, ["\(server.address)/salesforce"])
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines == ["True True", "3 1", "['Made', 'Two, \"quoted\"'] REQUIRED_FIELD_MISSING 1", "Retail", "0", "0", "1"])
        #expect(server.violations.map(\.violation) == [])
    }
}
