import Glibc
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("stream put") struct StreamPutTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    private func stream(_ arguments: String...) async -> Outcome { await sluice(["stream"] + arguments + ["--home", home]) }

    /// Keys and data of all records, in the order of their shards.
    private func records(_ name: String) async throws -> [(key: String, data: String)] {
        let json = try await stream("tail", name, "--from", "start", "--limit", "1000000", "--json").json
        return (json["records"]?.items ?? []).map { ($0["key"]?.text ?? "", $0["data"]?.text ?? "") }
    }

    @Test("each line is a record, whatever ends it, and empty lines are left out") func lines() async throws {
        _ = await stream("create", "s")
        let path = try directory.write("lines", "one\r\n\n{two}\n\r\nthree ü")
        let put = await stream("put", "s", path)
        #expect(put.status == .done && put.out.hasPrefix("Put 3 records, 16 B, into s in "), "\(put.out)\(put.err)")
        let found = try await records("s")
        #expect(found.map(\.data) == ["one", "{two}", "three ü"])
        #expect(Set(found.map(\.key)).count == 3)
        #expect(await stream("tail", "s", "--lines").out == "one\n{two}\nthree ü\n")
        let json = try await stream("put", "s", path, "--json").json
        #expect(json["records"]?.integer == 3 && json["bytes"]?.integer == 16 && json["interrupted"]?.boolean == false)
    }

    @Test("the key is a member, a field, or the same for all") func keys() async throws {
        _ = await stream("create", "s")
        let json = try directory.write(
            "a.jsonl", #"{"user":{"id":7},"id":1}"# + "\n" + #"{"user":{"name":[{"id":2}],"\u0069d":"\u00fc\"x"}}"# + "\n")
        #expect(await stream("put", "s", json, "--key", "user.id").status == .done)
        #expect(try await records("s").map(\.key) == ["7", "ü\"x"])
        _ = await stream("create", "t")
        let csv = try directory.write("a.csv", "1,\"a, \"\"b\"\"\",x\n2,c\n")
        #expect(await stream("put", "t", csv, "--key-column", "2").status == .done)
        let tabs = try directory.write("a.tsv", "3\td\n")
        #expect(await stream("put", "t", tabs, "--key-column", "2", "--delimiter", #"\t"#).status == .done)
        #expect(await stream("put", "t", tabs, "--partition-key", "k").status == .done)
        #expect(try await records("t").map(\.key) == ["a, \"b\"", "c", "d", "k"])
    }

    @Test("records of a key stay in order over many shards and blocks") func order() async throws {
        _ = await stream("create", "s", "--shards", "4")
        let count = 60_000
        let text = (0..<count).map { #"{"user":\#($0 % 97),"n":\#($0),"pad":"0123456789012345678901234567890123456789"}"# + "\n" }.joined()
        let path = try directory.write("many.jsonl", text)
        let put = await stream("put", "s", path, "--key", "user")
        #expect(put.status == .done && put.out.hasPrefix("Put 60,000 records"), "\(put.out)\(put.err)")
        var last: [String: Int] = [:]
        var seen = 0
        for shard in 0..<4 {
            let tail = await stream("tail", "s", "--shard", "\(shard)", "--from", "start", "--limit", "1000000", "--lines")
            for line in tail.out.split(separator: "\n") {
                let record = try JSONDocument(parsing: String(line))
                let (user, number) = (try #require(record["user"]?.text ?? record["user"]?.integer.map(String.init)), record["n"]?.integer)
                #expect(try #require(number) > last[user, default: -1])
                last[user] = number
                seen += 1
            }
        }
        #expect(seen == count && last.count == 97)
    }

    @Test("a pipe is stored as it comes, before its writer is done") func pipe() async throws {
        _ = await stream("create", "s")
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        async let put = stream("put", "s", "/dev/fd/\(reading)")
        try #require(write(writing, "a\nb\nc", 5) == 5)
        while try await records("s").count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        try #require(write(writing, "d\n", 2) == 2)
        close(writing)
        #expect(await put.out.hasPrefix("Put 3 records"))
        #expect(try await records("s").map(\.data) == ["a", "b", "cd"])
    }

    @Test(
        "a line that is no record ends it; those before it are stored",
        arguments: [
            ("{\"id\":2", "malformed-record", ["--key", "id"]), ("{\"ip\":2}", "malformed-record", ["--key", "id"]),
            ("{\"id\":null}", "malformed-record", ["--key", "id"]), ("{\"id\":[1]}", "malformed-record", ["--key", "id"]),
            ("{\"id\":\"\"}", "value-does-not-fit", ["--key", "id"]), ("[1]", "malformed-record", ["--key", "id"]),
            ("nonsense", "malformed-record", ["--json-lines"]), ("x", "too-few-fields", ["--key-column", "2", "--delimiter", ":"]),
            (String(repeating: "x", count: 5_000), "record-too-large", []),
            (String(repeating: "x", count: 3_000_000), "record-too-large", []),
        ])
    func badLine(line: String, code: String, options: [String]) async throws {
        _ = await stream("create", "s", "--record-bytes", "4096")
        let path = try directory.write("lines", "{\"id\":1}\n\n" + line + "\n{\"id\":3}\n")
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let words = ["stream", "put", "s", path, "--home", home] + options
        let status = await CommandLineProgram.run(words, Invocation(programName: "sluice", console: console))
        let error = console.err.written
        #expect(status == .failed && error.contains("error[\(code)]") && error.contains("lines:3"), "\(error.prefix(600))")
        #expect(error.contains("the record before it is stored"), "\(error.suffix(200))")
        #expect(try await records("s").map(\.data) == ["{\"id\":1}"])
    }

    @Test("what cannot work is refused before anything is read") func usage() async throws {
        let path = try directory.write("lines", "a\n")
        let unknown = await stream("put", "s", path)
        #expect(unknown.status == .wrongUsage && unknown.err.contains("stream create s"))
        _ = await stream("create", "s")
        #expect(await stream("put", "s", path, "--key", "a", "--partition-key", "b").status == .wrongUsage)
        #expect(await stream("put", "s", path, "--key", "a..b").err.contains("no path to a member"))
        #expect(await stream("put", "s", path, "--key-column", "0").status == .wrongUsage)
        #expect(await stream("put", "s", path, "--delimiter", ";").status == .wrongUsage)
        #expect(await stream("put", "s", directory.path("absent")).err.contains("error[file-not-found]"))
        #expect(await stream("put", "s", directory.path("home")).err.contains("is a directory"))
        #expect(try await records("s").isEmpty)
    }
}
