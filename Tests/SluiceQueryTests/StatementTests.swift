import SluiceCore
import SluiceLog
import SluiceQuery
import SluiceStreams
import SluiceTestKit
import Testing

/// What a query may be, and what is said of one that may not.
@Suite("statements")
struct StatementTests {
    private static func inquiry() throws -> Inquiry {
        let inquiry = try Inquiry()
        try inquiry.directory.write("people.csv", "id,first name,Age\n1,Ann,30\n2,Bob,40\n")
        return inquiry
    }

    @Test(
        "errors have a place and the nearest name",
        arguments: [
            ("SELECT agee FROM 'people.csv'", "query:1:8", "unknown column \"agee\"", "\"Age\""),
            ("SELECT id\nFROM 'people.csv'\nWHERE nme = 1", "query:3:7", "unknown column \"nme\"", ""),
            ("SELECT cuont(id) FROM 'people.csv'", "query:1:8", "unknown function \"cuont\"", "\"count\""),
            ("SELECT id FROM 'people.csv' WERE id = 1", "query:1:34", "unexpected", ""),
            ("SELECT id FROM 'peple.csv'", "query:1:16", "does not exist", ""),
            ("SELECT id FROM people", "query:1:16", "there is no table \"people\"", "quotes"),
            ("SELECT a.id FROM 'people.csv' a JOIN 'people.csv' b ON a.id = b.id WHERE Age > 1", "query:1:74", "several tables", "alias"),
            ("SELECT 'open", "query:1:8", "not closed", "'"), ("SELECT id FROM 'people.csv'; SELECT 2", "query:1:28", "one statement", ""),
            ("DELETE FROM 'people.csv'", "query:1:1", "cannot begin with \"DELETE\"", "CREATE TABLE"),
            ("PRAGMA table_list", "query:1:1", "cannot begin with \"PRAGMA\"", ""),
            ("SELECT month(a.id) FROM 'people.csv' a, 'people.csv' b", "query:1:8", "unknown function", "engine"),
            ("WITH x AS (SELECT 1) DELETE FROM y", "query:1:22", "cannot stand behind WITH", ""),
            ("CREATE INDEX i ON v", "query:1:8", "only tables and views", "CREATE TABLE"),
            ("CREATE OR REPLACE TABLE v AS SELECT 1", "query:1:8", "only views", "CREATE OR REPLACE VIEW"),
            ("CREATE VIEW v (a) AS SELECT 1", "query:1:15", "expected AS", "SELECT a AS b"),
            ("SELEC 1", "query:1:1", "cannot begin with \"SELEC\"", "\"SELECT\""),
            ("SELECT * FROM stream.clicks", "query:1:15", "stream", ""),
        ])
    func mistakes(_ query: String, _ place: String, _ message: String, _ remedy: String) async throws {
        let error = try #require(await Self.inquiry().error(query))
        #expect(error.location?.description == place, "\(error)")
        #expect(error.message.contains(message), "\(error)")
        #expect(remedy.isEmpty || error.remedy?.contains(remedy) == true, "\(error)")
        #expect(error.code.category == .definition, "\(error.code)")
    }

    @Test(
        "brackets that are nested as deep as nobody writes are refused, and those that somebody may write are read",
        arguments: [20, 20_000])
    func nesting(_ depth: Int) async throws {
        let open = String(repeating: "(SELECT * FROM ", count: depth)
        let query = "SELECT count(*) FROM " + open + "'people.csv'" + String(repeating: ")", count: depth)
        if depth < 100 {
            #expect(try await Self.inquiry().ask(query, .auto).texts == [["2"]])
        } else {
            #expect(try await Self.inquiry().error(query)?.code.category == .definition)
        }
    }

    @Test("names are found in any letter case, and in each form of quotes")
    func names() async throws {
        let inquiry = try Self.inquiry()
        for path in [QueryPath.auto, .sqlite] {
            for query in [
                "SELECT AGE FROM 'people.csv' WHERE \"first name\" = 'Bob'",
                "SELECT age FROM \"people.csv\" p WHERE p.`first name` = 'Bob'",
                "SELECT p.[Age] FROM [people.csv] AS p WHERE p.[first name] = 'Bob' -- the end",
                "SELECT /* one */ Age FROM 'people.csv' WHERE \"First Name\" = 'Bob';",
            ] {
                let answer = try await inquiry.ask(query, path)
                #expect(answer.texts == [["40"]] && answer.schema.names == ["Age"], "\(path): \(query)")
            }
        }
    }

