import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceServer

/// Jobs of the scheduler that stand for what clients made.
enum LedgerJobs {
    /// Declares a job, or puts another declaration in the place of the one there is. A job whose clock is new or begins again has no ticks of before.
    ///
    /// - Throws: `AlreadyExistsException` where a file declares a job of the name; `InvalidInputException` for what is no declaration.
    static func put(_ name: String, _ text: String, isPaused: Bool, _ ledger: ScheduleTransaction) throws {
        let known = try ledger.job(name)
        if known?.declaration == text, known?.isPaused == isPaused { return }
        let job: JobDeclaration
        do {
            job = try JobDeclaration(text: text, path: "<job \(name)>", directory: ".")
        } catch {
            let mistakes = DefinitionErrors.list(error)?.map(Faults.told) ?? ["\(error)"]
            throw Faults.invalid(mistakes.joined(separator: "; "))
        }
        if let known, known.declaration == nil { throw Faults.exists("The project has a job \(name) of its own.") }
        let now = ledger.now / TimeText.microsPerSecond
        var row =
            known ?? StoredJob(name: name, declaration: text, schedule: "", isPaused: isPaused, cursor: now, createdMicros: ledger.now)
        if row.schedule != job.rules.scheduleText || row.isPaused && !isPaused { row.cursor = max(row.cursor, now) }
        (row.declaration, row.schedule, row.isPaused) = (text, job.rules.scheduleText, isPaused)
        try ledger.put(row)
    }
}
