import SluiceCatalog
import SluiceCore
import SluiceServer

/// Runs of workflows: all runs of the ledger that go back to one name.
enum WorkflowRuns {
    static let operations: [GlueOperation] = [
        GlueOperation("StartWorkflowRun", start), GlueOperation("StopWorkflowRun", stop), GlueOperation("ResumeWorkflowRun", resume),
        GlueOperation("GetWorkflowRun") { call in
            var input = try call.members()
            let names = try input.workflowRun()
            let hasGraph = try input.boolean("IncludeGraph") ?? false
            try input.finish()
            let value = try call.read { try WorkflowRunView(find(names, $0), $0).value(hasGraph: hasGraph, $0) }
            return .value(.structure(["Run": value]))
        },
        GlueOperation("GetWorkflowRuns", list),
        GlueOperation("GetWorkflowRunProperties") { call in
            var input = try call.members()
            let names = try input.workflowRun()
            try input.finish()
            return .value(.structure(["RunProperties": .map(try call.read { try find(names, $0).properties })]))
        },
        GlueOperation("PutWorkflowRunProperties") { call in
            var input = try call.members()
            let names = try input.workflowRun()
            let properties = try input.runProperties("RunProperties")
            if properties == nil { input.missing("RunProperties") }
            try input.finish()
            try call.change { ledger in
                var run = try find(names, ledger)
                run.properties.merge(properties ?? [:]) { $1 }
                guard run.properties.count <= Rules.runProperties.upperBound else {
                    throw ServiceFault(
                        400, "ResourceNumberLimitExceededException", "A run has at most \(Rules.runProperties.upperBound) properties.")
                }
                try run.put(ledger)
            }
            return .empty
        },
    ]

    @Sendable private static func start(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let properties = try input.runProperties("RunProperties") ?? [:]
        try input.finish()
        try call.requireScheduler()
        let run = try call.change { ledger in
            let workflow = try WorkflowRecord.find(name, ledger)
            guard let trigger = try WorkflowRecord.start(name, ledger) else {
                throw Faults.invalid("Workflow \(name) has no trigger that starts it: none is ON_DEMAND, SCHEDULED or EVENT.")
            }
            try checkRoom(workflow, ledger)
            let run = try begin(workflow, .init(properties: properties), ledger)
            try call.context.follower.fire(trigger, because: .init(workflow: run), ledger)
            return run
        }
        return .value(.structure(["RunId": .text(RunNames.workflow(run.name.run))]))
    }

    /// What a run of a workflow begins with.
    struct Beginning {
        /// Before those of the workflow.
        var properties: [String: String] = [:]
        /// The run that it goes on with.
        var previous: RunID?
        /// `StartingEventBatchCondition`, of a run that events began.
        var batch: WireValue?
        /// Why nothing is to run.
        var error: String?
    }

    /// Begins a run that does nothing yet.
    static func begin(
        _ workflow: WorkflowRecord, _ beginning: Beginning, _ ledger: ScheduleTransaction
    ) throws -> WorkflowRunRecord {
        var random = SystemRandomNumberGenerator()
        let name = WorkflowRunName(workflow: workflow.name, run: RunID(atMicros: ledger.now, using: &random))
        var beginning = beginning
        beginning.properties = workflow.properties.merging(beginning.properties) { $1 }
        let run = WorkflowRunRecord(name: name, beginning, startedMicros: ledger.now)
        try run.put(ledger)
        return run
    }

    /// - Throws: `ConcurrentRunsExceededException`.
    static func checkRoom(_ workflow: WorkflowRecord, _ ledger: ScheduleTransaction) throws {
        guard let refusal = try refusal(of: workflow, ledger) else { return }
        throw ServiceFault(400, "ConcurrentRunsExceededException", refusal)
    }

    /// Why no run may begin; nil where there is room for one. Source of the words: Glue API reference, `WorkflowRun`.
    static func refusal(of workflow: WorkflowRecord, _ ledger: ScheduleTransaction) throws -> String? {
        guard let most = workflow.maxConcurrentRuns else { return nil }
        let open = Set(try ledger.openRuns().map(\.root))
        let running = try WorkflowRunRecord.all(workflow.name, ledger).filter { open.contains($0.name.run) }.count
        return running < most ? nil : "Concurrent runs exceeded for workflow: \(workflow.name)."
    }

    @Sendable private static func stop(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let names = try input.workflowRun()
        try input.finish()
        let stops = try RunStops(call)
        try call.change { ledger in
            guard try stop(find(names, ledger), stops, ledger) else {
                throw illegal("Workflow run \(names.id) is over: it cannot be stopped.")
            }
        }
        return .empty
    }

