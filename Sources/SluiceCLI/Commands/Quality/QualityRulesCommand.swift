import ArgumentParser
import SluiceCore
import SluiceQuality

struct QualityRulesCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Explain the rule types.",
        discussion: "Conditions, where, thresholds and composition: docs/quality.md.")

    @Argument(help: "Only the types whose name has this in it.") var name: String?
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let manuals = RuleManual.all.filter { manual in name.map { manual.type.rawValue.lowercased().contains($0.lowercased()) } ?? true }
        if manuals.isEmpty, let name {
            throw SluiceError(
                .notFound, "there is no rule type \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: RuleManual.all.map(\.type.rawValue), noun: "rule types"))
        }
        let blocks = manuals.flatMap { manual -> [Report.Block] in
            [
                .line(manual.syntax, .heading),
                .paragraph(manual.summary + (manual.judgesRows ? " It says which rows fail." : ""), indent: 2),
                .line("  " + manual.example, .dim), .blank,
            ]
        }
        let json = Value.object([
            "rules": .list(
                manuals.map { manual in
                    .object([
                        "name": .string(manual.type.rawValue), "syntax": .string(manual.syntax), "summary": .string(manual.summary),
                        "example": .string(manual.example), "judges_rows": .boolean(manual.judgesRows),
                    ])
                })
        ])
        return Report(blocks, json: json)
    }
}
