import Glibc
import SluiceTestKit
import Testing

/// `sluice up` killed while clients put records and objects: what it acknowledged is there when it is started again.
///
/// `SLUICE_KILL_ROUNDS` says how often, each time on the state that the kills before left; twice unless it does.
@Suite("sluice up killed under load")
struct ServerKillTests {
    private static let python: String? = {
        let found = InstalledProgram.isThere("python3") ? "python3" : nil
        if found == nil { print("skipped: there is no python3") }
        return found
    }()

    private static let rounds = getenv("SLUICE_KILL_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 2

    private let project: Project

    init() throws { project = try Project() }

    private func script(_ mode: String, _ port: String, _ round: Int = 0) throws -> RunningCommand {
        let path = Repository.path("Tests/EndToEndTests/Server/Scripts/kill_load.py")
        return try Command(
            try #require(Self.python), [path, mode, port, project.directory.path("acknowledged"), "\(round)"]
        ).start()
    }

    private var acknowledged: [Substring] {
        // The last line may be cut.
        ((try? project.directory.text("acknowledged")) ?? "").split(separator: "\n").dropLast()
    }

    @Test("every acknowledged record and object is there, whole, after each kill", .enabled(if: Self.python != nil))
    func kills() async throws {
        for round in 0..<Self.rounds {
            let before = acknowledged.count
            let (running, port) = try await project.serve()
            let load = try script("load", port, round)
            // Kills fall into other moments of the work each round: a number of acknowledgements, and then wherever the writers are.
            let wanted = 150 + round * 37
            let end = ContinuousClock.now + .seconds(300)
            while load.isRunning, acknowledged.count - before < wanted, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(acknowledged.count - before >= wanted, "\(load.errorsSoFar)")
            running.signal(SIGKILL)
            _ = try await running.wait()
            let loaded = try await load.wait()
            #expect(loaded.exitCode == 0, "\(loaded.transcript)")
            try await check(round)
        }
        for kind in ["record", "small", "large", "parts", "deleted"] {
            #expect(acknowledged.contains { $0.hasPrefix(kind + " ") }, "no load of kind \(kind)")
        }
    }

    private func check(_ round: Int) async throws {
        let (running, port) = try await project.serve()
        let checked = try await script("check", port).wait()
        #expect(checked.exitCode == 0, "round \(round): \(checked.transcript)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        let staged = TemporaryDirectory.files(below: project.home + "/buckets/.sluice/staged")
        #expect(staged.isEmpty, "round \(round): \(staged.prefix(3))")
    }
}
