import SluiceCore
import SluiceQuery
import SluiceTestKit
import Testing

/// Results whose types only their values show: kept in memory, or by disk.
@Suite("results of computed columns")
struct ResultRowsTests {
    private static let query = """
        SELECT n, t, row_number() OVER (PARTITION BY g ORDER BY n DESC) AS place, n * 0.5 AS half, substr(t, 1, 0) AS none,
            CASE WHEN n % 7 = 0 THEN NULL ELSE n END AS some, CASE WHEN n < 6000 THEN 1 ELSE 'late' END AS mixed, x'00ff' AS bytes,
            CASE WHEN n % 2 = 0 THEN n ELSE n + 0.25 END AS fraction
        FROM 'n.csv' ORDER BY n
        """

    @Test("rows and types are the same in memory and by disk, with nulls, empty texts, bytes and mixtures", arguments: [nil, 0, 100_000])
    func kept(_ keptBytes: Int?) async throws {
        let inquiry = try Inquiry()
        inquiry.keptResultBytes = keptBytes
        try inquiry.directory.write("n.csv", "n,g,t\n" + (0..<7_000).map { "\($0),\($0 % 3),t\($0 % 100)\n" }.joined())
        let answer = try await inquiry.ask(Self.query)
        let mixed = DataType.choice([.int64, .string])
        #expect(
            answer.schema.fields.map(\.type) == [.int64, .string, .int64, .float64, .string, .int64, mixed, .binary, .float64],
            "\(answer.schema)")
        try #require(answer.rows.count == 7_000)
        for n in [0, 7, 2_047, 2_048, 5_999, 6_000, 6_999] {
            let row = answer.rows[n]
            #expect(row[0] == .integer(Int64(n)) && row[1] == .string("t\(n % 100)"))
            #expect(row[2] == .integer(Int64((6_999 - n) / 3 + 1)))
            #expect(row[3] == .float(Double(n) * 0.5) && row[4] == .string(""))
            #expect(row[5] == (n % 7 == 0 ? .null : .integer(Int64(n))))
            #expect(row[6] == (n < 6_000 ? .integer(1) : .string("late")))
            #expect(row[7] == .binary([0x00, 0xFF]) && row[8] == .float(n % 2 == 0 ? Double(n) : Double(n) + 0.25))
        }
        #expect(Set(answer.rows.compactMap { row in if case .integer(let place) = row[2] { place } else { nil } }).count == 2_334)
    }

    @Test("of a table with more columns than SQLite takes, it gets those that the query names; a star is refused with a way out")
    func wide() async throws {
        let inquiry = try Inquiry()
        let names = (0..<10_000).map { "c\($0)" }
        try inquiry.directory.write(
            "w.csv",
            names.joined(separator: ",") + "\n" + (0..<3).map { row in names.map { _ in "\(row)" }.joined(separator: ",") + "\n" }.joined())
        let window = try await inquiry.ask(
            "SELECT C9999, count(*) OVER () * 2 AS n, sum(w.c5) OVER (ORDER BY c0) AS s FROM 'w.csv' AS w WHERE c77 > 0 ORDER BY 1")
        #expect(window.texts == [["1", "4", "1"], ["2", "4", "3"]])
        let star = try #require(await inquiry.error("SELECT *, count(*) OVER () AS n FROM 'w.csv'"))
        #expect(star.code == .limitExceeded && star.remedy?.contains("--select") == true, "\(star)")
        let unknown = try #require(await inquiry.error("SELECT c10000, count(*) OVER () AS n FROM 'w.csv'"))
        #expect(unknown.message.contains("unknown column \"c10000\""), "\(unknown)")
    }
}
