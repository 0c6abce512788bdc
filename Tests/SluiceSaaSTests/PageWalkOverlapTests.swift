import SluiceCore
import SluiceHTTP
import Testing

@testable import SluiceSaaS

/// Windows that go back behind what was read.
@Suite("records of the overlap")
struct PageWalkOverlapTests {
    private func walk(_ cursor: String, from position: ReadPosition = ReadPosition()) throws -> PageWalk {
        try RowsService(cursor: cursor).walk(from: position)
    }

    /// - Returns: How many of the records are new.
    private func give(_ walk: inout PageWalk, _ records: [(Int, String)], next: String = "") throws -> Int {
        let rows = records.map { "{\"id\":\($0),\"at\":\"2024-01-02T\($1)Z\"}" }.joined(separator: ",")
        return try walk.take(Array("{\"rows\":[\(rows)],\"next\":\"\(next)\"}".utf8), link: nil, from: RowsService.address()).records.count
    }

    @Test("a bound of whole seconds brings no record again", arguments: ["{field: at}", "{field: at, lag: 0 s}", "{field: at, lag: 5 m}"])
    func fractions(_ cursor: String) throws {
        let records = [(1, "10:00:00.200"), (2, "10:01:00.100"), (3, "10:01:00.700")]
        var first = try walk(cursor)
        #expect(try give(&first, records) == 3)
        var position = first.position
        for _ in 0..<3 {
            var again = try walk(cursor, from: position)
            let since = try #require(again.target.since)
            #expect(try give(&again, records.filter { "2024-01-02T\($0.1)" >= since.dropLast() }) == 0)
            position = again.position
        }
    }

    @Test("a page's cursor that ends in the overlap leaves out no record that came late, and brings none twice") func expiry() throws {
        let cursor = "{field: at, lag: 1 h}"
        var first = try walk(cursor)
        #expect(try give(&first, [(1, "10:00:00"), (2, "10:10:00"), (3, "10:20:00"), (4, "10:30:00")]) == 4)
        var second = try walk(cursor, from: first.position)
        #expect(try give(&second, [(1, "10:00:00"), (8, "10:05:00"), (2, "10:10:00")], next: "b") == 1)
        try second.expire(SluiceError(.serviceFailed, "the page's cursor has ended"))
        #expect(second.target.since == "2024-01-02T10:10:00Z")
        #expect(try give(&second, [(2, "10:10:00"), (3, "10:20:00"), (9, "10:25:00"), (4, "10:30:00"), (10, "12:00:00")]) == 2)
        #expect(second.isDone)
    }
}
