package import SluiceCore

/// A pattern for names of objects.
///
/// `*` and `?` stand for any characters and one character of a part, `[a-z]` and `[!a-z]` for one of a set, `{a,b}` for one of several texts,
/// `**` as a whole part for any number of directories, and `\` takes the next character as it is. `**` does not enter hidden directories or
/// symbolic links; a wildcard at the start of a part does not match a hidden name.
package struct Glob: Hashable, Sendable, CustomStringConvertible {
    enum Part: Hashable, Sendable {
        case literal(String)
        case wildcard(GlobPart)
        case directories
    }

    package let text: String
    /// What the braces stand for, each a list of parts.
    let alternatives: [[Part]]

    /// - Throws: `invalidArgument` for a pattern that leaves the store or is not well-formed.
    package init(_ text: String) throws(SluiceError) {
        self.text = text
        var alternatives: [[Part]] = []
        for plain in try GlobBraces.expanded(text) {
            var parts: [Part] = []
            for part in try ObjectName.parts(plain) {
                let parsed = part == "**" ? Part.directories : try GlobPart.parsed(part, of: text)
                if parsed != .directories || parts.last != .directories { parts.append(parsed) }
            }
            // Directories are no objects, so what lies in them is meant.
            if parts.last == .directories { parts.append(.wildcard(.any)) }
            alternatives.append(parts)
        }
        self.alternatives = alternatives
    }

    package var description: String { text }

    /// Whether the pattern can match one name only.
    package var isLiteral: Bool {
        alternatives.count == 1 && alternatives[0].allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// What every match of each alternative begins with, and whether a match may lie deeper than directly behind it.
    package var beginnings: [(text: String, goesDeeper: Bool)] {
        alternatives.map { parts in
            var names: [String] = []
            for (index, part) in parts.enumerated() {
                let start = names.joined(separator: "/") + (names.isEmpty ? "" : "/")
                switch part {
                case .literal(let name): names.append(name)
                case .wildcard(let pattern): return (start + pattern.beginning, index < parts.count - 1)
                case .directories: return (start, true)
                }
            }
            return (names.joined(separator: "/"), false)
        }
    }

    /// The parts before the first wildcard of the first alternative.
    package var firstNames: [String] {
        (alternatives.first ?? []).prefix { if case .literal = $0 { true } else { false } }.compactMap { part in
            if case .literal(let name) = part { name } else { nil }
        }
    }

    package func matches(_ name: String) -> Bool {
        let parts = name.split(separator: "/")[...]
        return alternatives.contains { Self.matches($0[...], parts) }
    }

    /// Patterns are short, so trying each number of directories behind `**` is fine.
    private static func matches(_ pattern: ArraySlice<Part>, _ parts: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return parts.isEmpty }
        if first == .directories {
            if matches(pattern.dropFirst(), parts) { return true }
            guard parts.count > 1, let next = parts.first, !ObjectName.isHidden(next) else { return false }
            return matches(pattern, parts.dropFirst())
        }
        guard let part = parts.first, first.matches(part) else { return false }
        return matches(pattern.dropFirst(), parts.dropFirst())
    }
}

extension Glob.Part {
    func matches(_ part: Substring) -> Bool {
        switch self {
        case .literal(let text): part == text
        case .wildcard(let pattern): pattern.matches(part)
        case .directories: true
        }
    }
}

/// Expands `{a,b}`, nested ones too.
enum GlobBraces {
    static func expanded(_ text: String) throws(SluiceError) -> [String] {
        var results: [String] = []
        var open = [text]
        while let next = open.popLast() {
            guard let (start, end, choices) = try firstBraces(next) else {
                results.append(next)
                continue
            }
            for choice in choices.reversed() { open.append(String(next[..<start]) + choice + next[end...]) }
            guard open.count + results.count <= StorageLimits.braceAlternatives else {
                throw SluiceError(
                    .invalidArgument,
                    "the braces of the pattern \(text.quotedForMessage) stand for over \(StorageLimits.braceAlternatives) names",
                    remedy: "use * instead of a list, or several patterns")
            }
        }
        return results
    }

    /// The first braces that are not escaped: where they start, what follows them, and the texts between the commas of their own level.
    private static func firstBraces(_ text: String) throws(SluiceError) -> (String.Index, String.Index, [Substring])? {
        var start: String.Index?
        var choiceStart = text.startIndex
        var choices: [Substring] = []
        var depth = 0
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            switch text[index] {
            case "\\" where next < text.endIndex:
                index = text.index(after: next)
                continue
            case "{":
                depth += 1
                if depth == 1 { (start, choiceStart) = (index, next) }
            case "," where depth == 1:
                choices.append(text[choiceStart..<index])
                choiceStart = next
            case "}" where depth > 0:
                depth -= 1
                if depth == 0, let start { return (start, next, choices + [text[choiceStart..<index]]) }
            default: break
            }
            index = next
        }
        guard start == nil else {
            throw SluiceError(
                .invalidArgument, "a { of the pattern \(text.quotedForMessage) is not closed", remedy: #"write \{ for a brace in a name"#)
        }
        return nil
    }
}
