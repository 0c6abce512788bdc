import SluiceCore

/// A task of flows: its arguments, and what it does.
package struct FlowTaskManual: Sendable {
    package var key: String
    package var summary: String
    package var arguments: ValueShape
    package var example: String

    /// What `validate` asks of a field.
    enum Rule: String, CaseIterable, Sendable {
        case notNull = "not_null"
        case notEmpty = "not_empty"
        case notZero = "not_zero"
        case notNegative = "not_negative"
        case numeric

        /// - Parameter field: As an expression. Null meets every rule but `not_null` and `not_empty`.
        func condition(on field: String) -> String {
            switch self {
            case .notNull: "\(field) IS NOT NULL"
            case .notEmpty: "\(field) IS NOT NULL AND CAST(\(field) AS string) <> ''"
            case .notZero: "\(field) IS NULL OR \(field) <> 0"
            case .notNegative: "\(field) IS NULL OR \(field) >= 0"
            case .numeric: "\(field) IS NULL OR TRY_CAST(\(field) AS float64) IS NOT NULL"
            }
        }
    }

    /// What becomes of a row that breaks a rule.
    enum Outcome: String, CaseIterable, Sendable {
        case drop, stop
        case deadLetter = "dead_letter"
        case warn

        /// As the step `assert` has it.
        var ofStep: String { self == .stop ? "fail" : rawValue }
    }

    /// All of them; steps of pipelines (`filter`, `mask`, `cast`, `join` and others) are tasks beside these.
    package static let all = [
        FlowTaskManual(
            key: "map", summary: "Gives fields their names at the destination: `new: field`, or `new: expression`.",
            arguments: .mapping(key: "new column", .expression, minimum: 1), example: "- map: {account_id: Id, name: upper(Name)}"),
        FlowTaskManual(
            key: "map_all", summary: "Takes all fields, also those that come up later, but for some; `map` beside it gives other names.",
            arguments: .object([OptionSpecification("except", .oneOrMany(.column), "Fields that are left out.", examples: ["[Phone, Fax]"])]
            ),
            example: "- map_all: {except: [Phone]}"),
        FlowTaskManual(
            key: "passthrough", summary: "Takes fields under their own names, as they are.", arguments: .oneOrMany(.column),
            example: "- passthrough: [Id, Name]"),
        FlowTaskManual(
            key: "truncate", summary: "Cuts texts to so many characters.",
            arguments: .mapping(key: "field", .integer(1...1_000_000), minimum: 1), example: "- truncate: {Description: 255}"),
        FlowTaskManual(
            key: "merge", summary: "Makes one text of several fields; nulls are left out.",
            arguments: .mapping(
                key: "new column",
                .either([
                    .list(.column, minimum: 1),
                    .object([
                        OptionSpecification(
                            "fields", .oneOrMany(.column), isRequired: true, "In this order.", examples: ["[FirstName, LastName]"]),
                        OptionSpecification("separator", .string, default: "\" \"", "What stands between them."),
                    ]),
                ]), minimum: 1), example: "- merge: {full_name: [FirstName, LastName]}"),
        FlowTaskManual(
            key: "arithmetic", summary: "Computes columns from fields.", arguments: .mapping(key: "new column", .expression, minimum: 1),
            example: "- arithmetic: {revenue_per_head: AnnualRevenue / NumberOfEmployees}"),
        FlowTaskManual(
            key: "validate",
            summary: "Asks something of fields; a row that breaks it is dropped, kept as a dead letter, only counted, or stops the run.",
            arguments: .mapping(
                key: "field",
                .either([
                    .oneOrMany(.enumeration(Rule.allCases.map(\.rawValue))),
                    .object([
                        OptionSpecification(
                            "is", .oneOrMany(.enumeration(Rule.allCases.map(\.rawValue))), isRequired: true, "What the field has to be.",
                            examples: ["not_null"]),
                        OptionSpecification(
                            "on_fail", .enumeration(Outcome.allCases.map(\.rawValue)),
                            "What becomes of a row that breaks it; as `on_error` says when absent."),
                    ]),
                ]), minimum: 1), example: "- validate: {Email: not_null, Amount: {is: [not_null, not_negative], on_fail: drop}}"),
        FlowTaskManual(
            key: "partition", summary: "Parts the rows at the destination by columns, outermost first.", arguments: .oneOrMany(.column),
            example: "- partition: [Industry]"),
    ]
}
