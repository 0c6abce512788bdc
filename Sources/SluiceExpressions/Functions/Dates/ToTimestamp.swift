import SluiceCore

enum ToTimestamp: ScalarFunction {
    static let manual = Manual(
        "to_timestamp", aliases: ["strptime"], .dates, "to_timestamp(text, pattern)", arguments: 2...2,
        "The timestamp that a text writes in a constant pattern (see to_date), with %z a timestamptz in UTC. A text that does not follow it, or a time that does not exist, fails.",
        [
            Example("to_timestamp('05.01.2013 17:30', '%d.%m.%Y %H:%M')", yields: "TIMESTAMP '2013-01-05 17:30:00'"),
            Example("to_timestamp('05/Jan/2013:17:30:00 +0100', '%d/%b/%Y:%T %z')", yields: "TIMESTAMPTZ '2013-01-05T16:30:00Z'"),
            Example("to_timestamp('25:00', '%H:%M')", fails: "value-does-not-fit"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let pattern = try call.timePattern(1)
        let type = DataType.timestamp(zoned: pattern.has("z"))
        return KernelNode(type, [try call.text(0)]) { input, failures in
            Column(type, .int64(TimeReading.micros(input, pattern, "timestamp", &failures)))
        }
    }
}
