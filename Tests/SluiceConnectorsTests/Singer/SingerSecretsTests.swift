import Glibc
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Taps whose refresh tokens are good once write the next one into their file.
@Suite("secrets that Singer programs change")
struct SingerSecretsTests {
    private static let definition = "singer: [/bin/sh, tap.sh]\nstream: people\nconnection: crm"
    private let bench: Workbench
    private let store: ConnectionStore

    init() throws {
        bench = try Workbench()
        store = ConnectionStore(bench.catalog)
        try bench.directory.write("catalog.json", SingerPrograms.catalog)
        try set("refresh-0")
    }

    private func set(_ token: String) throws {
        _ = try store.set("crm", connector: "singer", settings: ["tap": "crm"], secrets: ["token": token], address: nil)
    }

    private var token: String? { get throws { try store.values(of: store.connection("crm"))["token"] } }
    private var scratch: String { bench.context.home + "/tmp" }

    /// A tap that notes its token, changes it, and does this.
    private func tap(_ last: String) throws {
        try bench.directory.write(
            "tap.sh",
            SingerPrograms.lines(
                """
                number=$(sed 's/.*refresh-\\([0-9]*\\).*/\\1/' "$config")
                echo "$number" >> seen
                sed -i "s/refresh-$number/refresh-$((number + 1))/" "$config"
                echo '\(SingerPrograms.schema)'
                echo '{"type": "RECORD", "stream": "people", "record": {"id": 7}}'
                \(last)
                """))
    }

    private var seen: [Substring] { get throws { try text("seen").split(separator: "\n") } }

    private func text(_ name: String) throws -> String { String(decoding: try DiskFiles.read(bench.directory.path(name)), as: UTF8.self) }

    /// The first rows of a run that is given up then.
    private func readFirst(_ source: any Source) async throws {
        let reader = try await source.open(try await source.splits()[0], SourceRequest(["id"], keepsRaw: false))
        _ = try await reader.next()
    }

    @Test(
        "are kept however a run ends: well, by an error of the tap, or given up in its middle", arguments: ["exit 0", "exit 3", "sleep 60"])
    func kept(_ last: String) async throws {
        try tap(last)
        if last == "sleep 60" {
            try await readFirst(try await bench.source(Self.definition))
        } else {
            _ = try? await bench.source(Self.definition).readAll()
        }
        #expect(try token == "refresh-1")
        #expect(try DiskFiles.list(scratch).filter { $0.hasPrefix("singer-") } == [])
    }

    @Test("go into the next start, also in a process that started the program before") func again() async throws {
        try tap("")
        let source = try await bench.source(Self.definition)
        _ = try await source.readAll()
        _ = try await source.readAll()
        #expect(try seen == ["0", "1"])
        #expect(try token == "refresh-2")
    }

    /// What a process leaves behind that is killed with the tap: a copy of the files while the tap runs.
    private func killed() async throws -> String {
        try tap("sleep 60")
        let source = try await bench.source(Self.definition)
        let reader = try await source.open(try await source.splits()[0], SourceRequest(["id"], keepsRaw: false))
        _ = try await reader.next()
        let folder = try #require(try DiskFiles.list(scratch).first { $0.hasPrefix("singer-") && !$0.hasSuffix(".lock") })
        let left = "\(scratch)/singer-1"
        let copied = try await Command("cp", ["-rp", "\(scratch)/\(folder)", left]).run()
        #expect(copied.exitCode == 0)
        try DiskFiles.writeAtomically("".utf8, to: left + ".lock")
        withExtendedLifetime(reader) {}
        return left
    }

    @Test("are taken from what a killed process has left, by the next program before it reads the connection") func abandoned() async throws
    {
        let left = try await killed()
        // The run that was not killed has kept it, too: as if it had not.
        try store.replace("token", by: "refresh-0", of: "crm")
        try tap("")
        _ = try await bench.source(Self.definition).readAll()
        #expect(try seen.last == "1")
        #expect(try token == "refresh-2")
        #expect(DiskFiles.kind(of: left) == nil)
    }

    @Test("stay as somebody has set them meanwhile") func setMeanwhile() async throws {
        let left = try await killed()
        try store.replace("token", by: "refresh-50", of: "crm")
        _ = try await bench.source(Self.definition)
        #expect(try token == "refresh-50")
        #expect(DiskFiles.kind(of: left) == nil)
        let again = try await killed()
        // Another connection of the name, with the same secret.
        try set("refresh-50")
        _ = try await bench.source(Self.definition)
        #expect(try token == "refresh-50")
        #expect(DiskFiles.kind(of: again) == nil)
    }

    @Test("are not taken from a folder that others can write into, or that leads elsewhere") func unsafe() async throws {
        let left = try await killed()
        try store.replace("token", by: "refresh-0", of: "crm")
        #expect(chmod(left, 0o777) == 0)
        _ = try await bench.source(Self.definition)
        #expect(try token == "refresh-0")
        #expect(DiskFiles.kind(of: left) == nil)
    }

    @Test("of the definition's own config say nothing of the connection") func own() async throws {
        try tap("")
        _ = try await bench.source(Self.definition + "\nconfig: {token: refresh-7}").readAll()
        #expect(try seen == ["7"])
        #expect(try token == "refresh-0")
    }
}
