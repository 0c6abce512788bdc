import SluiceConnectors
import SluiceCore
import SluicePipelines

/// A conversion as the command line asks for it, and the definition that it stands for.
struct ConversionRequest: Sendable {
    let inputs: [String]
    let output: String
    let command: ConvertCommand

    init(_ command: ConvertCommand) {
        self.command = command
        inputs = Array(command.files.dropLast())
        output = command.files.last ?? ""
    }

    var deadLetterFile: String {
        if let file = command.failures.deadLetters { return file }
        return output == "-"
            ? "convert.dead-letters.jsonl" : (output.hasSuffix("/") ? String(output.dropLast()) : output) + ".dead-letters.jsonl"
    }

    /// The texts in which errors may be placed, by the option that they came from.
    var documents: [DefinitionDocument] {
        [("--select", command.rows.select), ("--where", command.rows.condition), ("--columns", command.rows.columns)].compactMap {
            name, text in
            text.map { DefinitionDocument(path: name, text: $0) }
        }
    }

    /// - Throws: errors placed in the arguments.
    func definition() throws -> PipelineDefinition {
        let formats = command.formats
        var source: [(String, DefinitionNode)] = [("files", .list(inputs.map { .text($0) }))]
        source += try ConversionOptions.reading(from: formats.from, formats.allInputOptions)
        if let columns = command.rows.columns {
            source.append(("columns", try ColumnTypesArgument.node(DefinitionDocument(path: "--columns", text: columns))))
        }
        if let policy = command.rows.onNewColumn { source.append(("on_new_column", .text(policy.rawValue))) }
        if let extent = command.rows.inferFrom { source.append(("infer_from", .text(extent.rawValue))) }
        if let texts = command.rows.texts { source.append(("texts", .text(texts.rawValue))) }
        let sink =
            [("output", DefinitionNode.text(output)), ("replace", .boolean(command.work.force))]
            + (try ConversionOptions.writing(formats.writing, output: output))
        return PipelineDefinition(
            name: "convert", source: EndDefinition(connector: "files", options: OptionValues(source)), steps: try steps(),
            sink: EndDefinition(connector: "output", options: OptionValues(sink)), onError: command.failures.policy, text: "",
            directory: ".")
    }

    private func steps() throws -> [any StepDefinition] {
        var steps: [any StepDefinition] = []
        if let condition = command.rows.condition {
            steps.append(try FilterStep(from: .argument(condition, of: DefinitionDocument(path: "--where", text: condition))))
        }
        if let limit = command.rows.limit { steps.append(try LimitStep(from: .integer(limit))) }
        if let text = command.rows.select, let step = try SelectArgument.step(DefinitionDocument(path: "--select", text: text)) {
            steps.append(step)
        }
        return steps
    }
}

/// `--columns "id: string, amount: decimal(12,2)"`.
enum ColumnTypesArgument {
    static func node(_ document: DefinitionDocument) throws(SluiceError) -> DefinitionNode {
        var entries: [DefinitionNode.Entry] = []
        for (start, part) in parts(Array(document.text.unicodeScalars)) {
            let (nameEnd, name) = name(part)
            let place = DefinitionNode.argument("", of: document, at: start).location
            guard let nameEnd, !name.isEmpty else {
                throw SluiceError(
                    .syntaxError, "column types are written as name: type", at: place,
                    remedy: "for example: --columns \"id: string, at: timestamp\"")
            }
            let blanks = part[(nameEnd + 1)...].prefix { $0 == " " }.count
            let type = text(part[(nameEnd + 1)...])
            let value = DefinitionNode.argument(type, of: document, at: start + nameEnd + 1 + blanks)
            entries.append(.init(key: name, keyLocation: place, value: value))
        }
        return DefinitionNode(.mapping(entries), path: "--columns")
    }

    /// Parts between the commas that stand in no brackets and quotes, with their places.
    private static func parts(_ scalars: [Unicode.Scalar]) -> [(start: Int, part: [Unicode.Scalar])] {
        var parts: [(Int, [Unicode.Scalar])] = []
        var (start, depth, isQuoted) = (0, 0, false)
        func add(_ end: Int) {
            let blanks = scalars[start..<end].prefix { $0.properties.isWhitespace }.count
            parts.append((start + blanks, Array(scalars[(start + blanks)..<end])))
        }
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\"" { isQuoted.toggle() }
            if isQuoted { continue }
            if "(<[".unicodeScalars.contains(scalar) { depth += 1 }
            if ")>]".unicodeScalars.contains(scalar) { depth -= 1 }
            if scalar == ",", depth == 0 {
                add(index)
                start = index + 1
            }
        }
        add(scalars.count)
        return parts
    }

    /// The colon's place and the name before it, which may stand in double quotes.
    private static func name(_ part: [Unicode.Scalar]) -> (colon: Int?, name: String) {
        var isQuoted = false
        for (index, scalar) in part.enumerated() {
            if scalar == "\"" { isQuoted.toggle() }
            guard scalar == ":", !isQuoted else { continue }
            let name = text(part[..<index])
            return (index, name.hasPrefix("\"") && name.hasSuffix("\"") && name.count > 1 ? String(name.dropFirst().dropLast()) : name)
        }
        return (nil, "")
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars.drop { $0.properties.isWhitespace })
        return String(text).trimmingTrailingBlanks
    }
}
