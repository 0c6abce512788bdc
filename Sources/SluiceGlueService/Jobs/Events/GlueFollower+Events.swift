package import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceServer

/// Triggers that events fire: they wait for enough of them, or for the end of a time that begins with the first.
extension GlueFollower {
    /// Whether events start a workflow.
    package static func awaitsEvents(_ workflow: String, _ ledger: ScheduleTransaction) throws -> Bool {
        try awaiting(workflow, ledger) != nil
    }

    private static func awaiting(_ workflow: String, _ ledger: ScheduleTransaction) throws -> TriggerRecord? {
        guard try ledger.document(WorkflowRecord.kind, workflow) != nil, let trigger = try WorkflowRecord.start(workflow, ledger) else {
            return nil
        }
        return trigger.kind == .event ? trigger : nil
    }

    /// Takes events for a workflow: begins a run of it for each batch that is full, and keeps the rest until more come or their time is over.
    ///
    /// - Returns: Whether events start the workflow; nothing is kept otherwise.
    package func take(_ events: [GlueEvent], for workflow: String, _ ledger: ScheduleTransaction) throws -> Bool {
        guard let trigger = try Self.awaiting(workflow, ledger) else { return false }
        var batch = try EventBatch.find(trigger.name, ledger)
        for event in events {
            batch.append(event, at: ledger.now)
            if batch.events.count >= trigger.batchSize {
                try fire(trigger, with: &batch, ["BatchSize": .integer(Int64(batch.events.count))], ledger)
            }
        }
        try wait(trigger, &batch, ledger)
        return true
    }

    /// A timer of the trigger is over.
    func timed(_ run: ScheduledRun, _ trigger: TriggerRecord, _ ledger: ScheduleTransaction) throws {
        var batch = try EventBatch.find(trigger.name, ledger)
        if batch.timer == run.id { batch.timer = nil }
        if !batch.events.isEmpty, ledger.now >= trigger.windowEnd(of: batch) {
            try fire(trigger, with: &batch, ["BatchWindow": .integer(trigger.batchWindowSeconds)], ledger)
        }
        try wait(trigger, &batch, ledger)
    }

    private func fire(
        _ trigger: TriggerRecord, with batch: inout EventBatch, _ met: KeyValuePairs<String, WireValue?>, _ ledger: ScheduleTransaction
    ) throws {
        try fire(trigger, because: nil, beginning: .init(properties: batch.properties, batch: .structure(met)), ledger)
        batch.events = []
    }

    /// Keeps what waits, and sees to it that a timer ends. One that is there already may be for what waited before: it is followed by another
    /// one where it ends too early.
    private func wait(_ trigger: TriggerRecord, _ batch: inout EventBatch, _ ledger: ScheduleTransaction) throws {
        let isTimed = try batch.timer.flatMap { try ledger.run($0) }.map { !$0.state.isOver } ?? false
        if !batch.events.isEmpty, !isTimed {
            let job = JobDeclaration(
                name: try LedgerNames.text(.trigger, trigger.name), work: .program([]), rules: ScheduleDeclaration(), directory: ".")
            var run = try ScheduleRequests.add(job, .event, ledger)
            run.notBeforeMicros = trigger.windowEnd(of: batch)
            try ledger.update(run)
            batch.timer = run.id
        }
        try batch.put(ledger)
    }
}

extension TriggerRecord {
    /// What the trigger waits for. Source of the values where it does not say: Glue API reference, `EventBatchingCondition`; one that has no
    /// condition fires with each event.
    var batchSize: Int { members["EventBatchingCondition"]?["BatchSize"]?.whole.map { Int($0) } ?? 1 }
    fileprivate var batchWindowSeconds: Int64 { members["EventBatchingCondition"]?["BatchWindow"]?.whole ?? 900 }

    fileprivate func windowEnd(of batch: EventBatch) -> Int64 { batch.sinceMicros + batchWindowSeconds * TimeText.microsPerSecond }
}
