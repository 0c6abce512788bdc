import SluiceCatalog
import SluiceCore
import SluiceServer

/// What the service keeps of a run of a job beside what the ledger has of it.
struct RunNote: Sendable {
    static let kind = "glue-run"

    /// The members of the request: `Arguments`, `Timeout`, and others that answers have.
    var members: [String: WireValue] = [:]
    var trigger: String?
    var workflow: WorkflowRunName?
    /// Runs whose end made this one, by their jobs.
    var predecessors: [RunID] = []
    /// The run that this one is to do again.
    var previous: String?
    /// The properties of the workflow's run when it began.
    var properties: [String: String] = [:]

    init() {}

    init(_ document: StoredDocument?) {
        let all = document?.members ?? [:]
        members = all["Members"]?.memberMap ?? [:]
        trigger = all["TriggerName"]?.string
        if let name = all["WorkflowName"]?.string, let run = all["WorkflowRunId"]?.string {
            workflow = WorkflowRunName(workflow: name, run: RunID(run))
        }
        predecessors = all["Predecessors"]?.texts.map { RunID($0) } ?? []
        previous = all["PreviousRunId"]?.string
        properties = all["Properties"]?.textMap ?? [:]
    }

    /// Names of jobs are one line, so that no other job's notes begin so.
    static func prefix(_ job: String) -> String { job + "\n" }

    /// What stands for a job in notes of crawls by the scheduler: the name of no job.
    static func crawler(_ name: String) -> String { "\n" + name }

    static func find(_ job: String, _ run: RunID, _ ledger: ScheduleTransaction) throws -> RunNote {
        RunNote(try ledger.document(kind, prefix(job) + run.text))
    }

    func put(_ job: String, _ run: RunID, _ ledger: ScheduleTransaction) throws {
        let content = WireValue.structure([
            "Members": .members(members), "TriggerName": .some(trigger), "WorkflowName": .some(workflow?.workflow),
            "WorkflowRunId": .some(workflow?.run.text), "Predecessors": .texts(predecessors.map(\.text)),
            "PreviousRunId": .some(previous), "Properties": .map(properties),
        ])
        try ledger.putDocument(Self.kind, Self.prefix(job) + run.text, content.json)
    }
}

/// A run of a workflow.
struct WorkflowRunName: Hashable, Sendable {
    var workflow: String
    /// What all runs of its jobs go back to.
    var run: RunID
}

/// Names of runs as clients have them: `jr_…`, and for each attempt behind the first one `jr_…_attempt_1`.
enum RunNames {
    static func job(_ run: RunID, attempt: Int = 0) -> String { "jr_" + run.text + (attempt == 0 ? "" : "_attempt_\(attempt)") }

    /// Nil for a text that names no run.
    static func parseJob(_ text: String) -> (run: RunID, attempt: Int)? {
        guard text.hasPrefix("jr_") else { return nil }
        let id = text.dropFirst(3).prefix(RunID.length)
        let rest = text.dropFirst(3 + RunID.length)
        guard id.count == RunID.length else { return nil }
        if rest.isEmpty { return (RunID(String(id)), 0) }
        guard rest.hasPrefix("_attempt_"), let attempt = Int(rest.dropFirst(9)), attempt > 0 else { return nil }
        return (RunID(String(id)), attempt)
    }

    static func workflow(_ run: RunID) -> String { "wr_" + run.text }

    static func parseWorkflow(_ text: String) -> RunID? {
        text.hasPrefix("wr_") && text.count == 3 + RunID.length ? RunID(String(text.dropFirst(3))) : nil
    }
}
