import SluiceCatalog
import SluiceCore
import SluiceServer

/// Runs of jobs: the scheduler's, which `sluice runs` shows, with what the service keeps of them.
enum JobRuns {
    static let operations: [GlueOperation] = [
        GlueOperation("StartJobRun", start), GlueOperation("GetJobRun", get), GlueOperation("GetJobRuns", list),
        GlueOperation("BatchStopJobRun", stop),
    ]

    @Sendable private static func start(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("JobName", Rules.name)
        var arguments = try input.jobArguments("Arguments")
        let previous = try input.text("JobRunId", Rules.name)
        let queues = try input.boolean("JobRunQueuingEnabled")
        var note = RunNote()
        note.members = try input.capacityMembers()
        try input.refuse(["SecurityConfiguration": "what jobs write is not encrypted"])
        try input.finish()
        note.members["JobRunQueuingEnabled"] = queues.map { .boolean($0) }
        try call.requireScheduler()
        let run = try call.change { ledger in
            let record = try JobRecord.find(name, ledger)
            try JobCapacity.check(record.command, note.members.over(record.members))
            if let refusal = try JobScript(record.members["Command"], call.context.places).refusal { throw Faults.invalid(refusal) }
            let open = try ledger.openRuns().filter { $0.job == (try LedgerNames.text(.job, name)) }
            guard open.count < record.maxConcurrentRuns || queues ?? record.queues else {
                throw ServiceFault(400, "ConcurrentRunsExceededException", "Concurrent runs exceeded for \(name)")
            }
            if let previous {
                let found = try find(name, previous, ledger)
                note.previous = previous
                arguments = try arguments ?? RunNote.find(name, found.run.id, ledger).members["Arguments"]?.textMap
            }
            return try RunStarts.job(record, arguments ?? [:], note, call.context.places, ledger)
        }
        return .value(.structure(["JobRunId": .text(RunNames.job(run.id))]))
    }

    @Sendable private static func get(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("JobName", Rules.name)
        let id = try input.requiredText("RunId", Rules.name)
        let showsPredecessors = try input.boolean("PredecessorsIncluded") ?? false
        try input.finish()
        let value = try call.read { ledger in
            let record = try JobRecord.find(name, ledger)
            let (run, attempt) = try find(name, id, ledger)
            let view = try JobRunView(run, record, ledger, showsPredecessors: showsPredecessors)
            guard view.attempts.indices.contains(attempt) else { throw missing(id, name) }
            return view.value(attempt)
        }
        return .value(.structure(["JobRun": value]))
    }

    /// The newest first.
    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("JobName", Rules.name)
        let limit = try input.integer("MaxResults", 1...200) ?? GlueLimits.page
        let last = try ListToken.last(&input, "job-runs")
        try input.finish()
        let found = try call.read { ledger in
            let record = try JobRecord.find(name, ledger)
            var found: [(id: String, value: WireValue)] = []
            // A page begins in the run of the last one of the page before, at the earliest.
            let start = last.flatMap { RunNames.parseJob($0)?.run }
            var isBehind = start == nil
            for run in try ledger.runs(job: LedgerNames.text(.job, name), limit: GlueLimits.listedRuns) {
                if let start, run.id > start { continue }
                let view = try JobRunView(run, record, ledger)
                for attempt in view.attempts.indices.reversed() {
                    let id = RunNames.job(run.id, attempt: attempt)
                    if isBehind { found.append((id, view.value(attempt))) }
                    isBehind = isBehind || id == last
                }
                isBehind = true
                if found.count > limit { break }
            }
            return found
        }
        let page = found.prefix(limit)
        let token = page.count < found.count ? page.last.map { WireValue.text(PageToken.text("job-runs", $0.id)) } : nil
        return .value(.structure(["JobRuns": .list(page.map(\.value)), "NextToken": token]))
    }

    @Sendable private static func stop(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("JobName", Rules.name)
        let ids = try input.texts("JobRunIds", count: 1...25, Rules.name)
        if ids == nil { input.missing("JobRunIds") }
        try input.finish()
        let stops = try RunStops(call)
        var (done, errors): ([WireValue], [WireValue]) = ([], [])
        for id in ids ?? [] {
            do {
                try call.change { ledger in
                    let (run, _) = try find(name, id, ledger)
                    if run.state.isOver {
                        throw ServiceFault(400, "InvalidInputException", "Job run \(id) is over: it cannot be stopped.")
                    }
                    try stops.ask(run.id, ledger)
                }
                done.append(.structure(["JobName": .text(name), "JobRunId": .text(id)]))
            } catch let fault as ServiceFault {
                errors.append(.structure(["JobName": .text(name), "JobRunId": .text(id), "ErrorDetail": Faults.detail(fault)]))
            }
        }
        return .value(.structure(["SuccessfulSubmissions": .list(done), "Errors": .list(errors)]))
    }

    /// A run of a job by the name that clients have.
    ///
    /// - Throws: `EntityNotFoundException`.
    static func find(_ job: String, _ id: String, _ ledger: ScheduleTransaction) throws -> (run: ScheduledRun, attempt: Int) {
        guard let (name, attempt) = RunNames.parseJob(id), let run = try ledger.run(name),
            run.job == (try LedgerNames.text(.job, job))
        else { throw missing(id, job) }
        return (run, attempt)
    }

    private static func missing(_ id: String, _ job: String) -> ServiceFault { Faults.missing("Job Run \(id) of \(job) not found.") }
}
