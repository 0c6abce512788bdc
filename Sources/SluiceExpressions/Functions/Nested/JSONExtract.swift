import SluiceCore

enum JSONExtract: ScalarFunction {
    static let manual = Manual(
        "json_extract_string", aliases: ["get_json_object"], .nested, "json_extract_string(text, path)", arguments: 2...2,
        "What stands at a constant path of a JSON text: a string without its quotes, anything else as it is written. Null where the path leads nowhere or to null, or where the text before it is no JSON. A path is $ with .name, .\"any name\" and [index] from 0.",
        [
            Example(#"json_extract_string('{"actor": {"login": "ann"}}', '$.actor.login')"#, yields: "'ann'"),
            Example(#"json_extract_string('{"tags": ["a", {"b": 2}]}', '$.tags[1]')"#, yields: #"'{"b": 2}'"#),
            Example(#"json_extract_string('{"a": 1}', '$.b')"#, yields: "NULL"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let text = try call.constantText(1)
        guard let path = JSONPath(text) else {
            throw ExpressionError(
                .syntaxError, "malformed path \(text.quotedForMessage)", call.syntax[1].range,
                remedy: "a path is written $.name[0].\"other name\"")
        }
        return KernelNode(.string, [try call.text(0)], makesNull: true) { input, failures in
            var found = Bitmap(repeating: false, count: input.rowCount)
            let column = input.mapTexts(&failures) { text, row, output, _ in
                var scanner = JSONScanner(text)
                guard let range = scanner.find(path) else { return }
                if text[range.lowerBound] == UInt8(ascii: "\"") {
                    guard let content = JSONScanner.content(text, range) else { return }
                    output.append(content)
                } else {
                    if TextKernels.part(text, range).elementsEqual("null".utf8) { return }
                    output.append(TextKernels.part(text, range))
                }
                found[row] = true
            }
            return column.masked(found)
        }
    }
}

/// A path into a JSON text: `$.actor.login`, `$[0]."odd name"`.
struct JSONPath: Sendable {
    enum Step: Sendable {
        case member([UInt8])
        case element(Int)
    }

    private(set) var steps: [Step] = []

    /// Nil where the text is no path.
    init?(_ text: String) {
        var rest = Substring(text)
        if rest.first == "$" { rest.removeFirst() }
        while let mark = rest.popFirst() {
            if mark == "[" {
                guard let end = rest.firstIndex(of: "]"), let index = Int(rest[..<end]), index >= 0 else { return nil }
                steps.append(.element(index))
                rest = rest[rest.index(after: end)...]
            } else if mark == ".", rest.first == "\"" {
                rest.removeFirst()
                guard let end = rest.firstIndex(of: "\"") else { return nil }
                steps.append(.member(Array(rest[..<end].utf8)))
                rest = rest[rest.index(after: end)...]
            } else if mark == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                if name.isEmpty { return nil }
                steps.append(.member(Array(name.utf8)))
                rest = rest.dropFirst(name.count)
            } else {
                return nil
            }
        }
    }
}
