import SluiceCore
import SluicePipelines

/// Writes what came out of tests into the file that holds them; every other line of it stays as it is.
enum ExpectationUpdate {
    /// - Returns: How many tests were written anew; nil for none.
    /// - Throws: `invalidOption` for a test that stands in braces, where lines cannot be told apart.
    static func write(_ outcomes: [TestOutcome], in suite: TestSuite) throws -> Int? {
        var edits: [TestText.Edit] = []
        var seen: Set<String> = []
        let text = TestText(path: suite.path, text: suite.text)
        for outcome in outcomes where outcome.canBeUpdated {
            // Run both ways, a test is written once: the other way has to give the same.
            guard seen.insert(outcome.test.name).inserted, let result = outcome.result else { continue }
            edits += try self.edits(outcome, result, text)
        }
        guard !edits.isEmpty else { return nil }
        try DiskFiles.writeAtomically(Array(text.applying(edits).utf8), to: suite.path)
        return seen.count
    }

    private static func edits(_ outcome: TestOutcome, _ result: TestOutcome.Result, _ text: TestText) throws -> [TestText.Edit] {
        var parts: [TestText.Part] = []
        let expectation = outcome.test.expectation
        for problem in outcome.problems {
            switch problem {
            case .rows(let name, _): parts += result.outputs.filter { $0.name == name }.map { rows($0, expectation) }
            case .nothingExpected:
                parts += result.outputs.map { rows($0, expectation) }
                if !result.deadLetters.isEmpty { parts.append(letters(result, expectation)) }
            case .deadLetters: parts.append(letters(result, expectation))
            case .failed, .otherError: break
            }
        }
        return try text.edits(of: outcome.test.node, setting: parts)
    }

    // MARK: Texts

    /// The rows of an output, where the test expects them or would.
    private static func rows(_ output: TestOutcome.Output, _ expectation: TestExpectation?) -> TestText.Part {
        guard let name = output.name else {
            return TestText.Part(path: ["expect", "rows"], lines: rows(output, expectation?.sink))
        }
        let known = expectation?.outputs.first { $0.name == name }
        let path = ["expect", "outputs", name] + (known?.isShort == false ? ["rows"] : [])
        return TestText.Part(path: path, lines: rows(output, known?.rows))
    }

    /// What stands behind a key with rows, for a margin: in the form that stands there, CSV where nothing does.
    private static func rows(_ output: TestOutcome.Output, _ expectation: RowExpectation?) -> (Int) -> [String] {
        let names = expectation?.columns?.filter { output.schema.index(of: $0) != nil } ?? output.schema.names
        let rows = output.rows.map { row in names.map { name in output.schema.index(of: name).map { row[$0] } ?? .null } }
        let isList = expectation?.rows?.isList == true
        return { margin in
            let blanks = String(repeating: " ", count: margin)
            if rows.isEmpty { return ["[]"] }
            if !isList, let csv = ExpectedCSV.text(names, rows) { return ["|"] + csv.split(separator: "\n").map { blanks + "  " + $0 } }
            return [""] + rows.map { row in blanks + "  - " + DefinitionText.flow(.mapping(Array(zip(names, row.map(node))))) }
        }
    }

    private static func letters(_ result: TestOutcome.Result, _ expectation: TestExpectation?) -> TestText.Part {
        TestText.Part(path: ["expect", "dead_letters"]) { margin in
            if expectation?.deadLetters?.isScalar == true { return [String(result.deadLetters.count)] }
            if result.deadLetters.isEmpty { return ["[]"] }
            let blanks = String(repeating: " ", count: margin)
            return [""] + ExpectedLetters.nodes(result.deadLetters).map { blanks + "  - " + DefinitionText.flow($0) }
        }
    }

    private static func node(_ value: Value) -> DefinitionNode {
        switch value {
        case .null: DefinitionNode(.null)
        case .boolean(let value): .boolean(value)
        case .integer, .float, .decimal: DefinitionNode(.scalar(value.description, .plain))
        case .list(let values): .list(values.map(node))
        case .structure(let members): .mapping(members.map { ($0.name, node($0.value)) })
        case .map(let entries): .mapping(entries.map { ($0.key.description, node($0.value)) })
        default: .text(value.description)
        }
    }
}
