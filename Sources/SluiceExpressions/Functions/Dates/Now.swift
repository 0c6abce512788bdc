import SluiceCore

enum Now: ScalarFunction {
    static let manual = Manual(
        "now", aliases: ["current_timestamp"], .dates, "now()", arguments: 0...0,
        "The time at which the rows are worked on, the same for all rows of a batch; in `sluice test` the test's own.",
        [
            Example("now() > TIMESTAMPTZ '2024-01-01 00:00:00Z'", yields: "true"),
            Example("date_diff('day', now(), now() + INTERVAL '1 day')", yields: "1"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { CurrentTimeNode(type: .timestamp(zoned: true)) }
}

enum Today: ScalarFunction {
    static let manual = Manual(
        "today", aliases: ["current_date"], .dates, "today()", arguments: 0...0,
        "The date of now() in UTC.",
        [Example("today() >= DATE '2024-01-01'", yields: "true")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode { CurrentTimeNode(type: .date) }
}

/// What the clock says when the node is evaluated; no constant, because a run may go on for days.
private struct CurrentTimeNode: BoundNode {
    let type: DataType
    var isNullable: Bool { false }
    var children: [any BoundNode] { [] }

    func evaluate(_ frame: Frame) -> Vector {
        let now = EvaluationClock.current.nowMicros()
        let days = Int32(clamping: (now >= 0 ? now : now - TimeText.microsPerDay + 1) / TimeText.microsPerDay)
        return Vector(column: Column(type, type == .date ? .int32([days]) : .int64([now])), isConstant: true)
    }
}
