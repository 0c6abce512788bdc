import Glibc
import SluiceTestKit
import Testing

/// The port of `sluice up`, with clients that know nothing of it.
@Suite("sluice up serves Kinesis")
struct KinesisServerTests {
    /// A Python with boto3; nil where there is none.
    static let boto3: String? = {
        let given = getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []
        let found = (given + ["python3"]).first { InstalledProgram.succeeds($0, ["-c", "import boto3"]) }
        if found == nil { print("skipped: the Python package boto3 is not there; set SLUICE_PYTHON to a Python that has it") }
        return found
    }()
    static let python: String? = {
        let found = InstalledProgram.isThere("python3") ? "python3" : nil
        if found == nil { print("skipped: there is no python3") }
        return found
    }()

    private let project: Project

    init() throws { project = try Project() }

    private func script(_ name: String) -> String { Repository.path("Tests/EndToEndTests/Server/Scripts/\(name).py") }

    private func wire(_ port: String, _ arguments: String...) async throws -> String {
        let python = try #require(Self.python)
        let result = try await Command(python, [script("kinesis_wire"), port] + arguments).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return result.output
    }

    private func end(_ running: RunningCommand) async throws {
        running.signal(SIGTERM)
        let result = try await running.wait()
        #expect(result.exitCode == 0, "\(result.transcript)")
    }

    @Test("every acknowledged record is there after a kill under load, and so are iterators until they expire", .enabled(if: python != nil))
    func killed() async throws {
        let python = try #require(Self.python)
        var (running, port) = try await project.serve()
        let load = try Command(python, [script("kinesis_wire"), port, "load", project.directory.path("acknowledged")]).start()
        let clock = ContinuousClock()
        let end = clock.now + .seconds(150)
        var lines = 0
        while lines < 300, clock.now < end, load.isRunning {
            lines = (try? project.directory.text("acknowledged"))?.split(separator: "\n").count ?? 0
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(lines >= 300)
        let token = try await wire(port, "iterator").split(separator: "\n").first.map(String.init) ?? ""
        running.signal(SIGKILL)
        _ = try await running.wait()
        let loaded = try await load.wait()
        #expect(loaded.exitCode == 0, "\(loaded.transcript)")

        (running, port) = try await project.serve("--allow-reset")
        let acknowledged = Set(try project.directory.text("acknowledged").split(separator: "\n").map(String.init))
        let read = try await wire(port, "read").split(separator: "\n").map(String.init)
        #expect(acknowledged.subtracting(read) == [])
        #expect(Set(read).count == read.count)
        #expect(try await wire(port, "use", token) == "200 records\n")
        #expect(try await wire(port, "page", "POST /_sluice/clock?advance=301").hasPrefix("200 "))
        #expect(try await wire(port, "use", token) == "400 ExpiredIteratorException\n")
        #expect(try await wire(port, "page", "POST /_sluice/reset").hasPrefix("200 "))
        #expect(try await wire(port, "use", token) == "400 ResourceNotFoundException\n")
        #expect(try await wire(port, "page", "GET /_sluice/metrics").contains(#"service="kinesis",operation="GetRecords",status="400""#))
        try await self.end(running)
    }

    @Test("the state is emptied only where that was allowed; a port that is taken is told; pipelines go on without it")
    func refusals() async throws {
        let (running, port) = try await project.serve()
        if Self.python != nil { #expect(try await wire(port, "page", "POST /_sluice/reset").hasPrefix("403 ")) }
        let elsewhere = project.directory.path("elsewhere")
        let taken = try await project.sluice("up", "--port", port, "--no-schedule", "--home", elsewhere)
        #expect(taken.exitCode == 1 && taken.errors.contains("port \(port)") && taken.errors.contains("--port"), "\(taken.transcript)")
        let second = try await project.sluice("up", "--port", "0", "--no-schedule")
        #expect(second.exitCode == 1 && !second.errors.isEmpty, "\(second.transcript)")
        let open = try await project.sluice("up", "--port", "0", "--host", "0.0.0.0")
        #expect(open.exitCode == 2 && open.errors.contains("--credentials"), "\(open.transcript)")
        let resets = try await project.sluice("up", "--port", "0", "--host", "0.0.0.0", "--credentials", "keys", "--allow-reset")
        #expect(resets.exitCode == 2 && resets.errors.contains("--allow-reset need no signature"), "\(resets.transcript)")
        try await end(running)
    }
}
