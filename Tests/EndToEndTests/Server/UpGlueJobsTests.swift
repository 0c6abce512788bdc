import Glibc
import SluiceTestKit
import Testing

/// `sluice up` as clients of Glue's jobs find it: pipelines run, commands see the runs, and runs outlive the server.
@Suite("sluice up with jobs of Glue") struct UpGlueJobsTests {
    private func client(_ part: String, _ project: Project, _ port: String) async throws {
        let python = try #require(KinesisServerTests.boto3)
        let script = Repository.path("Tests/EndToEndTests/Server/Scripts/glue_jobs.py")
        let result = try await Command(python, [script, "http://127.0.0.1:\(port)", project.directory.root, part]).run(
            timeout: .seconds(600))
        #expect(result.output == "ok\n", "\(part): \(result.transcript)")
    }

    @Test(
        "boto3's jobs run pipelines of a bucket into tables, and workflows crawl and read",
        .enabled(if: KinesisServerTests.boto3 != nil))
    func pipelines() async throws {
        let project = try Project()
        let (running, port) = try await project.serve(schedules: true)
        try await client("pipelines", project, port)
        let orders = try await project.sluice("query", "SELECT count(*) AS n, sum(amount) AS s FROM shop.orders", "--format", "csv")
        #expect(orders.output == "n,s\n4,651\n", "\(orders.transcript)")
        let names = try await project.sluice("query", "SELECT name FROM shop.names", "--format", "csv")
        #expect(names.output == "name\nOslo\n", "\(names.transcript)")
        let runs = try await project.json("runs", "list", "--job", "glue-orders")
        #expect(runs["runs"]?.items.count == 3, "\(runs)")
        let logs = try await project.sluice("runs", "logs", "last")
        #expect(logs.exitCode == 0, "\(logs.transcript)")
        let crawl = try await project.sluice("crawl", "run", "--crawler=-new shops")
        #expect(crawl.exitCode == 0, "\(crawl.transcript)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }

    @Test(
        "a run goes on while its server is killed, and its trigger fires once behind it", .enabled(if: KinesisServerTests.boto3 != nil))
    func killed() async throws {
        let project = try Project()
        let (first, port) = try await project.serve(schedules: true)
        try await client("begins", project, port)
        first.signal(SIGKILL)
        _ = try await first.wait()
        // One that runs no jobs says so, and leaves the run alone.
        let (silent, silentPort) = try await project.serve()
        try await client("refused", project, silentPort)
        silent.signal(SIGTERM)
        _ = try await silent.wait()
        let (second, secondPort) = try await project.serve(schedules: true)
        try await client("ends", project, secondPort)
        second.signal(SIGTERM)
        #expect(try await second.wait().exitCode == 0)
    }
}
