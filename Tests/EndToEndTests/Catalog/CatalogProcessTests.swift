import SluiceTestKit
import Testing

/// Several processes on one catalog.
@Suite("catalog of several processes")
struct CatalogProcessTests {
    private func project() async throws -> Project {
        let project = try Project()
        try project.directory.write("catalog/orders.yaml", "table: sales.orders\nlocation: orders\nformat: csv\ncolumns: {id: int64}\n")
        let applied = try await project.sluice("catalog", "apply")
        try #require(applied.exitCode == 0, "\(applied.transcript)")
        return project
    }

    @Test("changes that processes make at once to one table are all there in the end")
    func noLostChanges() async throws {
        let project = try await project()
        let (processes, tags) = (6, 4)
        for round in 0..<tags {
            let running = try (0..<processes).map {
                try project.command(["catalog", "tag", "sales.orders", "p\($0)=\(round)", "t\($0)-\(round)"]).start()
            }
            for process in running {
                let result = try await process.wait()
                #expect(result.exitCode == 0, "\(result.transcript)")
            }
        }
        let json = try await project.json("catalog", "show", "sales.orders", "--rows", "0")
        let table = try #require(json["table"])
        let (names, revision) = (processes * (tags + 1), processes * tags + 1)
        #expect(table["tags"]?.keys.count == names)
        #expect(table["revision"]?.integer == revision)
        let doctor = try await project.sluice("doctor")
        #expect(doctor.output.contains("ok    database"), "\(doctor.transcript)")
    }

    @Test("a backup that is made while processes write is whole, and a process that is killed leaves the catalog whole")
    func backupAndKill() async throws {
        let project = try await project()
        let writers = try (0..<3).map { number in
            try project.command(["catalog", "tag", "sales.orders", "w\(number)"]).start()
        }
        let backup = try await project.sluice("catalog", "backup", "copy.sqlite")
        #expect(backup.exitCode == 0, "\(backup.transcript)")
        for writer in writers { _ = try await writer.wait() }
        for _ in 0..<5 {
            let victim = try project.command(["catalog", "apply"]).start()
            victim.signal(9)
            _ = try await victim.wait()
        }
        let restored = try await project.sluice("catalog", "restore", "copy.sqlite", "--yes")
        #expect(restored.exitCode == 0, "\(restored.transcript)")
        let doctor = try await project.sluice("doctor")
        #expect(doctor.output.contains("ok    database"), "\(doctor.transcript)")
        #expect(try await project.sluice("catalog", "tables").output.contains("sales.orders"))
    }
}
