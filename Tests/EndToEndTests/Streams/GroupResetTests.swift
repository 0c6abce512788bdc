import SluiceTestKit
import Testing

@Suite("groups that are set to another place, or deleted")
struct GroupResetTests {
    /// A stream whose one shard was read to its end.
    private func readProject() async throws -> GroupProject {
        let test = try await GroupProject(shards: 1)
        try await test.put(1...20)
        #expect(try await test.member("a", "--limit", "20").wait().exitCode == 0)
        return test
    }

    private func next(_ test: GroupProject, _ count: Int) async throws -> [Int] {
        let member = try test.member("a", "--limit", String(count))
        #expect(try await member.wait().exitCode == 0)
        return GroupProject.numbers([member])
    }

    private func reset(_ test: GroupProject, _ arguments: String...) async throws -> CommandResult {
        try await test.project.command(["stream", "reset", "numbers", "readers"] + arguments).run()
    }

    @Test("to a sequence number, to the start, to a time, to the end")
    func places() async throws {
        let test = try await readProject()
        #expect(try await reset(test, "--to", "15").exitCode == 0)
        #expect(try await next(test, 5) == Array(16...20))
        #expect(try await reset(test, "--to", "start").exitCode == 0)
        #expect(try await next(test, 3) == [1, 2, 3])
        try await test.put(21...25)
        let records = try await test.project.json("stream", "peek", "numbers", "--from", "20")["records"]
        let arrival = try #require(records?[0]?["arrived_at"]?.text)
        let timed = try await reset(test, "--to", arrival)
        #expect(timed.exitCode == 0, "\(timed.transcript)")
        #expect(try await test.lag()["groups"]?[0]?["records_behind"] == .integer(5))
        #expect(try await next(test, 5) == Array(21...25))
        #expect(try await reset(test, "--to", "0", "--shard", "0").exitCode == 0)
        #expect(try await test.lag()["groups"]?[0]?["records_behind"] == .integer(25))
        #expect(try await reset(test, "--to", "end").exitCode == 0)
        #expect(try await test.lag()["groups"]?[0]?["records_behind"] == .integer(0))
        try await test.put(26...27)
        #expect(try await next(test, 2) == [26, 27])
    }

    @Test("--dry-run shows before and after, and changes nothing")
    func dryRun() async throws {
        let test = try await readProject()
        let shown = try await reset(test, "--to", "5", "--dry-run", "--json").json()
        #expect(shown["shards"]?[0]?["before_sequence"]?.text == "20" && shown["shards"]?[0]?["after_sequence"]?.text == "5")
        #expect(shown["changed"] == .boolean(false))
        #expect(try await test.lag()["groups"]?[0]?["records_behind"] == .integer(0))
    }

    @Test("refused while a member reads, unless forced, and then the member reads again")
    func active() async throws {
        let test = try await readProject()
        let member = try test.member("a")
        try await test.untilShared(["a"])
        for command in [
            ["reset", "numbers", "readers", "--to", "start"], ["groups", "numbers", "readers", "--delete"], ["delete", "numbers", "--yes"],
        ] {
            let refused = try await test.project.command(["stream"] + command).run()
            #expect(
                refused.exitCode == 1 && refused.errors.contains("already-running") && refused.errors.contains("--force"),
                "\(refused.transcript)")
        }
        #expect(GroupProject.numbers([member]).isEmpty)
        #expect(try await reset(test, "--to", "start", "--force").exitCode == 0)
        try await test.untilRead(1...20, by: [member])
        try await GroupProject.interrupt(member)
        #expect(GroupProject.numbers([member]) == Array(1...20))
    }

    @Test(
        "what makes no sense is refused with what to do",
        arguments: [
            (["--to", "21"], "0 to 19"), (["--to", "3", "--shard", "7"], "no lease"), (["--to", "yesterday"], "--to"),
            (["--to", "18446744073709551616"], "not 18446744073709551616"),
        ])
    func senseless(_ arguments: [String], _ words: String) async throws {
        let test = try await readProject()
        let result = try await test.project.command(["stream", "reset", "numbers", "readers"] + arguments).run()
        #expect(result.exitCode == 2 && result.errors.contains(words), "\(result.transcript)")
    }

    @Test("a group is deleted alone, and with its stream")
    func deletion() async throws {
        let test = try await readProject()
        #expect(try await test.project.sluice("stream", "groups", "numbers", "readers", "--delete").exitCode == 0)
        #expect(try await test.project.json("stream", "groups")["groups"]?.items.isEmpty == true)
        #expect(try await next(test, 20) == Array(1...20))
        let deleted = try await test.project.sluice("stream", "delete", "numbers", "--yes")
        #expect(deleted.output.contains("1 consumer group"), "\(deleted.transcript)")
        #expect(try await test.project.json("stream", "groups")["groups"]?.items.isEmpty == true)
    }
}
