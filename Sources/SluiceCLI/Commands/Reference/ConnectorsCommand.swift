import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluiceSaaS

struct ConnectorsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "connectors", abstract: "List what pipelines can read and write, or show one connector's options.",
            discussion: """
                Examples:
                  \(program) connectors list
                  \(program) connectors show zendesk
                  \(program) connectors show crm.yaml
                  \(program) connectors show zendesk --declaration > helpdesk.yaml
                """)
    }

    @Argument(help: "A connector, or the file that declares one; list and show may stand before it.", completion: NameCompletion.connectors)
    var words: [String] = []
    @Flag(help: "Print the YAML that declares the service, to begin one of your own with.") var declaration = false
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let registry = Invocation.current.connectors
        let manuals = registry.connectors.map(\.manual)
        let isVerb = words.count == 2 ? words[0] == "show" : words == ["list"]
        guard words.count <= 1 || isVerb else { throw SluiceError(.usage, "one connector is shown at a time") }
        guard let name = isVerb ? words.dropFirst().first : words.first else {
            if declaration { throw SluiceError(.usage, "--declaration prints that of one connector", remedy: "name it") }
            return list(manuals)
        }
        if declaration { return try declared(name) }
        if ServiceDeclarations.isFile(name) { return try shown(ServiceDeclarations.named(name), name) }
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
        if let engine = DatabaseEngine(rawValue: name) {
            let settings = engine.settings.map { ShownSetting($0) }
            let json = Value.structure(Self.members(manual.json) + [.init("settings", .list(settings.map(\.json)))])
            return Report(blocks + ShownSetting.blocks(settings), json: json)
        }
        guard let service = EmbeddedDeclarations.named(name) else { return Report(blocks, json: manual.json) }
        return Report(blocks + Self.blocks(service), json: .structure(Self.members(manual.json) + [.init("service", service.json)]))
    }

    /// A service that a file declares: what is written to use it, its settings, and its entities.
    private func shown(_ service: ServiceDeclaration, _ file: String) -> Report {
        var uses = KeyValueBlock()
        if let entity = service.entities.first {
            uses.add("source", "{http: \(file), entity: \(entity.name), connection: NAME}")
        }
        uses.add("connection", "\(Invocation.current.programName) connections add NAME \(ShellText.quoted(file))")
        let blocks: [Report.Block] = [.line(service.name, .heading), .paragraph(service.summary), .blank, .pairs(uses)]
        let json = Value.object(["name": .string(service.name), "summary": .string(service.summary), "service": service.json])
        return Report(blocks + Self.blocks(service), json: json)
    }

    private func declared(_ name: String) throws -> Report {
        guard let yaml = EmbeddedDeclarations.yaml(name) else {
            throw SluiceError(
                .notFound, "no declaration of \(name.quotedForMessage) comes along",
                remedy: Suggestion.remedy(for: name, in: EmbeddedDeclarations.names, noun: "those that do"))
        }
        return Report([.verbatim(yaml)], json: .object(["name": .string(name), "declaration": .string(yaml)]))
    }

    private static func members(_ value: Value) -> [Value.Member] { if case .structure(let members) = value { members } else { [] } }

    private static func blocks(_ service: ServiceDeclaration) -> [Report.Block] {
        var blocks = ShownSetting.blocks(service.settings.map { ShownSetting($0) })
        for entity in service.entities {
            blocks += [.blank, .line(entity.name, .heading), .paragraph(entity.description)]
            if entity.needsBeginning { blocks.append(.paragraph("A source needs from: where the first window begins.")) }
            var table = TextTable([.init("field", isWhole: true), .init("type"), .init("filter"), .init("writes")])
            for field in entity.fields {
                let writes = ServiceEntity.Write.allCases.filter { field.writes.contains($0) }.map(\.rawValue).joined(separator: " ")
                table.add([field.name, "\(field.type)", field.name == entity.cursor?.name ? "yes" : "", writes])
            }
            blocks.append(.table(table))
        }
        return blocks
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

extension ServiceDeclaration {
    fileprivate var json: Value {
        .object([
            "settings": .list(settings.map { ShownSetting($0).json }),
            "entities": .list(
                entities.map { entity in
                    .object([
                        "name": .string(entity.name), "description": .string(entity.description), "key": .texts(entity.key),
                        "cursor": .text(entity.cursor?.name), "writes": .texts(entity.writes.keys.map(\.rawValue).sorted()),
                        "fields": .list(
                            entity.fields.map { field in
                                .object([
                                    "name": .string(field.name), "type": .string("\(field.type)"),
                                    "writes": .texts(field.writes.map(\.rawValue).sorted()),
                                ])
                            }),
                    ])
                }),
        ])
    }
}
