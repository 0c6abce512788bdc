package import SluicePipelines

extension JobDeclaration {
    /// What a run of a tick would do, in one line: the command, or what runs and its parameters. What only a run knows stays a sign in braces.
    package func preview(of tick: Int64) -> String {
        let values = JobCommand.values(self, tick: tick)
        func text(_ template: String) -> String { RunVariables.replaced(template, values, else: "…") }
        switch work {
        case .command(let line): return text(line)
        case .program(let words): return words.map(text).joined(separator: " ")
        case .pipeline, .crawler, .quality, .backfill:
            let range = kind == "backfill" ? " from \(values["previous_time"] ?? "") to \(values["logical_time"] ?? "")" : ""
            let given = parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\(text($0.value))" }.joined()
            return "\(kind) \(subject)" + range + given
        }
    }
}
