import SluiceCatalog
import SluiceCore

/// What a trigger outside of workflows has seen of its conditions since it last fired: for each, the run that met it.
struct TriggerProgress {
    /// The scheduler's job of the trigger.
    let name: String

    init(_ name: String) { self.name = name }

    private func key(_ condition: TriggerRecord.Condition) -> String {
        "\(condition.subject.ledgerKind.rawValue)\(condition.subject.name)\n\(condition.state)"
    }

    func note(_ condition: TriggerRecord.Condition, _ run: RunID, _ ledger: ScheduleTransaction) throws {
        try ledger.setSight(key(condition), of: name, run.text)
    }

    /// Nil where the condition was not met since.
    func run(_ condition: TriggerRecord.Condition, _ ledger: ScheduleTransaction) throws -> RunID? {
        try ledger.sight(key(condition), of: name).map { RunID($0) }
    }

    func forget(_ ledger: ScheduleTransaction) throws { try ledger.removeSights(of: name) }
}
