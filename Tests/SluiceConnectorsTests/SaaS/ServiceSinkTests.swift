import SluiceCatalog
import SluiceCore
import SluiceHTTP
import SluiceJSON
import SluiceMocks
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("writing to services")
struct ServiceSinkTests {
    private func bench(_ service: String, _ secrets: [String: String], plan: FaultPlan = FaultPlan(), _ settings: [String: String] = [:])
        throws -> (Workbench, MockServer)
    {
        let bench = try Workbench()
        // Its time stands still, so that nothing changes but by the test.
        var mock = MockServer.Settings { 0 }
        mock.plan = plan
        mock.isStrict = true
        let server = try MockServer([service], mock)
        _ = try ConnectionStore(bench.catalog).set(
            "mock", connector: service, settings: settings, secrets: secrets, address: "\(server.address)/\(service)")
        return (bench, server)
    }

    private func write(_ bench: Workbench, _ sink: String, _ columns: [(String, DataType, [Value])]) async throws {
        let batch = try makeBatch(columns)
        try await bench.run(try await bench.sink(sink), batch.schema, [[batch]])
    }

    @Test("rows become customers; a run that is repeated makes none twice, equal rows of one run are two") func create() async throws {
        let (bench, server) = try bench("stripe", ["api_key": "sk_test_1"])
        let before = server.records("stripe", "customers").count
        let columns: [(String, DataType, [Value])] = [
            ("name", .string, [.string("Ann & Bob"), .string("Zoë"), .string("Zoë")]), ("balance", .int64, [.integer(5), .null, .null]),
        ]
        try await write(bench, "stripe: customers\nconnection: mock\nmode: create", columns)
        try await write(bench, "stripe: customers\nconnection: mock\nmode: create", columns)
        let made = server.records("stripe", "customers").dropFirst(before)
        #expect(made.compactMap { $0["name"]?.string } == ["Ann & Bob", "Zoë", "Zoë"])
        #expect(made.first?["balance"]?.integer == 5)
    }

    @Test("an epoch that is repeated makes no row twice; an equal row of another epoch is another record")
    func epochs() async throws {
        let (bench, server) = try bench("stripe", ["api_key": "sk_test_1"])
        let before = server.records("stripe", "customers").count
        let batch = try makeBatch([("name", .string, [.string("Zoë"), .string("Zoë")])])
        let sink = try await bench.sink("stripe: customers\nconnection: mock\nmode: create")
        for (epoch, made) in [(1, 2), (1, 2), (2, 4), (2, 4), (1, 4)] {
            let writer = try await sink.open(schema: batch.schema, run: "r", writer: 0, epoch: epoch)
            try await writer.write(batch)
            _ = try await writer.finish()
            #expect(server.records("stripe", "customers").count - before == made, "epoch \(epoch)")
        }
    }

    @Test("updates and upserts meet the record of their key") func update() async throws {
        let (bench, server) = try bench("zendesk", ["api_token": "t0ken-t0ken"], ["email": "a@example.com"])
        try await write(
            bench, "zendesk: tickets\nconnection: mock\nmode: update",
            [("id", .int64, [.integer(3), .integer(4)]), ("status", .string, [.string("solved"), .string("hold")])])
        let tickets = server.records("zendesk", "tickets")
        #expect(tickets[2]["status"]?.string == "solved")
        #expect(tickets[3]["status"]?.string == "hold")
        let sink = "zendesk: users\nconnection: mock\nmode: upsert"
        try await write(bench, sink, [("name", .string, [.string("New")]), ("email", .string, [.string("new@example.com")])])
        try await write(bench, sink, [("name", .string, [.string("Newer")]), ("email", .string, [.string("new@example.com")])])
        let users = server.records("zendesk", "users").filter { $0["email"]?.string == "new@example.com" }
        #expect(users.map { $0["name"]?.string } == ["Newer"])
    }

