import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

/// A stream that lost acknowledged records to a flipped bit, as runs and commands tell it.
@Suite("Streams with damage") struct StreamDamageTests {
    private let directory: TemporaryDirectory
    private let home: String
    private let shard: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
        shard = home + "/streams/m/shardId-000000000000"
    }

    private func command(_ arguments: String...) async -> Outcome { await sluice(arguments + ["--home", home], width: 1_000) }

    /// Three puts of a thousand records, of which the second is damaged.
    private func makeDamage() async throws {
        _ = await command("stream", "create", "m")
        for part in 0..<3 {
            let file = try directory.write("\(part).jsonl", (0..<1_000).map { "{\"n\":\(part * 1_000 + $0)}\n" }.joined())
            try #require(await command("stream", "put", "m", file).status == .done)
        }
        let path = shard + "/00000000000000000000.segment"
        var bytes = try DiskFiles.read(path)
        let end = try #require(bytes.lastIndex { $0 != 0 })
        bytes[end / 2] ^= 0x10
        try DiskFiles.writeAtomically(bytes, to: path)
    }

    private func define(_ name: String, more: String = "") throws -> String {
        try directory.write(
            "\(name).yaml",
            "name: \(name)\nsource: {stream: m, columns: {n: int64}}\nsink: {files: \(name), format: csv, mode: append}\n\(more)")
    }

    private let missing = "stream \"m\", shardId-000000000000: records 1000 to 1999 are missing: 1000 that damage took"

    @Test("the run that reads over the gap tells it, with its numbers, in its output, in its record and as JSON", arguments: [false, true])
    func runs(_ isIncremental: Bool) async throws {
        try await makeDamage()
        let file = try define("p", more: isIncremental ? "incremental: true" : "")
        let json = try await command("run", file, "--json").json
        #expect(json["rows_in"]?.integer == 2_000)
        #expect(json["notices"]?.items.compactMap(\.text).contains(missing) == true, "\(json)")
        let whole = shard + "/00000000000000000000.segment.damaged"
        #expect(json["notices"]?.items.contains { $0.text?.contains("\"\(whole)\"") == true } == true, "\(json)")
        let shown = try await command("runs", "show", "last", "--json").json
        #expect(shown["notices"]?.items.compactMap(\.text).contains(missing) == true, "\(shown)")
        #expect(await command("runs", "show", "last").out.contains(missing))
        // What is behind the gap says nothing of it any more; what begins before it does.
        let next = await command("run", file)
        #expect(next.status == .done && next.err.contains(missing) == !isIncremental, "\(next.err)")
        let other = await command("run", try define("q", more: "incremental: true"))
        #expect(other.err.contains(missing), "\(other.err)")
    }

    @Test("a run that writes to the stream tells what it set aside") func sink() async throws {
        try await makeDamage()
        try directory.write("in.csv", "n\n5\n")
        let file = try directory.write("w.yaml", "name: w\nsource: {files: in.csv}\nsink: {stream: m}\n")
        let result = await command("run", file)
        #expect(result.status == .done && result.err.contains(missing), "\(result.err)")
    }

    @Test("verify, doctor, list and describe tell it as long as it lies there; counts are of what is there") func commands() async throws {
        try await makeDamage()
        let first = await command("stream", "list")
        #expect(first.err.contains("damaged bytes aside") && first.err.contains("records 1000 to 1999 are missing"), "\(first.err)")
        #expect(first.out.contains("2,000") && first.out.contains("missing"), "\(first.out)")
        let list = try await command("stream", "list", "--json").json
        #expect(list["streams"]?[0]?["records"]?.integer == 2_000 && list["streams"]?[0]?["missing_records"]?.integer == 1_000)
        let described = try await command("stream", "describe", "m", "--json").json
        #expect(described["records"]?.integer == 2_000 && described["shards"]?[0]?["missing_records"]?.integer == 1_000)
        #expect(await command("stream", "describe", "m").out.contains("damage took 1,000 more"))
        let kept = shard + "/00000000000000000000.segment.damaged"
        for _ in 0..<2 {
            let verified = await command("stream", "verify", "m")
            #expect(verified.status == .failed && verified.out.contains("\"\(kept)\""), "\(verified.out)")
            #expect(verified.out.contains("records 1000 to 1999 are missing") && verified.out.contains("2,000 records in 1 shard"))
        }
        #expect(try await command("stream", "verify", "m", "--json").json["findings"]?[0]?["kind"]?.text == "set-aside")
        let doctor = await command("doctor")
        #expect(doctor.out.contains(kept) && doctor.out.contains("records 1000 to 1999 are missing"), "\(doctor.out)")
        try DiskFiles.removeTree(kept)
        let healthy = await command("stream", "verify", "m")
        #expect(healthy.status == .done && healthy.out.contains("warn") && healthy.out.contains("2,000 records"), "\(healthy.out)")
        #expect(try await command("stream", "describe", "m", "--json").json["records"]?.integer == 2_000)
    }

    @Test("a stream that cannot be opened does not hide the others from the list, which fails; doctor names it") func unreadable()
        async throws
    {
        _ = await command("stream", "create", "m")
        _ = await command("stream", "create", "n")
        try DiskFiles.writeAtomically("x".utf8, to: home + "/streams/m/stream.meta")
        let list = await command("stream", "list")
        #expect(
            list.status == .failed && list.out.contains("n ") && list.out.contains("m: \"\(home)/streams/m/stream.meta\" is damaged"),
            "\(list)")
        let json = try await command("stream", "list", "--json").json
        #expect(json["streams"]?.items.count == 1 && json["failures"]?[0]?["name"]?.text == "m", "\(json)")
        #expect(await command("doctor").out.contains("stream.meta"))
    }

    @Test("doctor warns of records that are missing, also where nothing was set aside") func emptied() async throws {
        _ = await command("stream", "create", "m")
        let file = try directory.write("a.jsonl", "{\"n\":1}\n")
        try #require(await command("stream", "put", "m", file).status == .done)
        try DiskFiles.removeTree(shard + "/00000000000000000000.segment")
        _ = await command("stream", "describe", "m")
        let checks = await command("doctor").out
        #expect(checks.contains("records 0 to 0 are missing"), "\(checks)")
    }
}
