import SluiceCore
import SluiceExpressions

/// `as_of: {on: {dep_time: observed_at}, direction: backward, tolerance: 1 hour}` of a join.
struct AsOfArgument: Sendable {
    static let specification = OptionSpecification(
        "as_of",
        .object([
            OptionSpecification(
                "on", .either([.mapping(key: "column", .column, minimum: 1), .column]), isRequired: true,
                "The column to be near by: its name where it is the same on both sides, otherwise `column: column of the table`.",
                examples: ["{dep_time: observed_at}", "time"]),
            OptionSpecification(
                "direction", .enumeration(AsOfMatch.Direction.allCases.map(\.rawValue)), default: "backward",
                "backward: the latest row of the table at or before the input's; forward: the first at or after it; nearest: the nearer of both, the earlier one when they are equally near."
            ),
            OptionSpecification(
                "tolerance", .string, "How far away the row may be: an interval for times, otherwise a number.",
                examples: ["1 hour", "2.5"]),
        ]),
        "Joins each row with at most one of the table's rows with equal keys: the nearest by a column of numbers or times. Of table rows that stand at one point, backward takes the last, forward the first.",
        examples: ["{on: time, tolerance: 1 hour}"])

    let columns: JoinStep.Key
    private let direction: AsOfMatch.Direction
    private let tolerance: DefinitionNode?

    init(from node: DefinitionNode) throws {
        let on = try node.require("on")
        let pairs = try JoinStep.pairs(on)
        guard pairs.count == 1 else { throw on.invalid("\(on.path) needs one column, but has \(pairs.count)") }
        columns = pairs[0]
        direction = try node[key: "direction"]?.enumeration(AsOfMatch.Direction.self) ?? .backward
        tolerance = node[key: "tolerance"]
    }

    /// `as of dep_time >= observed_at within 1 hour`.
    var summary: String {
        let sign =
            switch direction {
            case .backward: ">="
            case .forward: "<="
            case .nearest: "nearest"
            }
        let within = (try? tolerance?.string()).map { " within \($0)" } ?? ""
        return "as of \(columns.input.name) \(sign) \(columns.table.name)\(within)"
    }

    func check(_ input: Schema, _ offered: Schema) throws(SluiceError) {
        try JoinStep.check(columns, input, offered)
        let field = input.fields[try columns.input.position(in: input)]
        switch field.type {
        case .int8, .int16, .int32, .int64, .float32, .float64, .decimal, .date, .timestamp: _ = try bound(field.type)
        default:
            throw SluiceError(
                .typeError, "column \"\(field.name)\" has the type \(field.type), which has no distances", at: columns.input.location,
                remedy: "use a column of numbers, dates or timestamps")
        }
    }

    func bound(_ input: Schema, _ table: Schema) throws(SluiceError) -> AsOfMatch {
        let position = try columns.input.position(in: input)
        return AsOfMatch(
            inputColumn: position, tableColumn: try columns.table.position(in: table), direction: direction,
            tolerance: try bound(input.fields[position].type))
    }

    /// The tolerance in the unit of columns of a type.
    private func bound(_ type: DataType) throws(SluiceError) -> AsOfMatch.Tolerance? {
        guard let tolerance else { return nil }
        let text = try tolerance.string()
        let found: AsOfMatch.Tolerance? =
            switch type {
            case .date: interval(text).flatMap { $0.micros == 0 ? .whole(Int128($0.days)) : nil }
            case .timestamp: interval(text).map { .whole(Int128($0.days) * 86_400_000_000 + Int128($0.micros)) }
            case .float32, .float64: Double(text).flatMap { $0.isFinite ? .fraction($0) : nil }
            case .decimal(_, let scale):
                Array(text.utf8).withUnsafeBufferPointer { NumberText.decimal($0, precision: 38, scale: scale) }.map { .whole($0) }
            default: Int64(text).map { .whole(Int128($0)) }
            }
        if case .whole(let distance) = found, distance >= 0 { return found }
        if case .fraction(let distance) = found, distance >= 0 { return found }
        let wanted =
            switch type {
            case .date: "a span of days, such as 2 days"
            case .timestamp: "a span of days, hours, minutes or seconds, such as 1 hour"
            case .float32, .float64: "a number that is not negative"
            case .decimal(_, let scale): "a number with at most \(scale) decimals that is not negative"
            default: "a whole number that is not negative"
            }
        throw tolerance.invalid("\(tolerance.path) cannot be \(text.quotedForMessage): columns of the type \(type) need \(wanted)")
    }

    /// A span without months, whose length is not fixed.
    private func interval(_ text: String) -> Interval? {
        guard !text.contains("'"), let parsed = try? Expression(parsing: "INTERVAL '\(text)'"),
            case .interval(let interval) = parsed.root.kind, interval.months == 0
        else { return nil }
        return interval
    }
}
