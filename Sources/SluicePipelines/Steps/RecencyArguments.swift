import SluiceCore
import SluiceExpressions

/// `within`, `time` and what belongs to them in `deduplicate`: rows are duplicates only of those that happened at nearly the same time.
struct RecencyArguments: Sendable {
    private static let lengths: ClosedRange<Int64> = 1_000...TimeSpan.maxMicros

    static let specifications = [
        OptionSpecification(
            "within", .timeSpan(lengths), "Rows of one key are duplicates only if they happened less than so long apart.",
            examples: ["10 minutes"]),
        OptionSpecification("time", .expression, "With `within`: when a row happened, a timestamp or a date.", examples: ["sent_at"]),
        OptionSpecification(
            "delay", .timeSpan(0...TimeSpan.maxMicros), default: "0 s",
            "With `within`: how much later than the newest row another may come: the watermark is so far behind."),
        OptionSpecification(
            "idle", .timeSpan(lengths), default: "1 minute",
            "With `within`: a shard without new rows for so long does not hold back the watermark of the others."),
        OptionSpecification(
            "late", LateArgument.shape, default: "dead_letter",
            "With `within`: a row behind the watermark of an earlier run, whose key may be forgotten: " + LateArgument.choices),
    ]

    private let within: TimeSpan
    private let time: ExpressionArgument
    private let delay: TimeSpan
    private let idle: TimeSpan
    private let late: LateArgument

    /// Nil where the node has none of them.
    init?(from node: DefinitionNode) throws {
        guard let within = node[key: "within"] else {
            for specification in Self.specifications {
                if let value = node[key: specification.name] {
                    throw value.invalid("\(specification.name) means nothing without within", remedy: "for example: within: 10 minutes")
                }
            }
            return nil
        }
        guard let time = node[key: "time"] else { throw node.missing("time", remedy: "for example: time: sent_at") }
        self.within = try within.timeSpan()
        self.time = try ExpressionArgument(time)
        delay = try node[key: "delay"]?.timeSpan() ?? TimeSpan(micros: 0)
        idle = try node[key: "idle"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
        late = try LateArgument(node[key: "late"])
    }

    func bind(to input: Schema, keys: [Int]) throws(SluiceError) -> RecentDuplicates {
        let bound = try time.bindTime(to: input)
        var recent = RecentDuplicates(
            keys: keys, time: bound, within: within.micros, delay: delay.micros, idle: idle.micros, lateRows: late.rows)
        recent.keyNames = keys.map { "\(input.fields[$0].name) \(input.fields[$0].type)" }
        recent.timeText = time.text
        recent.lateOutput = late.output
        return recent
    }

    var summary: String { "within \(within) of \(time.text)" + (delay.micros == 0 ? "" : ", \(delay) behind the newest") }
}

extension ExpressionArgument {
    /// - Throws: `typeError`, placed, where the expression is neither a timestamp nor a date.
    func bindTime(to input: Schema) throws(SluiceError) -> BoundExpression {
        let bound = try bind(to: input)
        switch bound.type {
        case .timestamp, .date: return bound
        default:
            throw SluiceError(
                .typeError, "time must be a timestamp or a date, but \(text.quotedForMessage) is \(bound.type)",
                at: node.location, remedy: bound.type.timeRemedy(of: text) { "write time: \($0)" })
        }
    }
}

extension DataType {
    /// What makes a time of a value that is none; nil where nothing does.
    ///
    /// - Parameter write: Says where an expression has to stand.
    func timeRemedy(of text: String, _ write: (_ expression: String) -> String) -> String? {
        switch self {
        case .string: write("cast(\(text) AS timestamp)")
        case .int8, .int16, .int32, .int64:
            write("from_epoch(\(text))") + " where it counts seconds, and from_epoch(\(text), 'millisecond') where it counts milliseconds"
        default: nil
        }
    }
}
