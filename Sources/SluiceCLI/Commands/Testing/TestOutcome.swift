import SluiceCore
import SluiceEngine
import SluicePipelines

/// What came of one test, run one way.
struct TestOutcome: Sendable {
    /// Something that is not as expected.
    enum Problem: Sendable {
        /// Of an output; nil for the definition's `sink`.
        case rows(output: String?, RowDifference)
        /// What was expected and is missing, and records that nobody expected.
        case deadLetters(missing: [String], unexpected: [String])
        /// The load, plan or run ended with these.
        case failed([SluiceError])
        /// Another error than the expected one, or none (empty).
        case otherError(expected: TestExpectation.ExpectedError, found: [SluiceError])
        case nothingExpected
    }

    /// What came out of a run that ended well.
    struct Result: Sendable {
        /// In the plan's order.
        var outputs: [Output]
        var deadLetters: [DeadLetterArchive.Letter]
    }

    /// What reached one sink.
    struct Output: Sendable {
        /// Nil for the definition's `sink`.
        var name: String?
        var schema: Schema
        var rows: [[Value]]
    }

    var test: PipelineTest
    var mode: PipelineTest.Mode
    /// The file that holds the test.
    var file: String
    var pipeline: String
    var problems: [Problem] = []
    /// Nil where the run did not end well.
    var result: Result?

    var passed: Bool { problems.isEmpty }

    /// Whether the expectations can be written anew from what came out.
    var canBeUpdated: Bool {
        result != nil && !passed
            && problems.allSatisfy { problem in
                switch problem {
                case .rows, .deadLetters, .nothingExpected: true
                case .failed, .otherError: false
                }
            }
    }

    /// The test's name, and how it was run where it can be run in several ways.
    var title: String { test.modes == [.batch] ? test.name : "\(test.name) (\(mode.rawValue))" }

    var line: Int? { test.node.location?.line }

    // MARK: For a person

    /// - Parameter width: Columns of the screen.
    func blocks(width: Int, style: TextStyle) -> [Report.Block] {
        guard !passed else { return [.check(.passed, title)] }
        let indent = "      "
        let lines = problems.flatMap { text($0, width: width - indent.count, style: style) }
        let place = file + (line.map { ":\($0)" } ?? "")
        // Beside the name where there is room, else below it.
        let isShort = DisplayWidth.of(title + place) + indent.count + 2 <= width
        let head: [Report.Block] =
            isShort ? [.check(.failed, "\(title)  \(place)")] : [.check(.failed, title), .line(indent + "--> " + place)]
        return head + [.verbatim(lines.map { indent + $0 }.joined(separator: "\n"))]
    }

    private func text(_ problem: Problem, width: Int, style: TextStyle) -> [String] {
        switch problem {
        case .rows(nil, let difference): difference.text(width: width, style: style)
        case .rows(let output?, let difference): ["output \(output):"] + difference.text(width: width, style: style)
        case .deadLetters(let missing, let unexpected):
            Self.list("dead letters that are missing:", missing, width) + Self.list("dead letters that nobody expects:", unexpected, width)
        case .failed(let errors): errors.flatMap { Self.text($0, width) }
        case .otherError(let expected, let found):
            found.isEmpty
                ? ["the error \(expected.description) is expected, and the run ended well"]
                : ["the error \(expected.description) is expected, but this is another:"] + found.flatMap { Self.text($0, width) }
        case .nothingExpected:
            TextWrap.lines(
                "the test expects nothing: say rows, dead_letters or an error, or let --update write what comes out", width: width)
        }
    }

    private static func text(_ error: SluiceError, _ width: Int) -> [String] {
        let place = error.location.map { "  --> \($0)" }
        return TextWrap.lines("error[\(error.code)]: \(CellText.escaped(error.message))", width: width) + [place].compactMap(\.self)
            + (error.remedy.map { TextWrap.lines("= " + CellText.escaped($0), width: width, indent: 2) } ?? [])
    }

    private static func list(_ title: String, _ items: [String], _ width: Int) -> [String] {
        guard !items.isEmpty else { return [] }
        let more = items.count - RowDifference.shownRows
        return [title] + items.prefix(RowDifference.shownRows).map { CellText.cut("  " + CellText.escaped($0), to: width) }
            + (more > 0 ? ["  … \(more) more"] : [])
    }

    // MARK: For a program

    var json: Value {
        .object([
            "test": .string(test.name), "run": .string(mode.rawValue), "file": .string(file), "line": .number(line),
            "pipeline": .string(pipeline), "passed": .boolean(passed), "problems": .list(problems.map(Self.json)),
        ])
    }

    private static func json(_ problem: Problem) -> Value {
        switch problem {
        case .rows(let output, let difference):
            .object(["kind": .string("rows"), "output": .string(output ?? "sink"), "rows": difference.json])
        case .deadLetters(let missing, let unexpected):
            .object(["kind": .string("dead_letters"), "missing": .texts(missing), "unexpected": .texts(unexpected)])
        case .failed(let errors): .object(["kind": .string("error"), "errors": .list(errors.map(ErrorReport.json))])
        case .otherError(let expected, let found):
            .object([
                "kind": .string("expected_error"), "expected": .string(expected.plainText), "errors": .list(found.map(ErrorReport.json)),
            ])
        case .nothingExpected: .object(["kind": .string("nothing_expected")])
        }
    }
}
