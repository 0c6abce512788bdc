import ArgumentParser
import SluiceCatalog

/// What `last` stands for: the newest run that a command can do something with.
enum LastRun {
    /// For commands that show one of a job.
    static let jobHelp = ArgumentHelp("The run: its id, how that begins, or last: the newest of any job.", valueName: "run")
    /// For those that show one of either kind, but of a job first.
    static let jobFirstHelp = ArgumentHelp(
        "The run: its id, how that begins, or last: the newest of any job; of a pipeline where no job has run.", valueName: "run")
    static let newestHelp = ArgumentHelp(
        "The run: its id, how that begins, or last: the newest of all, of pipelines and of jobs.", valueName: "run")
    static let openHelp = ArgumentHelp("The run: its id, how that begins, or last: the newest that has not ended.", valueName: "run")
    static let failedHelp = ArgumentHelp(
        "The run: its id, how that begins, or last: the newest of any job that failed, timed out or was cancelled.", valueName: "run")

    static func isMeant(_ text: String) -> Bool { text.lowercased() == "last" }

    /// For commands that do a run again.
    ///
    /// - Returns: The id that `last` stands for; the text itself where it is another one, or nothing did fail.
    static func failed(_ text: String, _ catalog: Catalog, _ console: Console) throws -> String {
        guard isMeant(text) else { return text }
        let states: [ScheduledRunState] = [.failed, .timedOut, .cancelled]
        let found = try catalog.readSchedule { ledger in
            let newest = try states.flatMap { try ledger.runs(state: $0, limit: looked) }.sorted { $0.id > $1.id }
            // One that was done again since comes last.
            return try newest.first { try ledger.tick($0.job, $0.logical)?.run == $0.parent ?? $0.id } ?? newest.first
        }
        guard let found else { return text }
        console.notice("last is the run \(found.id) of \(found.job): \(ScheduledRunScreen.words(found.state))")
        return found.id.text
    }

    /// Runs of each state that are looked at.
    private static let looked = 100

    /// For commands that end a run: of a tick that is split, the whole.
    ///
    /// - Parameter takesPipelines: Whether a pipeline's run counts that no job has made.
    /// - Returns: As `failed`.
    static func open(_ text: String, _ catalog: Catalog, takesPipelines: Bool) throws -> String {
        guard isMeant(text) else { return text }
        let job = try catalog.readSchedule { try $0.openRuns().last { $0.parent == nil } }
        let running = takesPipelines ? try catalog.runs(state: .running, limit: 1).first : nil
        if let running, job.map({ $0.id < running.id }) ?? true, try AnyRun.owner(of: running, catalog) == nil { return running.id.text }
        return job?.id.text ?? text
    }
}
