import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

/// Commands over a state that two runs made: a table with partitions, a stream, dead letters.
@Suite("Commands that look at the state") struct StateCommandTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() async throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    private func makeState() async throws {
        try directory.write("data/a.csv", "id,city,price\n1,Köln,2.50\n2,東京,1.25\n3,Oslo,x\n")
        try directory.write(
            "cities.yaml",
            """
            name: cities
            source:
              files: data/a.csv
              columns: {id: int64, price: "decimal(8,2)"}
            stream: {name: city-records, shards: 2, key: city}
            steps:
              - filter: price > 0
            sink: {table: geo.cities, partition_by: city}
            on_error: dead_letter
            """)
        let result = await sluice("run", directory.path("cities.yaml"), "--home", home, "--json")
        try #require(result.status == .done, "\(result.out)\(result.err)")
    }

    @Test("run: counts, dead letters and next commands on the screen, notices and progress beside it") func runScreen() async throws {
        try await makeState()
        let result = await sluice("run", directory.path("cities.yaml"), "--home", home, "--show")
        #expect(result.status == .done)
        #expect(result.out.hasPrefix("cities succeeded in "))
        #expect(result.out.contains("rows   2 read, 2 written, 1 dead letter\n"))
        #expect(result.out.contains("1 dead letter:\n"))
        #expect(result.out.contains("value-does-not-fit") && result.out.contains("/dead-letters/cities/"))
        #expect(result.out.contains("First rows of geo.cities\n"))
        #expect(result.out.contains("  sluice catalog show geo.cities --home "))
        #expect(result.err.contains("cities: started\n") && result.err.contains("cities: finished after "))
        #expect(!(result.out + result.err).contains("\u{1B}"))
    }

    @Test("run --strict ends with 3 when there are dead letters, and its output stands") func strict() async throws {
        try await makeState()
        let result = await sluice("run", directory.path("cities.yaml"), "--home", home, "--strict", "--quiet")
        #expect(result.status == .deadLetters && result.out.isEmpty && result.err.isEmpty)
        #expect(await sluice("catalog", "show", "geo.cities", "--home", home).status == .done)
    }

    @Test("run --json has stable keys") func runJSON() async throws {
        try await makeState()
        let result = await sluice("run", directory.path("cities.yaml"), "--home", home, "--json")
        #expect(result.err.isEmpty)
        let json = try result.json
        for key in [
            "run_id", "pipeline", "state", "rows_in", "rows_out", "dead_letters", "steps", "tables", "stream", "next_commands", "target",
        ] {
            #expect(json[key] != nil, "\(key)")
        }
        #expect(json["state"]?.text == "succeeded" && json["dead_letters"]?.integer == 1 && json["stream"]?.text == "city-records")
        #expect(json["tables"]?[0]?["name"]?.text == "geo.cities")
        #expect(json["dead_letter_examples"]?[0]?["code"]?.text == "value-does-not-fit")
    }

    @Test("a run that fails says where it is recorded") func failure() async throws {
        try directory.write("data/a.csv", "id\n1\nx\n")
        let path = try directory.write(
            "strict.yaml", "name: strict\nsource: {files: data/a.csv, columns: {id: int64}}\nsink: {files: out}\n")
        let result = await sluice("run", path, "--home", home)
        #expect(result.status == .failed && result.out.isEmpty)
        #expect(result.err.contains("a.csv:3") && result.err.contains("= sluice runs show "))
        let json = try await sluice("run", path, "--home", home, "--json").json
        let id = try #require(json["run_id"]?.text)
        #expect(await sluice("runs", "show", id, "--home", home).out.hasPrefix("strict failed after "))
        #expect(!directory.exists("out/.staging"))
    }

    @Test(
        "a shell completes names of tables, streams and functions",
        arguments: [
            (["catalog", "show"], "geo.cities"), (["stream", "tail"], "city-records"), (["functions"], "substring"),
            (["runs", "show"], "last"),
        ])
    func completion(command: [String], name: String) async throws {
        try await makeState()
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let words = ["sluice"] + command + ["--home", home, ""]
        let arguments = ["---completion"] + command + ["--", "positional@0", String(words.count - 1), "0"] + words
        let status = await CommandLineProgram.run(arguments, Invocation(programName: "sluice", console: console))
        #expect(status == .done && console.out.written.contains(name), "\(console.out.written)\(console.err.written)")
    }

    @Test("catalog tables, databases and show") func catalog() async throws {
        try await makeState()
        #expect(await sluice("catalog", "tables", "--home", home).out.contains("geo.cities     2"))
        #expect(await sluice("catalog", "databases", "--home", home).out.contains("geo            1"))
        let show = await sluice("catalog", "show", "geo.cities", "--home", home)
        #expect(show.out.contains("price   decimal(8,2)  yes\n") && show.out.contains("city    string        yes    partition key\n"))
        #expect(show.out.contains("All 2 rows\n") && show.out.contains("東京"))
        for line in show.out.split(separator: "\n") where !line.hasPrefix("location") { #expect(DisplayWidth.of(line) <= 80) }
        let json = try await sluice("catalog", "show", "geo.cities", "--home", home, "--json").json
        #expect(json.keys == ["table", "versions", "partitions", "files", "rows"])
        #expect(json["rows"]?.items.count == 2 && json["partitions"]?.items.count == 2)
        #expect(json["rows"]?[0]?["id"] != nil)
    }

    @Test("a name that is not there gets the nearest one") func nearestNames() async throws {
        try await makeState()
        let table = await sluice("catalog", "show", "geo.citys", "--home", home)
        #expect(table.status == .wrongUsage && table.err.contains(#"did you mean "geo.cities"?"#))
        let stream = await sluice("stream", "describe", "city-record", "--home", home)
        #expect(stream.status == .wrongUsage && stream.err.contains(#"did you mean "city-records"?"#))
    }

    @Test("stream list, describe and tail") func streams() async throws {
        try await makeState()
        #expect(await sluice("stream", "list", "--home", home).out.contains("city-records       2        3"))
        #expect(await sluice("stream", "describe", "city-records", "--home", home).out.contains("shardId-000000000001"))
        let tail = await sluice("stream", "tail", "city-records", "--home", home)
        #expect(tail.out.split(separator: "\n").count == 3 && tail.out.contains("Köln  1,Köln,2.50\n"))
        let json = try await sluice("stream", "tail", "city-records", "--from", "start", "--limit", "1", "--home", home, "--json").json
        #expect(json["records"]?.items.count == 1)
        #expect(json["records"]?[0]?.keys == ["shard", "shard_id", "sequence", "arrived_at", "key", "data"])
        #expect(await sluice("stream", "tail", "city-records", "--shard", "2", "--home", home).status == .wrongUsage)
        #expect(await sluice("stream", "tail", "city-records", "--from", "end", "--home", home).out == "No records.\n")
    }

    @Test("runs list and show, by the beginning of an id and as last") func runs() async throws {
        try await makeState()
        let list = await sluice("runs", "list", "--home", home)
        let id = String(try #require(list.out.split(separator: "\n").last).prefix { $0 != " " })
        for name in [id, "last"] {
            let shown = await sluice("runs", "show", name, "--home", home)
            #expect(shown.out.hasPrefix("cities succeeded in ") && shown.out.contains("1 filter"))
        }
        #expect(try await sluice("runs", "list", "--state", "failed", "--home", home, "--json").json["runs"]?.items.isEmpty == true)
        #expect(await sluice("runs", "show", "nope", "--home", home).status == .wrongUsage)
    }

    @Test(
        "without any state, lists are empty, and nothing is created",
        arguments: [["catalog", "tables"], ["catalog", "databases"], ["stream", "list"], ["runs", "list"]])
    func noState(command: [String]) async throws {
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let status = await CommandLineProgram.run(command + ["--home", home], Invocation(programName: "sluice", console: console))
        #expect(status == .done && console.out.written.contains("No ") && console.err.written.isEmpty)
        #expect(!directory.exists("home"))
    }

    @Test("without any state, a name is not found, and nothing is created")
    func noStateNamed() async throws {
        for command in [["catalog", "show", "a.b"], ["catalog", "tables", "a"], ["runs", "show"], ["stream", "tail", "a"]] {
            let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
            let status = await CommandLineProgram.run(command + ["--home", home], Invocation(programName: "sluice", console: console))
            #expect(status == .wrongUsage && console.err.written.contains("error[not-found]") && console.err.written.contains("--home"))
        }
        #expect(!directory.exists("home"))
    }

    @Test("validate and plan create no state and show every mistake with its place") func validate() async throws {
        try directory.write("data/a.csv", "id,city\n1,Köln\n")
        let path = try directory.write(
            "bad.yaml", "name: bad\nsource: {files: data/a.csv}\nsteps:\n  - filter: idd > 1\n  - selct: [id]\nsink: {files: out}\n")
        let result = await sluice("validate", path, "--home", home)
        #expect(result.status == .wrongUsage)
        #expect(result.out.hasPrefix("fail  "))
        #expect(result.err.contains("error[unknown-step]") && result.err.contains("5 |   - selct: [id]\n  |     ^^^^^\n"))
        let json = try await sluice("validate", path, "--home", home, "--json").json
        #expect(json["valid"]?.boolean == false && json["files"]?[0]?["errors"]?.items.isEmpty == false && json["error"] != nil)

        let good = try directory.write("good.yaml", "name: good\nsource: {files: data/a.csv}\nsink: {files: out}\n")
        #expect(await sluice("validate", good, "--home", home).out == "ok    \(good)\n")
        let plan = await sluice("plan", good, "--home", home)
        #expect(plan.status == .done && plan.out.contains("id int64"))
        #expect(try await sluice("plan", good, "--home", home, "--json").json["pipeline"]?.text == "good")
        #expect(!directory.exists("home") && !directory.exists("out"))
    }

    @Test("doctor finds a table's file that is gone") func doctor() async throws {
        try await makeState()
        #expect(await sluice("doctor", "--home", home).status == .done)
        let file = try #require(directory.files(below: "home/tables").first { $0.hasSuffix(".csv") })
        try DiskFiles.removeTree(directory.path("home/tables") + "/" + file)
        let result = await sluice("doctor", "--home", home)
        #expect(result.status == .failed && result.out.contains("fail  tables") && result.out.contains("gone: "))
        let json = try await sluice("doctor", "--home", home, "--json").json
        #expect(json["healthy"]?.boolean == false)
        #expect(json["checks"]?[0]?.keys == ["name", "status", "detail", "advice"])
    }

    @Test("doctor says that a home directory cannot be one") func doctorWithoutHome() async throws {
        let file = try directory.write("file", "")
        #expect(await sluice("doctor", "--home", file).status == .failed)
        let absent = await sluice("doctor", "--home", home)
        #expect(absent.out.contains("is not there yet") && !directory.exists("home"))
    }
}
