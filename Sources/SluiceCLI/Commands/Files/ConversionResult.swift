import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

/// What `convert` shows at the end.
struct ConversionResult: Sendable {
    let summary: ConversionSummary
    let plan: LogicalPlan
    /// As it was given.
    let output: String

    private var rejected: Int64 { summary.report.deadLetters }

    private var countsLine: String {
        let report = summary.report
        let rate = summary.seconds > 0 ? ", \(HumanText.bytes(Double(report.bytesIn) / summary.seconds))/s" : ""
        return "\(HumanText.count(report.rowsOut, "row")), \(HumanText.bytes(report.bytesIn)) to \(HumanText.bytes(report.bytesOut)), "
            + HumanText.duration(seconds: summary.seconds) + rate
    }

    var blocks: [Report.Block] {
        let place = output.hasSuffix("/") ? "\(HumanText.count(summary.outputs.count, "file")) in \(output)" : output
        return [.line("\(place): \(countsLine)")] + failureBlocks
    }

    private var failureBlocks: [Report.Block] {
        guard rejected > 0 else { return [] }
        let isSkipped = plan.definition.onError == .skip
        let title = HumanText.count(rejected, isSkipped ? "skipped record" : "dead letter")
        let shown = summary.deadLetters.count < rejected ? ", the first \(summary.deadLetters.count):" : ":"
        var blocks: [Report.Block] = [.line(title + shown, .warning)]
        for letter in summary.deadLetters {
            let column = letter.column.map { "column \($0): " } ?? ""
            blocks.append(.line("  \(letter.location?.description ?? "?")  \(letter.code): \(column)\(letter.message)"))
        }
        if let file = summary.report.deadLetterFile { blocks.append(.line("  all of them: \(file)")) }
        return blocks
    }

    /// Where standard output has the data: what went wrong, and the counts for a person at a terminal.
    func note(on console: Console) {
        if console.err.isTerminal { console.err.writeLine(countsLine) }
        if rejected > 0 { console.err.write(Report(failureBlocks, json: .null).text(width: console.err.width, style: console.err.style)) }
    }

    var json: Value {
        let report = summary.report
        return .object([
            "output": .string(output), "outputs": .texts(summary.outputs), "target": .string(plan.sink.summary),
            "rows_read": .number(report.rowsIn), "rows_written": .number(report.rowsOut), "bytes_read": .number(report.bytesIn),
            "bytes_written": .number(report.bytesOut), "dead_letters": .number(rejected), "dead_letter_file": .text(report.deadLetterFile),
            "on_error": .string(plan.definition.onError.rawValue),
            "dead_letter_examples": .list(summary.deadLetters.map(\.value)),
            "columns": .list(
                plan.outputSchema.fields.map { .object(["name": .string($0.name), "type": .string($0.type.description)]) }),
            "notices": .texts((plan.notices + summary.notices).map(CommandLineWords.adapted)), "seconds": .float(summary.seconds),
        ])
    }
}
