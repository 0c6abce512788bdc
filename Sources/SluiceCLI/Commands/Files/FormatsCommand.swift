import ArgumentParser
import SluiceCore
import SluiceFormats

struct FormatsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "formats", abstract: "List the file formats, or show one format's options.",
            discussion: """
                Examples:
                  \(program) formats
                  \(program) formats csv
                """)
    }

    @Argument(help: "A format.", completion: NameCompletion.formats) var name: String?
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        guard let name else { return list() }
        guard let format = FormatRegistry.formats.first(where: { $0.name == name }) else {
            throw SluiceError(
                .notFound, "unknown format \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: FormatRegistry.formats.map { $0.name }, noun: "formats"))
        }
        var blocks: [Report.Block] = [
            .line(format.name, .heading), .paragraph(format.summary),
            .paragraph("Names of its files end with " + format.fileExtensions.map { "." + $0 }.joined(separator: ", ") + "."),
        ]
        for (usages, title) in [([OptionSpec.Usage.both], "Options"), ([.read], "Options for reading"), ([.write], "Options for writing")] {
            let options = format.options.filter { usages.contains($0.usage) }
            guard !options.isEmpty else { continue }
            blocks += [.blank, .line(title, .heading)]
            for option in options {
                let fallback = option.defaultValue.map { ", default \($0)" } ?? ""
                blocks += [
                    .paragraph("\(option.name): \(option.kind)\(fallback)", indent: 2), .paragraph(option.summary, indent: 6, .dim),
                ]
            }
        }
        return Report(blocks, json: Self.json(format))
    }

    private func list() -> Report {
        var table = TextTable([.init("format", isWhole: true), .init("names end with"), .init("what it is")])
        for format in FormatRegistry.formats {
            table.add([format.name, format.fileExtensions.map { "." + $0 }.joined(separator: " "), format.summary])
        }
        return Report([.table(table)], json: .object(["formats": .list(FormatRegistry.formats.map { Self.json($0) })]))
    }

    private static func json(_ format: any Format.Type) -> Value {
        .object([
            "name": .string(format.name), "summary": .string(format.summary), "extensions": .texts(format.fileExtensions),
            "compressed_inside": .boolean(format.compressesItself),
            "options": .list(
                format.options.map { option in
                    .object([
                        "name": .string(option.name), "takes": .string(option.kind.description),
                        "for": .string(option.usage == .read ? "reading" : option.usage == .write ? "writing" : "both"),
                        "default": .text(option.defaultValue?.description), "description": .string(option.summary),
                    ])
                }),
        ])
    }
}
