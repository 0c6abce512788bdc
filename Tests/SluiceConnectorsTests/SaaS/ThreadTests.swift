import SluiceCore
import SluiceHTTP
import SluiceJSON
import SluiceMocks
import SluicePipelines
import SluiceSaaS
import Testing

@testable import SluiceConnectors

/// Records below records below records: replies in threads of channels.
@Suite("replies in threads")
struct ThreadTests {
    private static let subject = ServiceHarness.Subject(
        connector: "slack", entity: "replies", settings: ["token": "xoxb-s3cret"], keys: ["channel", "ts"])

    private func asked(_ harness: ServiceHarness) -> Int {
        harness.server.journal.count { $0.target.contains("conversations.replies") && $0.status == 200 }
    }

    private func post(_ harness: ServiceHarness, _ text: String, to thread: String, in channel: String) async throws {
        let declaration = try #require(EmbeddedDeclarations.named("slack"))
        let writer = try RecordWriter(harness.session(declaration), declaration.entity("messages"), .create)
        let row = "{\"channel\":\"\(channel)\",\"text\":\"\(text)\",\"thread_ts\":\"\(thread)\"}"
        guard case .written = try await writer.write(Array(row.utf8), idempotencyKey: "k") else {
            Issue.record("refused")
            return
        }
    }

    @Test("all replies are read once, with channel and thread, and without the message that began it") func plain() async throws {
        let harness = try ServiceHarness(Self.subject, rows: 200)
        try await harness.run()
        let expected = try harness.expected()
        #expect(harness.destination == expected && !expected.isEmpty)
        #expect(harness.written == expected.count)
        #expect(harness.rejects.isEmpty)
        #expect(harness.server.violations.map(\.violation) == [])
    }

    @Test("a later run asks the threads alone that have got replies, however old they are") func later() async throws {
        let harness = try ServiceHarness(Self.subject, rows: 200)
        try await harness.run()
        let (before, written) = (asked(harness), harness.written)
        try await harness.pass(.seconds(61))
        try await harness.run()
        #expect(asked(harness) == before)
        #expect(harness.written == written)
        let old = try #require(harness.server.records("slack", "replies").first)
        let (thread, channel) = (try #require(old["thread"]?.string), try #require(old["channel"]?.string))
        try await post(harness, "late", to: thread, in: channel)
        try await harness.pass(.seconds(61))
        try await harness.run()
        #expect(asked(harness) == before + 1)
        #expect(harness.written == written + 1)
        #expect(try harness.destination == harness.expected())
        #expect(harness.destination.values.contains { $0.contains("late") })
    }

    @Test("a thread longer than a page is read page by page, and goes on where it was cut off") func pages() async throws {
        let harness = try ServiceHarness(Self.subject, rows: 60)
        let old = try #require(harness.server.records("slack", "replies").first)
        let (thread, channel) = (try #require(old["thread"]?.string), try #require(old["channel"]?.string))
        for number in 0..<120 {
            try await post(harness, "r\(number)", to: thread, in: channel)
            try await harness.pass(.seconds(2))
        }
        for slices in [0, 1, 1] { try await harness.run(stopsAfter: slices, limitBytes: 1) }
        try await harness.run(limitBytes: 1)
        #expect(try harness.destination == harness.expected())
        #expect(harness.written == harness.destination.count)
    }

    @Test(
        "faults that pass",
        arguments: [MockFault.throttle, .serverError, .errorInSuccess, .reset, .cut, .truncated, .notJSON, .expireCursor])
    func faults(_ fault: MockFault) async throws {
        let harness = try ServiceHarness(Self.subject, rows: 60, plan: FaultPlan([FaultPlan.Rule(fault, at: 2...Int.max, every: 5)]))
        try await harness.run()
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }

    @Test("a whole reading, without a bookmark") func whole() async throws {
        let harness = try ServiceHarness(Self.subject, rows: 100)
        let read = try await harness.source().readAll()
        #expect(try read.rows.count == harness.expected().count)
    }

    @Test("keys of parents are one text, whatever they hold", arguments: [["a"], ["a", "b"], ["a/b", "c%2F/d"], ["", "x"]])
    func keys(_ keys: [String]) {
        #expect(ParentKeys(ParentKeys(keys).text, depth: keys.count).keys == keys)
    }
}
