import SluiceCore

/// `window: {time: at, size: 1 hour, delay: 1 minute}`: by which windows of event time rules are judged.
struct QualityWindowDefinition: Sendable {
    private let time: ExpressionArgument
    let size: TimeSpan
    private let delay: TimeSpan
    private let idle: TimeSpan

    /// - Parameter summary: What the windows are for.
    static func option(_ summary: String) -> OptionSpecification {
        OptionSpecification(
            "window",
            .object([
                OptionSpecification(
                    "time", .expression, isRequired: true, "When a row happened: a timestamp or a date.", examples: ["created_at"]),
                OptionSpecification(
                    "size", .timeSpan(lengths), isRequired: true,
                    "How long a window is. Windows begin at multiples of it, counted from 1970 in UTC.", examples: ["1 hour"]),
                OptionSpecification(
                    "delay", .timeSpan(0...TimeSpan.maxMicros), default: "0 s",
                    "How much later than the newest row another may come: the watermark is so far behind."),
                OptionSpecification(
                    "idle", .timeSpan(lengths), default: "1 minute",
                    "A shard without new rows for so long does not hold back the watermark of the others."),
            ]), summary, examples: ["{time: at, size: 1 hour}"])
    }

    private static let lengths: ClosedRange<Int64> = 1_000...TimeSpan.maxMicros

    init(from node: DefinitionNode) throws {
        time = try ExpressionArgument(try node.require("time"))
        size = try node.require("size").timeSpan()
        delay = try node[key: "delay"]?.timeSpan() ?? TimeSpan(micros: 0)
        idle = try node[key: "idle"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
    }

    var timeText: String { time.text }

    func bound(to input: Schema) throws(SluiceError) -> QualityWindow {
        QualityWindow(
            time: try time.bindTime(to: input), timeText: time.text, size: size.micros, delay: delay.micros, idle: idle.micros)
    }
}
