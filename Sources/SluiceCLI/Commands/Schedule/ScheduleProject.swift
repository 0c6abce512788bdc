import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

/// The jobs that commands see: those of the folders, and those that commands added.
struct ScheduleProject {
    let session: Session
    let folders: [String]
    let set: JobSet
    /// What the ledger says, by name.
    let stored: [String: StoredJob]
    /// What is wrong with declarations that were left out.
    let mistakes: [SluiceError]

    /// Declarations that are wrong are left out, with a warning, as by `up`.
    ///
    /// - Parameter isWhole: Whether they are refused instead: for commands that add to what is declared.
    init(_ session: Session, folders: [String] = JobSet.folders, isWhole: Bool = false) throws {
        self.session = session
        self.folders = folders
        let rows = try session.existingCatalog()?.readSchedule { try $0.jobRows() } ?? JobRows()
        (set, mistakes) = JobSet.read(folders: folders, stored: rows)
        guard !isWhole || mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        Self.warn(of: mistakes, on: session.console)
        stored = Dictionary(uniqueKeysWithValues: rows.rows.map { ($0.name, $0) })
    }

    /// A line for each mistake of declarations.
    static func warn(of mistakes: [SluiceError], on console: Console) {
        for mistake in mistakes {
            let place = mistake.location.map { "\($0): " } ?? ""
            console.warning(place + mistake.message + (mistake.remedy.map { "; \($0)" } ?? ""))
        }
    }

    /// - Throws: `notFound`, with the nearest name.
    func job(_ name: String) throws -> JobDeclaration {
        if let job = set[name] { return job }
        guard mistakes.isEmpty else {
            throw SluiceError(
                .notFound, "there is no job \(name.quotedForMessage) among those that are right", remedy: "mend what is told above first")
        }
        throw SluiceError(
            .notFound, "there is no job \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: set.names, noun: "jobs")
                ?? "give a pipeline a `schedule`, declare a job in catalog/, or add one with `schedule add`")
    }

    func isPaused(_ name: String) -> Bool { stored[name]?.isPaused ?? set[name]?.rules.startsPaused ?? false }

    /// The next ticks of a job, in seconds since 1970; none of a job that is paused or has no clock.
    func ticks(_ name: String, count: Int, after moment: Int64) -> [Int64] {
        guard let schedule = set.schedule(of: name), !isPaused(name) else { return [] }
        return schedule.ticks(after: max(moment, stored[name]?.cursor ?? moment), count: count)
    }

    /// Now, in seconds since 1970.
    static var now: Int64 { WallClock.system.nowMicros() / TimeText.microsPerSecond }

    private static let secondsOfDay: Int64 = 86_400

    /// `in 3 min 5 s`, `in 12 d 4 h`.
    static func distance(_ tick: Int64) -> String {
        let seconds = tick - now
        if seconds < 0 { return "now" }
        if seconds < 2 * secondsOfDay { return "in " + HumanText.duration(seconds: Double(seconds)) }
        return "in \(seconds / secondsOfDay) d \(seconds % secondsOfDay / 3600) h"
    }

    /// A tick as its zone's clock shows it: `2026-03-29 03:00:00 +02:00`.
    static func local(_ tick: Int64, _ zone: ZoneRules) -> String {
        let text = zone.text(of: tick)
        let head = text.prefix(19).replacing("T", with: " ")
        let offset = text.dropFirst(19)
        return head + (offset == "Z" ? "Z" : " " + offset)
    }
}

/// How runs of jobs look.
enum ScheduledRunScreen {
    /// Of a run's id: enough to tell it from others, and for commands that take one.
    static let shownCharacters = 14

    static func table(_ runs: [ScheduledRun]) -> TextTable {
        var table = TextTable([
            .init("run", isWhole: true), .init("job", isName: true), .init("tick", isWhole: true), .init("state", isWhole: true),
            .init("took", .right),
            .init("tries", .right), .init("reason"),
        ])
        for run in runs {
            let end = run.endedMicros ?? (run.state == .running ? WallClock.system.nowMicros() : nil)
            let took = run.startedMicros.flatMap { start in end.map { HumanText.duration(seconds: Double($0 - start) * 1e-6) } } ?? ""
            table.add([
                String(run.id.text.prefix(shownCharacters)), run.job + (run.element.map { " [\($0)]" } ?? ""),
                HumanText.time(micros: run.logical * TimeText.microsPerSecond, hasSeconds: run.logical % 60 != 0), words(run.state), took,
                String(run.attempts), run.reason ?? "",
            ])
        }
        return table
    }

    /// Why runs did not succeed, in full, and where more is told; a table may have no room for it.
    static func failures(_ runs: [ScheduledRun]) -> [Report.Block] {
        let failed = runs.filter { $0.state.isOver && $0.state != .succeeded && $0.reason != nil }
        guard !failed.isEmpty else { return [] }
        return [.blank]
            + failed.prefix(shownFailures).map { run -> Report.Block in
                let hint = run.startedMicros == nil ? "" : "; `runs logs \(run.id.text.prefix(shownCharacters))` shows what it printed"
                return .paragraph("\(run.job): \(run.reason ?? "")\(hint)")
            }
    }

    /// Runs whose reasons stand below a table.
    private static let shownFailures = 10

    static func words(_ state: ScheduledRunState) -> String { state.rawValue.replacing("_", with: " ") }

    /// Exit code of a command that waited for runs. One behind others that was skipped is as its condition says; one that was asked for was not done.
    static func status(_ runs: [ScheduledRun]) -> CommandStatus {
        runs.contains { run in
            [.failed, .timedOut, .cancelled].contains(run.state) || run.state == .skipped && run.cause != .jobs
        } ? .failed : .done
    }
}
