import Glibc
import SluiceCatalog
import SluiceCore
import SluiceEngine

/// One run of a job: its attempts, its elements, and how far the pipeline is that it runs.
struct JobRunScreen {
    let run: ScheduledRun
    let attempts: [RunAttempt]
    let elements: [ScheduledRun]
    let cancellation: RunCancellation?
    /// Of the pipeline that the run's process is, while it works.
    let live: LiveFigures?

    init(_ run: ScheduledRun, _ catalog: Catalog) throws {
        self.run = run
        let found = try catalog.readSchedule { ledger in
            (try ledger.attempts(of: run.id), try ledger.children(of: run.id), try ledger.cancellation(of: run.id))
        }
        (attempts, elements, cancellation) = found
        let process = attempts.last.flatMap { $0.endedMicros == nil ? $0.process.processID : nil }
        live = try process.flatMap { leader in
            try LiveDirectory(home: catalog.home).running().first { getpgid($0.processID) == leader }
        }
    }

    var report: Report {
        var blocks: [Report.Block] = [.pairs(pairs)]
        if !attempts.isEmpty { blocks += [.blank, .table(attemptTable)] }
        if !elements.isEmpty { blocks += [.blank, .line("Elements", .heading), .table(elementTable)] }
        if let live { blocks += [.blank] + LiveScreen(live).blocks }
        return Report(blocks, json: json)
    }

    var json: Value {
        guard case .structure(let members) = run.json else { return run.json }
        return .structure(
            members + [
                .init("attempt_list", .list(attempts.map(\.json))), .init("elements", .list(elements.map(\.json))),
                .init("cancelled_by", .text(cancellation?.author)), .init("cancel_reason", .text(cancellation?.reason)),
                .init("live", live?.json ?? .null),
            ])
    }

    /// One line, for places where nothing can be drawn over.
    var line: String {
        var parts = ["\(run.job): \(ScheduledRunScreen.words(run.state))"]
        if run.attempts > 1 { parts.append("attempt \(run.attempts)") }
        if !elements.isEmpty { parts.append("\(elements.count { $0.state.isOver }) of \(elements.count) elements") }
        if let live { parts.append("\(HumanText.grouped(live.rowsRead)) rows read, \(HumanText.grouped(live.rowsWritten)) written") }
        if let reason = run.reason { parts.append(reason) }
        return parts.joined(separator: ", ")
    }

    private var pairs: KeyValueBlock {
        func text(_ values: [String: String]) -> String? {
            values.isEmpty ? nil : values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
        return KeyValueBlock([
            "run": run.id.text, "job": run.job, "tick": HumanText.time(micros: run.logical * TimeText.microsPerSecond),
            "element": run.element, "cause": run.cause.rawValue, "state": ScheduledRunScreen.words(run.state), "reason": run.reason,
            "parameters": text(run.parameters), "properties": text(run.properties),
        ])
    }

    private var attemptTable: TextTable {
        var table = TextTable([
            .init("attempt", .right), .init("state", isWhole: true), .init("started", isWhole: true), .init("took", .right),
            .init("exit code", .right), .init("process", .right), .init("reason"),
        ])
        for attempt in attempts {
            let took = attempt.endedMicros.map { HumanText.duration(seconds: Double($0 - attempt.startedMicros) * 1e-6) } ?? ""
            table.add([
                String(attempt.number), ScheduledRunScreen.words(attempt.state), HumanText.time(micros: attempt.startedMicros), took,
                attempt.exitCode.map(String.init) ?? "", String(attempt.process.processID), attempt.reason ?? "",
            ])
        }
        return table
    }

    private var elementTable: TextTable {
        var table = TextTable([.init("element"), .init("run", isWhole: true), .init("state", isWhole: true), .init("reason")])
        for run in elements {
            table.add([
                run.element ?? "", String(run.id.text.prefix(ScheduledRunScreen.shownCharacters)), ScheduledRunScreen.words(run.state),
                run.reason ?? "",
            ])
        }
        return table
    }
}

/// How far a pipeline is that some process runs.
struct LiveScreen {
    let figures: LiveFigures

    init(_ figures: LiveFigures) { self.figures = figures }

    var blocks: [Report.Block] {
        var facts = KeyValueBlock([
            "read":
                "\(HumanText.grouped(figures.rowsRead)) rows, \(HumanText.short(figures.rowsReadPerSecond)) a second, "
                + HumanText.bytes(figures.bytesRead) + (figures.bytesTotal.map { " of \(HumanText.bytes($0))" } ?? ""),
            "written": "\(HumanText.grouped(figures.rowsWritten)) rows, \(HumanText.short(figures.rowsWrittenPerSecond)) a second",
            "memory": HumanText.bytes(figures.memoryBytes), "waits": figures.waiting,
        ])
        if figures.rejected > 0 { facts.add("dead letters", HumanText.grouped(figures.rejected)) }
        guard !figures.steps.isEmpty else { return [.pairs(facts)] }
        var table = TextTable([.init("step", isWhole: true), .init("rows in", .right), .init("rows out", .right)])
        for step in figures.steps { table.add([step.name, HumanText.grouped(step.rowsIn), HumanText.grouped(step.rowsOut)]) }
        return [.pairs(facts), .blank, .table(table)]
    }
}
