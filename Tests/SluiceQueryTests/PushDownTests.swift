import SluiceCore
import SluiceQuery
import SluiceTestKit
import Testing

/// What is not read because a query does not want it.
@Suite("push-down")
struct PushDownTests {
    private static func partitioned() throws -> Inquiry {
        let inquiry = try Inquiry()
        for month in 1...4 {
            try inquiry.directory.write("data/month=0\(month)/a.csv", "id,v\n" + (0..<500).map { "\($0),\($0 * month)\n" }.joined())
        }
        return inquiry
    }

    @Test("files of other partitions are not opened", arguments: [QueryPath.auto, .sqlite])
    func partitions(_ path: QueryPath) async throws {
        let inquiry = try Self.partitioned()
        let answer = try await inquiry.ask("SELECT count(*), sum(v) FROM 'data' WHERE month = '03'", path)
        #expect(answer.texts == [["500", "374250"]])
        #expect(answer.summary.rowsRead == 500)
        let some = try await inquiry.ask("SELECT count(*) FROM 'data' WHERE month > '01' AND month <= '03'", path)
        #expect(some.texts == [["1000"]] && some.summary.rowsRead == 1_000)
    }

    @Test("lists, alternatives and beginnings choose partitions", arguments: [QueryPath.auto, .sqlite])
    func severalPartitions(_ path: QueryPath) async throws {
        let inquiry = try Self.partitioned()
        for (condition, rows, read) in [
            ("month IN ('01', '04', NULL)", 1_000, 1_000), ("month = '01' OR month = '02'", 1_000, 1_000), ("month LIKE '03%'", 500, 500),
            ("month BETWEEN '02' AND '03'", 1_000, 1_000), ("month LIKE '%4'", 500, 2_000), ("id IN (3, 5) AND month IN ('02')", 2, 500),
        ] {
            let answer = try await inquiry.ask("SELECT count(*) FROM 'data' WHERE \(condition)", path)
            #expect(answer.texts == [["\(rows)"]], "\(condition)")
            #expect(answer.summary.rowsRead == read, "\(condition): \(answer.summary.rowsRead)")
        }
        let queried = try await inquiry.ask(
            "SELECT count(*) FROM 'data' WHERE month IN (SELECT '03' UNION ALL SELECT '04')", .sqlite)
        #expect(queried.texts == [["1000"]] && queried.summary.rowsRead == 1_000)
        let ranges = try await inquiry.ask("SELECT count(*) FROM 'data' WHERE month < '02' OR month BETWEEN '02' AND '03'")
        #expect(ranges.texts == [["1500"]] && ranges.summary.rowsRead == 1_500)
    }

    @Test("the least and the greatest number are compared with floats", arguments: [QueryPath.auto, .sqlite])
    func extremes(_ path: QueryPath) async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "f\n-1.5\n2.5\n")
        for (condition, rows) in [
            ("f > -9223372036854775808", 2), ("f >= 9223372036854775807", 0), ("f IN (-9223372036854775808, 2.5)", 1),
            ("f BETWEEN -9223372036854775808 AND 0", 1),
        ] {
            let answer = try await inquiry.ask("SELECT count(*) FROM 'a.csv' WHERE \(condition)", path)
            #expect(answer.texts == [["\(rows)"]], "\(condition)")
        }
    }

    @Test("lists that change from row to row are left to SQLite")
    func changingLists() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "n,m\n" + (0..<60).map { "\($0),\($0 * 2)\n" }.joined())
        try inquiry.directory.write("b.csv", "n\n" + (0..<150).map { "\($0)\n" }.joined())
        let answer = try await inquiry.ask("SELECT count(*) FROM 'a.csv' a CROSS JOIN 'b.csv' b WHERE b.n IN (a.n, a.m)", .sqlite)
        #expect(answer.texts == [["119"]])
    }

    @Test("the plan names columns, comparisons and look-ups")
    func explanations() async throws {
        let inquiry = try Self.partitioned()
        try inquiry.directory.write("names.csv", "id,name\n1,one\n2,two\n")
        let engine = try await inquiry.explain("SELECT sum(v) FROM 'data' WHERE month = '03' AND id > 10")
        #expect(engine.contains("columns id, v, month") && engine.contains("pushed down: month = '03' and id > 10"), "\(engine)")
        let scan = try await inquiry.explain("SELECT sum(v) FROM 'data' WHERE month = '03' AND id > 10", .sqlite)
        #expect(
            scan.contains("pushed down: ") && scan.contains("month = '03'") && scan.contains("id > 10") && !scan.contains("VIRTUAL TABLE"),
            "\(scan)")
        let join = try await inquiry.explain("SELECT n.name, sum(d.v) FROM 'data' d JOIN 'names.csv' n ON n.id = d.id GROUP BY 1", .sqlite)
        #expect(join.contains("d (data): columns id, v") && join.contains("n (names.csv): columns id, name"), "\(join)")
        #expect(join.contains("; looked up by id"), "\(join)")
    }

    @Test("what differs between the languages is checked by SQLite and not pushed down")
    func differences() async throws {
        let inquiry = try Inquiry()
        inquiry.columns = [("n", "int64"), ("t", "string"), ("d", "date")]
        try inquiry.directory.write("a.csv", "n,t,d\n5,05,2024-01-05\n6,6,2024-01-06\n")
        for (condition, expected) in [
            ("n = '5'", ["5"]), ("n > '5'", ["6"]), ("t = 6", ["6"]), ("t = 5", []), ("CAST(t AS INTEGER) = 5", ["5"]),
            ("d > '2024'", ["5", "6"]),
            ("d = '2024-1-5'", []), ("n = 5.0", ["5"]), ("n > 5.5", ["6"]), ("t = '6' COLLATE NOCASE", ["6"]), ("n IS NULL", []),
            ("n IS 5", ["5"]),
            ("n IN (5, 7)", ["5"]), ("n = NULL", []),
        ] {
            let answer = try await inquiry.ask("SELECT n FROM 'a.csv' WHERE \(condition) ORDER BY n", .sqlite)
            #expect(answer.rows.map { $0[0].description } == expected, "\(condition)")
        }
    }

    @Test("only the columns that are wanted are read, and any one where none is")
    func columns() async throws {
        let inquiry = try Self.partitioned()
        let count = try await inquiry.ask("SELECT count(*) FROM 'data'", .sqlite)
        #expect(count.texts == [["2000"]])
        let explained = try await inquiry.explain("SELECT count(*) FROM 'data'", .sqlite)
        #expect(explained.contains("columns id") && !explained.contains("v,"), "\(explained)")
    }
}
