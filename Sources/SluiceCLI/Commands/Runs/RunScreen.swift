import SluiceCatalog
import SluiceCore

/// How a run is shown when it ends and when it is looked up.
struct RunScreen: Sendable {
    /// Inputs and outputs that are listed.
    static let listed = 10
    /// A speed is told from this many rows on; for fewer it says nothing.
    static let rowsForSpeed = 10_000

    let record: RunRecord

    private var report: RunReport { record.report }
    private var seconds: Double? { record.durationMicros.map { Double($0) / 1e6 } }

    /// State, id, counts, speed, and a line for each step: what fits on a screen when the run ends.
    var summaryBlocks: [Report.Block] {
        var facts = KeyValueBlock(["run": record.id.text])
        facts.add(
            "rows",
            "\(HumanText.grouped(report.rowsIn)) read, \(HumanText.grouped(report.rowsOut)) written, "
                + HumanText.count(report.deadLetters, "dead letter")
                + (report.leftOut.map { ", \(HumanText.grouped($0)) left out" } ?? ""))
        facts.add("bytes", "\(HumanText.bytes(report.bytesIn)) read, \(HumanText.bytes(report.bytesOut)) written")
        if let seconds, seconds > 0, report.rowsIn >= Self.rowsForSpeed {
            facts.add(
                "speed",
                "\(HumanText.short(Double(report.rowsIn) / seconds)) rows/s, \(HumanText.bytes(Double(report.bytesIn) / seconds))/s")
        }
        return [.line(headline, emphasis), .pairs(facts)] + stepBlocks + routeBlocks + ruleBlocks
    }

    /// Everything that the record has.
    var detailBlocks: [Report.Block] {
        var blocks = summaryBlocks
        var facts = KeyValueBlock([
            "started": HumanText.time(micros: record.startedMicros),
            "ended": record.endedMicros.map { HumanText.time(micros: $0) },
            "definition": "sha256 " + record.definitionHash.prefix(16),
            "process": String(record.process.processID),
        ])
        if let file = report.deadLetterFile { facts.add("dead letters", Self.place(ofLetters: file, record.id, record.pipeline)) }
        blocks += [.blank, .pairs(facts)]
        if let failure = record.failure { blocks += failureBlocks(failure) }
        blocks += list("Parameters", (report.parameters ?? []).map { "\($0.name) = \($0.value)" })
        blocks += list("Inputs", report.inputs.map { "\($0.name)  \(HumanText.count($0.rows, "row")), \(HumanText.bytes($0.bytes))" })
        blocks += list("Notices", report.notices ?? [])
        blocks += list("Outputs", report.outputs)
        blocks += list("Timings", report.timings.map { "\($0.name)  \(HumanText.duration(seconds: Double($0.micros) / 1e6))" })
        return blocks
    }

    private var headline: String {
        let took = seconds.map { HumanText.duration(seconds: $0) } ?? ""
        switch record.state {
        case .running: return "\(record.pipeline) is running"
        case .succeeded: return "\(record.pipeline) succeeded in \(took)"
        case .failed where record.metNewFields: return "\(record.pipeline) met new fields after \(took)"
        case .failed: return "\(record.pipeline) failed after \(took)"
        case .interrupted: return "\(record.pipeline) was interrupted" + (took.isEmpty ? "" : " after \(took)")
        }
    }

    private var emphasis: Report.Emphasis {
        switch record.state {
        case .succeeded: .good
        case .failed: record.metNewFields ? .warning : .bad
        case .running, .interrupted: .warning
        }
    }

    private var stepBlocks: [Report.Block] {
        guard !report.steps.isEmpty else { return [] }
        let rejects = report.steps.contains { $0.rejected > 0 }
        var table = TextTable(
            [.init("step", isWhole: true), .init("rows in", .right), .init("rows out", .right)]
                + (rejects ? [.init("rejected", .right)] : []))
        for step in wholeSteps {
            table.add(
                [step.name, HumanText.grouped(step.rowsIn), HumanText.grouped(step.rowsOut)]
                    + (rejects ? [HumanText.grouped(step.rejected)] : []))
        }
        return [.blank, .table(table)]
    }

    /// Steps of which a plan made several: what went into the first and came out of the last.
    private var wholeSteps: [RunReport.Step] {
        var whole: [RunReport.Step] = []
        var parts = 1
        for step in report.steps {
            if let last = whole.last, step.name == "\(last.name) (\(parts + 1))" {
                parts += 1
                whole[whole.count - 1].rowsOut = step.rowsOut
                whole[whole.count - 1].rejected += step.rejected
            } else {
                parts = 1
                whole.append(step)
            }
        }
        return whole
    }

    private var routeBlocks: [Report.Block] {
        guard let routes = report.routes else { return [] }
        var table = TextTable([.init("output", isWhole: true), .init("rows in", .right), .init("rows out", .right), .init("written to")])
        for route in routes { table.add([route.name, HumanText.grouped(route.rowsIn), HumanText.grouped(route.rowsOut), route.target]) }
        if let unrouted = report.unrouted, unrouted > 0 {
            table.add(["(none)", HumanText.grouped(unrouted), "", "rows that no route took"])
        }
        return [.blank, .table(table)]
    }

    private var ruleBlocks: [Report.Block] {
        guard let rules = report.rules else { return [] }
        var table = TextTable([.init("rule", isWhole: true), .init("step"), .init("rows failed", .right), .init("condition")])
        for rule in rules { table.add([rule.name, rule.step, HumanText.grouped(rule.failed), rule.condition]) }
        return [.blank, .table(table)]
    }

    private func failureBlocks(_ failure: RunFailure) -> [Report.Block] {
        var blocks: [Report.Block] = [.blank, .line("error[\(failure.code)]: \(failure.message)", .bad)]
        if let place = failure.place { blocks.append(.line("  --> \(place)")) }
        if let remedy = failure.remedy { blocks.append(.line("   = \(remedy)")) }
        return blocks
    }

    /// Where the dead letters of a run are: its file, or where each of its epochs has one of its own, the command that shows all of them.
    static func place(ofLetters file: String, _ run: RunID, _ pipeline: String, _ homeOption: String = "") -> String {
        if file.hasSuffix("/\(run).jsonl") { return file }
        return "\(Invocation.current.programName) dlq show \(ShellText.quoted(pipeline)) \(run)\(homeOption)"
    }

    private func list(_ title: String, _ lines: [String]) -> [Report.Block] {
        guard !lines.isEmpty else { return [] }
        let more = lines.count - Self.listed
        return [.blank, .line(title, .heading)] + lines.prefix(Self.listed).map { .line("  " + $0) }
            + (more > 0 ? [.line("  … \(more) more; --json has all", .dim)] : [])
    }
}
