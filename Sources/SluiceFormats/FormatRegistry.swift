package import SluiceCore

/// The formats that there are, by name and by file name.
package enum FormatRegistry {
    package static let formats: [any Format.Type] = [CSVFormat.self, JSONLinesFormat.self]

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
        let plain = Codec.allCases.compactMap(\.fileExtension).first { path.hasSuffix("." + $0) }.map { path.dropLast($0.utf8.count + 1) }
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

    /// A decoder for records that travelled with their layout, such as a stream's.
    package static func decoder(
        _ layout: FileLayout, schema: Schema, missing: MissingColumns = .null
    ) throws(SluiceError) -> any RecordDecoder {
        try format(named: layout.format, options: layout.options).decoder(layout, schema: schema, missing: missing)
    }
}

extension Format {
    package var name: String { Self.name }

    /// Starts reading a file as it lies in a store: decompressed by its content, then framed.
    ///
    /// - Throws: `corruptFile` or `cutFile` for a file that is not what its name says; what `framer` throws.
    package func open(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        try framer(Codec.decompressed(source, path: path), path: path)
    }
}
