import SluiceCatalog
import SluiceCore
import Testing

@Suite("runs, locks and bookmarks")
struct RunTests {
    let home = TemporaryHome()

    private func report() -> RunReport {
        var report = RunReport()
        report.inputs = [.init("in/a.csv", rows: 10, bytes: 1_000)]
        report.steps = [.init("filter", rowsIn: 9, rowsOut: 7, rejected: 1)]
        report.timings = [.init("read", micros: 12)]
        (report.rowsIn, report.rowsOut, report.deadLetters) = (10, 7, 1)
        report.deadLetterFile = "dead.jsonl"
        report.outputs = ["sales.orders"]
        return report
    }

    @Test("a run is recorded from begin to end with all it reports")
    func succeeded() throws {
        let catalog = try home.open()
        let run = try catalog.beginRun(pipeline: "orders", definitionHash: "abc")
        #expect(try catalog.run(matching: run.text).state == .running)
        try catalog.commit(OutputCommit(), run: run, report: report())
        let record = try home.open().run(matching: String(run.text.prefix(12)).lowercased())
        #expect(record.id == run && record.state == .succeeded && record.report == report() && record.failure == nil)
        #expect(record.durationMicros == 1_000_000)
        #expect(record.json.json.contains(#""steps":[{"name":"filter","rows_in":9,"rows_out":7,"rejected":1}]"#))
    }

    @Test("a failed run keeps its error, and later ends do not change it")
    func failed() throws {
        let catalog = try home.open()
        let run = try catalog.beginRun(pipeline: "orders", definitionHash: "abc")
        let error = SluiceError(.diskFull, "no space", at: .file(path: "a.csv", line: 3), remedy: "free some")
        try catalog.failRun(run, error, report: report())
        #expect(throws: SluiceError.self) { try catalog.commit(OutputCommit(), run: run, report: report()) }
        try catalog.failRun(run, SluiceError(.overflow, "other"), report: RunReport(), interrupted: true)
        let record = try catalog.run(matching: run.text)
        #expect(record.state == .failed && record.report.rowsOut == 7)
        #expect(record.failure == RunFailure(error))
        #expect(record.failure?.place == "a.csv:3")
    }

    @Test("runs are listed newest first, by pipeline, state and number")
    func lists() throws {
        let catalog = try home.open()
        var runs: [RunID] = []
        for index in 0..<6 {
            let run = try catalog.beginRun(pipeline: index % 2 == 0 ? "even" : "odd", definitionHash: "")
            runs.append(run)
            if index == 1 { try catalog.failRun(run, SluiceError(.overflow, "x"), report: RunReport()) }
            if index == 2 { try catalog.commit(OutputCommit(), run: run, report: RunReport()) }
        }
        #expect(runs == runs.sorted())
        #expect(try catalog.runs().map(\.id) == runs.reversed())
        #expect(try catalog.runs(limit: 2).map(\.id) == [runs[5], runs[4]])
        #expect(try catalog.runs(pipeline: "odd").map(\.id) == [runs[5], runs[3], runs[1]])
        #expect(try catalog.runs(state: .failed).map(\.id) == [runs[1]])
        #expect(try catalog.runs(pipeline: "even", state: .running).map(\.id) == [runs[4], runs[0]])
    }

    @Test("a run is found by the beginning of its id, and an unclear or unknown one is an error")
    func matching() throws {
        let catalog = try home.open()
        #expect(#expect(throws: SluiceError.self) { try catalog.run(matching: "x") }?.code == .notFound)
        _ = try catalog.beginRun(pipeline: "a", definitionHash: "")
        _ = try catalog.beginRun(pipeline: "a", definitionHash: "")
        #expect(#expect(throws: SluiceError.self) { try catalog.run(matching: "01") }?.code == .invalidArgument)
        #expect(#expect(throws: SluiceError.self) { try catalog.run(matching: "") }?.code == .notFound)
    }

    @Test("run ids sort by time and differ within a millisecond")
    func ids() {
        var random = SystemRandomNumberGenerator()
        let ids = (0..<100).map { RunID(atMicros: 1_700_000_000_000_000 + Int64($0) * 1_000, using: &random) }
        #expect(ids == ids.sorted())
        #expect(Set((0..<100).map { _ in RunID(atMicros: 5, using: &random) }).count == 100)
        #expect(ids.allSatisfy { $0.text.utf8.count == 26 })
    }

    @Test("a run whose process is gone shows as interrupted, and opening removes what it staged")
    func gone() throws {
        let catalog = try home.open()
        let staged = try home.write("staging/part", "x")
        let run = try catalog.beginRun(pipeline: "a", definitionHash: "", staging: [home.path + "/staging"])
        #expect(try home.open().recovery.isEmpty)
        #expect(DiskFiles.kind(of: staged) == .file)
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        let later = try home.open(hooks)
        #expect(later.recovery.interruptedRuns == [run])
        #expect(DiskFiles.kind(of: staged) == nil)
        let record = try later.run(matching: run.text)
        #expect(record.state == .interrupted && record.failure?.code == "interrupted" && record.endedMicros != nil)
        #expect(try home.open(hooks).recovery.isEmpty)
    }

    @Test("this process runs, one with its number and another start does not")
    func processes() {
        #expect(ProcessIdentity.current.isRunning)
        #expect(!ProcessIdentity(processID: ProcessIdentity.current.processID, started: "boot/1").isRunning)
        #expect(!ProcessIdentity(processID: Int32.max, started: "").isRunning)
    }

    @Test("a pipeline runs once at a time; the error names the process", arguments: ["orders", "a/b é", "..", "x%2f"])
    func locks(_ pipeline: String) throws {
        let catalog = try home.open()
        let lock = try catalog.lock(pipeline: pipeline)
        let error = #expect(throws: SluiceError.self) { try catalog.lock(pipeline: pipeline) }
        #expect(error?.code == .alreadyRunning)
        #expect(error?.message.contains("in process \(ProcessIdentity.current.processID) since 2023-11-14T") == true)
        _ = try catalog.lock(pipeline: pipeline + "2")
        lock.release()
        _ = try catalog.lock(pipeline: pipeline)
        #expect(try DiskFiles.list(home.path + "/locks").allSatisfy { $0.hasSuffix(".lock") })
    }

    @Test("bookmarks are set, moved, listed and forgotten")
    func bookmarks() throws {
        let catalog = try home.open()
        #expect(try catalog.bookmark(pipeline: "p", source: "s") == nil)
        try catalog.setBookmark(Bookmark(pipeline: "p", source: "s", position: [0, 255, 1]))
        try catalog.setBookmark(Bookmark(pipeline: "p", source: "a", position: []))
        try catalog.setBookmark(Bookmark(pipeline: "q", source: "s", position: [9]))
        try catalog.setBookmark(Bookmark(pipeline: "p", source: "s", position: [2]))
        #expect(try catalog.bookmark(pipeline: "p", source: "s")?.position == [2])
        #expect(try catalog.bookmarks(pipeline: "p").map(\.source) == ["a", "s"])
        try catalog.deleteBookmark(pipeline: "p", source: "s")
        #expect(try catalog.bookmarks().map { $0.pipeline + $0.source } == ["pa", "qs"])
    }
}
