import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluicePipelines

struct ConnectorsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "connectors", abstract: "List what pipelines can read and write, or show one connector's options.",
            discussion: """
                Examples:
                  \(program) connectors
                  \(program) connectors files
                """)
    }

    @Argument(help: "A connector.", completion: NameCompletion.connectors) var name: String?
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let registry = ConnectorRegistry.standard
        let manuals = registry.connectors.map(\.manual)
        guard let name else { return list(manuals) }
        guard let manual = registry[name]?.manual else {
            throw SluiceError(
                .notFound, "unknown connector \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: manuals.map(\.name), noun: "connectors"))
        }
        var blocks: [Report.Block] = [.line(manual.name, .heading), .paragraph(manual.summary)]
        for end in [PipelineEnd.source, .sink] where !manual.options(of: end).isEmpty {
            blocks += [.blank, .line("Options of a \(end.rawValue)", .heading)]
            for option in manual.options(of: end) { blocks += Self.blocks(option) }
        }
        return Report(blocks, json: manual.json)
    }

    private func list(_ manuals: [ConnectorManual]) -> Report {
        var table = TextTable([.init("connector"), .init("reads"), .init("writes"), .init("what it is")])
        for manual in manuals {
            table.add([
                manual.name, manual.sourceOptions.isEmpty ? "no" : "yes", manual.sinkOptions.isEmpty ? "no" : "yes", manual.summary,
            ])
        }
        return Report([.table(table)], json: .object(["connectors": .list(manuals.map(\.json))]))
    }

    private static func blocks(_ option: OptionSpecification) -> [Report.Block] {
        let need = option.isRequired ? ", required" : option.defaultValue.map { ", default \($0)" } ?? ""
        var blocks: [Report.Block] = [
            .paragraph("\(option.name): \(option.shape.wanted)\(need)", indent: 2), .paragraph(option.description, indent: 6, .dim),
        ]
        if !option.examples.isEmpty {
            blocks.append(.paragraph("for example: " + option.examples.joined(separator: " or "), indent: 6, .dim))
        }
        return blocks
    }
}

extension ConnectorManual {
    fileprivate var json: Value {
        .object([
            "name": .string(name), "summary": .string(summary), "source_options": .list(sourceOptions.map(\.json)),
            "sink_options": .list(sinkOptions.map(\.json)),
        ])
    }
}

extension OptionSpecification {
    fileprivate var json: Value {
        .object([
            "name": .string(name), "takes": .string(shape.wanted), "required": .boolean(isRequired), "default": .text(defaultValue),
            "description": .string(description), "examples": .texts(examples),
        ])
    }
}
