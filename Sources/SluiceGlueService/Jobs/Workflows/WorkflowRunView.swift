import SluiceCatalog
import SluiceServer

/// A run of a workflow as clients are told it.
struct WorkflowRunView {
    private let record: WorkflowRunRecord
    private let runs: [ScheduledRun]

    init(_ record: WorkflowRunRecord, _ ledger: ScheduleTransaction) throws {
        self.record = record
        runs = try WorkflowRuns.runs(record, ledger)
    }

    private var status: String {
        if record.error != nil { return "ERROR" }
        if runs.contains(where: { !$0.state.isOver }) { return record.isStopping ? "STOPPING" : "RUNNING" }
        return record.isStopping ? "STOPPED" : "COMPLETED"
    }

    private var statistics: WireValue {
        func count(_ states: ScheduledRunState...) -> WireValue { .integer(Int64(runs.filter { states.contains($0.state) }.count)) }
        return .structure([
            "TotalActions": .integer(Int64(runs.count)), "TimeoutActions": count(.timedOut), "FailedActions": count(.failed),
            "StoppedActions": count(.cancelled), "SucceededActions": count(.succeeded), "RunningActions": count(.running),
            "ErroredActions": count(.skipped), "WaitingActions": count(.queued, .retrying),
        ])
    }

    func value(hasGraph: Bool, _ ledger: ScheduleTransaction) throws -> WireValue {
        let isOver = runs.allSatisfy(\.state.isOver)
        let ended = runs.compactMap(\.endedMicros).max() ?? record.startedMicros
        return .structure([
            "Name": .text(record.name.workflow), "WorkflowRunId": .text(RunNames.workflow(record.name.run)),
            "PreviousRunId": .some(record.previous.map(RunNames.workflow)), "WorkflowRunProperties": .map(record.properties),
            "StartedOn": .time(micros: record.startedMicros), "CompletedOn": isOver ? .time(micros: ended) : nil,
            "Status": .text(status), "ErrorMessage": .some(record.error), "Statistics": statistics,
            "StartingEventBatchCondition": record.batch,
            "Graph": hasGraph ? try WorkflowGraph(record.name.workflow, runs: runs, ledger).value : nil,
        ])
    }
}
