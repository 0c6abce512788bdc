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
            "late", .enumeration(WindowOperation.LateRows.allCases.map(\.rawValue)), default: "dead_letter",
            "With `within`: a row behind the watermark of an earlier run, whose key may be forgotten: kept as a dead letter, or counted and left"
                + " out. It never ends a run."),
    ]

    private let within: TimeSpan
    private let time: ExpressionArgument
    private let delay: TimeSpan
    private let idle: TimeSpan
    private let late: WindowOperation.LateRows

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
        late = try node[key: "late"]?.enumeration(WindowOperation.LateRows.self) ?? .deadLetter
    }

    func bind(to input: Schema, keys: [Int]) throws(SluiceError) -> RecentDuplicates {
        let bound = try time.bindTime(to: input)
        return RecentDuplicates(
            keys: keys, time: bound, within: within.micros, delay: delay.micros, idle: idle.micros, lateRows: late)
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
                at: node.location, remedy: "cast it: time: cast(\(text) AS timestamp)")
        }
    }
}
