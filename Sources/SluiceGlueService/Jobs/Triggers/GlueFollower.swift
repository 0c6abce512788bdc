package import SluiceCatalog
import SluiceCore
import SluiceScheduler
import SluiceServer

/// Triggers of clients at work: makes runs when the clock or another run says so, in the transaction in which that is written.
package struct GlueFollower: RunFollower {
    let places: Places

    /// - Parameters:
    ///   - directory: The state's, as a whole path.
    ///   - project: The folder in which scripts may be beside the buckets, as a whole path.
    package init(directory: String, project: String) { self.init(Places(buckets: directory + "/buckets", project: project)) }

    init(_ places: Places) { self.places = places }

    package func follow(_ run: ScheduledRun, _ ledger: ScheduleTransaction) throws {
        guard run.element == nil, let (kind, name) = LedgerNames.parse(run.job) else { return }
        switch kind {
        case .trigger:
            guard let trigger = try ledger.document(TriggerRecord.kind, name).map({ TriggerRecord($0) }) else { return }
            if trigger.kind == .event { return try timed(run, trigger, ledger) }
            if run.state == .succeeded, trigger.isActive { try fire(trigger, because: nil, ledger) }
        case .job:
            let note = try RunNote.find(name, run.id, ledger)
            if let workflow = note.workflow { try told(run, note, workflow, ledger) }
            try ended(.job(name), run.id, run.state, note.workflow, ledger)
        case .crawler:
            let note = try RunNote.find(RunNote.crawler(name), run.id, ledger)
            try ended(.crawler(name), run.id, run.state, note.workflow, ledger)
        }
    }

    /// Properties that a run told are those of its workflow's run from now on.
    private func told(_ run: ScheduledRun, _ note: RunNote, _ name: WorkflowRunName, _ ledger: ScheduleTransaction) throws {
        let new = run.properties.filter { note.properties[$0.key] != $0.value }
        guard !new.isEmpty, var workflow = try WorkflowRunRecord.find(name, ledger) else { return }
        workflow.properties.merge(new) { $1 }
        try workflow.put(ledger)
    }

    /// Fires triggers whose conditions are met by the end of a run.
    ///
    /// - Parameter workflow: The run of a workflow that it belongs to.
    func ended(
        _ subject: TriggerRecord.Subject, _ run: RunID, _ state: ScheduledRunState, _ workflow: WorkflowRunName?,
        _ ledger: ScheduleTransaction
    ) throws {
        guard let state = Self.states(subject)[state] else { return }
        let met = TriggerRecord.Condition(subject: subject, state: state)
        for document in try ledger.documents(TriggerRecord.kind) {
            let trigger = TriggerRecord(document)
            guard trigger.kind == .conditional, trigger.isActive, trigger.conditions.contains(met) else { continue }
            if trigger.workflow == nil {
                try meet(trigger, met, run, ledger)
            } else if let workflow, trigger.workflow == workflow.workflow {
                try meet(trigger, in: workflow, ledger)
            }
        }
    }

    /// A crawl that a client asked for, which is no run of the scheduler.
    func crawled(_ name: String, _ state: ScheduledRunState, _ ledger: ScheduleTransaction) throws {
        var random = SystemRandomNumberGenerator()
        let id = RunID(atMicros: ledger.now, using: &random)
        try ended(.crawler(name), id, state, nil, ledger)
    }

    private static func states(_ subject: TriggerRecord.Subject) -> [ScheduledRunState: String] {
        switch subject {
        case .job: [.succeeded: "SUCCEEDED", .failed: "FAILED", .timedOut: "TIMEOUT", .cancelled: "STOPPED"]
        case .crawler: [.succeeded: "SUCCEEDED", .failed: "FAILED", .timedOut: "FAILED", .cancelled: "CANCELLED"]
        }
    }

    /// Outside of workflows the conditions are met one after another, by whichever runs.
    private func meet(
        _ trigger: TriggerRecord, _ condition: TriggerRecord.Condition, _ run: RunID, _ ledger: ScheduleTransaction
    ) throws {
        let progress = TriggerProgress(try LedgerNames.text(.trigger, trigger.name))
        if trigger.isAny { return try fire(trigger, because: Reason(runs: [run]), ledger) }
        try progress.note(condition, run, ledger)
        let runs = try trigger.conditions.compactMap { try progress.run($0, ledger) }
        guard runs.count == trigger.conditions.count else { return }
        try progress.forget(ledger)
        try fire(trigger, because: Reason(runs: runs), ledger)
    }

    /// In a workflow they are met by the runs of one run of it, which a trigger fires in once.
    private func meet(_ trigger: TriggerRecord, in name: WorkflowRunName, _ ledger: ScheduleTransaction) throws {
        guard let workflow = try WorkflowRunRecord.find(name, ledger), !workflow.isStopping else { return }
        let found = try WorkflowRuns.newest(workflow, ledger)
        let runs = trigger.conditions.compactMap { condition -> RunID? in
            guard let run = found[condition.subject], Self.states(condition.subject)[run.state] == condition.state else { return nil }
            return run.id
        }
        guard trigger.isAny ? !runs.isEmpty : runs.count == trigger.conditions.count else { return }
        guard try ledger.note("fired", about: name.run.text, of: LedgerNames.text(.trigger, trigger.name)) else { return }
        try fire(trigger, because: Reason(runs: runs, workflow: workflow), ledger)
    }
}

