import SluiceCatalog
import SluiceCore
import SluiceServer

/// A workflow as the catalog keeps it for the service; the triggers that name it are what it does.
struct WorkflowRecord: Sendable {
    static let kind = "glue-workflow"

    var name: String
    var members: [String: WireValue]
    var createdMicros: Int64 = 0
    var updatedMicros: Int64 = 0

    init(name: String, members: [String: WireValue]) { (self.name, self.members) = (name, members) }

    init(_ document: StoredDocument) {
        self.init(name: document.name, members: document.members)
        (createdMicros, updatedMicros) = (document.createdMicros, document.updatedMicros)
    }

    static func find(_ name: String, _ ledger: ScheduleTransaction) throws -> WorkflowRecord {
        guard let document = try ledger.document(kind, name) else { throw Faults.missing("Workflow \(name) not found.") }
        return WorkflowRecord(document)
    }

    /// Nil: any number.
    var maxConcurrentRuns: Int? { members["MaxConcurrentRuns"]?.whole.map { Int($0) } }
    var properties: [String: String] { members["DefaultRunProperties"]?.textMap ?? [:] }

    static func triggers(_ workflow: String, _ ledger: ScheduleTransaction) throws -> [TriggerRecord] {
        try ledger.documents(TriggerRecord.kind).map { TriggerRecord($0) }.filter { $0.workflow == workflow }
    }

    /// The trigger that begins its runs; nil where it has none.
    static func start(_ workflow: String, _ ledger: ScheduleTransaction) throws -> TriggerRecord? {
        try triggers(workflow, ledger).first(where: \.startsWorkflow)
    }
}

/// A run of a workflow as the catalog keeps it: what its jobs do is in the ledger.
struct WorkflowRunRecord: Sendable {
    static let kind = "glue-workflow-run"

    var name: WorkflowRunName
    var properties: [String: String]
    var startedMicros: Int64
    /// The run that this one goes on with.
    let previous: RunID?
    /// What its events waited for, as answers have it.
    let batch: WireValue?
    /// Why it never ran.
    let error: String?
    /// Whether somebody asked for its end.
    var isStopping = false

    init(name: WorkflowRunName, _ beginning: WorkflowRuns.Beginning, startedMicros: Int64) {
        (self.name, self.startedMicros) = (name, startedMicros)
        (properties, previous, batch, error) = (beginning.properties, beginning.previous, beginning.batch, beginning.error)
    }

    private init(_ name: WorkflowRunName, _ document: StoredDocument) {
        let members = document.members
        let beginning = WorkflowRuns.Beginning(
            properties: members["Properties"]?.textMap ?? [:], previous: members["Previous"]?.string.map { RunID($0) },
            batch: members["Batch"], error: members["Error"]?.string)
        self.init(name: name, beginning, startedMicros: document.createdMicros)
        isStopping = members["Stopping"]?.truth ?? false
    }

    /// Names of workflows are one line, so that no other workflow's runs begin so.
    static func prefix(_ workflow: String) -> String { workflow + "\n" }

    static func find(_ name: WorkflowRunName, _ ledger: ScheduleTransaction) throws -> WorkflowRunRecord? {
        try ledger.document(kind, prefix(name.workflow) + name.run.text).map { WorkflowRunRecord(name, $0) }
    }

    /// The newest first.
    static func all(_ workflow: String, _ ledger: ScheduleTransaction) throws -> [WorkflowRunRecord] {
        let prefix = prefix(workflow)
        return try ledger.documents(kind, prefix: prefix).reversed().map { document in
            WorkflowRunRecord(WorkflowRunName(workflow: workflow, run: RunID(String(document.name.dropFirst(prefix.count)))), document)
        }
    }

    func put(_ ledger: ScheduleTransaction) throws {
        let content = WireValue.structure([
            "Properties": .map(properties), "Previous": .some(previous?.text), "Batch": batch, "Error": .some(error),
            "Stopping": isStopping ? .boolean(true) : nil,
        ])
        try ledger.putDocument(Self.kind, Self.prefix(name.workflow) + name.run.text, content.json)
    }
}