    @Test("a null of an update clears the field as the service documents it, and one of a new record is left out")
    func nulls() async throws {
        let (tickets, zendesk) = try bench("zendesk", ["api_token": "t0ken-t0ken"], ["email": "a@example.com"])
        let update = "zendesk: tickets\nconnection: mock\nmode: update"
        let comment = DataType.structure([Field("body", .string)])
        for (value, shown) in [(Value.string("x1"), "x1" as String?), (.null, nil)] {
            // A comment is added, so a null of it says nothing.
            let columns: [(String, DataType, [Value])] = [
                ("id", .int64, [.integer(3)]), ("external_id", .string, [value]), ("comment", comment, [.null]),
            ]
            try await write(tickets, update, columns)
            #expect(zendesk.records("zendesk", "tickets")[2]["external_id"]?.string == shown)
        }
        let (customers, stripe) = try bench("stripe", ["api_key": "sk_test_1"])
        let id = try #require(stripe.records("stripe", "customers").first?["id"]?.string)
        try await write(
            customers, "stripe: customers\nconnection: mock\nmode: update",
            [("id", .string, [.string(id)]), ("email", .string, [.null]), ("name", .string, [.string("Ann")])])
        #expect(stripe.records("stripe", "customers").first?["email"] == nil)
        #expect(stripe.records("stripe", "customers").first?["name"]?.string == "Ann")
        let before = stripe.records("stripe", "customers").count
        let row: [(String, DataType, [Value])] = [("email", .string, [.null]), ("name", .string, [.string("Bob")])]
        try await write(customers, "stripe: customers\nconnection: mock\nmode: create", row)
        #expect(stripe.records("stripe", "customers").dropFirst(before).map { $0["name"]?.string } == ["Bob"])
    }

