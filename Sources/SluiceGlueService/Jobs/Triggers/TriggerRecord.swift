import SluiceCatalog
import SluiceCore
import SluiceServer

/// A trigger as the catalog keeps it for the service.
struct TriggerRecord: Sendable {
    static let kind = "glue-trigger"

    enum Kind: String, CaseIterable, Sendable {
        case scheduled = "SCHEDULED", conditional = "CONDITIONAL", onDemand = "ON_DEMAND", event = "EVENT"

        /// Whether it is turned on and off. Source for events: what the service answers (`Trigger Type EVENT cannot be started`).
        var isSwitched: Bool { self == .scheduled || self == .conditional }
    }

    /// What a trigger starts or waits for.
    enum Subject: Hashable, Sendable {
        case job(String), crawler(String)

        var name: String {
            switch self {
            case .job(let name), .crawler(let name): name
            }
        }
        var ledgerKind: LedgerNames.Kind { if case .job = self { .job } else { .crawler } }
    }

    struct Action: Hashable, Sendable {
        var subject: Subject
        var arguments: [String: String]
        /// Nil: the job's.
        var timeoutMinutes: Int64?
    }

    struct Condition: Hashable, Sendable {
        var subject: Subject
        /// As the service calls it: `SUCCEEDED`.
        var state: String
    }

    var name: String
    /// Those of the request that made it, and `Activated`.
    var members: [String: WireValue]

    init(name: String, members: [String: WireValue]) { (self.name, self.members) = (name, members) }
    init(_ document: StoredDocument) { self.init(name: document.name, members: document.members) }

    static func find(_ name: String, _ ledger: ScheduleTransaction) throws -> TriggerRecord {
        guard let document = try ledger.document(kind, name) else { throw Faults.missing("Trigger \(name) not found.") }
        return TriggerRecord(document)
    }

    var kind: Kind { members["Type"]?.string.flatMap { Kind(rawValue: $0) } ?? .onDemand }
    var workflow: String? { members["WorkflowName"]?.string }
    /// Whether its clock or its conditions make it fire.
    var isActive: Bool { members["Activated"]?.truth ?? false }
    var schedule: String? { members["Schedule"]?.string }
    var isAny: Bool { members["Predicate"]?["Logical"]?.string == "ANY" }

    var actions: [Action] {
        (members["Actions"]?.elements ?? []).compactMap { action in
            Self.subject(action).map {
                Action(subject: $0, arguments: action["Arguments"]?.textMap ?? [:], timeoutMinutes: action["Timeout"]?.whole)
            }
        }
    }

    var conditions: [Condition] {
        (members["Predicate"]?["Conditions"]?.elements ?? []).compactMap { condition in
            Self.subject(condition).map { Condition(subject: $0, state: (condition["State"] ?? condition["CrawlState"])?.string ?? "") }
        }
    }

    private static func subject(_ value: WireValue) -> Subject? {
        value["JobName"]?.string.map { .job($0) } ?? value["CrawlerName"]?.string.map { .crawler($0) }
    }

    /// Whether it begins runs of its workflow.
    var startsWorkflow: Bool { workflow != nil && kind != .conditional }

    /// As the service calls it.
    var state: String {
        if isActive { return "ACTIVATED" }
        return !kind.isSwitched || members["Activated"] == nil ? "CREATED" : "DEACTIVATED"
    }

    /// As answers have it.
    var value: WireValue {
        var all = members
        all["Activated"] = nil
        all["Name"] = .text(name)
        all["State"] = .text(state)
        return .members(all)
    }

    /// The scheduler's job that has its clock, or times its events: its runs do nothing but succeed, and the trigger looks when they have.
    func declaration(_ ledgerName: String) -> String {
        var rules: [WireValue.Member] = [.init("retries", .integer(10)), .init("retry_delay", .text("1s"))]
        if kind == .scheduled { rules.insert(.init("at", .text(schedule ?? "")), at: 0) }
        return WireValue.object([
            .init("job", .text(ledgerName)), .init("description", .text("the clock of Glue's trigger \(name)")),
            .init("command", .texts(["true"])), .init("schedule", .object(rules)),
        ]).json
    }
}
