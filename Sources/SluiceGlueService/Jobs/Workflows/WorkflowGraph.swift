import SluiceCatalog
import SluiceServer

/// The triggers of a workflow, what they start and what they wait for.
struct WorkflowGraph {
    private var nodes: [WireValue] = []
    private var edges: [WireValue] = []

    /// - Parameter runs: Of one run of the workflow, the newest first; none for the workflow by itself.
    init(_ workflow: String, runs: [ScheduledRun], _ ledger: ScheduleTransaction) throws {
        let triggers = try WorkflowRecord.triggers(workflow, ledger)
        var subjects: [TriggerRecord.Subject] = []
        for trigger in triggers {
            let id = try LedgerNames.text(.trigger, trigger.name)
            nodes.append(
                .structure([
                    "Type": .text("TRIGGER"), "Name": .text(trigger.name), "UniqueId": .text(id),
                    "TriggerDetails": .structure(["Trigger": trigger.value]),
                ]))
            var waits: [TriggerRecord.Subject] = []
            for subject in trigger.conditions.map(\.subject) where !waits.contains(subject) { waits.append(subject) }
            for subject in waits { try edges.append(Self.edge(Self.id(subject), id)) }
            for action in trigger.actions { try edges.append(Self.edge(id, Self.id(action.subject))) }
            for subject in waits + trigger.actions.map(\.subject) where !subjects.contains(subject) { subjects.append(subject) }
        }
        for subject in subjects {
            let own = runs.filter { WorkflowRuns.subject($0) == subject }
            nodes.append(try Self.node(subject, own, ledger))
        }
    }

    /// What a node is called in calls.
    static func id(_ subject: TriggerRecord.Subject) throws(ServiceFault) -> String {
        try LedgerNames.text(subject.ledgerKind, subject.name)
    }

    private static func edge(_ source: String, _ destination: String) -> WireValue {
        .structure(["SourceId": .text(source), "DestinationId": .text(destination)])
    }

    private static func node(_ subject: TriggerRecord.Subject, _ runs: [ScheduledRun], _ ledger: ScheduleTransaction) throws -> WireValue {
        var (jobs, crawls): (WireValue?, WireValue?)
        switch subject {
        case .job(let name):
            if let record = try ledger.document(JobRecord.kind, name).map({ JobRecord($0) }) {
                let views = try runs.map { try JobRunView($0, record, ledger) }
                jobs = .structure(["JobRuns": .list(views.flatMap { view in view.attempts.indices.reversed().map(view.value) })])
            }
        case .crawler:
            crawls = .structure([
                "Crawls": .list(
                    runs.map { run in
                        .structure([
                            "State": .text(crawlState(run)), "StartedOn": .time(micros: run.startedMicros ?? run.createdMicros),
                            "CompletedOn": run.endedMicros.map { .time(micros: $0) }, "ErrorMessage": .some(run.reason),
                        ])
                    })
            ])
        }
        return .structure([
            "Type": .text(subject.ledgerKind == .job ? "JOB" : "CRAWLER"), "Name": .text(subject.name), "UniqueId": .text(try id(subject)),
            "JobDetails": jobs, "CrawlerDetails": crawls,
        ])
    }

    private static func crawlState(_ run: ScheduledRun) -> String {
        switch run.state {
        case .queued, .running, .retrying: run.isCancelled ? "CANCELLING" : "RUNNING"
        case .succeeded: "SUCCEEDED"
        case .cancelled: "CANCELLED"
        case .failed, .timedOut, .skipped: "FAILED"
        }
    }

    var value: WireValue { .structure(["Nodes": .list(nodes), "Edges": .list(edges)]) }
}
