package import SluiceCore

/// What a run tells about its work when it ends.
package struct RunReport: Hashable, Sendable, Codable {
    /// What was read, and how much of it.
    package struct Input: Hashable, Sendable, Codable {
        /// A path, stream or table.
        package var name: String
        package var rows: Int64
        package var bytes: Int64

        package init(_ name: String, rows: Int64, bytes: Int64) {
            self.name = name
            self.rows = rows
            self.bytes = bytes
        }
    }

    /// Rows into and out of one step.
    package struct Step: Hashable, Sendable, Codable {
        package var name: String
        package var rowsIn: Int64
        package var rowsOut: Int64
        /// Rows that did not go on here: dead letters, skipped, or left out.
        package var rejected: Int64

        package init(_ name: String, rowsIn: Int64, rowsOut: Int64, rejected: Int64 = 0) {
            self.name = name
            self.rowsIn = rowsIn
            self.rowsOut = rowsOut
            self.rejected = rejected
        }
    }

    /// Rows that did not keep a rule of a step.
    package struct Rule: Hashable, Sendable, Codable {
        package var name: String
        package var step: String
        package var condition: String
        package var failed: Int64

        package init(_ name: String, step: String, condition: String, failed: Int64) {
            self.name = name
            self.step = step
            self.condition = condition
            self.failed = failed
        }
    }

    /// Rows of one of several outputs.
    package struct Route: Hashable, Sendable, Codable {
        package var name: String
        /// Rows that reached it, before its own steps.
        package var rowsIn: Int64
        package var rowsOut: Int64
        /// What is written where.
        package var target: String

        package init(_ name: String, rowsIn: Int64, rowsOut: Int64, target: String) {
            self.name = name
            self.rowsIn = rowsIn
            self.rowsOut = rowsOut
            self.target = target
        }
    }

    /// How long a part of the run took.
    package struct Timing: Hashable, Sendable, Codable {
        package var name: String
        package var micros: Int64

        package init(_ name: String, micros: Int64) {
            self.name = name
            self.micros = micros
        }
    }

    /// The value that a parameter of the definition had; of a secret, what stands for it.
    package struct Parameter: Hashable, Sendable, Codable {
        package var name: String
        package var value: String

        package init(_ name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What of a source lies between two values of its cursor, and was read.
    package struct Window: Hashable, Sendable, Codable {
        /// `salesforce/accounts`.
        package var source: String
        /// The lower bound that was asked for; nil from the beginning.
        package var from: String?
        /// The greatest value that was read; nil where there was none.
        package var to: String?

        package init(source: String, from: String?, to: String?) {
            self.source = source
            self.from = from
            self.to = to
        }

        /// For people.
        package var text: String { "\(source) \(from ?? "beginning") to \(to ?? "nothing")" }

        package var json: Value {
            .structure([
                .init("source", .string(source)), .init("from", from.map { .string($0) } ?? .null),
                .init("to", to.map { .string($0) } ?? .null),
            ])
        }
    }

    /// Nil where the definition has none.
    package var parameters: [Parameter]?
    package var inputs: [Input] = []
    package var steps: [Step] = []
    /// Nil where no step has rules.
    package var rules: [Rule]?
    /// Routes and side outputs; nil where all rows go to one sink.
    package var routes: [Route]?
    /// Rows that no route took; nil where there are no routes.
    package var unrouted: Int64?
    /// Windows of sources with a cursor; nil where there are none.
    package var windows: [Window]?
    package var timings: [Timing] = []
    package var rowsIn: Int64 = 0
    package var rowsOut: Int64 = 0
    package var bytesIn: Int64 = 0
    package var bytesOut: Int64 = 0
    package var deadLetters: Int64 = 0
    /// Rows that a step or a contract was told to leave out, as by `on_fail: drop`; nil for none.
    package var leftOut: Int64?
    /// Where the dead letters are, if there are any.
    package var deadLetterFile: String?
    /// What a person should know of the run; nil where there is nothing.
    package var notices: [String]?
    /// Tables, files or streams that were written.
    package var outputs: [String] = []

    package init() {}

    package var json: Value {
        .structure([
            .init(
                "parameters",
                .list((parameters ?? []).map { .structure([.init("name", .string($0.name)), .init("value", .string($0.value))]) })),
            .init("rows_in", .integer(rowsIn)), .init("rows_out", .integer(rowsOut)), .init("bytes_in", .integer(bytesIn)),
            .init("bytes_out", .integer(bytesOut)), .init("dead_letters", .integer(deadLetters)),
            .init("left_out", .integer(leftOut ?? 0)),
            .init("dead_letter_file", deadLetterFile.map { .string($0) } ?? .null),
            .init("outputs", .list(outputs.map { .string($0) })),
            .init(
                "inputs",
                .list(
                    inputs.map {
                        .structure([.init("name", .string($0.name)), .init("rows", .integer($0.rows)), .init("bytes", .integer($0.bytes))])
                    })),
            .init("steps", .list(steps.map(\.json))),
            .init(
                "rules",
                .list(
                    (rules ?? []).map {
                        .structure([
                            .init("name", .string($0.name)), .init("step", .string($0.step)), .init("condition", .string($0.condition)),
                            .init("failed", .integer($0.failed)),
                        ])
                    })),
            .init(
                "routes",
                .list(
                    (routes ?? []).map {
                        .structure([
                            .init("name", .string($0.name)), .init("rows_in", .integer($0.rowsIn)), .init("rows_out", .integer($0.rowsOut)),
                            .init("target", .string($0.target)),
                        ])
                    })),
            .init("notices", .list((notices ?? []).map { .string($0) })),
            .init("unrouted", unrouted.map { .integer($0) } ?? .null),
            .init("windows", .list((windows ?? []).map(\.json))),
            .init(
                "timings",
                .list(timings.map { .structure([.init("name", .string($0.name)), .init("micros", .integer($0.micros))]) })),
        ])
    }
}

extension RunReport.Step {
    package var json: Value {
        .structure([
            .init("name", .string(name)), .init("rows_in", .integer(rowsIn)), .init("rows_out", .integer(rowsOut)),
            .init("rejected", .integer(rejected)),
        ])
    }
}
