import Glibc
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@Suite("Reading files")
struct FileSourceTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    func write(_ files: [String: String]) throws { for (name, text) in files { try bench.directory.write(name, text) } }

    @Test("types are inferred, nulls and unicode come through") func simple() async throws {
        try write(["in/a.csv": "id,name,at\n1,Zoë,2024-03-01\n2,,\n3,\"漢字 \"\"q\"\"\",2024-03-02\n"])
        let source = try await bench.source("files: in/*.csv")
        #expect(source.schema.fields.map(\.type) == [.int64, .string, .date])
        let read = try await source.readAll()
        #expect(read["id"] == [.integer(1), .integer(2), .integer(3)])
        #expect(read["name"] == [.string("Zoë"), .null, .string("漢字 \"q\"")])
        #expect(read["at"] == [.date(19783), .null, .date(19784)])
        #expect(read.origins.map(\.description) == (2...4).map { bench.directory.path("in/a.csv") + ":\($0)" })
    }

    @Test("names that differ only in Unicode normalisation are two files; a name that is no UTF-8 is refused") func exactNames()
        async throws
    {
        try bench.directory.write("in/\u{E9}.csv", "v\n1\n")
        try bench.directory.write("in/e\u{301}.csv", "v\n2\n")
        for pattern in ["in", "in/*.csv"] {
            let read = try await bench.source("files: \(pattern)").readAll()
            #expect(Set(read["v"]) == [.integer(1), .integer(2)], "\(pattern)")
        }
        let path = bench.directory.path("in/").utf8.map { CChar(bitPattern: $0) } + [CChar(bitPattern: 0xFF), 0]
        let descriptor = creat(path, 0o644)
        try #require(descriptor >= 0)
        close(descriptor)
        let error = await sluiceError { _ = try await bench.source("files: in") }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains("not UTF-8") == true)
    }

    @Test("leading zeros behind the sample do not fit, and the message says what to declare") func lateLeadingZeros() async throws {
        try write(["a.csv": "zip\n" + (10_000...40_000).map { "\($0)\n" }.joined() + "00123\n"])
        let read = try await bench.source("files: a.csv").readAll()
        #expect(read["zip"].count == 30_001)
        #expect(read.rejects.map(\.error.code) == [.valueDoesNotFit])
        #expect(read.rejects.first?.error.message.contains("declare the column as string") == true)
    }

    @Test("a file without columns is not called empty, and an array is as good as lines") func notEmpty() async throws {
        try write(["array.json": "[{\"a\":1},{\"a\":2}]\n", "numbers.json": "1\n2\n"])
        #expect(try await bench.source("files: array.json").readAll()["a"] == [.integer(1), .integer(2)])
        let error = await sluiceError { _ = try await bench.source("files: numbers.json") }
        #expect(error != nil)
        #expect(error?.message.contains("is empty") == false)
    }

    @Test("columns come in the order asked for, and only those") func projection() async throws {
        try write(["k=x/a.csv": "a,b,c\n1,2,3\n", "k=y/a.csv": "c,a\n6,4\n"])
        let source = try await bench.source("files: k=*/a.csv")
        #expect(source.schema.names == ["a", "b", "c", "k"])
        let read = try await source.readAll(["k", "c", "b"])
        #expect(read.rows == [[.string("x"), .integer(3), .integer(2)], [.string("y"), .integer(6), .null]])
        #expect(try await source.readAll([]).rows.count == 2)
        #expect(try await source.readAll(["k"]).rows == [[.string("x")], [.string("y")]])
    }

    @Test("a column that only some files have is null in the others, and said to be") func drift() async throws {
        try write(["a.csv": "id,n\n1,2\n", "b.csv": "id,channel,n\n3,web,4\n", "c.csv": "n,id\n6,5\n"])
        let source = try await bench.source("files: '?.csv'")
        #expect(source.schema.names == ["id", "n", "channel"])
        #expect(source.notices == ["column \"channel\" is in 1 of 3 files, first in b.csv; it is null in the others"])
        let read = try await source.readAll()
        #expect(
            read.rows == [
                [.integer(1), .integer(2), .null], [.integer(3), .integer(4), .string("web")], [.integer(5), .integer(6), .null],
            ])
    }

    @Test("types of a column that only an unsampled file has are inferred as well") func driftBeyondTheSample() async throws {
        for number in 0..<40 { try bench.directory.write("in/\(100 + number).csv", number == 17 ? "id,late\n1,2.5\n" : "id\n1\n") }
        let source = try await bench.source("files: in")
        #expect(source.schema["late"]?.type == .float64)
        #expect(source.notices == ["column \"late\" is in 1 of 40 files, first in in/117.csv; it is null in the others"])
    }

    @Test("declared types hold for every value; undeclared columns are added, ignored or an error", arguments: ["add", "ignore", "fail"])
    func declared(_ choice: String) async throws {
        try write(["a.csv": "code,n,extra\n007,1,x\n008,z,y\n"])
        let yaml = "files: a.csv\ncolumns: {n: int32, code: string}\non_new_column: \(choice)"
        if choice == "fail" {
            let error = await sluiceError { _ = try await bench.source(yaml) }
            #expect(error?.code == .headerMismatch)
            #expect(error?.message.contains("\"extra\"") == true)
            return
        }
        let source = try await bench.source(yaml)
        #expect(source.schema.names == (choice == "add" ? ["code", "n", "extra"] : ["n", "code"]))
        let read = try await source.readAll()
        #expect(read["code"] == [.string("007")])
        #expect(read.rejects.map { $0.error.column } == ["n"])
        #expect(read.rejects[0].location == .file(path: bench.directory.path("a.csv"), line: 3, column: 5))
        #expect(String(decoding: read.rejects[0].raw, as: UTF8.self) == "008,z,y")
        #expect(source.notices.contains { $0.contains("\"extra\"") } == (choice == "ignore"))
    }

    @Test("a declared column that no file has is an error with the file, its columns and the nearest name") func headerLies() async throws {
        try write(["a.csv": "order_id,custmer\n1,2\n", "b.csv": "order_id\n1\n"])
        let error = try #require(await sluiceError { _ = try await bench.source("files: [a.csv, b.csv]\ncolumns:\n  customer: string") })
        #expect(error.code == .headerMismatch)
        #expect(error.message == "no file has a column \"customer\"; those of a.csv are \"order_id\", \"custmer\"")
        #expect(error.remedy == "did you mean \"custmer\"?")
        #expect(error.location == .file(path: "test.yaml", line: 5, column: 5))
    }

    @Test("partition columns are text unless declared; the data's column wins where letter case differs") func partitions() async throws {
        try write([
            "t/year=2024/Month=01/a.csv": "id,month\n1,9\n", "t/year=2024/Month=__HIVE_DEFAULT_PARTITION__/a.csv": "id,month\n2,8\n",
            "t/year=2025/Month=a%2Fb/b.csv": "id,month\n3,7\n",
        ])
        let source = try await bench.source("files: t\ncolumns: {year: int16}")
        #expect(source.schema.names == ["id", "month", "year"])
        #expect(
            source.notices == ["\"Month\" is in the paths and in the data (\"month\" there); the data's column is read, the path's is not"])
        #expect(try await source.readAll(["year", "month"]).rows.map(\.[0]) == [.integer(2024), .integer(2024), .integer(2025)])

        try write([
            "u/k=01/a.csv": "id\n1\n", "u/k=__HIVE_DEFAULT_PARTITION__/a.csv": "id\n2\n", "u/k=a%2Fb 👍/a.csv": "id\n3\n",
            "u/b.csv": "id\n4\n",
        ])
        let odd = try await bench.source("files: u")
        #expect(try await odd.readAll(["id", "k"]).rows.map { $0[1] } == [.null, .string("01"), .null, .string("a/b 👍")])
        #expect(odd.notices == ["3 of 4 files have the partition column \"k\"; it is null in the others"])
    }

    @Test("a partition value that is not of the declared type is an error that names it") func badPartition() async throws {
        try write(["t/year=x1/a.csv": "id\n1\n"])
        let source = try await bench.source("files: t\ncolumns: {year: int16}")
        let error = await sluiceError { _ = try await source.readAll() }
        #expect(error?.code == .valueDoesNotFit)
        #expect(error?.message == "the partition value \"x1\" of column \"year\" is no int16")
    }

    @Test("empty files have no rows and are named; a source of only empty files needs declared columns") func empty() async throws {
        try write(["in/a.csv": "id\n1\n", "in/b.csv": "", "in/c.csv": "id\n"])
        let source = try await bench.source("files: in")
        #expect(try await source.readAll().rows == [[.integer(1)]])
        #expect(source.notices == ["in/b.csv is empty"])
        let error = await sluiceError { _ = try await bench.source("files: in/b.csv") }
        #expect(error?.message == "in/b.csv is empty, so it has no columns")
        let declared = try await bench.source("files: in/b.csv\ncolumns: {id: int64}")
        #expect(try await declared.readAll().rows.isEmpty)
    }

    @Test("JSON lines: keys in any order, absent ones are null, columns come from the sample") func json() async throws {
        try write(["a.jsonl": "{\"a\":1,\"b\":{\"c\":\"x\"}}\n{\"b\":null,\"d\":[1,2]}\n", "b.jsonl": "{\"a\":2.5}\n"])
        let source = try await bench.source("files: '*.jsonl'")
        #expect(source.schema.fields.map { "\($0.name) \($0.type)" } == ["a float64", "b struct<c: string>", "d list<int64>"])
        let read = try await source.readAll(["d", "a"])
        #expect(read["a"] == [.float(1), .null, .float(2.5)])
        #expect(read["d"] == [.null, .list([.integer(1), .integer(2)]), .null])
    }

    @Test(
        "the format comes from the name, then from the content",
        arguments: [
            ("x.tsv", "a\tb\n1\t2\n", "b", false), ("x.log", "{\"b\":2}\n", "b", true), ("x", "a,b\n1,2\n", "b", true),
            ("x.txt", "a;b\n1;2\n", "b", true), ("x.log", "[{\"b\":2}]", "b", true),
        ]) func formats(_ name: String, _ text: String, _ column: String, _ isGuessed: Bool) async throws
    {
        try write([name: text])
        let source = try await bench.source("files: \(name)")
        #expect(try await source.readAll([column]).rows == [[.integer(2)]])
        #expect(source.notices.isEmpty != isGuessed)
    }

    @Test(
        "a text that is no table has lines",
        arguments: ["plain words\n", "[12:30:01] started\n[12:30:02] ready\n", "10:00:01,7 up\n10:00:02,9 down\n"]
    ) func lines(_ text: String) async throws {
        try write(["x.log": text])
        let source = try await bench.source("files: x.log")
        #expect(try await source.readAll(["line"]).rows.count == text.split(separator: "\n").count)
        #expect(source.notices.isEmpty)
    }

    @Test("files of several formats, and one that nothing describes, are errors") func unclear() async throws {
        try write(["a.csv": "a\n1\n", "b.jsonl": "{}\n", "c.dat": "plain words\n"])
        #expect(await sluiceError { _ = try await bench.source("files: '[ab].*'") }?.message.contains("different formats") == true)
        let error = await sluiceError { _ = try await bench.source("files: c.dat") }
        #expect(error?.code == .invalidOption)
        #expect(error?.remedy?.hasPrefix("set format to one of csv, json") == true)
        #expect(error?.location == .file(path: "test.yaml", line: 3, column: 10))
    }

    @Test(
        "options of the format are checked, with their place",
        arguments: [
            ("delimitr: ';'", "delimitr", "did you mean \"delimiter\"?"),
            ("decimal_mark: ab", "decimal_mark", "it takes one ASCII character"),
            ("nulls: omit", "nulls", nil),
        ] as [(String, String, String?)]) func options(_ option: String, _ name: String, _ remedy: String?) async throws
    {
        try write(["a.csv": "a\n1\n"])
        let error = try #require(await sluiceError { _ = try await bench.source("files: a.csv\noptions: {\(option)}") })
        #expect(error.message.contains(name))
        if let remedy { #expect(error.remedy == remedy) }
        guard case .file("test.yaml", 4, _?) = error.location else {
            Issue.record("\(error.location?.description ?? "no place")")
            return
        }
    }

    @Test("a missing file is an error at its place in the definition") func missing() async throws {
        try write(["flights.csv": "a\n1\n"])
        let error = try #require(await sluiceError { _ = try await bench.source("files: flight.csv") })
        #expect(error.code == .fileNotFound)
        #expect(error.remedy?.contains("flights.csv") == true)
    }

    @Test("a cut gzip file is an error when types are inferred, otherwise when its whole records were read") func cut() async throws {
        let whole = try TemporaryDirectory.bytes(of: Repository.path("sample-data/flights/month=02/flights.csv.gz"))
        try bench.directory.write("cut.csv.gz", bytes: Array(whole[..<(whole.count / 2)]))
        #expect(await sluiceError { _ = try await bench.source("files: cut.csv.gz") }?.code == .cutFile)
        let source = try await bench.source("files: cut.csv.gz\ncolumns: {carrier: string}\non_new_column: ignore")
        let reader = try await source.open(try await source.splits()[0], SourceRequest(["carrier"], keepsRaw: false))
        var rows = 0
        var failure: SluiceError?
        do {
            try await reader.forEachBatch { rows += $0.batch.rowCount }
        } catch let error as SluiceError {
            failure = error
        }
        #expect(rows > 10_000)
        #expect(failure?.code == .cutFile)
        #expect(failure?.message.contains("\(rows) whole records") == true)
    }

    @Test("a compression that is declared must be there") func compression() async throws {
        try write(["a.csv": "a\n1\n"])
        let error = await sluiceError { _ = try await bench.source("files: a.csv\ncompression: gzip") }
        #expect(error?.code == .corruptFile)
        #expect(try await bench.source("files: a.csv\ncompression: none").readAll().rows.count == 1)
    }

    @Test("records that went through a stream decode to the same rows, by envelope") func envelope() async throws {
        try write(["k=1/a.csv": "id;name\n1;Zoë\n2;\n", "k=2/b.csv": "name;id;x\n\"a;b\";3;4\n"])
        let source = try #require(try await bench.source("files: k=*/*\noptions: {delimiter: ';'}") as? any RecordSource)
        let columns = ["k", "x", "id", "name"]
        var rows: [[Value]] = []
        for split in try await source.splits() {
            let envelope = try await source.envelope(of: split)
            let reader = try await source.open(split, SourceRequest([], keepsRaw: true))
            try await reader.forEachBatch { read in
                let raw = try #require(read.batch.origin?.raw)
                let origin = Origin(.shard(stream: "s", shard: "0"), .dense(first: 5, count: raw.count))
                let decoded = try source.decoder(envelope: envelope, columns: columns).decode(raw, origin: origin)
                #expect(decoded.batch.schema.names == columns)
                #expect(decoded.batch.origin?.location(0) == .shard(stream: "s", shard: "0", sequence: "5"))
                for row in 0..<decoded.batch.rowCount { rows.append(decoded.batch.columns.map { $0[row] }) }
            }
        }
        #expect(rows == (try await source.readAll(columns)).rows)
        #expect(rows.map { $0[0] } == [.string("1"), .string("1"), .string("2")])
        #expect(throws: SluiceError.self) { _ = try source.decoder(envelope: [1, 2, 3], columns: columns) }
    }
}
