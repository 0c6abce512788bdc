import SluiceCore
import SluiceFormats
import SluicePipelines

/// Brings the options of a format from a definition to the format, and their descriptions the other way.
enum FormatOptions {
    /// What a definition gives a format under `options`.
    ///
    /// - Throws: `unknownKey` placed at the key, with the nearest name; `wrongType` or `invalidOption` placed at the value.
    static func values(_ options: OptionValues, format: String) throws(SluiceError) -> [String: OptionValue] {
        guard let options = options.nested("options") else { return [:] }
        let specs = specs(of: format)
        var values: [String: OptionValue] = [:]
        for entry in try options.node.mapping() where !entry.value.isNull {
            guard let spec = specs.first(where: { $0.name == entry.key }) else {
                throw SluiceError(
                    .unknownKey, "the format \(format) has no option \(entry.key.quotedForMessage)",
                    at: entry.keyLocation ?? entry.value.location,
                    remedy: Suggestion.remedy(for: entry.key, in: specs.map(\.name), noun: "options of \(format)"))
            }
            values[entry.key] = try value(entry.value, spec)
        }
        return values
    }

    static func specs(of format: String) -> [OptionSpec] { FormatRegistry.formats.first { $0.name == format }?.options ?? [] }

    private static func value(_ node: DefinitionNode, _ spec: OptionSpec) throws(SluiceError) -> OptionValue {
        switch spec.kind {
        case .boolean: return .boolean(try node.boolean())
        case .integer(let range): return .integer(try node.integer(in: range))
        case .choice(let choices): return .text(try node.choice(of: choices))
        case .text, .character: return .text(try node.string())
        case .texts: return .texts(try texts(node))
        case .booleanOrTexts: return node.isList ? .texts(try texts(node)) : .boolean(try node.boolean())
        }
    }

    private static func texts(_ node: DefinitionNode) throws(SluiceError) -> [String] {
        var texts: [String] = []
        for item in node.oneOrMany() { texts.append(try item.string()) }
        return texts
    }

    /// The format with the options that a definition gives it.
    ///
    /// - Parameter file: Whose name decides what the options leave open, such as the delimiter of `.tsv`; nil where a definition names the format.
    /// - Throws: placed errors about the options.
    static func format(_ name: String, file: String? = nil, _ options: OptionValues) throws(SluiceError) -> any Format {
        let values = try values(options, format: name)
        do throws(SluiceError) {
            if let file { return try FormatRegistry.format(forFile: file, options: values) }
            return try FormatRegistry.format(named: name, options: values)
        } catch {
            throw error.located(at: options.location(of: "options"))
        }
    }

    /// The format, which must be one of records.
    ///
    /// - Throws: placed errors about the options.
    static func recordFormat(_ name: String, _ options: OptionValues) throws(SluiceError) -> any RecordFormat {
        let values = try values(options, format: name)
        do throws(SluiceError) {
            return try FormatRegistry.recordFormat(named: name, options: values)
        } catch {
            throw error.located(at: options.location(of: "format"))
        }
    }

    /// The names of all formats.
    static let format = OptionSpecification(
        "format", .enumeration(FormatRegistry.formats.map { $0.name }), "The files' format.", examples: [CSVFormat.name])

    /// The options of several formats in one description: what `options` may hold before the format is known.
    static func specification(for usage: OptionSpec.Usage) -> OptionSpecification {
        var merged: [OptionSpecification] = []
        for format in FormatRegistry.formats {
            for spec in format.options where spec.usage == .both || spec.usage == usage {
                let entry = OptionSpecification(
                    spec.name, shape(spec.kind), default: spec.defaultValue?.description, "\(spec.summary) (\(format.name))")
                if let index = merged.firstIndex(where: { $0.name == spec.name }) {
                    merged[index].shape = widened(merged[index].shape, entry.shape)
                    merged[index].description += " " + entry.description
                } else {
                    merged.append(entry)
                }
            }
        }
        return OptionSpecification(
            "options", .object(merged), "How the format is written: delimiter, encoding, marks of numbers and the like.",
            examples: ["{delimiter: \";\", encoding: cp1252}"])
    }

    private static func shape(_ kind: OptionSpec.Kind) -> ValueShape {
        switch kind {
        case .boolean: .boolean
        case .integer(let range): .integer(range)
        case .text, .character: .string
        case .texts: .oneOrMany(.string)
        case .choice(let choices): .enumeration(choices)
        case .booleanOrTexts: .either([.boolean, .list(.string, minimum: 1)])
        }
    }

    /// One shape for an option that two formats have.
    private static func widened(_ a: ValueShape, _ b: ValueShape) -> ValueShape {
        return a.wanted == b.wanted ? a : .either([a, b])
    }
}
