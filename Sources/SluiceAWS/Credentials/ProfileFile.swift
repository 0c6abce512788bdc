import SluiceCore

/// The sections of a shared `config` or `credentials` file: `[name]`, `key = value`, comments that begin with `#` or `;`.
///
/// Indented lines belong to the key before them (settings of single services) and are left out. Source: the AWS SDKs and Tools reference guide.
struct ProfileFile: Hashable, Sendable {
    /// Values by section and key; sections as they stand between the brackets, with blanks as single ones.
    private(set) var sections: [String: [String: String]] = [:]

    init() {}

    /// - Throws: `noCredentials` with the line of what is neither a section nor a setting; values are not quoted.
    init(parsing text: String, path: String) throws(SluiceError) {
        var section: String?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let trimmed = line.trimmed
            guard let first = trimmed.first, first != "#", first != ";", line.first?.isWhitespace == false else { continue }
            let place = SourceLocation.file(path: path, line: index + 1)
            if first == "[" {
                guard let end = trimmed.firstIndex(of: "]") else {
                    throw SluiceError(.noCredentials, "a section has no closing bracket", at: place, remedy: "write [profile NAME]")
                }
                let name = trimmed[trimmed.index(after: trimmed.startIndex)..<end].split(whereSeparator: \.isWhitespace)
                    .joined(separator: " ")
                sections[name, default: [:]] = sections[name] ?? [:]
                section = name
                continue
            }
            guard let section, let equals = trimmed.firstIndex(of: "=") else {
                throw SluiceError(
                    .noCredentials, "a line is no setting of a profile", at: place, remedy: "write KEY = VALUE below a [profile]")
            }
            let key = trimmed[..<equals].trimmed.lowercased()
            sections[section]?[key] = String(Self.withoutComment(trimmed[trimmed.index(after: equals)...].trimmed))
        }
    }

    /// A comment inside a line begins with a blank and a mark.
    private static func withoutComment(_ value: Substring) -> Substring {
        var isBlank = false
        for index in value.indices {
            if isBlank, value[index] == "#" || value[index] == ";" { return value[..<index].trimmed }
            isBlank = value[index].isWhitespace
        }
        return value
    }
}

extension Substring {
    /// Without blanks at both ends.
    var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return self[first...last]
    }
}
