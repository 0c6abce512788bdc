import SluiceCore
import SluicePatterns

/// The patterns of a source, in the order in which they are tried, and the columns that they capture.
struct GrokExpression: Hashable, Sendable {
    let patterns: [String]
    /// As given: a name, a blank, a pattern.
    let own: [String]
    let columns: [GrokColumn]
    /// The library's and the own ones.
    private let definitionTexts: [String: String]

    var definitions: PatternDefinitions { PatternDefinitions(definitionTexts) }

    /// - Throws: `invalidOption` that says what is wrong with which pattern at which character.
    init(_ patterns: [String], own: [String]) throws(SluiceError) {
        self.patterns = patterns
        self.own = own
        definitionTexts = try Self.definitions(own)
        let definitions = PatternDefinitions(definitionTexts)
        guard patterns.count <= GrokLimits.patterns else {
            throw SluiceError(
                .invalidOption, "there are \(patterns.count) patterns; \(GrokLimits.patterns) are allowed",
                remedy: "join some of them with |")
        }
        var columns: [GrokColumn] = []
        for text in patterns {
            let groups = try Self.compiled(text, .prefix, definitions).groups
            for number in groups.keys.sorted() {
                guard let group = groups[number] else { continue }
                let column = try GrokColumn(group, definitions)
                guard let known = columns.first(where: { ExactText($0.name) == ExactText(column.name) }) else {
                    columns.append(column)
                    continue
                }
                guard known.type == column.type else {
                    throw SluiceError(
                        .invalidOption,
                        "the column \(column.name.quotedForMessage) is \(known.type) in one place and \(column.type) in another",
                        remedy: "give both captures one type, or different names")
                }
                if known.time != column.time, let place = columns.firstIndex(of: known) { columns[place] = known.withoutTime }
            }
        }
        guard !columns.isEmpty else {
            throw SluiceError(
                .invalidOption, "the pattern \(patterns[0].quotedForMessage) captures nothing, so there are no columns",
                remedy: "name what is wanted: %{GREEDYDATA:message} or (?<message>.*)")
        }
        self.columns = columns
    }

    /// The library's definitions with a source's own, of which each is `NAME pattern`.
    private static func definitions(_ own: [String]) throws(SluiceError) -> [String: String] {
        guard own.count <= GrokLimits.definitions else {
            throw SluiceError(.invalidOption, "there are \(own.count) own patterns; \(GrokLimits.definitions) are allowed")
        }
        var texts = GrokLibrary.definitions.texts
        for definition in own {
            let parts = definition.split(separator: " ", maxSplits: 1).map(String.init)
            let isName = parts.first.map { $0.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == 0x5F } } ?? false
            guard parts.count == 2, isName else {
                throw SluiceError(
                    .invalidOption, "\(definition.quotedForMessage) is no definition of a pattern",
                    remedy: "write a name, a blank and the pattern: ORDERID [A-Z]{2}[0-9]{6}")
            }
            texts[parts[0]] = String(parts[1].drop { $0 == " " })
        }
        let all = PatternDefinitions(texts)
        // One that is never used should be right, too.
        for definition in own { _ = try compiled("%{\(definition.prefix { $0 != " " })}", .prefix, all) }
        return texts
    }

    /// - Parameter wanted: names of the groups that are to capture; nil: all.
    static func compiled(
        _ text: String, _ place: Pattern.Place, _ definitions: PatternDefinitions, wanted: Set<String>? = nil
    ) throws(SluiceError) -> Pattern {
        guard text.utf8.count <= GrokLimits.patternBytes else {
            throw SluiceError(
                .invalidOption, "the pattern \(text.quotedForMessage) is over \(GrokLimits.patternBytes) bytes",
                remedy: "split it into definitions")
        }
        do throws(PatternError) {
            return try Pattern(text, place, definitions, wanted: wanted)
        } catch {
            let wrong = error.definition.map { "the pattern \($0)" } ?? "the pattern \(text.quotedForMessage)"
            let near = error.unknownName.flatMap {
                Suggestion.remedy(for: $0, in: definitions.texts.keys.sorted(), noun: "patterns")
            }
            throw SluiceError(
                .invalidOption, "\(wrong) is malformed at character \(error.position + 1): \(error.message)", remedy: near ?? error.remedy)
        }
    }
}

extension GrokColumn {
    private init(name: String, type: DataType, time: GrokTime?) {
        self.name = name
        self.type = type
        self.time = time
    }

    /// The column whose texts name times in more than one way.
    var withoutTime: GrokColumn { GrokColumn(name: name, type: type, time: nil) }
}
