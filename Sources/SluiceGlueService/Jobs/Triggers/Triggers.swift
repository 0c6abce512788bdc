import SluiceCatalog
import SluiceCore
import SluiceServer

/// Triggers: by the clock, by runs that end, by events, and by hand.
enum Triggers {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateTrigger", create), GlueOperation("UpdateTrigger", update), GlueOperation("DeleteTrigger", delete),
        GlueOperation("StartTrigger", start), GlueOperation("StopTrigger", stop),
        GlueOperation("GetTrigger") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            return .value(.structure(["Trigger": try call.read { try TriggerRecord.find(name, $0).value }]))
        },
        GlueOperation("GetTriggers") { call in
            let (page, token) = try list(call)
            return .value(.structure(["Triggers": .list(page.map { TriggerRecord($0).value }), "NextToken": token]))
        },
        GlueOperation("ListTriggers") { call in
            let (page, token) = try list(call)
            return .value(.structure(["TriggerNames": .texts(page.map(\.name)), "NextToken": token]))
        },
        GlueOperation("BatchGetTriggers") { call in
            var input = try call.members()
            let names = try input.texts("TriggerNames", count: 0...100, Rules.name)
            if names == nil { input.missing("TriggerNames") }
            try input.finish()
            let found = try (names ?? []).compactMap { try call.catalog.document(TriggerRecord.kind, $0) }
            let missing = (names ?? []).filter { name in !found.contains { $0.name == name } }
            return .value(.structure(["Triggers": .list(found.map { TriggerRecord($0).value }), "TriggersNotFound": .texts(missing)]))
        },
    ]

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let kind = try input.requiredText("Type", TextRule(values: TriggerRecord.Kind.allCases.map(\.rawValue)))
        var members = try input.triggerMembers()
        if members["Actions"] == nil { input.missing("Actions") }
        members["Type"] = .text(kind)
        members["WorkflowName"] = .some(try input.text("WorkflowName", Rules.name))
        let starts = try input.boolean("StartOnCreation") ?? false
        let tags = try input.tags()
        try input.finish()
        if starts { members["Activated"] = .boolean(true) }
        let record = TriggerRecord(name: name, members: members)
        guard !starts || record.kind.isSwitched else { throw Faults.invalid("StartOnCreation is not for \(kind) triggers.") }
        try call.change { ledger in
            guard try ledger.document(TriggerRecord.kind, name) == nil else { throw Faults.exists("Trigger \(name) already exists.") }
            try put(record, ledger)
        }
        if let tags { try Tags.set(tags, "trigger/" + name, call.catalog) }
        return .value(.structure(["Name": .text(name)]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let changes = try input.structure("TriggerUpdate") { update throws(ServiceFault) in try update.triggerMembers() }
        if changes == nil { input.missing("TriggerUpdate") }
        try input.finish()
        let record = try call.change { ledger in
            var record = try TriggerRecord.find(name, ledger)
            record.members.merge(changes ?? [:]) { $1 }
            try put(record, ledger)
            return record
        }
        return .value(.structure(["Trigger": record.value]))
    }

    /// One that is not there is no mistake. Source: Glue API reference, `DeleteTrigger`.
    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        let ledgerName = try LedgerNames.text(.trigger, name)
        let stops = try RunStops(call)
        try call.change { ledger in
            try ledger.removeDocument(TriggerRecord.kind, name)
            try TriggerProgress(ledgerName).forget(ledger)
            try EventBatch.forget(name, ledger)
            for run in try ledger.openRuns() where run.job == ledgerName { try stops.ask(run.id, ledger) }
            try ledger.removeJob(ledgerName)
        }
        try Tags.forget("trigger/" + name, call.catalog)
        return .value(.structure(["Name": .text(name)]))
    }

    /// One by hand fires; one of events acts anyway; the others act from now on.
    @Sendable private static func start(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        let kind = try call.read { try TriggerRecord.find(name, $0).kind }
        if kind == .onDemand { try call.requireScheduler() }
        try call.change { ledger in
            var record = try TriggerRecord.find(name, ledger)
            if record.kind == .onDemand {
                if let workflow = record.workflow { try WorkflowRuns.checkRoom(WorkflowRecord.find(workflow, ledger), ledger) }
                return try call.context.follower.fire(record, because: nil, ledger)
            }
            guard record.kind.isSwitched else { throw Faults.invalid("Trigger Type \(record.kind.rawValue) cannot be started") }
            record.members["Activated"] = .boolean(true)
            try put(record, ledger)
        }
        return .value(.structure(["Name": .text(name)]))
    }

    @Sendable private static func stop(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        try call.change { ledger in
            var record = try TriggerRecord.find(name, ledger)
            if record.state == "CREATED" { throw Faults.invalid("The operation is not allowed when trigger is in state: CREATED") }
            record.members["Activated"] = .boolean(false)
            try put(record, ledger)
        }
        return .value(.structure(["Name": .text(name)]))
    }

    /// Keeps a trigger, and the job of the scheduler that has its clock. Runs that it has waited for so far are forgotten; events are not.
    ///
    /// - Throws: `InvalidInputException`, `EntityNotFoundException` for what could never fire.
    private static func put(_ record: TriggerRecord, _ ledger: ScheduleTransaction) throws {
        guard !record.actions.isEmpty else { throw Faults.invalid("Trigger \(record.name) has no actions.") }
        switch record.kind {
        case .scheduled where record.schedule == nil: throw Faults.invalid("A SCHEDULED trigger has a Schedule.")
        case .conditional where record.conditions.isEmpty: throw Faults.invalid("A CONDITIONAL trigger has a Predicate with Conditions.")
        case .event where record.workflow == nil: throw Faults.invalid("An EVENT trigger starts a workflow: it has a WorkflowName.")
        default: break
        }
        if record.kind != .event, record.members["EventBatchingCondition"] != nil {
            throw Faults.invalid("EventBatchingCondition is for EVENT triggers only.")
        }
        for subject in record.actions.map(\.subject) + record.conditions.map(\.subject) {
            let kind = if case .job = subject { JobRecord.kind } else { Crawlers.kind }
            _ = try LedgerNames.text(subject.ledgerKind, subject.name)
            if try ledger.document(kind, subject.name) == nil {
                throw Faults.missing("\(subject.name) of trigger \(record.name) not found.")
            }
        }
        if let workflow = record.workflow {
            _ = try WorkflowRecord.find(workflow, ledger)
            if record.startsWorkflow, let other = try WorkflowRecord.start(workflow, ledger), other.name != record.name {
                throw Faults.invalid("Workflow \(workflow) has a starting trigger already: \(other.name).")
            }
        }
        let ledgerName = try LedgerNames.text(.trigger, record.name)
        try TriggerProgress(ledgerName).forget(ledger)
        try ledger.putDocument(TriggerRecord.kind, record.name, WireValue.members(record.members).json)
        guard record.kind == .scheduled || record.kind == .event else { return }
        let isPaused = record.kind == .scheduled && !record.isActive
        try LedgerJobs.put(ledgerName, record.declaration(ledgerName), isPaused: isPaused, ledger)
    }

    private static func list(_ call: GlueCall) throws -> (page: [StoredDocument], token: WireValue?) {
        var input = try call.members()
        let job = try input.text("DependentJobName", Rules.name)
        if let job { _ = try Jobs.find(job, call) }
        return try call.list(TriggerRecord.kind, tagged: "trigger/", most: 200) { document in
            guard let job else { return true }
            return TriggerRecord(document).actions.contains { $0.subject == .job(job) }
        }
    }
}