    @Test("declared types hold for the files that have such columns, and are not in vain")
    func columnTypes() async throws {
        let inquiry = try Self.inquiry()
        try inquiry.directory.write("b.csv", "id,note\n1,x\n")
        inquiry.columns = [("Age", "string"), ("note", "string")]
        let query = "SELECT p.Age, b.note FROM 'people.csv' p JOIN 'b.csv' b ON b.id = p.id"
        for path in [QueryPath.auto, .sqlite] { #expect(try await inquiry.ask(query, path).texts == [["\"30\"", "\"x\""]]) }
        inquiry.columns = [("Agee", "string")]
        let error = try #require(await inquiry.error(query))
        #expect(error.code == .unknownColumn && error.remedy?.contains("\"Age\"") == true, "\(error)")
    }

    @Test("columns that differ by letter case alone are told apart by a number")
    func sameNames() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "id,ID\n1,2\n")
        let answer = try await inquiry.ask("SELECT id, ID_2 FROM 'a.csv'", .sqlite)
        #expect(answer.texts == [["1", "2"]])
        let both = try await inquiry.ask("SELECT a.id, b.id FROM 'a.csv' a, 'a.csv' b")
        #expect(both.schema.names == ["id", "id_2"])
    }

    @Test("a recursion that nothing ends is refused; one that ends runs")
    func recursion() async throws {
        let inquiry = try Self.inquiry()
        let error = try #require(
            await inquiry.error("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"))
        #expect(error.code == .unsupported && error.message.contains("for ever"), "\(error)")
        let answer = try await inquiry.ask(
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t")
        #expect(answer.texts == [["15"]])
        let limited = try await inquiry.ask(
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 3) SELECT count(*) FROM t")
        #expect(limited.texts == [["3"]])
    }

    @Test("devices, which have no end, are not read")
    func devices() async throws {
        let error = try #require(await Self.inquiry().error("SELECT * FROM '/dev/zero'"))
        #expect(error.message.contains("neither a file nor a directory"), "\(error)")
    }

    @Test("a cancelled query ends", .timeLimit(.minutes(20)))
    func cancellation() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "n\n" + (0..<3_000).map { "\($0)\n" }.joined())
        let task = Task {
            await inquiry.error("SELECT count(*) FROM 'a.csv' a, 'a.csv' b, 'a.csv' c, 'a.csv' d WHERE a.n + b.n + c.n + d.n = -1")
        }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        let error = try #require(await task.value)
        #expect(error.code == .interrupted, "\(error)")
    }

    @Test("a cancelled join of the engine ends, however many rows a batch gives", .timeLimit(.minutes(20)))
    func cancelledJoin() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("a.csv", "n,k\n" + (0..<4_000).map { "\($0),1\n" }.joined())
        let query = "SELECT count(*) FROM 'a.csv' a JOIN 'a.csv' b ON a.k = b.k JOIN 'a.csv' c ON b.k = c.k"
        #expect(try await inquiry.explain(query).hasPrefix("answered by: engine"))
        let task = Task { await inquiry.error(query) }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        let error = try #require(await task.value)
        #expect(error.code == .interrupted, "\(error)")
    }

    @Test("a stream's records are rows, up to where it ended")
    func streams() async throws {
        let inquiry = try Inquiry()
        let store = StreamStore(directory: inquiry.directory.path("home/streams"))
        try store.create("clicks", shards: 2)
        let stream = try store.open("clicks", for: .writing)
        try await stream.append(
            NewRecords(keys: ByteRows(texts: ["a", "b"]), payloads: ByteRows(texts: [#"{"n":1}"#, #"{"n":2}"#])), to: 0)
        try await stream.append(NewRecords(keys: ByteRows(texts: ["a"]), payloads: ByteRows([[0xFF, 0x00] as [UInt8]])), to: 1)
        stream.close()
        let rows = try await inquiry.ask(
            "SELECT shard, sequence_number, partition_key, data->>'$.n' AS n, hex(data_bytes), arrival_time > '2020-01-01' FROM stream.clicks ORDER BY 1, 2"
        )
        #expect(
            rows.texts == [
                ["\"shardId-000000000000\"", "0", "\"a\"", "1", "\"7B226E223A317D\"", "1"],
                ["\"shardId-000000000000\"", "1", "\"b\"", "2", "\"7B226E223A327D\"", "1"],
                ["\"shardId-000000000001\"", "0", "\"a\"", "null", "\"FF00\"", "1"],
            ])
        let keys = try await inquiry.ask("SELECT partition_key, count(*) AS n FROM stream.clicks GROUP BY partition_key ORDER BY n DESC")
        #expect(keys.texts == [["\"a\"", "2"], ["\"b\"", "1"]] && keys.summary.path == "engine")
        let error = try #require(await inquiry.error("SELECT * FROM stream.click"))
        #expect(error.code == .notFound && error.remedy?.contains("clicks") == true, "\(error)")
    }
}
