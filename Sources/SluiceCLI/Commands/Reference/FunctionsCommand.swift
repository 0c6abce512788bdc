import ArgumentParser
import SluiceCore
import SluiceExpressions
import SluicePipelines

struct FunctionsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "functions", abstract: "List what expressions can call, or show one function's manual.",
            discussion: """
                Examples:
                  \(program) functions
                  \(program) functions substring
                """)
    }

    @Argument(help: "A function, or a word to look for.", completion: NameCompletion.functions) var name: String?
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let all = FunctionCatalog.manuals + FunctionCatalog.aggregates
        guard let name else { return list(all, Invocation.current.jobs) }
        let word = name.lowercased()
        if let manual = all.first(where: { $0.name == word || $0.aliases.contains(word) }) {
            return Report(Self.blocks(manual), json: manual.json)
        }
        let found = all.filter { $0.name.contains(word) || $0.summary.lowercased().contains(word) || $0.subject.rawValue == word }
        if !found.isEmpty { return list(found, Jobs()) }
        throw SluiceError(
            .unknownFunction, "unknown function \(name.quotedForMessage)",
            remedy: Suggestion.nearest(to: word, in: all.flatMap { [$0.name] + $0.aliases }).map { "did you mean \"\($0)\"?" }
                ?? "`\(Invocation.current.programName) functions` lists all")
    }

    private func list(_ manuals: [Manual], _ jobs: Jobs) -> Report {
        var blocks: [Report.Block] = []
        for subject in Manual.Subject.allCases {
            let members = manuals.filter { $0.subject == subject }
            if members.isEmpty { continue }
            var table = GlossaryBlock()
            for manual in members { table.add(manual.signature, manual.summary) }
            blocks += [.blank, .line(subject.rawValue.prefix(1).uppercased() + subject.rawValue.dropFirst(), .heading), .glossary(table)]
        }
        let closures = jobs.closures.map(\.name).sorted()
        let pipelines = jobs.pipelines.map(\.name).sorted()
        if !closures.isEmpty {
            blocks += [.blank, .line("Steps of this program (- swift: name)", .heading)] + closures.map { .line("  " + $0) }
        }
        if !pipelines.isEmpty {
            blocks += [.blank, .line("Pipelines of this program (run name)", .heading)] + pipelines.map { .line("  " + $0) }
        }
        return Report(
            Array(blocks.dropFirst()),
            json: .object(["functions": .list(manuals.map(\.json)), "closures": .texts(closures), "pipelines": .texts(pipelines)]))
    }

    private static func blocks(_ manual: Manual) -> [Report.Block] {
        var blocks: [Report.Block] = [.line(manual.signature, .heading), .paragraph(manual.summary)]
        if !manual.aliases.isEmpty { blocks.append(.line("Also called " + manual.aliases.joined(separator: ", ") + ".")) }
        blocks.append(.blank)
        return blocks + manual.examples.map { .line("  \($0.call)  →  \($0.result)") }
    }
}

extension Manual {
    fileprivate var json: Value {
        .object([
            "name": .string(name), "aliases": .texts(aliases), "subject": .string(subject.rawValue), "signature": .string(signature),
            "summary": .string(summary),
            "examples": .list(examples.map { .object(["call": .string($0.call), "result": .string($0.result)]) }),
        ])
    }
}
