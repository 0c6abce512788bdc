import SluiceCatalog
import SluiceCore
import SluicePipelines
@testable import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

@Suite("events and notices") struct EventTests {
    private let world: SimulatedWorld
    private let directory: TemporaryDirectory

    init() throws {
        world = try SimulatedWorld(seed: 5, nowSeconds: 1_770_000_000)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        directory = try TemporaryDirectory()
    }

    private func run(_ scheduler: SimulatedScheduler, seconds: Int) throws {
        for _ in 0..<seconds {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 1_000_000)
        }
    }

    @Test("new and changed files make one run together, when two looks find them the same; those that were there make none")
    func files() throws {
        try directory.write("in/old.csv", "1")
        let watching = try JobSet([job("a", "{on: {file: \"\(directory.path("in/*.csv"))\"}}")])
        let first = try SimulatedScheduler(1, world, watching)
        try run(first, seconds: 4)
        func runs(_ scheduler: SimulatedScheduler) throws -> [ScheduledRun] {
            try scheduler.catalog.readSchedule { try $0.runs(job: "a", limit: 100) }.reversed()
        }
        #expect(try runs(first).isEmpty)
        try directory.write("in/new.csv", "1")
        try directory.write("in/other.txt", "1")
        try directory.write("in/second.csv", "1")
        try run(first, seconds: 5)
        #expect(try runs(first).map { $0.parameters["files"] } == ["\(directory.path("in/new.csv"))\n\(directory.path("in/second.csv"))"])
        // A scheduler that begins anew knows what was seen, and finds what came meanwhile.
        first.crash()
        try directory.write("in/old.csv", "longer")
        let second = try SimulatedScheduler(2, world, watching)
        try run(second, seconds: 5)
        #expect(try runs(second).map { $0.parameters["files"] }.last == directory.path("in/old.csv"))
        #expect(try runs(second).count == 2 && runs(second).allSatisfy { $0.cause == .event && $0.state == .succeeded })
    }

    @Test("patterns go through directories, and files whose names are more than a process takes make several runs") func manyFiles() throws
    {
        let pattern = directory.path("in/**/*.{csv,txt}")
        let first = try SimulatedScheduler(1, world, JobSet([job("a", "{on: {file: \"\(pattern)\"}}")]))
        try directory.write("in/old/very/deep.csv", "1")
        try run(first, seconds: 3)
        let names = (0..<700).map {
            "in/\($0 % 3 == 0 ? "" : "sub/deeper/")\($0)-\(String(repeating: "n", count: 60)).\($0 % 2 == 0 ? "csv" : "txt")"
        }
        for name in names { try directory.write(name, "1") }
        try directory.write("in/other.json", "1")
        try run(first, seconds: 20)
        let runs = try first.catalog.readSchedule { try $0.runs(job: "a", limit: 100) }
        let files = runs.flatMap { ($0.parameters["files"] ?? "").split(separator: "\n").map(String.init) }
        #expect(files.sorted() == names.map { directory.path($0) }.sorted())
        #expect(runs.count > 1 && runs.allSatisfy { ($0.parameters["files"] ?? "").utf8.count <= SchedulerLimits.eventBytes })
    }

    @Test("a run that is late is told once, in a file as a line of JSON")
    func late() throws {
        world.state.withLock { $0.duration = { _, _ in (500_000_000, 0) } }
        let file = directory.path("alerts/late.jsonl")
        let jobs = try JobSet([job("a", "{at: \"0 * * * *\", expected_by: 60s, notify: {file: \"\(file)\", on: late}}")])
        let first = try SimulatedScheduler(1, world, jobs)
        try run(first, seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(first, seconds: 100)
        first.crash()
        let second = try SimulatedScheduler(2, world, jobs)
        try run(second, seconds: 20)
        let lines = try directory.text("alerts/late.jsonl").split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("{\"notice\":\"late\",\"run_id\":"))
    }

    @Test("a job behind one that does not end is late at its time, told once through a crash, and its success is a recovery")
    func lateBehind() throws {
        world.state.withLock { $0.duration = { name, _ in (name == "slow" ? 200_000_000 : 0, 0) } }
        let file = directory.path("alerts/late.jsonl")
        let jobs = try JobSet([
            job("slow", "{at: \"0 * * * *\"}"), job("middle", "{after: slow}"),
            job("report", "{after: middle, expected_by: 60s, notify: {file: \"\(file)\", on: [late, recovery]}}"),
            // It runs only when something is wrong, so nobody expects it.
            job("alarm", "{after: {jobs: slow, states: [failed]}, expected_by: 60s, notify: {file: \"\(file)\", on: late}}"),
        ])
        let first = try SimulatedScheduler(1, world, jobs)
        try run(first, seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        let tick = world.now / 1_000_000
        try run(first, seconds: 50)
        #expect(throws: (any Error).self) { try directory.text("alerts/late.jsonl") }
        try run(first, seconds: 50)
        first.crash()
        let second = try SimulatedScheduler(2, world, jobs)
        try run(second, seconds: 150)
        #expect(try second.catalog.readSchedule { try $0.runs(job: "report", limit: 9) }.map(\.state) == [.succeeded])
        let lines = try directory.text("alerts/late.jsonl").split(separator: "\n")
        try #require(lines.count == 2, "\(lines)")
        let moment = Value.timestamp(tick * 1_000_000, zoned: true)
        let due = Value.timestamp((tick + 60) * 1_000_000, zoned: true)
        #expect(lines[0].hasPrefix(#"{"notice":"late","run_id":"#) && lines[0].contains(#""job":"report""#), "\(lines[0])")
        #expect(lines[0].contains(#""expected_by":"\#(due)""#), "\(lines[0])")
        #expect(
            lines[0].hasSuffix(#""text":"report: the run of \#(moment) is late: it runs after others, and slow is running"}"#),
            "\(lines[0])")
        #expect(lines[1].hasPrefix(#"{"notice":"recovery""#) && lines[1].contains("succeeded again"), "\(lines[1])")
    }

    @Test("a run that failed before it is expected is late at its time, through a crash, and so is what never ran behind it")
    func lateFailed() throws {
        world.state.withLock { $0.duration = { name, _ in (0, name == "a" ? 1 : 0) } }
        let file = directory.path("alerts/late.jsonl")
        let notify = "expected_by: 60s, notify: {file: \"\(file)\", on: [late, recovery]}"
        let jobs = try JobSet([job("a", "{at: \"0 * * * *\", \(notify)}"), job("b", "{after: a}"), job("c", "{after: b, \(notify)}")])
        let first = try SimulatedScheduler(1, world, jobs)
        try run(first, seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(first, seconds: 50)
        #expect(throws: (any Error).self) { try directory.text("alerts/late.jsonl") }
        first.crash()
        let second = try SimulatedScheduler(2, world, jobs)
        try run(second, seconds: 30)
        let lines = try directory.text("alerts/late.jsonl").split(separator: "\n").sorted {
            $0.contains("\"job\":\"a\"") && !$1.contains("\"job\":\"a\"")
        }
        try #require(lines.count == 2, "\(lines)")
        #expect(lines[0].contains("\"job\":\"a\"") && lines[0].hasSuffix(#"is late: failed: exit code 1"}"#), "\(lines[0])")
        #expect(lines[1].contains("\"job\":\"c\"") && lines[1].contains("is late: skipped: "), "\(lines[1])")
        // One that is done again in time is not late.
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(second, seconds: 20)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        _ = try second.catalog.changeSchedule { ledger in
            try ScheduleRequests.retry(try #require(try ledger.runs(job: "a", limit: 1).first), try #require(jobs["a"]), ledger)
        }
        try run(second, seconds: 60)
        let all = try directory.text("alerts/late.jsonl").split(separator: "\n")
        #expect(all.filter { $0.contains(#""notice":"late""#) }.count == 2, "\(all)")
    }

    @Test("a stream that reaches a count, a group that reaches a lag, and objects that arrive make one run each, through a crash")
    func remote() async throws {
        let sights = EventSights()
        let jobs = try JobSet([
            job("count", "{on: {stream: s, records: 100}}"), job("lag", "{on: {stream: s, group: g, lag: 50}}"),
            job("objects", "{on: {file: \"s3://b/in/*.csv\"}}"),
        ])
        var scheduler = try SimulatedScheduler(1, world, jobs, sights: sights)
        func counts() throws -> [Int] {
            try ["count", "lag", "objects"].map { name in
                try scheduler.catalog.readSchedule { try $0.runs(job: name, limit: 100) }.count
            }
        }
        func look(_ count: Int64, _ lag: Int64, _ objects: [String: String]) async throws {
            try run(scheduler, seconds: 1)
            await sights.look { event in
                switch event {
                case .stream: .count(count)
                case .lag: .count(lag)
                default: .objects(objects)
                }
            }
            try run(scheduler, seconds: 3)
        }
        try await look(1_000, 0, ["s3://b/in/0.csv": "1"])
        #expect(try counts() == [0, 0, 0])
        try await look(1_099, 49, ["s3://b/in/0.csv": "1"])
        #expect(try counts() == [0, 0, 0])
        try await look(1_350, 50, ["s3://b/in/0.csv": "1", "s3://b/in/1.csv": "1"])
        #expect(try counts() == [1, 1, 1])
        scheduler.crash()
        scheduler = try SimulatedScheduler(2, world, jobs, sights: sights)
        try await look(1_399, 80, ["s3://b/in/0.csv": "1", "s3://b/in/1.csv": "1"])
        #expect(try counts() == [1, 1, 1])
        try await look(1_400, 10, ["s3://b/in/0.csv": "2", "s3://b/in/1.csv": "1"])
        #expect(try counts() == [2, 1, 2])
        try await look(1_400, 90, [:])
        #expect(try counts() == [2, 2, 2])
        let last = try scheduler.catalog.readSchedule { try $0.runs(job: "objects", limit: 1).first }
        #expect(last?.parameters["files"] == "s3://b/in/0.csv")
        // One that cannot be looked at is told, and makes nothing.
        await sights.look { _ in throw SluiceError(.notFound, "there is no stream") }
        try run(scheduler, seconds: 3)
        #expect(try counts() == [2, 2, 2])
    }

    @Test("a webhook takes a call that knows the secret, once under a key, and refuses others") func webhooks() throws {
        let jobs = try JobSet([job("a", "{on: {webhook: orders, secret: s}}"), job("b", "{on: {webhook: other, secret: none}}")])
        let catalog = try world.open()
        let hooks = Webhooks(catalog: catalog, jobs: jobs) { $0 == "s" ? "open sesame" : nil }
        let body = Array("{\"x\":1}".utf8)
        func call(_ headers: [String: String], path: String = "/hooks/orders", body: [UInt8], method: String = "POST") -> Int {
            hooks.take(method: method, path: path, headers: headers, body: body).status
        }
        func runs() throws -> [ScheduledRun] { try catalog.readSchedule { try $0.runs(limit: 100) } }
        #expect(call([:], body: body) == 401)
        #expect(call(["authorization": "Bearer wrong"], body: body) == 401)
        #expect(call(["x-sluice-signature": WebhookSignature.text("open sesame", [])], body: body) == 401)
        #expect(call(["authorization": "Bearer open sesame"], path: "/hooks/other", body: body) == 401)
        #expect(call(["authorization": "Bearer open sesame"], path: "/", body: body) == 404)
        #expect(call(["authorization": "Bearer open sesame"], body: body, method: "GET") == 405)
        #expect(call(["authorization": "Bearer open sesame"], body: [UInt8](repeating: 32, count: 70_000)) == 413)
        #expect(try runs().isEmpty)
        #expect(call(["authorization": "Bearer open sesame"], body: body) == 202)
        let signed = ["x-hub-signature-256": WebhookSignature.text("open sesame", body), "x-github-delivery": "d-1"]
        #expect(call(signed, body: body) == 202 && call(signed, body: body) == 202)
        #expect(try runs().count == 2)
        #expect(try runs().allSatisfy { $0.cause == .event && $0.parameters["event"] == "{\"x\":1}" })
        let known = WebhookSignature.text("key", Array("The quick brown fox jumps over the lazy dog".utf8))
        #expect(known == "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8")
    }

    @Test(
        "events that are not whole are refused with what is missing",
        arguments: [
            ("{webhook: a}", "a webhook without a secret"), ("{stream: s}", "`records`, or `group` and `lag`"),
            ("{stream: s, records: 5, lag: 5}", "`records`, or `group` and `lag`"),
            ("{file: a, records: 5}", "records means nothing beside file"),
            ("{records: 5}", "one of file, table, crawler, stream and webhook"),
        ])
    func mistakes(_ event: String, _ message: String) throws {
        let error = try #require(throws: (any Error).self) { try job("a", "{on: \(event)}") }
        #expect("\(error)".contains(message), "\(error)")
    }
}
