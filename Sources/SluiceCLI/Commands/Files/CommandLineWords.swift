import SluiceCore

/// Says with options what messages of the readers say with keys of a definition.
enum CommandLineWords {
    private static let words = [
        (
            "set `on_error: dead_letter` to keep such records aside and go on",
            "add --on-error dead-letters to keep such records aside and go on"
        ),
        ("declare the columns under columns: to set such records aside", "declare the columns with --columns, and add --on-error skip"),
        ("declare the columns under columns: if the files may be empty", "declare them with --columns if the files may be empty"),
        ("declare the columns under columns:", "declare the columns with --columns"),
        ("narrow the pattern to files of one format, or set format", "convert the files of each format by themselves, or say --from"),
        ("declare it, or set on_new_column to", "name it in --columns, or say --on-new-column"),
        (", which columns does not declare", ", which --columns does not name"),
        ("set format to one of", "say with --from one of"),
        ("set `nanoseconds: truncate` under `options:`", "add --in-option nanoseconds=truncate"),
        ("leave compression out: ", ""),
        (
            "declare it as a column to read it, or infer from all records (infer_from: all)",
            "declare it with --columns to read it, or add --infer-from all"
        ),
        ("in a step before", "with --select"),
        ("set skip_lines or detect: all", "add --in-option skip_lines=… or --in-option detect=all"),
        ("set layout: lines or documents", "add --in-option layout=lines or --in-option layout=documents"),
        ("see skip_lines, skip_footer, comment and detect: all", "see the options skip_lines, skip_footer, comment and detect=all"),
        ("(of files, `infer_from: all` looks at all records)", "(--infer-from all looks at all records)"),
        (" (step \"source\")", ""),
    ]

    static func adapted(_ text: String) -> String {
        var text = words.reduce(text) { $0.replacing($1.0, with: $1.1) }
        // `columns: {amount: …}`
        if let start = text.firstRange(of: "under `columns: {"), let end = text[start.upperBound...].firstRange(of: "}`") {
            text.replaceSubrange(start.lowerBound..<end.upperBound, with: "with --columns \"\(text[start.upperBound..<end.lowerBound])\"")
        }
        if let start = text.firstRange(of: ": set encoding: "), let end = text[start.upperBound...].firstRange(of: " to read it so") {
            text.replaceSubrange(
                start.lowerBound..<end.upperBound, with: ": add --encoding \(text[start.upperBound..<end.lowerBound]) to read it so")
        }
        // `header: [3 names]`
        if let start = text.firstRange(of: "set skip_lines: "),
            let end = text[start.upperBound...].firstRange(of: " and give the names as header: [")
        {
            let lines = text[start.upperBound..<end.lowerBound]
            text.replaceSubrange(
                start.lowerBound..., with: "add --in-option skip_lines=\(lines) and give the names as --in-option header=a,b,…")
        }
        return options(in: text)
    }

    /// Keys of a definition's `options` that messages of the readers set.
    private static let optionKeys = [
        "header_rows", "header", "skip_lines", "quotes", "delimiter", "comment", "decimal_mark", "group_mark", "ragged", "layout",
        "quote", "escape",
    ]

    /// `set header_rows: 2`, `with ragged: pad`: the option and its value as one argument.
    private static func options(in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let (range, key, value) = nextOption(in: rest) {
            let before = rest[..<range.lowerBound]
            result += before.hasSuffix("set ") ? String(before.dropLast("set ".count)) + "add " : String(before)
            let needsQuotes = value.contains { !$0.isLetter && !$0.isNumber }
            result += "--in-option \(key)=" + (needsQuotes ? "'\(value)'" : value)
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    private static func nextOption(in text: Substring) -> (range: Range<String.Index>, key: String, value: String)? {
        var first: (range: Range<String.Index>, key: String, value: String)?
        for key in optionKeys {
            for lead in ["set ", "with ", " and "] {
                guard let found = text.firstRange(of: "\(lead)\(key): "), first.map({ found.lowerBound < $0.range.lowerBound }) ?? true
                else {
                    continue
                }
                let start = text.index(found.lowerBound, offsetBy: lead.count)
                let rest = text[found.upperBound...]
                // A value in quotes ends at the next quote.
                if rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") {
                    first = (start..<rest.index(after: end), key, String(rest[rest.index(after: rest.startIndex)..<end]))
                } else {
                    let value = rest.prefix { $0.isLetter || $0.isNumber }
                    if !value.isEmpty { first = (start..<value.endIndex, key, String(value)) }
                }
            }
        }
        return first
    }
}
