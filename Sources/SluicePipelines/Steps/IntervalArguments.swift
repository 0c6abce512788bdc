import SluiceCore

/// `within`, `time` and what belongs to them in `join`: rows match only if they happened near each other, and both sides are followed.
struct IntervalArguments: Sendable {
    private static let lengths: ClosedRange<Int64> = 1_000...TimeSpan.maxMicros
    private static let distances: ClosedRange<Int64> = 0...TimeSpan.maxMicros

    static let specifications = [
        OptionSpecification(
            "within",
            .either([
                .timeSpan(distances),
                .object([
                    OptionSpecification(
                        "before", .timeSpan(distances), default: "0 s", "How much earlier than the input's row the other may be."),
                    OptionSpecification("after", .timeSpan(distances), default: "0 s", "How much later it may be."),
                ]),
            ]),
            "Joins two streams: rows match only if they happened no further apart; `before` and `after` say how much earlier and later than the input's row the other may be. Both sides are followed, and each row is kept until its last match may have come.",
            examples: ["10 minutes", "{before: 5 minutes, after: 1 hour}"]),
        OptionSpecification(
            "time", .either([.mapping(key: "column", .column, minimum: 1), .column]),
            "With `within`: the column with the time of a row, a timestamp or a date: its name where it is the same on both sides, otherwise `column: column of the other side`.",
            examples: ["at", "{ordered_at: paid_at}"]),
        OptionSpecification(
            "delay", .timeSpan(distances), default: "0 s",
            "With `within`: how much later than the newest row of its side another may come: the watermark is so far behind."),
        OptionSpecification(
            "idle", .timeSpan(lengths), default: "1 minute",
            "With `within`: a shard or side without new rows for so long does not hold back the watermark of the others."),
        OptionSpecification(
            "late", .enumeration(WindowOperation.LateRows.allCases.map(\.rawValue)), default: "dead_letter",
            "With `within`: a row of either side behind the watermark, whose matches may be forgotten: kept as a dead letter, or counted and left out. It never ends a run."
        ),
    ]

    let columns: JoinStep.Key
    private let before: TimeSpan
    private let after: TimeSpan
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
        if within.isMapping {
            before = try within[key: "before"]?.timeSpan() ?? TimeSpan(micros: 0)
            after = try within[key: "after"]?.timeSpan() ?? TimeSpan(micros: 0)
        } else {
            before = try within.timeSpan()
            after = before
        }
        guard let time = node[key: "time"] else { throw node.missing("time", remedy: "for example: time: {ordered_at: paid_at}") }
        let pairs = try JoinStep.pairs(time)
        guard pairs.count == 1 else { throw time.invalid("\(time.path) needs one column, but has \(pairs.count)") }
        columns = pairs[0]
        delay = try node[key: "delay"]?.timeSpan() ?? TimeSpan(micros: 0)
        idle = try node[key: "idle"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
        late = try node[key: "late"]?.enumeration(WindowOperation.LateRows.self) ?? .deadLetter
        if let refresh = node[key: "refresh"] {
            throw refresh.invalid("refresh means nothing beside within: both sides are followed", remedy: "leave it out")
        }
        if let asOf = node[key: "as_of"] {
            throw asOf.invalid("a join is either as of a point or within a time", remedy: "leave out as_of or within")
        }
    }

    /// Both columns are there, of one type, and hold times.
    func check(_ input: Schema, _ offered: Schema) throws(SluiceError) {
        try JoinStep.check(columns, input, offered)
        let field = input.fields[try columns.input.position(in: input)]
        switch field.type {
        case .timestamp, .date: return
        default:
            throw SluiceError(
                .typeError, "time must be a timestamp or a date, but \"\(field.name)\" is \(field.type)", at: columns.input.location,
                remedy: field.type.timeRemedy(of: QuotedName.of(field.name)) {
                    "compute it in a step before the join: - derive: {\(field.name): '\($0)'}"
                })
        }
    }

    func bound(_ input: Schema, _ table: Schema) throws(SluiceError) -> IntervalMatch {
        IntervalMatch(
            inputTime: try columns.input.position(in: input), tableTime: try columns.table.position(in: table), before: before.micros,
            after: after.micros, delay: delay.micros, idle: idle.micros, lateRows: late)
    }

    /// `paid_at from 5 m before to 1 h after ordered_at`.
    var summary: String {
        let distance = before == after ? "within \(before)" : "from \(before) before to \(after) after"
        let wait = delay.micros == 0 ? "" : ", \(delay) behind the newest"
        return "\(columns.table.name) \(distance) of \(columns.input.name)\(wait)"
    }
}
