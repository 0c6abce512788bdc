import SluiceCatalog
import SluiceCore
import SluiceServer

/// A run of a job as clients are told it: a run for each attempt that counts.
struct JobRunView {
    let run: ScheduledRun
    private let record: JobRecord
    private let note: RunNote
    private let predecessors: [ScheduledRun]
    private let isConcurrent: Bool
    /// An attempt as the service counts them. Processes that were cut off with their scheduler, and begun again, are one with the next.
    let attempts: [Attempt]

    struct Attempt {
        /// Nil for one that waits.
        var process: RunAttempt?
        var startedMicros: Int64
        var isLast = false
    }

    init(_ run: ScheduledRun, _ record: JobRecord, _ ledger: ScheduleTransaction, showsPredecessors: Bool = false) throws {
        (self.run, self.record) = (run, record)
        note = try RunNote.find(record.name, run.id, ledger)
        predecessors = showsPredecessors ? try note.predecessors.compactMap { try ledger.run($0) } : []
        let all = try ledger.attempts(of: run.id)
        var counted: [Attempt] = []
        var started: Int64?
        for (index, process) in all.enumerated() {
            started = started ?? process.startedMicros
            let isCutOff = process.state == .cancelled && (index < all.count - 1 || !run.state.isOver)
            if isCutOff { continue }
            counted.append(Attempt(process: process, startedMicros: started ?? process.startedMicros))
            started = nil
        }
        if counted.isEmpty || run.state == .queued || run.state == .retrying {
            counted.append(Attempt(process: nil, startedMicros: started ?? (counted.isEmpty ? run.createdMicros : run.notBeforeMicros)))
        }
        counted[counted.count - 1].isLast = true
        attempts = counted
        isConcurrent = try run.state == .queued && ledger.openRuns().contains { $0.job == run.job && $0.id != run.id }
    }

    /// As the service calls it.
    private func state(_ attempt: Attempt) -> String {
        switch attempt.isLast ? run.state : attempt.process?.state ?? .failed {
        case .queued: isConcurrent ? "WAITING" : "STARTING"
        case .retrying: "STARTING"
        case .running: run.isCancelled ? "STOPPING" : "RUNNING"
        case .succeeded: "SUCCEEDED"
        case .failed, .skipped: "FAILED"
        case .timedOut: "TIMEOUT"
        case .cancelled: "STOPPED"
        }
    }

    /// Of the whole run.
    var state: String { state(attempts[attempts.count - 1]) }

    /// - Parameter index: Of `attempts`.
    func value(_ index: Int) -> WireValue {
        let attempt = attempts[index]
        let ended = attempt.isLast ? run.endedMicros : attempt.process?.endedMicros
        let state = state(attempt)
        let isWrong = state == "FAILED" || state == "TIMEOUT"
        let message = isWrong ? RunErrors.message(attempt.isLast ? run.reason : attempt.process?.reason, log: attempt.process?.log) : nil
        var members = record.value.memberMap.filter { Self.shared.contains($0.key) }
        members.merge(note.members) { $1 }
        let more = WireValue.structure([
            "Id": .text(RunNames.job(run.id, attempt: index)), "Attempt": .integer(Int64(index)), "JobName": .text(record.name),
            "PreviousRunId": index > 0 ? .text(RunNames.job(run.id, attempt: index - 1)) : .some(note.previous),
            "TriggerName": .some(note.trigger), "StartedOn": .time(micros: attempt.startedMicros),
            "LastModifiedOn": .time(micros: ended ?? attempt.process?.startedMicros ?? run.createdMicros),
            "CompletedOn": ended.map { .time(micros: $0) }, "JobRunState": .text(state), "ErrorMessage": .some(message),
            "ExecutionTime": .integer(ended.map { max(0, $0 - attempt.startedMicros) / TimeText.microsPerSecond } ?? 0),
            "LogGroupName": .text(record.command == "pythonshell" ? "/aws-glue/python-jobs" : "/aws-glue/jobs"),
            "PredecessorRuns": .list(
                predecessors.compactMap { predecessor in
                    guard let (kind, name) = LedgerNames.parse(predecessor.job), kind == .job else { return nil }
                    return .structure(["JobName": .text(name), "RunId": .text(RunNames.job(predecessor.id))])
                }),
        ])
        members.merge(more.memberMap) { $1 }
        return .members(members)
    }

    /// What a run has of its job.
    private static let shared: Set<String> = [
        "AllocatedCapacity", "MaxCapacity", "Timeout", "WorkerType", "NumberOfWorkers", "GlueVersion", "ExecutionClass", "JobMode",
        "NotificationProperty", "JobRunQueuingEnabled",
    ]
}
