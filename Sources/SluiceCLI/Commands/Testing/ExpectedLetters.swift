import SluiceCore
import SluiceEngine
import SluicePipelines

/// The records that a test expects to be rejected.
enum ExpectedLetters {
    /// What is expected and did not come, and what came and is not expected, in words.
    ///
    /// - Parameter node: A number, or a list of codes and mappings; nil: none are expected.
    static func difference(
        _ node: DefinitionNode?, _ letters: [DeadLetterArchive.Letter]
    ) throws(SluiceError) -> (missing: [String], unexpected: [String]) {
        if let node, node.isScalar {
            let count = try node.integer()
            if count == letters.count { return ([], []) }
            return count > letters.count ? (["\(count) are expected, \(letters.count) came"], []) : ([], letters.map(described))
        }
        var rest = letters
        var missing: [String] = []
        // Those that say most choose first, so that one that says little does not take what another needs.
        for item in try node?.list().sorted(by: { size($0) > size($1) }) ?? [] {
            if let index = rest.firstIndex(where: { matches(item, $0) }) { rest.remove(at: index) } else { missing.append(described(item)) }
        }
        return (missing, rest.map(described))
    }

    private static func size(_ node: DefinitionNode) -> Int { (try? node.mapping().count) ?? 0 }

    private static func matches(_ node: DefinitionNode, _ letter: DeadLetterArchive.Letter) -> Bool {
        func text(_ key: String) -> String? { node[key: key].flatMap { try? $0.string() } }
        if let code = try? node.string() { return code == letter.code }
        let step = letter.step.split(separator: " ", maxSplits: 1).last.map(String.init)
        return (text("code").map { $0 == letter.code } ?? true) && (text("step").map { $0 == letter.step || $0 == step } ?? true)
            && (text("column").map { $0 == letter.column } ?? true) && (text("message").map { letter.message.contains($0) } ?? true)
            && (text("record").map { $0 == letter.raw.map(trimmed) } ?? true)
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    private static func described(_ node: DefinitionNode) -> String {
        if let code = try? node.string() { return code }
        return ((try? node.mapping()) ?? []).map { "\($0.key): \((try? $0.value.string()) ?? "")" }.joined(separator: ", ")
    }

    private static func described(_ letter: DeadLetterArchive.Letter) -> String {
        "\(letter.code) in \(letter.step): \(letter.message)" + (letter.raw.map { "; record: \(trimmed($0))" } ?? "")
    }

    /// The letters as a test lists them.
    static func nodes(_ letters: [DeadLetterArchive.Letter]) -> [DefinitionNode] {
        letters.map { letter in
            var entries: [(String, DefinitionNode)] = [("code", .text(letter.code)), ("step", .text(letter.step))]
            if let column = letter.column { entries.append(("column", .text(column))) }
            if let raw = letter.raw { entries.append(("record", .text(trimmed(raw)))) }
            return .mapping(entries)
        }
    }
}
