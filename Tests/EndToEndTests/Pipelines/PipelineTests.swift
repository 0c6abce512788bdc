import Foundation
import SluiceTestKit
import Testing

/// The pipelines of the repository against the answers that the generator of the data gives.
@Suite("pipelines on the sample data")
struct PipelineTests {
    @Test("delayed flights: through a stream of 4 shards to a table partitioned by month")
    func delayedFlights() async throws {
        let answers = try Expected.answers(to: "flights")
        let finished = try await FinishedPipeline("delayed-flights")
        #expect(finished.run["rows_in"] == answers["rows"])
        #expect(finished.run["rows_out"] == answers["delayed"])
        #expect(finished.run["dead_letters"] == .integer(0))

        let partitions = try finished.table.partitions
        let byMonth = try #require(answers["delayed_by_month"]).counts
        #expect(Self.byNumber(partitions.mapValues(\.rows.count)) == Self.byNumber(byMonth))
        let distances = partitions.mapValues { $0["distance"].compactMap { Int($0) }.reduce(0, +) }
        let expected = try #require(answers["delayed_distance_by_month"]).counts
        #expect(Self.byNumber(distances) == Self.byNumber(expected))
        let rows = try finished.table.rows
        #expect(rows.counts(by: "carrier") == answers["delayed_by_carrier"]?.counts)
        let delays = rows["arr_delay"].compactMap { Int($0) }
        #expect(delays.count == rows.rows.count && delays.allSatisfy { $0 > 15 })
        #expect(!rows["tailnum"].contains("NA"), "NA is null in this data")
        #expect(!rows["airline"].contains(""), "every carrier has a name")
        #expect(rows["gained"] == zip(rows["dep_delay"], delays).map { "\((Int($0) ?? 0) - $1)" })

        let stream = try await finished.project.json("stream", "describe", "flights")
        #expect(stream["shards"]?.items.count == 4)
        #expect(stream["records"] == answers["rows"])
        for shard in stream["shards"]?.items ?? [] { #expect((shard["records"]?.integer ?? 0) > 10_000, "\(shard)") }
    }

    @Test("delayed flights again: a second run reads its own records, not those of the first")
    func delayedFlightsAgain() async throws { try await FinishedPipeline("delayed-flights").expectSameAgain() }

    @Test("orders: a column that appears later, leading zeros, and NA that is a value")
    func orders() async throws {
        let answers = try Expected.answers(to: "orders")
        let finished = try await FinishedPipeline("orders")
        #expect(finished.run["rows_out"] == answers["rows"])
        #expect(finished.run["dead_letters"] == .integer(0))

        let partitions = try finished.table.partitions
        #expect(partitions.mapValues(\.rows.count) == answers["rows_by_month"]?.counts)
        for (month, rows) in partitions {
            #expect(Expected.sum(rows["amount"]) == Expected.sum(answers["amount_by_month"]?[month]), "amount of \(month)")
            #expect(rows["channel"].count { $0 != "" } == answers["channel_not_empty_by_month"]?[month]?.integer)
            #expect(rows["status"].count { $0 == "returned" } == answers["returned_by_month"]?[month]?.integer)
        }
        let rows = try finished.table.rows
        #expect(rows["customer_id"].allSatisfy { $0.count == 6 }, "customer_id keeps its leading zeros")
        #expect(Set(rows["customer_id"]).count == answers["customers"]?.integer)
        #expect(rows["sku"].allSatisfy { $0.count == 5 }, "sku keeps its leading zeros")
        #expect(rows.counts(by: "coupon").filter { $0.key != "" } == answers["rows_by_coupon"]?.counts)
        #expect(rows.counts(by: "channel").filter { $0.key != "" } == answers["rows_by_channel"]?.counts)
        try await finished.expectSameAgain()
    }

    @Test("orders by size: every order is in one of three tables")
    func routes() async throws {
        let answers = try Expected.answers(to: "orders")
        let project = try Project()
        let run = try await project.json("run", Repository.path("pipelines/orders-by-size.yaml"))
        let routes = run["routes"]?.items ?? []
        #expect(routes.map { $0["name"]?.text } == ["returned", "large", "otherwise"])
        #expect(routes.first?["rows_out"]?.integer == 60)
        #expect(routes.compactMap { $0["rows_out"]?.integer }.reduce(0, +) == answers["rows"]?.integer)
        let tables = try await project.json("catalog", "tables")
        #expect(tables["tables"]?.items.count == 3)
    }

    @Test("revenue: a table as the source of another")
    func revenue() async throws {
        let answers = try Expected.answers(to: "orders")
        let orders = try await FinishedPipeline("orders")
        let finished = try await FinishedPipeline("revenue", in: orders.project)
        let rows = try finished.table.rows
        #expect(Expected.sum(rows["revenue"]) == Expected.sum(answers["amount"]))
        #expect(rows["orders"].compactMap { Int($0) }.reduce(0, +) == answers["rows"]?.integer)
        #expect(rows["returns"].compactMap { Int($0) }.reduce(0, +) == 60)
        let web = zip(rows["channel"], rows["orders"]).filter { $0.0 == "web" }.compactMap { Int($0.1) }.reduce(0, +)
        #expect(web == answers["rows_by_channel"]?["web"]?.integer)
        try await finished.expectSameAgain()
    }

    @Test("click stream: cut-off lines become dead letters, the events arrive once")
    func clickstream() async throws {
        let answers = try Expected.answers(to: "clickstream")
        let finished = try await FinishedPipeline("clickstream")
        #expect(finished.run["dead_letters"] == answers["cut"])
        let letters = try finished.deadLetters
        #expect(letters.map(\.line) == answers["cut_lines"]?.items.compactMap(\.integer))
        #expect(Set(letters.map(\.code)) == ["malformed-record"])
        #expect(finished.run["rows_in"] == answers["whole"])
        #expect(finished.run["rows_out"] == answers["events"])

        let types = try finished.table.documents
        #expect(types.mapValues(\.count) == answers["events_by_type"]?.counts)
        let events = types.values.flatMap(\.self)
        #expect(Set(events.compactMap { $0["id"]?.text }).count == answers["events"]?.integer)
        #expect(Set(events.compactMap { $0["user_id"]?.text }).count == answers["users"]?.integer)
        #expect(events.count { $0["country"] == .string("NA") } == answers["events_in_zones_of_NA"]?.integer, "NA is Namibia")
        #expect(events.allSatisfy { $0["build"]?.text != nil }, "a build is a text, also where it came as a number")
        try await finished.expectSameAgain()
    }

    @Test("messy CSV: cp1252, semicolons, decimal commas and local dates become a clean table")
    func messy() async throws {
        let answers = try Expected.answers(to: "messy")
        let finished = try await FinishedPipeline("messy")
        #expect(finished.run["rows_out"] == answers["good"])
        #expect(try finished.deadLetters.map(\.line) == answers["bad"]?.items.compactMap { $0["line"]?.integer })

        let rows = try finished.table.rows
        #expect(Expected.sum(rows["amount"]) == Expected.sum(answers["amount"]))
        #expect(rows["quantity"].compactMap { Int($0) }.reduce(0, +) == answers["quantity"]?.integer)
        #expect(rows["date"] == rows["date"].sorted())
        #expect(rows["date"].first == answers["first_day"]?.text)
        #expect(rows["date"].last == answers["last_day"]?.text)
        #expect(Set(rows["code"]).count == answers["codes_cleaned"]?.integer)
        #expect(rows["amount"].count { $0.hasPrefix("-") } == answers["negative_amounts"]?.integer)
        #expect(rows["name"].allSatisfy { $0.trimmed == $0 })
        #expect(rows["name"].contains { $0.contains("€") })
        #expect(rows["name"].contains { $0.contains("\n") }, "one name has a line break")
        #expect(rows["name"].contains { $0.contains(";") }, "one name has a semicolon")
        try await finished.expectSameAgain()
    }

    @Test("weather: absent keys, numbers in three spellings, a join with a place")
    func weather() async throws {
        let answers = try Expected.answers(to: "weather")
        let finished = try await FinishedPipeline("weather-by-airport")
        #expect(finished.run["rows_in"] == answers["rows"])
        let rows = try finished.table.rows
        #expect(rows["origin"] == ["EWR", "EWR", "EWR", "JFK", "JFK", "JFK", "LGA", "LGA", "LGA"])
        var hours: [Int: Int] = [:]
        for (month, count) in zip(rows["month"], rows["hours"]) { hours[Int(month) ?? 0, default: 0] += Int(count) ?? 0 }
        #expect(hours == Self.byNumber(try #require(answers["rows_by_month"]).counts))
        #expect(rows["airport_name"].last == "La Guardia")
        try await finished.expectSameAgain()
    }

    @Test("every definition of the repository is valid")
    func valid() async throws {
        let files = TemporaryDirectory.files(below: Repository.path("pipelines")).filter {
            // The flow has a test of its own, with a service.
            $0.hasSuffix(".yaml") && !$0.hasSuffix(".tests.yaml") && $0 != "accounts.yaml"
        }
        #expect(files.count >= 4)
        // One of them reads what another one writes.
        let project = try await FinishedPipeline("orders").project
        let result = try await project.command(["validate"] + files.map { Repository.path("pipelines/" + $0) }).run()
        #expect(result.exitCode == 0, "\(result.transcript)")
    }

    /// `01` and `1` are one month.
    private static func byNumber(_ counts: [String: Int]) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: counts.map { (Int($0.key) ?? -1, $0.value) })
    }
}
