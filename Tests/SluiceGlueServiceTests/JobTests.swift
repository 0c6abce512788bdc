import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceGlueService
@testable import SluiceServer

/// Jobs and triggers without a socket and without processes: runs end because the test says so.
@Suite("jobs of Glue") struct JobTests {
    private let directory: TemporaryDirectory
    private let catalog: Catalog
    private let service: TargetService<GlueHome>
    private let follower: GlueFollower
    private let shift = Shift()

    /// How far the catalog's clock is ahead.
    private final class Shift: Sendable {
        let micros = Mutex<Int64>(0)
    }

    init() throws {
        directory = try TemporaryDirectory()
        catalog = try Catalog(
            home: directory.path("state"),
            clock: WallClock { [shift] in WallClock.system.nowMicros() + shift.micros.withLock { $0 } })
        let home = GlueHome(
            catalog, directory: directory.path("state"), project: directory.root, PortOptions(port: 0), runsJobs: true)
        service = GlueService.make(home)
        follower = home.follower
    }

    @discardableResult
    private func call(_ operation: String, _ body: String) async throws -> WireValue {
        let head = RequestHead(method: "POST", target: "/", headers: HeaderFields([("X-Amz-Target", "AWSGlue.\(operation)")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: "000000000000", region: "us-east-1"), body: RequestBody(Array(body.utf8)),
            clock: .system, signature: nil)
        guard case .bytes(let bytes) = try await service.respond(to: request).body else { return .null }
        return bytes.isEmpty ? .null : try WireFormat.json.decode(bytes)
    }

    private func make(_ jobs: String...) async throws {
        for job in jobs {
            try await call("CreateJob", #"{"Name":"\#(job)","Role":"r","Command":{"Name":"glueetl","ScriptLocation":"a.yaml"}}"#)
        }
    }

    private func runs(_ job: String) throws -> [ScheduledRun] {
        try catalog.readSchedule { try $0.runs(job: "glue-\(job)", limit: 100) }
    }

    /// Ends the open run of a job as a scheduler would.
    private func end(_ job: String, _ state: ScheduledRunState, telling properties: [String: String] = [:]) throws {
        var run = try #require(try runs(job).first { !$0.state.isOver })
        try catalog.changeSchedule { ledger in
            (run.state, run.endedMicros) = (state, ledger.now)
            run.properties.merge(properties) { $1 }
            try ledger.update(run)
            try follower.follow(run, ledger)
        }
    }

    @Test(
        "names are told apart, and have no sign of a path or an option",
        arguments: ["load", "a_b", "a_x", "a_x41", "aA", "../../etc", "-rf", "a/b", "ä", "a b", "_", "x", "_x", "__x5Fx", "a\tb"])
    func names(_ name: String) throws {
        for kind in LedgerNames.Kind.allCases {
            let text = try LedgerNames.text(kind, name)
            #expect(DefinitionNode.isName(text))
            let parsed = try #require(LedgerNames.parse(text))
            #expect(parsed.kind == kind && parsed.name == name)
        }
    }

    @Test("what no client made stands for nothing", arguments: ["load", "glue-a_x4", "glue-a_xZZ", "glue-_xFF", "gluetrigger", ""])
    func foreign(_ text: String) { #expect(LedgerNames.parse(text) == nil) }

    @Test(
        "a failure says what the run has printed last, and how it ended",
        arguments: [
            ("Traceback\n  File\nValueError: no shop\n", "ValueError: no shop (exit code 1)"),
            (
                "reading\nerror[unknown-column]: unknown column \"a\"\n  --> f.yaml:1\n   = did you mean \"b\"?\n",
                "error[unknown-column]: unknown column \"a\"; did you mean \"b\"? (exit code 1)"
            ),
            ("", "exit code 1"), ("\n \n", "exit code 1"),
            (String(repeating: "x", count: 100_000), String(repeating: "x", count: 2_000) + " (exit code 1)"),
        ])
    func errors(_ log: String, _ expected: String) throws {
        let path = directory.path("log")
        try DiskFiles.writeAtomically(log.utf8, to: path)
        #expect(RunErrors.message("exit code 1", log: path) == expected)
        #expect(RunErrors.message("exit code 1", log: directory.path("nothing")) == "exit code 1")
    }

    @Test("parameters of a pipeline are arguments without their dashes, and none of Glue's own")
    func parameters() async throws {
        try await call(
            "CreateJob",
            #"{"Name":"p","Role":"r","Command":{"ScriptLocation":"a.yaml"},"DefaultArguments":{"--day":"1","--TempDir":"s3://t/","--job-language":"python"},"NonOverridableArguments":{"--mode":"safe"}}"#
        )
        try await call("StartJobRun", #"{"JobName":"p","Arguments":{"--day":"2","--mode":"fast","--config":"c"},"Timeout":3}"#)
        let run = try #require(try runs("p").first)
        #expect(run.parameters == ["day": "2", "mode": "safe", "config": "c", "run.timeout": "180000000"])
        for key in ["--", "day", "--a=b", "--../x", "--files", "---x", "--a b"] {
            await #expect(throws: ServiceFault.self) {
                try await call("StartJobRun", #"{"JobName":"p","Arguments":{"\#(key)":"v"},"JobRunQueuingEnabled":true}"#)
            }
        }
    }

    @Test("without a scheduler nothing is taken that would never run")
    func unscheduled() async throws {
        let home = GlueHome(catalog, directory: directory.path("state"), project: directory.root, PortOptions(port: 0))
        try await make("a")
        let head = RequestHead(method: "POST", target: "/", headers: HeaderFields([("X-Amz-Target", "AWSGlue.StartJobRun")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: "000000000000", region: "us-east-1"),
            body: RequestBody(Array(#"{"JobName":"a"}"#.utf8)), clock: .system, signature: nil)
        await #expect { _ = try await GlueService.make(home).respond(to: request) } throws: { error in
            (error as? ServiceFault)?.code == "OperationNotSupportedException"
        }
        #expect(try runs("a").isEmpty)
    }

    @Test("a trigger that waits for several fires when the last has come, and then waits for all of them again")
    func conditions() async throws {
        try await make("a", "b", "c")
        try await call(
            "CreateTrigger",
            #"{"Name":"t","Type":"CONDITIONAL","StartOnCreation":true,"Actions":[{"JobName":"c"}],"Predicate":{"Logical":"AND","Conditions":[{"JobName":"a","State":"SUCCEEDED"},{"JobName":"b","State":"FAILED"}]}}"#
        )
        func start(_ job: String, _ state: ScheduledRunState) async throws {
            try await call("StartJobRun", #"{"JobName":"\#(job)","JobRunQueuingEnabled":true}"#)
            try end(job, state)
        }
        try await start("a", .succeeded)
        try await start("b", .succeeded)
        #expect(try runs("c").isEmpty)
        try await start("b", .failed)
        #expect(try runs("c").count == 1)
        try await start("b", .failed)
        #expect(try runs("c").count == 1)
        try await start("a", .succeeded)
        #expect(try runs("c").count == 2)
    }

    @Test("triggers of a workflow see the runs of one run of it, and fire once in each")
    func workflow() async throws {
        try await make("a", "b", "c")
        try await call("CreateWorkflow", #"{"Name":"w","DefaultRunProperties":{"day":"1"}}"#)
        try await call("CreateTrigger", #"{"Name":"go","Type":"ON_DEMAND","WorkflowName":"w","Actions":[{"JobName":"a"},{"JobName":"b"}]}"#)
        try await call(
            "CreateTrigger",
            #"{"Name":"t","WorkflowName":"w","Type":"CONDITIONAL","StartOnCreation":true,"Actions":[{"JobName":"c"}],"Predicate":{"Logical":"ANY","Conditions":[{"JobName":"a","State":"SUCCEEDED"},{"JobName":"b","State":"SUCCEEDED"}]}}"#
        )
        try await call("StartJobRun", #"{"JobName":"a"}"#)
        try end("a", .succeeded)
        #expect(try runs("c").isEmpty)
        let id = try await call("StartWorkflowRun", #"{"Name":"w"}"#)["RunId"]?.string ?? ""
        try end("a", .succeeded, telling: ["rows": "3"])
        #expect(try runs("c").map(\.properties) == [["day": "1", "rows": "3"]])
        try end("b", .succeeded)
        #expect(try runs("c").count == 1)
        let properties = try await call("GetWorkflowRunProperties", #"{"Name":"w","RunId":"\#(id)"}"#)["RunProperties"]
        #expect(properties?.textMap == ["day": "1", "rows": "3"])
        try end("c", .failed)
        let run = try await call("GetWorkflowRun", #"{"Name":"w","RunId":"\#(id)"}"#)["Run"]
        #expect(run?["Status"] == .text("COMPLETED") && run?["Statistics"]?["FailedActions"] == .integer(1))
    }

    @Test("a clock that strikes while as many runs of its workflow go on as may begins none, and says so")
    func crowded() async throws {
        try await make("a")
        try await call("CreateWorkflow", #"{"Name":"w","MaxConcurrentRuns":1}"#)
        try await call(
            "CreateTrigger",
            #"{"Name":"go","Type":"SCHEDULED","WorkflowName":"w","StartOnCreation":true,"Schedule":"cron(0 3 * * ? *)","Actions":[{"JobName":"a"}]}"#
        )
        try strike("go")
        try strike("go")
        #expect(try runs("a").count == 1)
        try end("a", .succeeded)
        try strike("go")
        #expect(try runs("a").count == 2)
        let told = try await call("GetWorkflowRuns", #"{"Name":"w"}"#)["Runs"]?.elements ?? []
        #expect(told.map { $0["Status"]?.string } == ["RUNNING", "ERROR", "COMPLETED"])
        #expect(told[1]["ErrorMessage"] == .text("Concurrent runs exceeded for workflow: w."))
        #expect(told[1]["Statistics"]?["TotalActions"] == .integer(0))
        // By hand it is refused.
        await #expect(throws: ServiceFault.self) { try await call("StartWorkflowRun", #"{"Name":"w"}"#) }
        #expect(try await call("GetWorkflowRuns", #"{"Name":"w"}"#)["Runs"]?.elements.count == 3)
    }

    /// Makes the clock of a trigger strike.
    private func strike(_ trigger: String) throws {
        try catalog.changeSchedule { ledger in
            let job = JobDeclaration(
                name: "gluetrigger-\(trigger)", work: .program([]), rules: ScheduleDeclaration(), directory: ".")
            var run = try ScheduleRequests.add(job, .schedule, ledger)
            (run.state, run.endedMicros) = (.succeeded, ledger.now)
            try ledger.update(run)
            try follower.follow(run, ledger)
        }
    }

    private func take(_ numbers: ClosedRange<Int64>) throws -> Bool {
        try catalog.changeSchedule { ledger in
            try follower.take(numbers.map { GlueEvent(number: $0, object: $0 == 2 ? nil : "s3://lake/\($0)") }, for: "w", ledger)
        }
    }

    private func timers() throws -> [ScheduledRun] {
        try catalog.readSchedule { try $0.openRuns() }.filter { $0.job == "gluetrigger-go" }
    }

    /// Ends the timer that is open, as a scheduler would.
    private func endTimer() throws {
        var run = try #require(try timers().first)
        try catalog.changeSchedule { ledger in
            (run.state, run.endedMicros) = (.succeeded, ledger.now)
            try ledger.update(run)
            try follower.follow(run, ledger)
        }
    }

    @Test("events begin a run when there are enough of them, or when the time of the first is over")
    func events() async throws {
        try await make("a")
        try await call("CreateWorkflow", #"{"Name":"w","DefaultRunProperties":{"day":"1"}}"#)
        #expect(try !take(1...1))
        try await call(
            "CreateTrigger",
            #"{"Name":"go","Type":"EVENT","WorkflowName":"w","EventBatchingCondition":{"BatchSize":3},"Actions":[{"JobName":"a"}]}"#
        )
        #expect(try take(1...7))
        let told = try await call("GetWorkflowRuns", #"{"Name":"w"}"#)["Runs"]?.elements ?? []
        #expect(told.map { $0["StartingEventBatchCondition"]?["BatchSize"] } == [.integer(3), .integer(3)])
        let id = { (number: Int) in "00000000-0000-0000-0000-00000000000\(number)" }
        let wanted = ["aws:eventIds": "[\(id(1)), \(id(2)), \(id(3))]", "files": "s3://lake/1\ns3://lake/3", "day": "1"]
        #expect(told.contains { $0["WorkflowRunProperties"]?.textMap == wanted })
        // The end of a timer of before is too early, and another one follows.
        #expect(try timers().map { $0.notBeforeMicros - $0.createdMicros } == [900_000_000])
        try endTimer()
        #expect(try runs("a").count == 2 && timers().count == 1)
        shift.micros.withLock { $0 = 899_000_000 }
        #expect(try take(8...8) && timers().count == 1)
        shift.micros.withLock { $0 = 901_000_000 }
        try endTimer()
        let all = try await call("GetWorkflowRuns", #"{"Name":"w"}"#)["Runs"]?.elements ?? []
        #expect(all.count == 3 && all[0]["StartingEventBatchCondition"] == .structure(["BatchWindow": .integer(900)]))
        #expect(all[0]["WorkflowRunProperties"]?["files"] == .text("s3://lake/7\ns3://lake/8"))
        #expect(try timers().isEmpty && catalog.readSchedule { try $0.documents(EventBatch.kind) }.isEmpty)
        // What waits goes with the trigger.
        #expect(try take(9...9) && timers().count == 1)
        try await call("DeleteTrigger", #"{"Name":"go"}"#)
        #expect(try timers().isEmpty && !take(10...10))
    }

    @Test("a job that can no longer run has failed when its trigger fires, and what waits for that goes on")
    func gone() async throws {
        try directory.makeDirectory("state/buckets/code")
        try await call("CreateJob", #"{"Name":"a","Role":"r","Command":{"ScriptLocation":"s3://code/a.yaml"}}"#)
        try await make("b")
        try await call("CreateTrigger", #"{"Name":"go","Type":"ON_DEMAND","Actions":[{"JobName":"a"}]}"#)
        try await call(
            "CreateTrigger",
            #"{"Name":"t","Type":"CONDITIONAL","StartOnCreation":true,"Actions":[{"JobName":"b"}],"Predicate":{"Conditions":[{"JobName":"a","State":"FAILED"}]}}"#
        )
        try DiskFiles.removeTree(directory.path("state/buckets/code"))
        try await call("StartTrigger", #"{"Name":"go"}"#)
        #expect(try runs("a").map(\.state) == [.failed] && runs("b").count == 1)
        let run = try await call("GetJobRuns", #"{"JobName":"a"}"#)["JobRuns"]?.elements.first
        #expect(run?["ErrorMessage"]?.string?.contains("no bucket of this port") == true)
    }
}
