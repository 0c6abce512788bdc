import SluiceCore
import Yams

/// Turns what the YAML reader throws into an error with its place and a word of advice.
enum YAMLFailure {
    static func describe(_ error: any Error, in document: DefinitionDocument) -> SluiceError {
        guard let failure = error as? YamlError else {
            return SluiceError(.malformedYAML, "the definition cannot be read as YAML", at: .file(path: document.path), underlying: error)
        }
        switch failure {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let activity = context.map { " (\($0.text))" } ?? ""
            return SluiceError(
                .malformedYAML, problem + activity, at: place(mark, in: document), remedy: advice(problem, mark, in: document))
        case .reader(let problem, let offset, _, _):
            return SluiceError(
                .malformedYAML, problem, at: document.location(position(ofCharacter: offset ?? 0, in: document)),
                remedy: "remove the control character, or write it as \\xNN in a double-quoted text")
        case .duplicatedKeysInMapping(let duplicates, let context): return duplicate(duplicates, context.mark, in: document)
        default: return SluiceError(.malformedYAML, String(describing: failure), at: .file(path: document.path))
        }
    }

    private static func place(_ mark: Mark, in document: DefinitionDocument) -> SourceLocation {
        // The reader names the line behind the text when the end is what it did not expect.
        let line = min(max(1, mark.line), document.lines.count)
        return document.location(TextPosition(line: line, column: max(1, mark.column)))
    }

    private static func advice(_ problem: String, _ mark: Mark, in document: DefinitionDocument) -> String? {
        let line = document.line(mark.line) ?? ""
        if problem.contains("cannot start any token"), line.contains("\t") { return "indent with blanks, not tabs" }
        if problem.contains("cannot start any token") { return "quote a text that begins with %, @ or `" }
        if problem.contains("mapping values are not allowed") {
            return "quote a text that contains \": \", or check the indentation"
        }
        if problem.contains("did not find expected"), [line, document.line(mark.line - 1) ?? ""].contains(where: holdsReferenceInBrackets) {
            return "in { } and [ ], quote a text with a reference: \"v > ${p}\""
        }
        if problem.contains("did not find expected") {
            return "check the indentation of this line and of the one before, and brackets and quotes"
        }
        if problem.contains("undefined alias") { return "quote a text that begins with *" }
        if problem.contains("unexpected end of stream") { return "close the quote" }
        if problem.contains("another document") { return "one file holds one definition; remove the line ---" }
        return "check quotes, brackets and indentation"
    }

    /// Whether `${…}` stands in braces or brackets, where a brace ends a text without quotes.
    private static func holdsReferenceInBrackets(_ line: String) -> Bool {
        guard let reference = line.firstRange(of: "${") else { return false }
        return line[..<reference.lowerBound].contains { $0 == "{" || $0 == "[" }
    }

    /// A key stands twice: the place is the second one where it can be found by its column.
    private static func duplicate(_ keys: [String], _ mark: Mark, in document: DefinitionDocument) -> SluiceError {
        let key = keys.first ?? ""
        let first = TextPosition(line: max(1, mark.line), column: max(1, mark.column))
        let second = secondPlace(of: key, after: first, in: document)
        return SluiceError(
            .malformedYAML, "key \(key.quotedForMessage) stands twice, first in line \(first.line)", at: document.location(second ?? first),
            remedy: "remove one of them, or rename it")
    }

    private static func secondPlace(of key: String, after first: TextPosition, in document: DefinitionDocument) -> TextPosition? {
        let wanted = Array(key.unicodeScalars)
        func isKey(_ line: [Unicode.Scalar], _ start: Int) -> Bool {
            let quoted = start < line.count && (line[start] == "\"" || line[start] == "'") ? 1 : 0
            let rest = line.dropFirst(start + quoted)
            guard rest.starts(with: wanted) else { return false }
            return rest.dropFirst(wanted.count + quoted).drop { $0 == " " }.first == ":"
        }
        for number in (first.line + 1)..<max(first.line + 2, document.lines.count + 1) where number <= document.lines.count {
            let line = document.lines[number - 1]
            let indentation = line.prefix { $0 == " " }.count
            if indentation == line.count || line[indentation] == "#" { continue }
            if indentation < first.column - 1 { break }
            if indentation == first.column - 1, isKey(line, indentation) { return TextPosition(line: number, column: first.column) }
        }
        // In braces: the next one in the same line.
        let line = document.lines[first.line - 1]
        return line.indices.dropFirst(first.column).first { column in
            [" ", ",", "{"].contains(line[column - 1]) && isKey(line, column)
        }.map { TextPosition(line: first.line, column: $0 + 1) }
    }

    private static func position(ofCharacter offset: Int, in document: DefinitionDocument) -> TextPosition {
        let before = document.text.prefix(offset)
        let line = before.reduce(into: 1) { if $1.isNewline { $0 += 1 } }
        let column =
            before.lastIndex(where: \.isNewline).map { before[$0...].dropFirst().unicodeScalars.count } ?? before.unicodeScalars.count
        return TextPosition(line: line, column: column + 1)
    }
}
