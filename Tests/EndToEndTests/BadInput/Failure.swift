import SluiceTestKit
import Testing

/// What a failed command promises to say.
struct Failure {
    var code: String
    var exitCode: Int32
    /// The file that the place names, by the end of its path; nil: no place is promised.
    var file: String?
    var line: Int?
    var column: Int?
    /// Texts that the message must have: the value, the name.
    var says: [String]
    /// Texts that the advice must have; empty: some advice, whatever it is.
    var advises: [String] = []
}

extension Project {
    /// Runs a command that has to fail, once for a person and once with `--json`, and checks both against the promise.
    func expect(_ failure: Failure, of command: Command, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await command.run()
        let text = Comment(rawValue: result.transcript)
        #expect(result.exitCode == failure.exitCode, text, sourceLocation: sourceLocation)
        #expect(result.errors.contains("error[\(failure.code)]: "), text, sourceLocation: sourceLocation)
        for part in failure.says {
            #expect(result.errors.contains(part), "no \(part) in \(result.transcript)", sourceLocation: sourceLocation)
        }
        if let place = failure.place {
            #expect(result.errors.contains(place), "no \(place) in \(result.transcript)", sourceLocation: sourceLocation)
        }

        var machine = command
        machine.arguments.append("--json")
        let answer = try await machine.run()
        #expect(answer.exitCode == failure.exitCode, "\(answer.transcript)", sourceLocation: sourceLocation)
        let error = try #require(answer.json()["error"], "\(answer.transcript)", sourceLocation: sourceLocation)
        check(error, failure, sourceLocation)
    }

    private func check(_ error: JSONDocument, _ failure: Failure, _ sourceLocation: SourceLocation) {
        let shown = Comment(rawValue: "\(error)")
        #expect(error["code"]?.text == failure.code, shown, sourceLocation: sourceLocation)
        for part in failure.says { #expect(error["message"]?.text?.contains(part) == true, shown, sourceLocation: sourceLocation) }
        if let file = failure.file { #expect(error["file"]?.text?.hasSuffix(file) == true, shown, sourceLocation: sourceLocation) }
        if let line = failure.line { #expect(error["line"]?.integer == line, shown, sourceLocation: sourceLocation) }
        if let column = failure.column { #expect(error["column"]?.integer == column, shown, sourceLocation: sourceLocation) }
        #expect(error["remedy"]?.text?.isEmpty == false, "no advice in \(error)", sourceLocation: sourceLocation)
        for part in failure.advises { #expect(error["remedy"]?.text?.contains(part) == true, shown, sourceLocation: sourceLocation) }
    }
}

extension Failure {
    /// The place as the human form writes it.
    fileprivate var place: String? {
        file.map { $0 + (line.map { ":\($0)" } ?? "") + (line == nil ? "" : column.map { ":\($0)" } ?? "") }
    }
}
