import Glibc
import SluiceTestKit
import Testing

@Suite("processes that read a stream as a group")
struct GroupTailTests {
    @Test("two share the shards; one that leaves hands over without a gap and without a double", arguments: [SIGINT, SIGTERM])
    func leaving(_ signal: Int32) async throws {
        let test = try await GroupProject()
        try await test.put(1...200)
        let a = try test.member("a")
        try await test.untilRead(1...200, by: [a])
        let b = try test.member("b")
        try await test.untilShared(["a", "b"])
        try await test.put(201...400)
        try await test.untilRead(1...400, by: [a, b])
        try await GroupProject.interrupt(a, signal)
        try await test.untilShared(["b"])
        try await test.put(401...500)
        try await test.untilRead(1...500, by: [a, b])
        try await GroupProject.interrupt(b)
        #expect(GroupProject.numbers([a, b]).sorted() == Array(1...500))
        #expect(!GroupProject.numbers([b]).isEmpty)
        let groups = try await test.project.json("stream", "groups", "numbers", "readers")
        #expect(groups["members"]?.items.isEmpty == true && groups["leases"]?[0]?["owner"] == .null)
    }

    @Test("of three, one is killed while it prints: the others take over, and nothing is lost")
    func killed() async throws {
        let test = try await GroupProject(shards: 6)
        let members = try ["a", "b", "c"].map { try test.member($0) }
        try await test.untilShared(["a", "b", "c"])
        for start in stride(from: 1, to: 2_000, by: 100) {
            try await test.put(start...start + 99)
            if members[0].isRunning, GroupProject.numbers([members[0]]).count > 50 { members[0].signal(SIGKILL) }
        }
        #expect(try await members[0].wait().ending == .signal(SIGKILL))
        try await test.untilRead(1...2_000, by: members)
        try await test.untilShared(["b", "c"])
        try await GroupProject.interrupt(members[1])
        try await GroupProject.interrupt(members[2])
        // What the victim had printed and not recorded was printed again, and nothing else twice.
        let survivors = GroupProject.numbers([members[1], members[2]])
        #expect(Set(survivors).count == survivors.count)
    }

    @Test("what was recorded is not printed again after a kill: only what came since")
    func duplicates() async throws {
        let test = try await GroupProject(shards: 1)
        try await test.put(1...100)
        let a = try test.member("a")
        try await test.until("all is recorded") {
            let result = try await test.project.sluice("stream", "lag", "numbers", "--json")
            return try result.json()["groups"]?[0]?["records_behind"] == .integer(0)
        }
        a.signal(SIGKILL)
        _ = try await a.wait()
        try await test.put(101...150)
        let b = try test.member("b")
        try await test.untilRead(101...150, by: [b])
        try await GroupProject.interrupt(b)
        #expect(GroupProject.numbers([b]) == Array(101...150))
    }

    @Test("lag before, while nobody reads, and after")
    func lag() async throws {
        let test = try await GroupProject(shards: 2)
        try await test.put(1...40)
        let a = try test.member("a", "--limit", "40")
        #expect(try await a.wait().exitCode == 0)
        var lag = try await test.lag()
        #expect(lag["groups"]?[0]?["records_behind"] == .integer(0) && lag["groups"]?[0]?["millis_behind"] == .integer(0))
        try await test.put(41...70, options: ["--partition-key", "one"])
        lag = try await test.lag()
        #expect(lag["groups"]?[0]?["records_behind"] == .integer(30))
        #expect(lag["groups"]?[0]?["shards"]?.items.compactMap { $0["records_behind"]?.integer }.sorted() == [0, 30])
        #expect((lag["groups"]?[0]?["millis_behind"]?.integer ?? -1) >= 0)
        let text = try await test.project.sluice("stream", "lag", "numbers")
        #expect(text.output.contains("Behind in all: 30 records"), "\(text.transcript)")
    }

    @Test("--limit ends inside a batch, and the next member goes on behind it")
    func limit() async throws {
        let test = try await GroupProject(shards: 1)
        try await test.put(1...100)
        let first = try test.member("a", "--limit", "37")
        #expect(try await first.wait().exitCode == 0)
        let second = try test.member("a", "--limit", "63")
        #expect(try await second.wait().exitCode == 0)
        #expect(GroupProject.numbers([first]) + GroupProject.numbers([second]) == Array(1...100))
    }

    @Test("a split and a merge while two read: each key's records in order, every record once")
    func resharding() async throws {
        let test = try await GroupProject(shards: 2)
        let members = try ["a", "b"].map { try test.member($0) }
        try await test.untilShared(["a", "b"])
        try await test.put(1...300, options: ["--key-column", "1"])
        for change in [["split", "numbers", "0"], ["merge", "numbers", "3", "1"]] {
            let result = try await test.project.command(["stream"] + change).run()
            try #require(result.exitCode == 0, "\(result.transcript)")
            let next = change[0] == "split" ? 301...600 : 601...900
            try await test.put(next, options: ["--key-column", "1"])
        }
        try await test.untilRead(1...900, by: members)
        for member in members { try await GroupProject.interrupt(member) }
        #expect(GroupProject.numbers(members).sorted() == Array(1...900))
        let leases = try await test.project.json("stream", "groups", "numbers", "readers")["leases"]?.items ?? []
        #expect(leases.filter { $0["state"]?.text != "finished" }.count == 2, "\(leases)")
    }

    @Test("a reader of the output that goes away ends the member, and others read on")
    func closedOutput() async throws {
        let test = try await GroupProject(shards: 1)
        try await test.put(1...50_000)
        let tail = "'\(try BuiltProgram.sluice())' stream tail numbers --group readers --lines --failover 1"
        let result = try await Command.shell(
            "set +o pipefail; \(tail) | head -n 3", environment: ["SLUICE_HOME": test.project.home]
        ).run()
        #expect(result.output == "1\n2\n3\n" && result.errors.isEmpty, "\(result.transcript)")
        let other = try test.member("b")
        try await test.until("the rest is read") { GroupProject.numbers([other]).last == 50_000 }
        try await GroupProject.interrupt(other)
    }
}
