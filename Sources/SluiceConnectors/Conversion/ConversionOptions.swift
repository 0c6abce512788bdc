import SluiceCodecs
package import SluiceCore
import SluiceFormats
package import SluicePipelines

/// Formats, compression and their options, from arguments to what definitions have.
package enum ConversionOptions {
    /// How a conversion writes; nil: as the output's name tells, or the default.
    package struct Writing: Sendable {
        package var format: String?
        package var compression: String?
        package var compressionLevel: Int?
        /// `key=value`, for the format.
        package var options: [String] = []
        /// Columns, separated by commas.
        package var partitionBy: String?

        package init() {}
    }

    /// Options of the sink beside the output.
    ///
    /// - Throws: `invalidOption`, `unknownKey` or `usage` with the nearest names.
    package static func writing(_ arguments: Writing, output: String) throws(SluiceError) -> [(String, DefinitionNode)] {
        var sink: [(String, DefinitionNode)] = []
        let format = try outputFormat(arguments.format, output)
        sink.append(("format", .text(format)))
        var options = try Self.options(arguments.options, "--out-option")
        let type = FormatRegistry.formats.first { $0.name == format }
        let name = output.hasSuffix("/") || output == "-" ? Codec.none : Codec.named(by: output)
        if let type, let inner = type.options.first(where: { $0.name == "codec" }) {
            if let compression = arguments.compression { options.append(("codec", .text(try Self.inner(compression, inner, format)))) }
            if let level = arguments.compressionLevel,
                let option = type.options.first(where: { ["level", "codec_level"].contains($0.name) })
            {
                options.append((option.name, DefinitionNode(.scalar(String(level), .plain), path: "--compression-level")))
            }
            if !type.compressesItself, name != .none { sink.append(("compression", .text(name.rawValue))) }
            if type.compressesItself, name != .none { throw Self.compressedInside(format, output) }
        } else {
            let codec = try arguments.compression.map { text throws(SluiceError) in try Self.codec(text) } ?? name
            if name != .none, codec != name { throw Self.named(output, name, codec) }
            if codec != .none { sink.append(("compression", .text(codec.rawValue))) }
            if let level = arguments.compressionLevel {
                guard (1...9).contains(level) else {
                    throw SluiceError(
                        .invalidOption, "--compression-level is from 1 to 9 for \(format), not \(level)",
                        remedy: "leave it out for \(Codec.defaultLevel)")
                }
                sink.append(("compression_level", .integer(level)))
            }
        }
        if !options.isEmpty { sink.append(("options", .mapping(options))) }
        if let columns = arguments.partitionBy {
            guard output.hasSuffix("/") else {
                throw SluiceError(
                    .usage, "--partition-by makes directories, and the output is a file",
                    remedy: "write the output as \(output == "-" ? "out" : output)/")
            }
            sink.append(
                ("partition_by", .list(columns.split(separator: ",").map { .text(String($0.drop { $0 == " " }.prefix { $0 != " " })) })))
        }
        return sink
    }

    /// Options of a source of files.
    package static func reading(from format: String?, _ options: [String]) throws(SluiceError) -> [(String, DefinitionNode)] {
        var source: [(String, DefinitionNode)] = []
        if let format { source.append(("format", .text(try name(format)))) }
        let options = try Self.options(options, "--in-option")
        if !options.isEmpty { source.append(("options", .mapping(options))) }
        return source
    }

    /// A format's name as it is registered.
    private static func name(_ name: String) throws(SluiceError) -> String {
        // What people call JSON lines.
        let known = ["jsonl", "ndjson"].contains(name.lowercased()) ? JSONFormat.name : name.lowercased()
        guard FormatRegistry.formats.contains(where: { $0.name == known }) else {
            throw SluiceError(
                .invalidOption, "unknown format \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: FormatRegistry.formats.map { $0.name }, noun: "formats"))
        }
        return known
    }

    private static func outputFormat(_ given: String?, _ output: String) throws(SluiceError) -> String {
        if let given { return try name(given) }
        if let format = try? FormatRegistry.format(forFile: output) { return format.name }
        let known = FormatRegistry.formats.map { $0.name }.joined(separator: ", ")
        throw SluiceError(
            .usage, "the name of the output \(output.quotedForMessage) does not tell its format", remedy: "add --to with one of \(known)")
    }

    private static func codec(_ name: String) throws(SluiceError) -> Codec {
        let lower = name.lowercased()
        if let codec = Codec.allCases.first(where: { $0.rawValue == lower || $0.fileExtensions.contains(lower) }) { return codec }
        throw SluiceError(
            .invalidOption, "unknown compression \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: Codec.allCases.map(\.rawValue), noun: "compressions"))
    }

    /// What a format with compressed blocks calls a codec.
    private static func inner(_ name: String, _ option: OptionSpec, _ format: String) throws(SluiceError) -> String {
        guard case .choice(let choices) = option.kind else { return name }
        let synonyms = ["zstd": "zstandard", "zstandard": "zstd", "gzip": "deflate", "zlib": "deflate", "none": "null"]
        let lower = name.lowercased()
        if choices.contains(lower) { return lower }
        if let other = synonyms[lower], choices.contains(other) { return other }
        throw SluiceError(
            .invalidOption, "\(format) cannot be compressed with \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: choices, noun: "codecs of \(format)"))
    }

    private static func named(_ output: String, _ name: Codec, _ codec: Codec) -> SluiceError {
        let state = codec == .none ? "is not compressed" : "is compressed with \(codec.rawValue)"
        return SluiceError(
            .usage, "\(output.quotedForMessage) is named \(name.rawValue), and with --compression it \(state)",
            remedy: "leave --compression out, or end the name in "
                + (codec.fileExtension.map { ".\($0)" } ?? "the format's own extension"))
    }

    private static func compressedInside(_ format: String, _ output: String) -> SluiceError {
        SluiceError(
            .invalidOption, "files of the format \(format) are compressed inside, and \(output.quotedForMessage) would be compressed twice",
            remedy: "leave the last extension out, and say --compression for the blocks inside")
    }

    /// Lists of regular expressions, in which a comma means something: each stands in an option of its own.
    private static let patternLists: Set = ["pattern", "patterns"]

    /// `key=value` pairs; a list is written with commas. Later ones win, but for patterns, of which each is one more.
    private static func options(_ texts: [String], _ argument: String) throws(SluiceError) -> [(String, DefinitionNode)] {
        var options: [(String, DefinitionNode)] = []
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw SluiceError(
                    .usage, "\(argument) takes key=value, not \(text.quotedForMessage)", remedy: "for example: \(argument) delimiter=';'")
            }
            let key = String(text[..<equals]).replacing("-", with: "_")
            let value = String(text[text.index(after: equals)...])
            if patternLists.contains(key) {
                var patterns = [DefinitionNode(.scalar(value, .plain), path: key)]
                if case .list(let earlier)? = options.first(where: { $0.0 == key })?.1.content { patterns = earlier + patterns }
                options.removeAll { $0.0 == key }
                options.append((key, .list(patterns)))
                continue
            }
            options.removeAll { $0.0 == key }
            options.append((key, node(value, key)))
        }
        return options
    }

    private static func node(_ value: String, _ key: String) -> DefinitionNode {
        let kinds = FormatRegistry.formats.flatMap { $0.options }.filter { $0.name == key }.map(\.kind)
        let isList =
            kinds.contains(.texts) || (kinds.contains(.booleanOrTexts) && value != "true" && value != "false")
        if !isList { return DefinitionNode(.scalar(value, .plain), path: key) }
        return .list(
            value.split(separator: ",", omittingEmptySubsequences: false).map { DefinitionNode(.scalar(String($0), .plain), path: key) })
    }
}
