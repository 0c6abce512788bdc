import SluiceCodecs
package import SluiceCore

/// The formats that there are, by name and by file name.
package enum FormatRegistry {
    package static let formats: [any Format.Type] = [CSVFormat.self, JSONFormat.self, ParquetFormat.self, AvroFormat.self, TextFormat.self]

    /// - Throws: `invalidOption` with the nearest name for a format that does not exist; what the format says of its options.
    package static func format(named name: String, options: [String: OptionValue] = [:]) throws(SluiceError) -> any Format {
        guard let type = formats.first(where: { $0.name == name }) else {
            throw SluiceError(
                .invalidOption, "unknown format \"\(name)\"",
                remedy: Suggestion.remedy(for: name, in: formats.map { $0.name }, noun: "formats"))
        }
        return try make(type, options)
    }

    /// The format of a file by its name's extension, behind a compression's: `a.csv.gz` is CSV; `.tsv` and `.tab` set the delimiter.
    ///
    /// - Throws: `invalidOption` when the name says nothing.
    package static func format(forFile path: String, options: [String: OptionValue] = [:]) throws(SluiceError) -> any Format {
        let codecs = Codec.allCases.flatMap(\.fileExtensions)
        let plain = codecs.first { path.lowercased().hasSuffix("." + $0) }.map { path.dropLast($0.utf8.count + 1) }
        let name = (plain ?? path[...]).split(separator: "/").last ?? ""
        let found = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
        guard let type = formats.first(where: { $0.fileExtensions.contains(found) }) else {
            throw SluiceError(
                .invalidOption, "the name of \(path.quotedForMessage) does not tell its format",
                remedy: "set format to one of " + formats.map { $0.name }.joined(separator: ", "))
        }
        var options = options
        if type == CSVFormat.self, options["delimiter"] == nil {
            if found == "tsv" || found == "tab" { options["delimiter"] = .text("\t") }
            if found == "psv" { options["delimiter"] = .text("|") }
        }
        return try make(type, options)
    }

    private static func make(_ type: (some Format).Type, _ options: [String: OptionValue]) throws(SluiceError) -> any Format {
        try type.init(options: options)
    }

    /// A format whose records can travel one by one.
    ///
    /// - Throws: as `format(named:options:)`; `invalidOption` for a format of whole files.
    package static func recordFormat(named name: String, options: [String: OptionValue] = [:]) throws(SluiceError) -> any RecordFormat {
        let format = try format(named: name, options: options)
        if let format = format as? any RecordFormat { return format }
        let known = formats.filter { $0 is any RecordFormat.Type }.map { $0.name }
        throw SluiceError(
            .invalidOption, "files of the format \(name) are no records that a stream could carry",
            remedy: "use one of " + known.joined(separator: ", "))
    }

    /// A decoder for records that travelled with their layout, such as a stream's.
    package static func decoder(
        _ layout: FileLayout, schema: Schema, missing: MissingColumns = .null
    ) throws(SluiceError) -> any RecordDecoder {
        try recordFormat(named: layout.format, options: layout.options).decoder(layout, schema: schema, missing: missing)
    }
}
