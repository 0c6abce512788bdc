import Glibc
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

/// Streams that are made, filled, changed and removed by commands alone.
@Suite("Commands that make and change streams") struct StreamCommandTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    private func stream(_ arguments: String...) async -> Outcome { await sluice(["stream"] + arguments + ["--home", home]) }

    @Test("create says what it made, once") func create() async throws {
        let made = await stream("create", "orders", "--shards", "2", "--retention", "7d", "--tag", "team=billing", "--encrypt", "--json")
        #expect(made.status == .done, "\(made.err)")
        let json = try made.json
        #expect(json["name"]?.text == "orders" && json["shards"]?.items.count == 2 && json["retention_hours"]?.integer == 168)
        #expect(json["tags"]?["team"]?.text == "billing" && json["encryption"]?.text == "aes-gcm" && json["durability"]?.text == "always")
        let again = await stream("create", "orders")
        #expect(again.status == .wrongUsage && again.err.contains("error[already-exists]"))
        #expect(await stream("create", "plain").out.hasPrefix("Created stream plain with 1 shard.\n"))
    }

    @Test(
        "create refuses what cannot be",
        arguments: [
            ["a/b"], ["a", "--shards", "0"], ["a", "--shards", "99999"], ["a", "--retention", "0"], ["a", "--retention", "9000"],
            ["a", "--record-bytes", "64MiB"], ["a", "--durability", "maybe"], ["a", "--tag", "x"],
        ])
    func createRefuses(arguments: [String]) async {
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let words = ["stream", "create"] + arguments + ["--home", home]
        let status = await CommandLineProgram.run(words, Invocation(programName: "sluice", console: console))
        #expect(status == .wrongUsage && console.err.written.contains("error["), "\(console.err.written)")
        #expect(await stream("list").out.hasPrefix("No streams in "))
    }

    @Test("split, merge and scale: the records stay, and the keys go to the new shards") func reshard() async throws {
        _ = await stream("create", "s")
        let before = try directory.write("before.txt", (1...50).map { "a\($0)\n" }.joined())
        let after = try directory.write("after.txt", (1...50).map { "b\($0)\n" }.joined())
        #expect(await stream("put", "s", before).status == .done)
        let split = try await stream("split", "s", "0", "--json").json
        #expect(split["closed"]?[0]?.text == "shardId-000000000000" && split["opened"]?.items.count == 2)
        #expect(await stream("put", "s", after).status == .done)
        let tail = await stream("tail", "s", "--from", "start", "--limit", "1000", "--lines")
        #expect(tail.out.split(separator: "\n").count == 100)
        let child = await stream("tail", "s", "--shard", "1", "--from", "start", "--limit", "1000", "--lines")
        #expect(child.out.split(separator: "\n").allSatisfy { $0.hasPrefix("b") } && !child.out.isEmpty)

        let merged = await stream("merge", "s", "1", "shardId-000000000002")
        #expect(merged.out.contains("Closed shards 1, 2; opened shard 3."), "\(merged.out)\(merged.err)")
        let closed = await stream("split", "s", "0")
        #expect(closed.status != .done && closed.err.contains("split or merged"))
        #expect(await stream("split", "s", "3", "--at", "0x5").status != .done)
        let border = await stream("split", "s", "3", "--at", "0")
        #expect(border.status == .wrongUsage, "\(border.err)")
        #expect(border.err.contains("choose from 1 to 340282366920938463463374607431768211454"), "\(border.err)")
        #expect(await stream("merge", "s", "3", "3").status == .wrongUsage)
        let unknown = await stream("split", "s", "17")
        #expect(unknown.status == .wrongUsage && unknown.err.contains("shards are numbered 0 to 3"))

        #expect(try await stream("scale", "s", "6", "--json").json["open_shards"]?.integer == 6)
        #expect(try await stream("scale", "s", "1", "--json").json["open_shards"]?.integer == 1)
        #expect(await stream("scale", "s", "0").status == .wrongUsage)
        let all = await stream("tail", "s", "--from", "start", "--limit", "1000", "--lines")
        #expect(all.out.split(separator: "\n").count == 100)
    }

    @Test("retention is shown and changed") func retention() async throws {
        _ = await stream("create", "s")
        #expect(await stream("retention", "s").out == "Stream s keeps records for 24 h.\n")
        let bounded = await sluice("stream", "retention", "s", "3d", "--bytes", "10GB", "--home", home, width: 200)
        #expect(bounded.out.contains("for 3 d, and at most 10 GB in a shard, in steps of segments of 67 MB"), "\(bounded.out)")
        let small = await stream("retention", "s", "--bytes", "1MB")
        #expect(small.status == .wrongUsage && small.err.contains("67108864"), "\(small.err)")
        #expect(await stream("create", "t", "--retention-bytes", "1MB").status == .wrongUsage)
        #expect(await stream("describe", "s").out.contains("3 d, and at most 10 GB"))
        #expect(await stream("list").out.contains("3 d"))
        let json = try await stream("retention", "s", "--bytes", "none", "--json").json
        #expect(json["retention_hours"]?.integer == 72 && json.keys.contains("retention_bytes") && json["retention_bytes"]?.integer == nil)
        #expect(await stream("retention", "s", "0").status == .wrongUsage)
        #expect(await stream("retention", "s", "soon").status == .wrongUsage)
    }

    @Test("set changes what it names, and describe shows all of it") func set() async throws {
        _ = await stream("create", "s", "--on-demand", "--tag", "draft=1")
        let made = await stream("describe", "s").out
        #expect(made.contains("4 open; on demand") && made.contains("always: a stored record survives a power cut"))
        #expect(made.contains("draft=1") && made.contains("record size") && made.contains("encryption"), "\(made)")
        #expect(await stream("split", "s", "0").err.contains("follow its load"))
        let changed = await stream(
            "set", "s", "--durability", "interval", "--no-on-demand", "--encrypt", "--tag", "team=billing", "--remove-tag", "draft")
        #expect(changed.status == .done && changed.out.hasPrefix("Changed stream s."), "\(changed.out)\(changed.err)")
        let json = try await stream("describe", "s", "--json").json
        #expect(json["durability"]?.text == "interval" && json["mode"]?.text == "PROVISIONED" && json["encryption"]?.text == "aes-gcm")
        #expect(json["tags"]?["team"]?.text == "billing" && json["tags"]?["draft"] == nil)
        let text = await stream("describe", "s").out
        #expect(text.contains("interval: ") && text.contains("AES-256-GCM") && text.contains("team=billing") && text.contains("24 h"))
        let lines = try directory.write("lines", "a\nb\n")
        #expect(await stream("put", "s", lines).status == .done)
        #expect(await stream("tail", "s", "--lines").out.split(separator: "\n").sorted() == ["a", "b"])
        #expect(await stream("set", "s").status == .wrongUsage)
        #expect(await stream("set", "s", "--record-bytes", "64MiB").status == .wrongUsage)
        #expect(await stream("set", "s", "--durability", "maybe").status == .wrongUsage)
    }

    @Test("tail --follow reads the shards that another writer makes, each behind its parents") func followReshard() async throws {
        _ = await stream("create", "s")
        for (name, lines) in [("a", 1...40), ("b", 41...80), ("c", 81...120)] {
            let path = try directory.write(name, lines.map { "k\($0 % 7),\($0)\n" }.joined())
            #expect(await stream("put", "s", path, "--key-column", "1").status == .done)
            if name == "a" { _ = await stream("split", "s", "0") }
            if name == "b" { _ = await stream("merge", "s", "1", "2") }
        }
        let followed = await stream("tail", "s", "--from", "start", "--follow", "--limit", "120", "--lines")
        let numbers = followed.out.split(separator: "\n").map { line in Int(line.split(separator: ",")[1])! }
        #expect(numbers.sorted() == Array(1...120))
        for key in 0..<7 {
            let own = numbers.filter { $0 % 7 == key }
            #expect(own == own.sorted())
        }
    }

    @Test("delete asks first") func delete() async throws {
        _ = await stream("create", "s")
        let lines = try directory.write("lines", "a\nb\n")
        _ = await stream("put", "s", lines)
        let asked = await stream("delete", "s")
        #expect(asked.status == .wrongUsage && asked.err.contains("2 records") && asked.err.contains("--yes"))
        #expect(await stream("describe", "s").status == .done)
        #expect(await stream("delete", "s", "--yes").out.hasPrefix("Removed stream s with 2 records"))
        let gone = await stream("delete", "s", "--force")
        #expect(gone.status == .wrongUsage && gone.err.contains("error[not-found]"))
    }

    @Test("verify finds a flipped bit, says what was lost, and is content afterwards") func verify() async throws {
        _ = await stream("create", "s")
        let lines = try directory.write("lines", String(repeating: "0123456789\n", count: 500))
        for _ in 1...3 { _ = await stream("put", "s", lines, "--partition-key", "k") }
        let healthy = await stream("verify", "s")
        #expect(healthy.status == .done && healthy.out == "ok    s: 1,500 records in 1 shard\n")
        let segment = try #require(directory.files(below: "home/streams/s").first { $0.hasSuffix(".segment") })
        try flip(directory.path("home/streams/s") + "/" + segment, at: 3_000)
        let damaged = await stream("verify", "s", "--json")
        #expect(damaged.status == .failed)
        let json = try damaged.json
        #expect(json["healthy"]?.boolean == false && json["findings"]?.items.isEmpty == false)
        #expect(await stream("tail", "s", "--limit", "1", "--lines").out == "0123456789\n")
    }

    private func flip(_ path: String, at offset: Int) throws {
        let descriptor = open(path, O_RDWR)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var byte: UInt8 = 0
        try #require(pread(descriptor, &byte, 1, off_t(offset)) == 1)
        byte ^= 0x10
        try #require(pwrite(descriptor, &byte, 1, off_t(offset)) == 1)
    }

    @Test("peek shows the oldest record with everything known of it") func peek() async throws {
        _ = await stream("create", "s")
        let lines = try directory.write("lines", "first\nsecond\n")
        _ = await stream("put", "s", lines, "--partition-key", "k")
        let oldest = await stream("peek", "s")
        #expect(oldest.out.contains("data      first\n") && oldest.out.contains("key       k\n") && !oldest.out.contains("second"))
        #expect(await stream("peek", "s", "--from", "1").out.contains("second"))
        #expect(await stream("peek", "s", "--from", "end").out == "No records.\n")
        #expect(await stream("peek", "s", "--from", "2020-01-01T00:00:00Z", "--limit", "5").out.contains("second"))
        #expect(await stream("peek", "s", "--from", "yesterday").status == .wrongUsage)
    }
}
