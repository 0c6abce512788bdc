import SluiceCore
import SluiceCrawler
import SluiceFormats
import SluiceTestKit
import Testing

@Suite("What a file is")
struct ClassifierTests {
    private func classify(_ name: String, _ text: String, _ custom: [CustomClassifier] = []) throws -> Classification {
        let directory = try TemporaryDirectory()
        let path = try directory.write(name, text)
        return Classifier(custom).classify(path, byteCount: Int64(text.utf8.count))
    }

    private func kind(_ name: String, _ text: String, _ custom: [CustomClassifier] = []) throws -> FileClass {
        let found = try classify(name, text, custom)
        guard case .table(let kind) = found else {
            Issue.record("\(found)")
            throw SluiceError(.unsupported, "no table")
        }
        return kind
    }

    @Test(
        "content decides, not the name",
        arguments: [
            ("a.csv", "a,b\n1,2\n3,4\n", "csv", "csv"), ("a.txt", "a;b\n1;2\n3;4\n", "csv", "csv"),
            ("a", "a\tb\n1\t2\n3\t4\n", "csv", "csv"),
            ("a.csv", "{\"a\":1}\n{\"a\":2}\n", "json", "json"), ("a.txt", "[{\"a\":1},{\"a\":2}]", "json", "json"),
            ("a.log", "1.2.3.4 - - [10/Oct/2024:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl\"\n", "text", "combinedapachelog"),
            ("a.log", "1.2.3.4 - - [10/Oct/2024:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 5\n", "text", "commonapachelog"),
            ("messages", "Oct  1 10:00:00 host sshd[12]: hello, world\nOct  1 10:00:01 host cron[1]: a, b\n", "text", "syslogline"),
            ("one.csv", "id\n1\n2\n", "csv", "csv"),
            (
                "squid", "1286536308.779    180 192.168.0.224 TCP_MISS/200 411 GET http://www.example.com/ - DIRECT/192.0.2.5 text/html\n",
                "text", "squid3"
            ), ("redis", "[4018] 14 Nov 07:01:22.119 * Background saving started by pid 6\n", "text", "redislog"),
            ("postgres.log", "2024-03-01 10:00:48.123 UTC [77] app@shop LOG:  statement: SELECT 1, 2\n", "text", "postgresql"),
            ("rails.log", "I, [2024-03-01T10:00:48.123456 #77]  INFO -- web: started, at last\n", "text", "ruby_logger"),
        ])
    func content(_ name: String, _ text: String, _ format: String, _ classifier: String) throws {
        let kind = try kind(name, text)
        #expect(kind.format == format && kind.classifier == classifier && kind.certainty == 1)
    }

    @Test(
        "what cannot be a table says why", arguments: [("a.txt", "hello\nworld\n"), ("a", "x"), ("a.json", "[1]"), ("a.txt", "id\n1\n2\n")])
    func unknown(_ name: String, _ text: String) throws {
        guard case .unknown(let reason) = try classify(name, text) else {
            Issue.record("it is something")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("JSON that cannot be read is no delimited text, whatever its file is called", arguments: ["a.jsonl", "a.json", "a.csv"])
    func deepJSON(_ name: String) throws {
        let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
        guard case .unknown(let reason) = try classify(name, "{\"id\":1,\"v\":\(deep)}\n{\"id\":2,\"v\":1}\n") else {
            Issue.record("it is something")
            return
        }
        #expect(reason.hasPrefix("not JSON: 1 of the first 2 records cannot be read"), "\(reason)")
    }

    @Test("an encoding that is a guess is told") func guessedEncoding() throws {
        let directory = try TemporaryDirectory()
        let bytes = Array("id,name\n1,Zo".utf8) + [0xEB] + Array("\n2,Ann\n".utf8)
        let path = try directory.write("a.csv", bytes: bytes)
        guard case .table(let kind) = Classifier([]).classify(path, byteCount: Int64(bytes.count)) else {
            Issue.record("it is no table")
            return
        }
        #expect(kind.notice?.contains("cp1252") == true, "\(kind.notice ?? "no notice")")
        #expect(try self.kind("b.csv", "id,name\n1,Zoë\n").notice == nil)
    }

    @Test("a header that is data is none; names are numbered") func header() throws {
        let kind = try kind("a.csv", "1,2024-01-05,x\n2,2024-01-06,y\n3,2024-01-07,z\n")
        #expect(kind.options["header"] == .boolean(false) && kind.columns.map(\.name) == ["column1", "column2", "column3"])
    }

    @Test("an own pattern comes before the built-in classifiers") func grok() throws {
        let custom = try CustomClassifier(
            name: "app", format: "text", options: ["pattern": .texts(["%{WORD:level}: %{GREEDYDATA:message}"])])
        let found = try kind("a.csv", "info: a,b\nwarn: c,d\n", [custom])
        #expect(found.classifier == "app" && found.columns.map(\.name) == ["level", "message"])
        #expect(try kind("a.csv", "a,b\n1,2\n3,4\n", [custom]).classifier == "csv")
    }

    @Test("an array of records says that it is read as records") func array() throws {
        #expect(try kind("a.json", "[{\"a\":1},{\"a\":2}]").notice?.contains("array") == true)
        #expect(try kind("a.json", "{\"a\":1}\n{\"a\":2}\n").notice == nil)
    }

    @Test("schemas are alike from 70 % of their columns on") func similarity() throws {
        func columns(_ names: String) -> FileClass {
            FileClass(
                format: "csv", compression: "none", options: [:], columns: names.map { FileClass.Column(name: String($0), type: nil) },
                classifier: "csv", certainty: 1)
        }
        #expect(columns("abcdefg").similarity(to: columns("abcdefghij")) == 70)
        #expect(columns("abcdef").similarity(to: columns("abcdefghij")) == 60)
        #expect(columns("abc").similarity(to: columns("cba")) == 100 && columns("abc").similarity(to: columns("xyz")) == 0)
    }
}
