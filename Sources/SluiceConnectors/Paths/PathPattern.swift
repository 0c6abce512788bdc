import SluiceCore

/// A path that may have wildcards in its names, as a definition gives it: `flights/month=*/*.csv.gz`, `logs/**/*.jsonl`, `in/{a,b}.csv`.
struct PathPattern: Sendable {
    enum Component: Hashable, Sendable {
        case name(GlobPattern)
        /// `**`: any number of directories, also none.
        case directories
    }

    let text: String
    let isAbsolute: Bool
    let components: [Component]

    /// One pattern for each combination of the alternatives in braces.
    ///
    /// - Throws: `invalidOption` for an empty pattern; `limitExceeded` for one over `ConnectorLimits`.
    static func parsing(_ text: String) throws(SluiceError) -> [PathPattern] {
        guard !text.isEmpty else {
            throw SluiceError(
                .invalidOption, "an empty text is no path", remedy: "write a file, a directory or a pattern such as \"in/*.csv\"")
        }
        guard text.utf8.count <= ConnectorLimits.patternBytes else {
            throw SluiceError(.limitExceeded, "the path \(text.quotedForMessage) is over \(ConnectorLimits.patternBytes) bytes")
        }
        var patterns: [PathPattern] = []
        for alternative in try alternatives(text) { patterns.append(PathPattern(alternative)) }
        return patterns
    }

    private init(_ text: String) {
        self.text = text
        isAbsolute = text.hasPrefix("/")
        components = text.split(separator: "/").filter { $0 != "." }.map { $0 == "**" ? .directories : .name(GlobPattern(String($0))) }
    }

    /// The path itself where no name has a wildcard.
    var literal: String? {
        var names: [String] = []
        for component in components {
            guard case .name(let pattern) = component, let name = pattern.literal else { return nil }
            names.append(name)
        }
        return (isAbsolute ? "/" : "") + names.joined(separator: "/")
    }

    private static func alternatives(_ text: String) throws(SluiceError) -> [String] {
        var finished: [String] = []
        var open = [text]
        while let next = open.popLast() {
            guard finished.count + open.count < ConnectorLimits.patternAlternatives else {
                throw SluiceError(
                    .limitExceeded,
                    "the braces of \(text.quotedForMessage) stand for more than \(ConnectorLimits.patternAlternatives) paths")
            }
            guard let expanded = firstBraceExpanded(next) else {
                finished.append(next)
                continue
            }
            open.append(contentsOf: expanded.reversed())
        }
        return finished
    }

    /// The texts that the first closed pair of braces stands for; nil where there is none.
    private static func firstBraceExpanded(_ text: String) -> [String]? {
        var depth = 0
        var start: String.Index?
        var commas: [String.Index] = []
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case "\\":
                index = text.index(after: index)
                if index == text.endIndex { return nil }
            case "{":
                if depth == 0 { start = index }
                depth += 1
            case "," where depth == 1: commas.append(index)
            case "}" where depth > 0:
                depth -= 1
                guard depth == 0, let start else { break }
                var options: [Substring] = []
                var from = text.index(after: start)
                for comma in commas + [index] {
                    options.append(text[from..<comma])
                    from = text.index(after: comma)
                }
                return options.map { String(text[..<start] + $0 + text[text.index(after: index)...]) }
            default: break
            }
            index = text.index(after: index)
        }
        return nil
    }
}
