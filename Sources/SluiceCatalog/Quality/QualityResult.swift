package import SluiceCore

/// What came out of one evaluation of a rule set.
package struct QualityResult: Hashable, Sendable, Codable {
    /// What came out of one rule.
    package struct Outcome: Hashable, Sendable, Codable {
        /// As it was written.
        package var rule: String
        /// `passed`, `failed`, `skipped` or `error`.
        package var state: String
        package var message: String?
        package var figures: [Figure]
        /// Rows that do not keep it; nil where it says nothing of single rows.
        package var failedRows: Int64?
        package var examples: [Example]
        package var labels: [String: String]

        package init(
            rule: String, state: String, message: String?, figures: [Figure], failedRows: Int64?, examples: [Example],
            labels: [String: String]
        ) {
            self.rule = rule
            self.state = state
            self.message = message
            self.figures = figures
            self.failedRows = failedRows
            self.examples = examples
            self.labels = labels
        }
    }

    /// A measured number.
    package struct Figure: Hashable, Sendable, Codable {
        package var name: String
        package var value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// A row that does not keep a rule.
    package struct Example: Hashable, Sendable, Codable {
        package var place: String?
        /// JSON.
        package var values: String

        package init(place: String?, values: String) {
            self.place = place
            self.values = values
        }
    }

    /// The window of time that the rows were of, in microseconds since 1970; nil for a whole run, epoch or table.
    package struct Window: Hashable, Sendable, Codable {
        package var start: Int64
        package var end: Int64

        package init(start: Int64, end: Int64) {
            self.start = start
            self.end = end
        }
    }

    /// What is stored as text; the rest are columns of their own.
    private enum CodingKeys: String, CodingKey { case subject, ruleSet, rows, failures, outcomes, figures, window }

    /// Counts up, over all results; 0 before it is recorded.
    package var id: Int64 = 0
    /// What was looked at: a table, or the pipeline whose step it was.
    package var subject: String
    /// The rule set's name, or the step's.
    package var ruleSet: String
    package var run: RunID?
    /// Microseconds since 1970; set by the catalog.
    package var evaluatedMicros: Int64 = 0
    package var rows: Int64
    /// Rows for which a condition or an argument could not be computed.
    package var failures: Int64
    package var outcomes: [Outcome]
    /// What analyzers measured.
    package var figures: [Figure]
    package var window: Window?

    package init(subject: String, ruleSet: String, rows: Int64, failures: Int64, outcomes: [Outcome], figures: [Figure]) {
        self.subject = subject
        self.ruleSet = ruleSet
        self.rows = rows
        self.failures = failures
        self.outcomes = outcomes
        self.figures = figures
    }

    /// Outcomes in a state.
    package func count(_ state: String) -> Int { outcomes.count { $0.state == state } }

    /// Whether no rule failed or could not be evaluated.
    package var isPassed: Bool { outcomes.allSatisfy { $0.state == "passed" || $0.state == "skipped" } }

    package var json: Value {
        .structure([
            .init("id", .integer(id)), .init("subject", .string(subject)), .init("rule_set", .string(ruleSet)),
            .init("run_id", run.map { .string($0.text) } ?? .null), .init("evaluated_at", .timestamp(evaluatedMicros, zoned: true)),
            .init("passed", .boolean(isPassed)), .init("rows", .integer(rows)), .init("unevaluated_rows", .integer(failures)),
            .init("window", window?.json ?? .null), .init("rules", .list(outcomes.map(\.json))),
            .init("figures", .list(figures.map(\.json))),
        ])
    }
}

extension QualityResult.Window {
    var json: Value { .structure([.init("start", .timestamp(start, zoned: true)), .init("end", .timestamp(end, zoned: true))]) }
}

extension QualityResult.Figure {
    var json: Value { .structure([.init("name", .string(name)), .init("value", .float(value))]) }
}

extension QualityResult.Outcome {
    var json: Value {
        .structure([
            .init("rule", .string(rule)), .init("state", .string(state)), .init("message", message.map { .string($0) } ?? .null),
            .init("figures", .list(figures.map(\.json))), .init("failed_rows", failedRows.map { .integer($0) } ?? .null),
            .init(
                "examples",
                .list(
                    examples.map {
                        .structure([.init("place", $0.place.map { .string($0) } ?? .null), .init("values", .string($0.values))])
                    })),
            .init("labels", .structure(labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
        ])
    }
}
