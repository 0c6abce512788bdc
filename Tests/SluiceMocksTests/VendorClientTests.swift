import SluiceCore
import SluiceMocks
import SluiceTestKit
import Testing

/// The vendors' own clients for Python work against the mocks as they are.
@Suite("vendors' clients against the mocks")
struct VendorClientTests {
    private func server(_ service: String, rows: Int, plan: FaultPlan = FaultPlan()) throws -> MockServer {
        var settings = MockServer.Settings { WallClock.system.nowMicros() }
        settings.rows = rows
        settings.plan = plan
        settings.isStrict = true
        return try MockServer([service], settings)
    }

    @Test("zenpy: exports by cursor and by time, lists, one record, a new one, a change", .enabled(if: VendorClients.zenpy != nil))
    func zendesk() async throws {
        let server = try server("zendesk", rows: 1_500)
        let result = try await VendorClients.run(
            try #require(VendorClients.zenpy),
            """
            import sys, requests
            from zenpy import Zenpy
            from zenpy.lib.api_objects import Ticket, Comment
            class Loopback(requests.adapters.HTTPAdapter):
                def send(self, request, **rest):
                    wanted, request.headers["X-Forwarded-Host"] = request.url, "mock.zendesk.com"
                    request.url = wanted.replace("https://mock.zendesk.com", sys.argv[1])
                    response = super().send(request, **rest)
                    request.url = wanted
                    return response
            session = requests.Session()
            session.mount("https://", Loopback())
            client = Zenpy(subdomain="mock", email="etl@example.com", token="t0ken", session=session)
            exported = {ticket.id for ticket in client.tickets.incremental(start_time=0, paginate_by_time=False)}
            timed = {ticket.id for ticket in client.tickets.incremental(start_time=1)}
            print(len(exported), len(timed), len(list(client.users())), client.users.me().name)
            made = client.tickets.create(Ticket(subject="Made by zenpy", comment=Comment(body="hello"))).ticket
            made.status = "solved"
            client.tickets.update(made)
            print(made.id, client.tickets(id=made.id).status, client.tickets(id=3).subject[:8])
            """, ["\(server.address)/zendesk"])
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = result.output.split(separator: "\n")
        let count = server.records("zendesk", "tickets").count
        try #require(lines.count == 2, "\(result.transcript)")
        let numbers = lines[0].split(separator: " ").compactMap { Int($0) }
        #expect(numbers.count >= 3 && numbers[0] >= 1_500 && numbers[0] <= count && numbers[1] == numbers[0])
        #expect(lines[0].hasSuffix("User 1"))
        #expect(lines[1].hasSuffix("solved Ticket 3"))
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("slack_sdk: lists, a history by cursor, a message, an error", .enabled(if: VendorClients.slack != nil)) func slack() async throws
    {
        let server = try server("slack", rows: 900)
        let result = try await VendorClients.run(
            try #require(VendorClients.slack),
            """
            import sys
            from slack_sdk import WebClient
            from slack_sdk.errors import SlackApiError
            client = WebClient(token="xoxb-t0ken", base_url=sys.argv[1] + "/api/")
            print(client.auth_test()["team"])
            channels = [c for page in client.conversations_list(limit=2) for c in page["channels"]]
            messages = 0
            for channel in channels:
                for page in client.conversations_history(channel=channel["id"], limit=100):
                    messages += len(page["messages"])
            print(len(channels), messages, len(client.users_list()["members"]))
            posted = client.chat_postMessage(channel=channels[0]["id"], text="hello")
            newest = client.conversations_history(channel=channels[0]["id"], limit=1)["messages"][0]
            print(newest["text"], newest["ts"] == posted["ts"])
            try:
                client.conversations_history(channel="C0")
            except SlackApiError as error:
                print(error.response["error"])
            """, ["\(server.address)/slack"])
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "mock")
        #expect(lines.dropFirst().first?.hasPrefix("3 9") == true)
        #expect(lines.suffix(2) == ["hello True", "channel_not_found"])
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("stripe: a list to its end, a customer that is made once, an error", .enabled(if: VendorClients.stripe != nil)) func stripe()
        async throws
    {
        let server = try server("stripe", rows: 350)
        let result = try await VendorClients.run(
            try #require(VendorClients.stripe),
            """
            import json, sys, stripe
            stripe.api_key = "sk_test_1"
            stripe.api_base = sys.argv[1]
            print(len({c.id for c in stripe.Customer.list(limit=100).auto_paging_iter()}))
            one = stripe.Customer.create(name="Ann", email="ann@example.com", idempotency_key="k1")
            two = stripe.Customer.create(name="Ann", email="ann@example.com", idempotency_key="k1")
            print(one.id == two.id, stripe.Customer.retrieve(one.id).name, stripe.Customer.modify(one.id, phone="123").phone)
            noted = stripe.Customer.create(name="Bob", metadata={"plan": "a", "seat": "4"}).id
            stripe.Customer.modify(noted, metadata={"seat": "", "city": "Rome"})
            print(json.dumps(stripe.Customer.retrieve(noted).metadata.to_dict(), sort_keys=True))
            print(len(stripe.Customer.modify(noted, metadata="").metadata.to_dict()))
            try:
                stripe.Customer.create(email="nowhere")
            except stripe.InvalidRequestError as error:
                print(error.code)
            """, ["\(server.address)/stripe"])
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect((lines.first.flatMap { Int($0) } ?? 0) >= 350)
        #expect(lines.dropFirst() == ["True Ann 123", #"{"city": "Rome", "plan": "a"}"#, "0", "email_invalid"])
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("simple-salesforce: a query to its end, a row made, changed and removed, an error", .enabled(if: VendorClients.salesforce != nil))
    func salesforce() async throws {
        let server = try server("salesforce", rows: 4_500)
        let result = try await VendorClients.run(
            try #require(VendorClients.salesforce),
            """
            import sys, requests
            from simple_salesforce import Salesforce
            from simple_salesforce.exceptions import SalesforceMalformedRequest
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
            found = client.query_all("SELECT Id, Name, SystemModstamp FROM Account ORDER BY SystemModstamp")
            print(len({row["Id"] for row in found["records"]}), found["totalSize"], found["done"])
            made = client.Account.create({"Name": "Made"})
            client.Account.update(made["id"], {"Industry": "Retail"})
            print(made["success"], client.Account.get(made["id"])["Industry"], client.Account.delete(made["id"]))
            gone = [row for row in client.query_all_iter("SELECT Id, IsDeleted FROM Account", include_deleted=True) if row["IsDeleted"]]
            print(len(gone), len(list(client.query_all_iter("SELECT Id FROM Account LIMIT 10"))))
            try:
                client.query("SELECT Nonsense FROM Account")
            except SalesforceMalformedRequest as error:
                print(error.content[0]["errorCode"])
            """, ["\(server.address)/salesforce"])
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("45") == true && lines.first?.hasSuffix("True") == true)
        #expect(lines.suffix(3) == ["True Retail 204", "1 10", "INVALID_FIELD"])
        #expect(server.violations.map(\.violation) == [])
    }
}