extension GlueFollower {
    /// What makes a trigger fire.
    struct Reason {
        var runs: [RunID] = []
        var workflow: WorkflowRunRecord?
    }

    /// Makes the runs of a trigger's actions. One that starts a workflow begins a run of that first; where as many run as may, that is an error
    /// and nothing else.
    ///
    /// - Parameters:
    ///   - reason: Nil for the clock, for events and for a call.
    ///   - beginning: What the run of a workflow begins with.
    func fire(
        _ trigger: TriggerRecord, because reason: Reason?, beginning: WorkflowRuns.Beginning = .init(), _ ledger: ScheduleTransaction
    ) throws {
        var reason = reason ?? Reason()
        if reason.workflow == nil, trigger.startsWorkflow, let name = trigger.workflow {
            guard let workflow = try ledger.document(WorkflowRecord.kind, name).map({ WorkflowRecord($0) }) else { return }
            var beginning = beginning
            beginning.error = try WorkflowRuns.refusal(of: workflow, ledger)
            let run = try WorkflowRuns.begin(workflow, beginning, ledger)
            if beginning.error != nil { return }
            reason.workflow = run
        }
        for action in trigger.actions { try start(action, trigger.name, reason, ledger) }
    }

    /// An action whose job or crawler is gone does nothing.
    func start(_ action: TriggerRecord.Action, _ trigger: String, _ reason: Reason, _ ledger: ScheduleTransaction) throws {
        var note = RunNote()
        note.trigger = trigger
        note.predecessors = reason.runs
        note.workflow = reason.workflow?.name
        note.properties = reason.workflow?.properties ?? [:]
        switch action.subject {
        case .crawler(let name):
            guard try ledger.document(Crawlers.kind, name) != nil else { return }
            _ = try RunStarts.crawler(name, note, ledger)
        case .job(let name):
            guard let record = try ledger.document(JobRecord.kind, name).map({ JobRecord($0) }) else { return }
            note.members["Timeout"] = action.timeoutMinutes.map { .integer($0) }
            let run = try started(record, action.arguments, note, ledger)
            if run.state.isOver { try follow(run, ledger) }
        }
    }

    /// What a client would be told is the reason of a run that has failed at once: nobody asked for it who could be told.
    private func started(
        _ record: JobRecord, _ arguments: [String: String], _ note: RunNote, _ ledger: ScheduleTransaction
    ) throws -> ScheduledRun {
        do {
            return try RunStarts.job(record, arguments, note, places, ledger)
        } catch let fault as ServiceFault {
            return try RunStarts.failed(record, note, fault.message, ledger)
        } catch let error as SluiceError where error.code == .invalidArgument {
            return try RunStarts.failed(record, note, Faults.told(error), ledger)
        }
    }
}
