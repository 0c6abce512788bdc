import SluiceJSON
import Testing

@testable import SluiceMocks

/// What is written without a tree of values is what the tree says.
@Suite("plain records of mocks")
struct PlainTextTests {
    private let entries = (0..<60).map { Timeline.Entry(updated: Timeline.epoch + Int64($0 / 5 * 5) * 1_000_000, index: $0) }

    @Test("tickets") func tickets() {
        let mock = ZendeskMock(seed: 7, rows: 60)
        #expect(mock.isPlain(0))
        let tree = JSONNode.list(entries.map { mock.record("tickets", $0.index) }).json
        #expect(String(decoding: mock.ticketsText(entries).bytes, as: UTF8.self) == String(decoding: tree, as: UTF8.self))
    }

    @Test("accounts, in the order of the query's fields") func accounts() throws {
        let mock = SalesforceMock(seed: 7, rows: 60)
        let fields = mock.members("Account", 0).map(\.name).reversed().joined(separator: ", ")
        let query = try #require(SOQLQuery(parsing: "SELECT \(fields) FROM Account"))
        let tree = JSONNode.list(entries.map { mock.record(query, $0) }).json
        #expect(String(decoding: mock.recordsText(query, entries), as: UTF8.self) == String(decoding: tree, as: UTF8.self))
    }

    @Test(
        "windows of a query have ends",
        arguments: [
            ("SystemModstamp >= 2024-01-01T00:00:05Z AND SystemModstamp < 2024-01-01T00:00:15Z", 5..<15),
            ("SystemModstamp > 2024-01-01T00:00:05Z", 10..<60), ("SystemModstamp <= 2024-01-01T00:00:05Z", 0..<10),
        ])
    func windows(_ condition: String, _ indices: Range<Int>) throws {
        let query = try #require(SOQLQuery(parsing: "SELECT Id FROM Account WHERE \(condition)"))
        let timeline = Timeline(seed: 7, rows: 60)
        #expect(timeline.page(since: query.since, after: nil, limit: .max, isVisible: query.isWithin).map(\.index) == Array(indices))
    }
}
