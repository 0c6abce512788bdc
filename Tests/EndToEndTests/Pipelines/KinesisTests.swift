import SluiceTestKit
import Testing

/// Pipelines from and to Kinesis, as moto's server speaks it.
@Suite("pipelines over Kinesis", .enabled(if: MotoServer.shared != nil))
struct KinesisTests {
    private let project: Project
    private let server: MotoServer

    init() throws {
        project = try Project()
        server = try #require(MotoServer.shared)
    }

    private var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_KINESIS": server.address,
        ]
    }

    private func sluice(_ arguments: String..., environment: [String: String]? = nil) async throws -> CommandResult {
        try await project.command(arguments, environment: environment ?? self.environment).run()
    }

    /// Both pipelines, over a stream of the kind that one line names.
    private func definitions(_ line: String) throws {
        let rows = (1...1_000).map { "\($0),u\($0 % 20),\($0).25" }.joined(separator: "\n")
        try project.directory.write("in/orders.csv", "id,user,amount\n\(rows)\n")
        try project.directory.write(
            "in.yaml", "name: into\nsource: {files: in/orders.csv, format: csv}\nsink:\n  \(line)\n  shards: 3\n  key: user\n")
        try project.directory.write(
            "out.yaml",
            """
            name: from
            source:
              \(line)
              columns: {id: int64, user: string, amount: "decimal(9,2)"}
            steps:
              - aggregate: {columns: {rows: count(*), newest: max(id), total: sum(amount)}}
            sink: {table: shop.totals, format: csv}
            """)
    }

    @Test("one line moves a pipeline from the embedded log to Kinesis", arguments: ["stream: e2e-orders", "kinesis: e2e-orders"])
    func oneLine(_ line: String) async throws {
        try definitions(line)
        for file in ["in.yaml", "out.yaml"] {
            let result = try await sluice("run", file)
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        #expect(try project.rows("shop", "totals").rows == [["1000", "1000", "500750.00"]])
    }

    @Test("what is wrong is said with its place and remedy, and no secret") func errors() async throws {
        try definitions("kinesis: nowhere")
        let absent = try await sluice("run", "out.yaml", "--json")
        #expect(absent.exitCode == 2)
        #expect(try absent.json()["error"]?["code"] == .string("not-found"))
        #expect(!absent.transcript.contains("hidden-key"))
        var without = environment
        without["AWS_ACCESS_KEY_ID"] = nil
        without["HOME"] = project.directory.root
        let nobody = try await sluice("run", "out.yaml", environment: without.merging(["AWS_ACCESS_KEY_ID": ""]) { $1 })
        #expect(nobody.exitCode == 2)
        #expect(nobody.errors.contains("no-credentials"))
        #expect(nobody.errors.contains("out.yaml:3"))
        let closed = try LocalHTTPServer { _, _ in .status(403, #"{"__type":"InvalidSignatureException","message":"does not match"}"#) }
        var elsewhere = environment
        elsewhere["AWS_ENDPOINT_URL_KINESIS"] = closed.address
        let refused = try await sluice("run", "out.yaml", environment: elsewhere)
        #expect(refused.exitCode == 2)
        #expect(refused.errors.contains("credentials-refused"))
        #expect(!refused.transcript.contains("hidden-key"))
    }

    /// Runs a stream command with `--backend kinesis --json`, which has to succeed.
    private func stream(_ arguments: String..., input: String? = nil) async throws -> JSONDocument {
        var command = try project.command(["stream"] + arguments + ["--backend", "kinesis", "--json"], environment: environment)
        if let input { command.input = .text(input) }
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return try result.json()
    }

    @Test("the stream commands work on Kinesis") func commands() async throws {
        let name = "e2e-commands"
        #expect(try await stream("create", name, "--shards", "2", "--retention", "48h", "--tag", "a=b")["open_shards"] == .integer(2))
        #expect(try await stream("list")["streams"]?.items.contains { $0["name"] == .string(name) } == true)
        let lines = (1...1_200).map { #"{"id":\#($0),"user":"u\#($0 % 7)"}"# }.joined(separator: "\n")
        #expect(try await stream("put", name, "--key", "user", input: lines + "\n")["records"] == .integer(1_200))
        let newest = try await stream("tail", name, "--limit", "3")["records"]?.items ?? []
        #expect(newest.count == 3)
        let all = try await stream("tail", name, "--from", "start", "--limit", "5000")["records"]?.items ?? []
        #expect(all.count == 1_200)
        for user in 0..<7 {
            let sent = (1...1_200).filter { $0 % 7 == user }.map { JSONDocument.string(#"{"id":\#($0),"user":"u\#(user)"}"#) }
            #expect(all.filter { $0["key"] == .string("u\(user)") }.compactMap { $0["data"] } == sent)
        }
        let peeked = try await stream("peek", name, "--limit", "2")["records"]?.items ?? []
        #expect(peeked.map { $0["sequence"] } == all.prefix(2).map { $0["sequence"] })
        #expect(try await stream("split", name, "0")["opened"]?.items.count == 2)
        #expect(try await stream("merge", name, "2", "3")["open_shards"] == .integer(2))
        #expect(try await stream("scale", name, "4")["open_shards"] == .integer(4))
        #expect(try await stream("retention", name, "36h")["retention_hours"] == .integer(36))
        let described = try await stream("describe", name)
        #expect(described["retention_hours"] == .integer(36))
        #expect(described["tags"]?["a"] == .string("b"))
        #expect(try await sluice("stream", "delete", name, "--backend", "kinesis").exitCode == 2)
        #expect(try await stream("delete", name, "--yes")["deleted"] == .boolean(true))
        #expect(try await sluice("stream", "describe", name, "--backend", "kinesis").exitCode == 2)
        #expect(try await sluice("stream", "list", "--region", "eu-west-1").exitCode == 2)
    }

    @Test("packed records are taken apart by commands and pipelines, each once and in order") func packed() async throws {
        let name = "e2e-packed"
        _ = try await stream("create", name, "--shards", "3")
        let lines = (1...1_200).map { #"{"id":\#($0),"user":"u\#($0 % 7)","amount":0.5}"# }
        let put = try await stream("put", name, "--key", "user", "--aggregate", input: lines.joined(separator: "\n") + "\n")
        #expect(put["records"] == .integer(1_200))
        let all = try await stream("tail", name, "--from", "start", "--limit", "5000")["records"]?.items ?? []
        #expect(all.count == 1_200)
        #expect(all.contains { $0["part"] == .integer(1) })
        for user in 0..<7 {
            let sent = lines.filter { $0.contains("\"u\(user)\"") }.map { JSONDocument.string($0) }
            #expect(all.filter { $0["key"] == .string("u\(user)") }.compactMap { $0["data"] } == sent)
        }
        #expect(try await stream("tail", name, "--limit", "3")["records"]?.items.count == 3)
        try definitions("kinesis: \(name)\n  aggregate: true")
        #expect(try await sluice("run", "in.yaml").exitCode == 0)
        try definitions("kinesis: \(name)")
        let read = try await sluice("run", "out.yaml")
        #expect(read.exitCode == 0, "\(read.transcript)")
        #expect(try project.rows("shop", "totals").rows == [["2200", "1200", "501350.00"]])
        #expect(try await sluice("stream", "put", name, "--aggregate").exitCode == 2)
    }

    @Test("a group reads a stream of the service, packed records part by part, and its lag is how long it is behind") func groups()
        async throws
    {
        let name = "e2e-groups"
        _ = try await stream("create", name, "--shards", "2")
        let lines = (1...60).map { #"{"id":\#($0),"user":"u\#($0 % 7)"}"# }
        _ = try await stream("put", name, "--key", "user", "--aggregate", input: lines.joined(separator: "\n") + "\n")
        var read: [String] = []
        for limit in [25, 35] {
            let result = try await sluice(
                "stream", "tail", name, "--backend", "kinesis", "--group", "readers", "--limit", "\(limit)", "--lines")
            #expect(result.exitCode == 0, "\(result.transcript)")
            read += result.output.split(separator: "\n").map(String.init)
        }
        #expect(read.sorted() == lines.sorted())
        for user in 0..<7 {
            let own = "\"u\(user)\""
            #expect(read.filter { $0.contains(own) } == lines.filter { $0.contains(own) })
        }
        let lag = try await stream("lag", name, "readers")["groups"]?[0]
        #expect(lag?["records_behind"] == .integer(0))
        #expect(lag?["millis_behind"] == .integer(0))
        #expect(try await stream("reset", name, "readers", "--to", "start")["changed"] == .boolean(true))
        let behind = try await stream("lag", name, "readers")["groups"]?[0]
        #expect(behind?["records_behind"] == .null)
        #expect(try await stream("groups", name)["groups"]?.items.count == 1)
        // An embedded stream of the name has none of it.
        #expect(try await sluice("stream", "create", name).exitCode == 0)
        #expect(try await sluice("stream", "groups", name, "--json").json()["groups"]?.items.isEmpty == true)
        #expect(try await stream("delete", name, "--yes")["deleted"] == .boolean(true))
        #expect(try await stream("groups")["groups"]?.items.isEmpty == true)
    }

    @Test("following prints what comes, until enough was printed") func follow() async throws {
        _ = try await stream("create", "e2e-follow")
        _ = try await stream("put", "e2e-follow", input: "one\n")
        let following = try project.command(
            ["stream", "tail", "e2e-follow", "--backend", "kinesis", "--from", "start", "--follow", "--lines", "--limit", "2"],
            environment: environment
        ).start()
        while following.isRunning, following.outputSoFar != "one\n" { try await Task.sleep(for: .milliseconds(20)) }
        _ = try await stream("put", "e2e-follow", input: "two\n")
        let result = try await following.wait()
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.output == "one\ntwo\n")
    }
}
