import SluiceCatalog

/// How a result is shown: what was looked at, a line for each rule, and why those failed that did.
struct QualityScreen: Sendable {
    let result: QualityResult

    var blocks: [Report.Block] {
        let passed = result.count("passed")
        var facts = KeyValueBlock([
            "result": String(result.id), "run": result.run?.text, "at": HumanText.time(micros: result.evaluatedMicros),
            "rows": HumanText.grouped(result.rows),
        ])
        if let window = result.window {
            facts.add("window", "\(HumanText.time(micros: window.start)) to \(HumanText.time(micros: window.end))")
        }
        if result.failures > 0 { facts.add("not computed", "a condition, for \(HumanText.count(result.failures, "row"))") }
        let skipped = result.count("skipped")
        let headline =
            "\(result.subject), \(result.ruleSet): \(passed) of \(HumanText.count(result.outcomes.count, "rule")) passed"
            + (skipped > 0 ? ", \(skipped) skipped" : "")
        var blocks: [Report.Block] = [.line(headline, result.isPassed ? .good : .bad), .pairs(facts), .blank]
        for outcome in result.outcomes {
            blocks.append(.check(Self.mark(outcome), outcome.rule))
            if outcome.state != "passed", let message = outcome.message { blocks.append(.paragraph(message, indent: 6, .dim)) }
            for example in outcome.examples {
                blocks.append(.line("      " + (example.place.map { $0 + "  " } ?? "") + example.values, .dim))
            }
        }
        if !result.figures.isEmpty {
            var figures = KeyValueBlock()
            for figure in result.figures { figures.add(figure.name, Self.number(figure.value)) }
            blocks += [.blank, .pairs(figures)]
        }
        return blocks
    }

    private static func mark(_ outcome: QualityResult.Outcome) -> Report.Check {
        switch outcome.state {
        case "passed": .passed
        case "skipped": .skipped
        default: .failed
        }
    }

    /// A figure as people write it.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? HumanText.grouped(Int64(value)) : "\(value)"
    }
}
