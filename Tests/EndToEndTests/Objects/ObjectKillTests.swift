import Glibc
import SluiceTestKit
import Synchronization
import Testing

/// Runs that write to a bucket, killed with SIGKILL at one request after the other.
@Suite("a bucket as a sink, and SIGKILL") struct ObjectKillTests {
    private static let rowsOfFile = 40

    /// Kills a process at a request.
    private final class Killer: Sendable {
        private struct State {
            var process: pid_t?
            var requests = 0
        }

        private let state = Mutex(State())

        /// - Parameter requests: Those that the process may still make.
        func aim(at process: pid_t?, behind requests: Int) {
            state.withLock { state in
                state.process = process
                state.requests = requests
            }
        }

        /// What a request meets: every second victim dies with its last request carried out.
        func fault() -> ObjectServer.Fault? {
            state.withLock { state in
                guard let process = state.process else { return nil }
                state.requests -= 1
                guard state.requests == 0 else { return nil }
                state.process = nil
                kill(process, SIGKILL)
                return process % 2 == 0 ? .afterwards(.cut) : .instead(.cut)
            }
        }
    }

    private let project: Project
    private let killer = Killer()
    private let server: ObjectServer

    init() throws {
        project = try Project()
        server = try ObjectServer { [killer] _, _ in killer.fault() }
        try project.directory.write(
            "pipeline.yaml",
            """
            name: orders
            incremental: true
            source: {files: in/*.csv, format: csv, columns: {id: int64, k: string}}
            sink:
              files: s3://kills/out
              format: csv
              mode: append
              partition_by: k
            """)
    }

    private func start() throws -> RunningCommand {
        try project.command(["run", "pipeline.yaml"], environment: server.environment).start()
    }

    private func write(_ number: Int) throws {
        let ids = (0..<Self.rowsOfFile).map { number * Self.rowsOfFile + $0 }
        try project.directory.write("in/\(number).csv", "id,k\n" + ids.map { "\($0),k\($0 % 3)\n" }.joined())
    }

    /// The ids of all rows in the bucket.
    private var ids: [Int] {
        server.objects.filter { $0.key.hasPrefix("kills/out/") }.values
            .flatMap { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { Int($0) } }.sorted()
    }

    @Test("no row is lost and none is doubled, wherever the process is killed") func kills() async throws {
        var files = 0
        var killed = 0
        for requests in 1...24 {
            try write(files)
            files += 1
            // The process is given its number of requests before it can have made one.
            killer.aim(at: nil, behind: 0)
            let running = try start()
            killer.aim(at: running.processID, behind: requests)
            let result = try await running.wait()
            if result.ending == .signal(SIGKILL) { killed += 1 }
            #expect(result.ending == .signal(SIGKILL) || result.exitCode == 0, "\(requests): \(result.transcript)")
        }
        #expect(killed > 12, "of 24 runs \(killed) were killed")
        killer.aim(at: nil, behind: 0)
        for _ in 0..<2 {
            let last = try await start().wait()
            #expect(last.exitCode == 0, "\(last.transcript)")
        }
        #expect(ids == Array(0..<files * Self.rowsOfFile))
        #expect(server.openUploads == [])
        #expect(TemporaryDirectory.files(below: project.home + "/uploads").isEmpty)
        #expect(project.stagedFiles.isEmpty)
    }
}
