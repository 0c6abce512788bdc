/// What a person reads about a function; its examples run as tests.
package struct Manual: Sendable {
    /// What a function works on, by which the manuals are grouped.
    package enum Subject: String, CaseIterable, Sendable {
        case text, numbers, dates, lists, maps, conditionals, nested, hashes, aggregates
    }

    package let name: String
    /// Other names of the same function.
    package let aliases: [String]
    package let subject: Subject
    /// `substring(text, start[, length])`
    package let signature: String
    package let summary: String
    package let examples: [Example]
    /// How many arguments a call may have.
    let arguments: ClosedRange<Int>

    init(
        _ name: String, aliases: [String] = [], _ subject: Subject, _ signature: String, arguments: ClosedRange<Int>, _ summary: String,
        _ examples: [Example]
    ) {
        self.name = name
        self.aliases = aliases
        self.subject = subject
        self.signature = signature
        self.arguments = arguments
        self.summary = summary
        self.examples = examples
    }

    /// "1 argument", "2 to 3 arguments", "at least 2 arguments".
    var countDescription: String {
        if arguments.upperBound == .max { return "at least \(arguments.lowerBound) argument\(arguments.lowerBound == 1 ? "" : "s")" }
        if arguments.lowerBound == arguments.upperBound {
            return "\(arguments.lowerBound) argument\(arguments.lowerBound == 1 ? "" : "s")"
        }
        return "\(arguments.lowerBound) to \(arguments.upperBound) arguments"
    }
}

/// A call and what it gives.
package struct Example: Sendable {
    package let call: String
    /// The result as an expression, or after `error: ` the code of the failure.
    package let result: String

    init(_ call: String, yields result: String) {
        self.call = call
        self.result = result
    }

    init(_ call: String, fails code: String) {
        self.call = call
        result = "error: " + code
    }
}
