import Glibc
import SluiceTestKit
import Synchronization
import Testing

/// Records that fail, in a bucket: `on_error` with a prefix that begins with `s3://`.
@Suite("records that fail go into a bucket")
struct ObjectErrorPrefixTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write("in/a.csv", "id,amount\n1,2\nx,3\n4,y\n5,6\n")
    }

    private func pipeline(_ rule: String, sink: String = "{table: shop.orders, format: csv, mode: append}") throws {
        try project.directory.write(
            "pipeline.yaml",
            """
            name: orders
            incremental: true
            source: {files: "in/*.csv", columns: {id: int64, amount: int64}}
            sink: \(sink)
            on_error: \(rule)
            """)
    }

    private func run(_ server: ObjectServer, _ command: String = "run") async throws -> CommandResult {
        try await project.command([command, "pipeline.yaml"] + (command == "run" ? ["--quiet"] : []), environment: server.environment).run()
    }

    /// Lines of all objects whose names begin so.
    private func lines(_ server: ObjectServer, _ prefix: String) -> [String] {
        server.objects.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
            .flatMap { String(decoding: $0.value.bytes, as: UTF8.self).split(separator: "\n").map(String.init) }
    }

    @Test("the run goes on: each commit makes an object that has what the archive has") func goesOn() async throws {
        let server = try ObjectServer()
        try pipeline("{action: dead_letter, prefix: \"s3://lake/errors/orders\"}")
        for number in 0..<2 {
            try project.directory.write("in/b\(number).csv", "id,amount\nz\(number),1\n")
            let result = try await run(server)
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        let names = server.objects.keys.sorted()
        #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("lake/errors/orders/") && $0.hasSuffix(".jsonl") }, "\(names)")
        let found = lines(server, "lake/errors/")
        #expect(found.count == 4 && found[0].contains("value-does-not-fit"), "\(found)")
        #expect(found.contains { $0.contains("\"raw\":\"x,3\"") } && found.contains { $0.contains("\"raw\":\"z1,1\"") }, "\(found)")
        #expect(server.openUploads == [] && project.stagedFiles.isEmpty)
        #expect(TemporaryDirectory.files(below: project.home + "/uploads").isEmpty)
        let plan = try await run(server, "plan")
        #expect(plan.output.contains("s3://lake/errors/orders"), "\(plan.transcript)")
    }

    @Test("the same place as the sink's is fine, and rows and letters are both there") func sinkOfTheSameBucket() async throws {
        let server = try ObjectServer()
        try pipeline("{action: dead_letter, prefix: \"s3://lake/all\"}", sink: "{files: \"s3://lake/all\", format: csv, mode: append}")
        let result = try await run(server)
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(lines(server, "lake/all/part-") == ["id,amount", "1,2", "5,6"])
        #expect(server.objects.keys.count == 2 && server.openUploads == [])
    }

    @Test("the run stops: the bucket gets the record that ended it") func stops() async throws {
        let server = try ObjectServer()
        try pipeline("{action: fail, prefix: \"s3://lake/errors\"}")
        let result = try await run(server)
        #expect(result.exitCode == 1 && result.errors.contains("such records are in s3://lake/errors/"), "\(result.transcript)")
        #expect(lines(server, "lake/errors/").contains { $0.contains("\"raw\":\"x,3\"") })
    }

    @Test("a run over its limits fails, and leaves nothing in the bucket") func limits() async throws {
        let server = try ObjectServer()
        try pipeline("{action: dead_letter, prefix: \"s3://lake/errors\", max_records: 1}")
        let result = try await run(server)
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(server.objects.isEmpty && server.openUploads == [])
    }

    @Test("killed at one request after the other, each record that fails is in the bucket once") func kills() async throws {
        let victim = Mutex<(process: pid_t, requests: Int)?>(nil)
        let server = try ObjectServer { _, _ in
            victim.withLock { state in
                guard state != nil else { return nil }
                state?.requests -= 1
                guard let process = state?.process, state?.requests == 0 else { return nil }
                state = nil
                kill(process, SIGKILL)
                return process % 2 == 0 ? .afterwards(.cut) : .instead(.cut)
            }
        }
        try pipeline("{action: dead_letter, prefix: \"s3://lake/errors\"}")
        var killed = 0
        for number in 1...8 {
            try project.directory.write("in/k\(number).csv", "id,amount\nk\(number),1\n\(number),1\n")
            let running = try project.command(["run", "pipeline.yaml"], environment: server.environment).start()
            victim.withLock { $0 = (running.processID, number) }
            let result = try await running.wait()
            victim.withLock { $0 = nil }
            if result.ending == .signal(SIGKILL) { killed += 1 }
        }
        #expect(killed >= 3, "\(killed) of 8 runs were killed")
        for _ in 0..<2 {
            let last = try await run(server)
            #expect(last.exitCode == 0, "\(last.transcript)")
        }
        let bad = lines(server, "lake/errors/").compactMap { line in
            line.firstRange(of: "\"raw\":\"").map { line[$0.upperBound...].prefix { $0 != "\"" } }
        }
        #expect(bad.sorted() == (["4,y", "x,3"] + (1...8).map { "k\($0),1" }).sorted().map { Substring($0) })
        #expect(server.openUploads == [] && TemporaryDirectory.files(below: project.home + "/uploads").isEmpty)
    }
}