    /// - Returns: Whether anything of it was not over.
    @discardableResult
    static func stop(_ run: WorkflowRunRecord, _ stops: RunStops, _ ledger: ScheduleTransaction) throws -> Bool {
        let open = try ledger.openRuns().filter { $0.root == run.name.run }
        guard !open.isEmpty else { return false }
        var run = run
        run.isStopping = true
        try run.put(ledger)
        for one in open { try stops.ask(one.id, ledger) }
        return true
    }

    /// Begins a run that does the nodes again, and what follows from them; what the run before did counts.
    @Sendable private static func resume(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let names = try input.workflowRun()
        let nodes = try input.texts("NodeIds", count: 1...100, Rules.name)
        if nodes == nil { input.missing("NodeIds") }
        try input.finish()
        try call.requireScheduler()
        let run = try call.change { ledger in
            let before = try find(names, ledger)
            guard try !ledger.openRuns().contains(where: { $0.root == before.name.run }) else {
                throw illegal("Workflow run \(names.id) is not over: it cannot be resumed.")
            }
            let workflow = try WorkflowRecord.find(names.name, ledger)
            try checkRoom(workflow, ledger)
            let actions = try WorkflowRecord.triggers(names.name, ledger).flatMap { trigger in trigger.actions.map { (trigger, $0) } }
            let run = try begin(workflow, .init(properties: before.properties, previous: before.name.run), ledger)
            for node in nodes ?? [] {
                guard let (trigger, action) = try actions.first(where: { try WorkflowGraph.id($0.1.subject) == node }) else {
                    throw Faults.invalid("\(node) is no node of a job or crawler of workflow \(names.name).")
                }
                try call.context.follower.start(action, trigger.name, .init(workflow: run), ledger)
            }
            return run
        }
        return .value(.structure(["RunId": .text(RunNames.workflow(run.name.run)), "NodeIds": .texts(nodes ?? [])]))
    }

    /// The newest first.
    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let hasGraph = try input.boolean("IncludeGraph") ?? false
        let last = try ListToken.last(&input, "workflow-runs")
        try input.finish()
        let (values, token) = try call.read { ledger in
            _ = try WorkflowRecord.find(name, ledger)
            let rest = try WorkflowRunRecord.all(name, ledger).filter { run in last.map { run.name.run.text < $0 } ?? true }
            let page = rest.prefix(limit)
            let token = page.count < rest.count ? page.last.map { PageToken.text("workflow-runs", $0.name.run.text) } : nil
            return (try page.map { try WorkflowRunView($0, ledger).value(hasGraph: hasGraph, ledger) }, token)
        }
        return .value(.structure(["Runs": .list(values), "NextToken": .some(token)]))
    }

    /// - Throws: `EntityNotFoundException`.
    private static func find(_ names: (name: String, id: String), _ ledger: ScheduleTransaction) throws -> WorkflowRunRecord {
        _ = try WorkflowRecord.find(names.name, ledger)
        guard let run = RunNames.parseWorkflow(names.id),
            let found = try WorkflowRunRecord.find(WorkflowRunName(workflow: names.name, run: run), ledger)
        else { throw Faults.missing("Workflow run \(names.id) of \(names.name) not found.") }
        return found
    }

    private static func illegal(_ message: String) -> ServiceFault { ServiceFault(400, "IllegalWorkflowStateException", message) }

    /// The newest run of each job and crawler, of this run and of those that it goes on with.
    static func newest(
        _ workflow: WorkflowRunRecord, _ ledger: ScheduleTransaction
    ) throws -> [TriggerRecord.Subject: ScheduledRun] {
        var found: [TriggerRecord.Subject: ScheduledRun] = [:]
        var next: WorkflowRunRecord? = workflow
        for _ in 0..<GlueLimits.resumedRuns {
            guard let current = next else { break }
            for run in try runs(current, ledger) {
                guard let subject = subject(run) else { continue }
                if found[subject] == nil { found[subject] = run }
            }
            next = try current.previous.flatMap { try WorkflowRunRecord.find(.init(workflow: current.name.workflow, run: $0), ledger) }
        }
        return found
    }

    /// The newest first.
    static func runs(_ workflow: WorkflowRunRecord, _ ledger: ScheduleTransaction) throws -> [ScheduledRun] {
        try ledger.runs(root: workflow.name.run, limit: GlueLimits.listedRuns)
    }

    static func subject(_ run: ScheduledRun) -> TriggerRecord.Subject? {
        guard let (kind, name) = LedgerNames.parse(run.job) else { return nil }
        switch kind {
        case .job: return .job(name)
        case .crawler: return .crawler(name)
        case .trigger: return nil
        }
    }
}

extension InputReader {
    fileprivate mutating func workflowRun() throws(ServiceFault) -> (name: String, id: String) {
        (try requiredText("Name", Rules.name), try requiredText("RunId", Rules.name))
    }
}
