import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceServer

/// Makes runs of jobs and crawlers, which the scheduler takes from the ledger.
enum RunStarts {
    /// - Parameters:
    ///   - arguments: Those that were given for this run.
    ///   - note: What else is kept of it.
    /// - Returns: The run. Of a script that cannot run on this machine it has failed already.
    static func job(
        _ record: JobRecord, _ arguments: [String: String], _ note: RunNote, _ places: Places, _ ledger: ScheduleTransaction
    ) throws -> ScheduledRun {
        let script = try JobScript(record.members["Command"], places)
        try Jobs.declare(record, script, ledger)
        var parameters = try record.parameters(arguments, script)
        if let workflow = note.workflow, script.words != nil {
            parameters["--WORKFLOW_NAME"] = workflow.workflow
            parameters["--WORKFLOW_RUN_ID"] = RunNames.workflow(workflow.run)
        }
        if let minutes = note.members["Timeout"]?.whole {
            parameters[ScheduledRun.timeoutParameter] = String(minutes * 60 * TimeText.microsPerSecond)
        }
        let job = JobDeclaration(
            name: try LedgerNames.text(.job, record.name), work: .pipeline(script.path), rules: ScheduleDeclaration(), directory: ".")
        var run = try ScheduleRequests.add(
            job, note.trigger == nil ? .manual : .jobs, parameters: parameters, root: note.workflow?.run, properties: note.properties,
            ledger)
        var note = note
        if !arguments.isEmpty { note.members["Arguments"] = .map(arguments) }
        try note.put(record.name, run.id, ledger)
        if let refusal = script.refusal {
            (run.state, run.reason, run.endedMicros) = (.failed, refusal, ledger.now)
            try ledger.update(run)
        }
        return run
    }

    /// A run of a job that could not be made as it was asked for: it has failed at once, and says why.
    static func failed(_ record: JobRecord, _ note: RunNote, _ reason: String, _ ledger: ScheduleTransaction) throws -> ScheduledRun {
        let job = JobDeclaration(
            name: try LedgerNames.text(.job, record.name), work: .program([]), rules: ScheduleDeclaration(), directory: ".")
        var run = try ScheduleRequests.add(job, .jobs, root: note.workflow?.run, properties: note.properties, ledger)
        try note.put(record.name, run.id, ledger)
        (run.state, run.reason, run.endedMicros) = (.failed, reason, ledger.now)
        try ledger.update(run)
        return run
    }

    /// A crawl by the scheduler.
    static func crawler(_ name: String, _ note: RunNote, _ ledger: ScheduleTransaction) throws -> ScheduledRun {
        let ledgerName = try LedgerNames.text(.crawler, name)
        if try ledger.job(ledgerName) == nil { try CrawlerSchedules.declare(name, nil, ledger) }
        let job = JobDeclaration(name: ledgerName, work: .crawler(name), rules: ScheduleDeclaration(), directory: ".")
        let run = try ScheduleRequests.add(job, .jobs, root: note.workflow?.run, properties: note.properties, ledger)
        try note.put(RunNote.crawler(name), run.id, ledger)
        return run
    }
}
