import Glibc
import SluiceTestKit
import Testing

/// Following runs whose sink or source is away when they begin.
@Suite("following runs that begin while something is away")
struct AwayAtStartTests {
    private let project: Project
    /// The state of the server that goes away and comes back.
    private let elsewhere: Project

    init() throws {
        project = try Project()
        elsewhere = try Project()
        try project.directory.write("in/a.jsonl", "{\"id\": 1}\n{\"id\": 2}\n")
    }

    private func define(_ name: String, sink: String) throws {
        try project.directory.write(
            "\(name).yaml", "name: \(name)\nincremental: true\nsource: {files: in/*.jsonl, columns: {id: int64}}\nsink: \(sink)\n")
    }

    private static let credentials = [
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_REGION": "us-east-1",
    ]

    /// A port on which a server has listened, and does no more.
    private func closedPort(_ body: (String) async throws -> Void = { _ in }) async throws -> String {
        let (running, port) = try await elsewhere.serve()
        try await body(port)
        running.signal(SIGTERM)
        _ = try await running.wait()
        return port
    }

    private func makeBucket(_ port: String) async throws {
        let made = try await Command("curl", ["-sf", "-X", "PUT", "http://127.0.0.1:\(port)/bucket"]).run()
        try #require(made.exitCode == 0, "\(made.transcript)")
    }

    private func follow(_ name: String) throws -> RunningCommand {
        try project.command(["run", "\(name).yaml", "--follow", "--every", "20ms"], environment: Self.credentials).start()
    }

    /// Waits until the running pipeline says what it waits for.
    private func waiting() async throws -> String? {
        for _ in 0..<3_000 {
            if let waiting = try await project.json("top")["pipelines"]?[0]?["waiting"]?.text { return waiting }
            try await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<3_000 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    @Test("a run into a bucket whose service refuses connections waits, says so, and goes on by itself when it is back")
    func bucket() async throws {
        let port = try await closedPort { try await makeBucket($0) }
        try define("land", sink: "{files: \"s3://bucket/out\", endpoint: \"http://127.0.0.1:\(port)\", format: csv, mode: append}")
        let running = try follow("land")
        let reason = try await waiting()
        #expect(reason?.contains("did not reach") == true, "\(reason ?? running.errorsSoFar)")
        let (server, _) = try await elsewhere.serve(port: port)
        let listed = try await eventually {
            try await Command("curl", ["-s", "http://127.0.0.1:\(port)/bucket?list-type=2&prefix=out"]).run().output.contains("<Key>out/")
        }
        #expect(listed, "\(running.errorsSoFar)")
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0 && ended.errors.contains("land: 0 rows, 0 B; waiting: "), "\(ended.transcript)")
        #expect(!ended.transcript.contains("hidden-key"))
        #expect(try await project.json("runs", "show", "last")["rows_out"]?.integer == 2)
        server.signal(SIGTERM)
        _ = try await server.wait()
    }

    @Test("a run into a stream whose service refuses connections goes on when it is back, though its first try to make the stream failed")
    func stream() async throws {
        let port = try await closedPort()
        try define("land", sink: "{kinesis: out, endpoint: \"http://127.0.0.1:\(port)\", key: id}")
        let running = try follow("land")
        #expect(try await waiting()?.contains("did not reach") == true, "\(running.errorsSoFar)")
        let (server, _) = try await elsewhere.serve(port: port)
        #expect(
            try await eventually { try await project.json("runs", "show", "last")["rows_out"]?.integer == 2 }, "\(running.errorsSoFar)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        server.signal(SIGTERM)
        _ = try await server.wait()
    }

    @Test("a bucket that is not there ends the run with its remedy, at the start and when the service comes back without it")
    func wrong() async throws {
        let (server, port) = try await elsewhere.serve()
        try define("land", sink: "{files: \"s3://bucket/out\", endpoint: \"http://127.0.0.1:\(port)\", format: csv}")
        let refused = try await follow("land").wait()
        #expect(refused.exitCode == 2 && refused.errors.contains("there is no bucket \"bucket\""), "\(refused.transcript)")
        #expect(refused.errors.contains("check the bucket's name"), "\(refused.transcript)")
        server.signal(SIGTERM)
        _ = try await server.wait()
        let running = try follow("land")
        #expect(try await waiting() != nil, "\(running.errorsSoFar)")
        let (back, _) = try await elsewhere.serve(port: port)
        let ended = try await running.wait()
        #expect(ended.exitCode == 2 && ended.errors.contains("there is no bucket \"bucket\""), "\(ended.transcript)")
        back.signal(SIGTERM)
        _ = try await back.wait()
    }

    @Test("who stops a run that waits to begin gets a good end that says what it waited for; a run with an end does not wait")
    func stopped() async throws {
        let port = try await closedPort()
        try define("land", sink: "{files: \"s3://bucket/out\", endpoint: \"http://127.0.0.1:\(port)\", format: csv}")
        let running = try follow("land")
        #expect(try await waiting() != nil, "\(running.errorsSoFar)")
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0 && ended.output.contains("land was stopped before it began; it waited: "), "\(ended.transcript)")
        #expect(try await project.json("top")["pipelines"]?.items.isEmpty == true)
        let once = try await project.command(["run", "land.yaml"], environment: Self.credentials).run()
        #expect(once.exitCode == 1 && once.errors.contains("service-unreachable"), "\(once.transcript)")
    }

    @Test("sluice up runs the other pipelines meanwhile")
    func up() async throws {
        let port = try await closedPort { try await makeBucket($0) }
        try define("land", sink: "{files: \"s3://bucket/out\", endpoint: \"http://127.0.0.1:\(port)\", format: csv, mode: append}")
        try define("near", sink: "{files: near, format: csv, mode: append}")
        let running = try project.command(
            ["up", "land.yaml", "near.yaml", "--no-server", "--no-schedule", "--every", "20ms"], environment: Self.credentials
        ).start()
        #expect(try await eventually { project.directory.files().contains { $0.hasPrefix("near/part-") } }, "\(running.errorsSoFar)")
        #expect(try await eventually { running.errorsSoFar.contains("land: waits") }, "\(running.errorsSoFar)")
        let (server, _) = try await elsewhere.serve(port: port)
        #expect(
            try await eventually {
                try await project.json("runs", "list")["runs"]?.items.contains {
                    $0["pipeline"]?.text == "land" && $0["rows_out"]?.integer == 2
                } == true
            }, "\(running.errorsSoFar)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        server.signal(SIGTERM)
        _ = try await server.wait()
    }
}
