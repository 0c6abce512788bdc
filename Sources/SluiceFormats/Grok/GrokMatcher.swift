import SluiceCore
import SluicePatterns

/// The compiled patterns of a decoder: what all its tasks share.
struct GrokProgram: Sendable {
    /// One pattern.
    struct Part: Sendable {
        /// At the text's start, where most patterns match.
        var prefix: Pattern
        /// Anywhere in it.
        var within: Pattern
        /// For each wanted column, the groups that capture it.
        var groups: [[Int]]
    }

    let parts: [Part]
    let columnCount: Int

    /// - Parameter columns: the wanted ones; the groups of others capture nothing.
    init(_ expression: GrokExpression, columns: [String]) throws(SluiceError) {
        let definitions = expression.definitions
        var parts: [Part] = []
        for text in expression.patterns {
            let all = try GrokExpression.compiled(text, .prefix, definitions)
            let wanted = Set(all.groups.values.map(\.name).filter { columns.contains(GrokColumn.columnName($0)) })
            let prefix = try GrokExpression.compiled(text, .prefix, definitions, wanted: wanted)
            let groups = columns.map { column in
                prefix.groups.filter { GrokColumn.columnName($0.value.name) == column }.keys.sorted()
            }
            parts.append(
                Part(prefix: prefix, within: try GrokExpression.compiled(text, .within, definitions, wanted: wanted), groups: groups))
        }
        self.parts = parts
        columnCount = columns.count
    }
}

/// Matches one text after another; one object serves one task.
final class GrokMatcher {
    private let program: GrokProgram
    private let prefixes: [PatternAutomaton]
    /// Tell whether a pattern matches somewhere; far cheaper than finding where its groups are.
    private var searches: [PatternAutomaton?]
    private var withins: [PatternAutomaton?]
    /// Whether the last text for which it was asked matched somewhere behind its start: then the next one probably does.
    private var wasWithin: [Bool]
    private var machines: [Matcher?]
    /// Of the last match, by group: start and end, -1 where it took no part.
    private(set) var slots: [Int]
    /// How far the pattern that went farthest fits the last text that did not match.
    private(set) var reached = 0
    /// The number of that pattern.
    private(set) var reachedPart = 0

    init(_ program: GrokProgram) {
        self.program = program
        prefixes = program.parts.map { PatternAutomaton($0.prefix) }
        searches = program.parts.map { _ in nil }
        withins = program.parts.map { _ in nil }
        wasWithin = program.parts.map { _ in false }
        machines = program.parts.map { _ in nil }
        slots = [Int](repeating: -1, count: 2 * ((program.parts.map(\.prefix.groupCount).max() ?? 0) + 1))
    }

    /// The number of the first pattern that matches; nil: none does.
    func match(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        reached = -1
        for part in program.parts.indices {
            let automaton = prefixes[part]
            switch slots.withUnsafeMutableBufferPointer({ automaton.match(text, into: $0) }) {
            case true?: return part
            case false? where reached < automaton.reached: (reached, reachedPart) = (automaton.reached, part)
            default: break
            }
            if matchesWithin(text, part) { return part }
        }
        return nil
    }

    private func matchesWithin(_ text: UnsafeBufferPointer<UInt8>, _ part: Int) -> Bool {
        if !wasWithin[part] {
            let search = searches[part] ?? PatternAutomaton(program.parts[part].within, capturing: false)
            searches[part] = search
            if search.matches(text) == false { return false }
        }
        wasWithin[part] = findWithin(text, part)
        return wasWithin[part]
    }

    private func findWithin(_ text: UnsafeBufferPointer<UInt8>, _ part: Int) -> Bool {
        let automaton = withins[part] ?? PatternAutomaton(program.parts[part].within)
        withins[part] = automaton
        if let found = slots.withUnsafeMutableBufferPointer({ automaton.match(text, into: $0) }) { return found }
        var machine = machines[part].take() ?? Matcher(program.parts[part].within)
        defer { machines[part] = machine }
        guard let match = machine.firstMatch(in: text, from: 0) else { return false }
        for group in 0...program.parts[part].within.groupCount {
            let range = match.group(group)
            slots[2 * group] = range?.lowerBound ?? -1
            slots[2 * group + 1] = range?.upperBound ?? -1
        }
        return true
    }
}
