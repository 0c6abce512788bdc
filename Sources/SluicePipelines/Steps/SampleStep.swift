package import SluiceCore
import SluiceExpressions

/// `sample: {share: 0.1, by: [user_id]}`
package struct SampleStep: StepDefinition {
    private static let shares = 0.0...1.0

    package static var keepsColumns: Bool { true }
    package static let manual = StepManual(
        key: "sample", summary: "Keeps a part of the rows, the same ones in every run.",
        arguments: .either([
            .number(shares),
            .object([
                OptionSpecification("share", .number(shares), "The part that stays, of 1.", examples: ["0.1"]),
                OptionSpecification(
                    "by", .oneOrMany(.column), "Rows whose values in these columns are equal stay or go together.", examples: ["[user_id]"]),
                OptionSpecification("seed", .anyInteger, default: "0", "Another number keeps other rows."),
                OptionSpecification(
                    "every", .integer(1 ... .max), "Instead of a share: the first row stays, and every n-th behind it.", examples: ["100"]),
            ]),
        ]),
        notes: [
            "A share is chosen by a hash: of the columns of `by`, or of the place of the row's record in its file or stream, so that more input"
                + " changes nothing for the rows before. Rows that were made of several records, as by `aggregate`, are chosen by all their columns.",
            "The number of rows is near the share, and not exactly it.",
        ],
        examples: ["- sample: 0.1", "- sample: {share: 0.1, by: [user_id], seed: 7}", "- sample: {every: 100}"])

    private enum Part {
        case share(Double)
        case every(Int)
    }

    package let location: SourceLocation?
    private let part: Part
    private let columns: [ColumnArgument]?
    private let seed: Int64

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        part = try Self.part(node)
        columns = try node[key: "by"].map { try ColumnArgument.list($0.oneOrMany()) }
        seed = Int64(try node[key: "seed"]?.integer() ?? 0)
        guard case .every = part else { return }
        for key in ["by", "seed"] {
            if let value = node[key: key] {
                throw value.invalid("\(key) means nothing beside every", remedy: "leave it out, or write share instead of every")
            }
        }
    }

    private static func part(_ node: DefinitionNode) throws(SluiceError) -> Part {
        guard node.isMapping else { return .share(try node.number(in: shares)) }
        switch (node[key: "share"], node[key: "every"]) {
        case (let share?, nil): return .share(try share.number(in: shares))
        case (nil, let every?): return .every(try every.integer())
        case (_?, let every?): throw every.invalid("a sample has either a share or every", remedy: "leave out one of them")
        case (nil, nil): throw node.missing("share or every", remedy: "for example: share: 0.1")
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        switch part {
        case .every(let count):
            return StepPlan(operation: .sample(.every(count)), outputSchema: input, summary: "every \(count)th row")
        case .share(let share):
            var errors = ErrorCollector()
            for column in columns ?? [] { try errors.attempt { _ = try column.position(in: input) } }
            try errors.throwIfAny()
            let named = try columns.map { try hash($0.map(\.name), input) }
            let rows = ShareOfRows(share: share, seed: seed, columns: named, wholeRow: try hash(input.names, input))
            let by = columns.map { " by " + $0.map(\.name).joined(separator: ", ") } ?? ""
            return StepPlan(operation: .sample(.share(rows)), outputSchema: input, summary: "\(share) of the rows\(by)")
        }
    }

    /// The hash of some columns; whole numbers of all widths count alike, so that samples of several sources fit each other.
    private func hash(_ names: [String], _ input: Schema) throws -> BoundExpression {
        let values = names.map { name in
            let column = QuotedName.of(name)
            return input[name]?.type.isInteger == true ? "CAST(\(column) AS int64)" : column
        }
        return try Expression(parsing: "xxhash64(CAST('\(seed)' AS int64), \(values.joined(separator: ", ")))").bind(to: input)
    }
}