    @Test("a row that is refused ends the run, or goes into a file with its reason") func refusals() async throws {
        let (bench, server) = try bench("stripe", ["api_key": "sk_test_1"])
        let rows: [(String, DataType, [Value])] = [("email", .string, [.string("a@b.c"), .string("nowhere"), .string("d@e.f")])]
        let error = await #expect(throws: SluiceError.self) {
            try await write(bench, "stripe: customers\nconnection: mock\nmode: create", rows)
        }
        #expect(error?.message.hasSuffix(#"; the row is {"email":"nowhere"}"#) == true, "\(error?.message ?? "")")
        let before = server.records("stripe", "customers").count
        try await write(bench, "stripe: customers\nconnection: mock\nmode: create\nerrors: refused.jsonl", rows)
        // The first was made by the run that failed.
        #expect(server.records("stripe", "customers").count == before + 1)
        let file = String(decoding: try DiskFiles.read(bench.directory.path("refused.jsonl")), as: UTF8.self)
        #expect(file.hasPrefix(#"{"row":{"email":"nowhere"},"code":"request-refused","message":"stripe customers: POST "#))
        #expect(file.contains("Invalid email address"))
    }

    @Test("no part of a secret is in the row that an error tells") func secretRow() async throws {
        let secret = "secret-of-a-row-that-is-long"
        KnownSecrets.add(secret)
        let (bench, server) = try bench("stripe", ["api_key": "sk_test_1"])
        for place in stride(from: 230, through: 300, by: 7) {
            let rows: [(String, DataType, [Value])] = [
                ("email", .string, [.string("nowhere")]), ("name", .string, [.string(String(repeating: "é", count: place) + secret)]),
            ]
            let error = await #expect(throws: SluiceError.self) {
                try await write(bench, "stripe: customers\nconnection: mock\nmode: create", rows)
            }
            #expect(error?.code == .requestRefused && error?.message.contains("secret-o") == false, "\(error?.message ?? "")")
        }
        #expect(server.journal.count == 11)
    }

    @Test("a record that is not there is a row that is refused, and a redirect of a write is none") func absentRecords() async throws {
        let (bench, server) = try bench("salesforce", ["access_token": "mock-access-token"], ["domain": "acme"])
        let sink = "salesforce: accounts\nconnection: mock\nmode: update\nbulk: never"
        let missing: [(String, DataType, [Value])] = [
            ("Id", .string, [.string("001MOCK99999999999")]), ("Name", .string, [.string("New")]),
        ]
        let error = await #expect(throws: SluiceError.self) { try await write(bench, sink, missing) }
        #expect(error?.code == .requestRefused && error?.remedy?.contains("errors: refused.jsonl") == true, "\(String(describing: error))")
        try await write(bench, sink + "\nerrors: refused.jsonl", missing)
        server.plan(FaultPlan([FaultPlan.Rule(.redirect, at: 1...Int.max)]))
        let moved = await #expect(throws: SluiceError.self) { try await write(bench, sink + "\nerrors: refused.jsonl", missing) }
        #expect(moved?.code == .foreignHost, "\(String(describing: moved))")
    }

    @Test("columns that the service does not take are refused before anything is sent") func columns() async throws {
        let (bench, server) = try bench("stripe", ["api_key": "sk_test_1"])
        let batch = try makeBatch([("emial", .string, [.string("a@b.c")])])
        let sink = try await bench.sink("stripe: customers\nconnection: mock\nmode: create")
        do {
            try sink.check(batch.schema)
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.code == .unknownColumn)
            #expect(error.remedy?.contains("email") == true)
        }
        #expect(server.journal.isEmpty)
    }

    @Test("connections keep secrets closed") func connections() throws {
        let (bench, _) = try bench("stripe", ["api_key": "sk_live_verysecret"])
        let stored = try #require(try bench.catalog.connection("mock"))
        #expect(!"\(stored)".contains("verysecret"))
        #expect(!String(decoding: stored.sealed, as: UTF8.self).contains("verysecret"))
        let store = ConnectionStore(bench.catalog)
        #expect(try store.values(of: stored)["api_key"] == "sk_live_verysecret")
        #expect(KnownSecrets.masked("the key sk_live_verysecret") == "the key ***")
        do {
            _ = try store.connection("mok")
            Issue.record("found")
        } catch {
            #expect(error.code == .notFound)
            #expect(error.remedy?.contains("mock") == true)
        }
        try store.remove("mock")
        #expect(try store.list.isEmpty)
    }

    @Test("a refresh token that the service changes is kept, and works for the next process") func rotation() async throws {
        let bench = try Workbench()
        let server = try MockServer(["zendesk"], MockServer.Settings { WallClock.system.nowMicros() })
        let store = ConnectionStore(bench.catalog)
        _ = try store.set(
            "mock", connector: "zendesk", settings: ["client_id": "me"],
            secrets: ["client_secret": "s3cret", "refresh_token": "mock-refresh-0"],
            address: "\(server.address)/zendesk")
        let declaration = try #require(EmbeddedDeclarations.named("zendesk"))
        let identity = try store.session("mock", of: declaration).identity
        for number in 1...3 {
            // Who comes second takes the access token of the first.
            for _ in 0..<2 { _ = try await bench.source("zendesk: organizations\nconnection: mock").readAll() }
            #expect(server.journal.filter { $0.target.contains("/oauth/tokens") }.count == number)
            let connection = try store.connection("mock")
            let stored = try store.values(of: connection)
            #expect(stored["refresh_token"] == "mock-refresh-\(number)")
            #expect(Set(stored.keys) == ["client_id", "client_secret", "refresh_token"])
            #expect(!String(decoding: connection.sealed, as: UTF8.self).contains("mock-"))
            // Another refresh token, even one of the same text, forgets the access token.
            try store.replace("refresh_token", by: "mock-refresh-\(number)", of: "mock")
        }
        // It is the same connection still; one that takes its name is another.
        #expect(try store.session("mock", of: declaration).identity == identity)
        let others = ["access_token": "t0ken-t0ken"]
        _ = try store.set("mock", connector: "zendesk", settings: ["subdomain": "b"], secrets: others, address: nil)
        #expect(try store.session("mock", of: declaration).identity != identity)
    }

    @Test("a service that a file declares is read like any other") func declared() async throws {
        let (bench, server) = try bench("stripe", ["api_key": "sk_test_1"])
        try bench.directory.write(
            "shop.yaml",
            """
            connector: shop
            summary: Charges of a shop.
            settings:
              key: {description: A key., secret: true}
            url: https://shop.example.com
            auth: [{bearer: "{key}"}]
            entities:
              charges:
                description: A charge.
                key: id
                fields: {id: string, amount: int64, created: int64}
                cursor: {field: created, form: seconds, order: descending}
                read:
                  path: /v1/charges
                  query: {limit: "{limit}", "created[gte]": "{since}"}
                  size: 7
                  records: data
                  page: {kind: key, parameter: starting_after, more: has_more}
            """)
        _ = try ConnectionStore(bench.catalog).set(
            "shop", connector: "shop", settings: [:], secrets: ["key": "sk_test_2"], address: "\(server.address)/stripe")
        let read = try await bench.source("http: shop.yaml\nentity: charges\nconnection: shop\ncolumns: {status: string}").readAll()
        #expect(read.schema.names == ["id", "amount", "created", "status"])
        #expect(read["id"].map(\.description).sorted() == server.records("stripe", "charges").compactMap { $0["id"]?.string }.sorted())
        #expect(Set(read["status"].map(\.description)).isSubset(of: ["failed", "succeeded"]))
        await #expect(throws: SluiceError.self) { _ = try await bench.source("http: shop.yaml\nentity: charge\nconnection: shop") }
        await #expect(throws: SluiceError.self) { _ = try await bench.source("http: shop.yaml\nentity: charges\nconnection: mock") }
    }
}
