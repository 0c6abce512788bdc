package import SluiceCore
import SluiceExpressions

/// `window: {time: at, size: 1 minute, by: [page], columns: {views: count(*)}}`
package struct WindowStep: StepDefinition {
    package static let manual = StepManual(
        key: "window",
        summary: "Computes aggregates of groups within windows of event time; a window is handed on once no more rows of it are expected.",
        arguments: .object([
            OptionSpecification(
                "time", .expression, isRequired: true, "When a row happened: a timestamp or a date.", examples: ["created_at"]),
            OptionSpecification(
                "size", .timeSpan(lengths), "How long a window is. Windows begin at multiples of it, counted from 1970 in UTC.",
                examples: ["1 minute"]),
            OptionSpecification(
                "slide", .timeSpan(lengths), "Begins a window so often, so that windows overlap; one window after another when absent.",
                examples: ["10 s"]),
            OptionSpecification(
                "session", .timeSpan(lengths),
                "Instead of size: a window ends when its group had no row for so long.", examples: ["30 minutes"]),
            OptionSpecification(
                "delay", .timeSpan(0...TimeSpan.maxMicros), default: "0 s",
                "How much later than the newest row another may come: the watermark, which closes windows, is so far behind.",
                examples: ["5 s"]),
            OptionSpecification(
                "idle", .timeSpan(lengths), default: "1 minute",
                "A shard without new rows for so long does not hold back the watermark of the others."),
            OptionSpecification(
                "late", .enumeration(WindowOperation.LateRows.allCases.map(\.rawValue)), default: "dead_letter",
                "A row whose windows were handed on: kept as a dead letter, or counted and left out. It never ends a run."),
            GroupArguments.by, GroupArguments.columns,
        ]),
        notes: [
            "The result has window_start and window_end, then the columns of `by` and `columns`.",
            "A run over a whole input hands on all windows at its end; nothing is late then. An incremental or following run keeps open windows for"
                + " the next.",
        ],
        examples: [
            "- window:\n    time: viewed_at\n    size: 1 minute\n    delay: 5 s\n    by: [page]\n    columns: {views: count(*)}",
            "- window: {time: at, session: 30 minutes, by: [user], columns: {events: count(*), first_page: first(page)}}",
        ])

    private static let lengths: ClosedRange<Int64> = 1_000...TimeSpan.maxMicros

    package let location: SourceLocation?
    private let time: ExpressionArgument
    private let kind: WindowOperation.Kind
    private let delay: TimeSpan
    private let idle: TimeSpan
    private let late: WindowOperation.LateRows
    private let groups: GroupArguments

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        time = try ExpressionArgument(try node.require("time"))
        kind = try Self.kind(node)
        delay = try node[key: "delay"]?.timeSpan() ?? TimeSpan(micros: 0)
        idle = try node[key: "idle"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
        late = try node[key: "late"]?.enumeration(WindowOperation.LateRows.self) ?? .deadLetter
        groups = try GroupArguments(from: node)
    }

    private static func kind(_ node: DefinitionNode) throws(SluiceError) -> WindowOperation.Kind {
        let size = try node[key: "size"]?.timeSpan().micros
        let slide = try node[key: "slide"]?.timeSpan().micros
        if let session = node[key: "session"] {
            guard size == nil, slide == nil else {
                throw session.invalid("a window has either a size or a session's gap", remedy: "leave out one of them")
            }
            return .session(gap: try session.timeSpan().micros)
        }
        guard let size else { throw node.missing("size or session", remedy: "for example: size: 1 minute") }
        guard let slide else { return .sliding(size: size, slide: size) }
        guard slide <= size else {
            throw (node[key: "slide"] ?? node).invalid(
                "windows of \(TimeSpan(micros: size)) that begin every \(TimeSpan(micros: slide)) leave rows out",
                remedy: "give slide at most the length of size")
        }
        guard size / slide <= WindowStep.maxOverlap else {
            throw (node[key: "slide"] ?? node).invalid(
                "each row would be in \(size / slide) windows; at most \(WindowStep.maxOverlap) are allowed", remedy: "raise slide")
        }
        return .sliding(size: size, slide: slide)
    }

    /// Windows that a row may be in.
    static let maxOverlap: Int64 = 10_000

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        let bound = try time.bindTime(to: input)
        let stamp: DataType = if case .date = bound.type { .timestamp(zoned: false) } else { bound.type }
        let ends = [Field("window_start", stamp, isNullable: false), Field("window_end", stamp, isNullable: false)]
        let (operation, fields) = try groups.bind(to: input, behind: ends)
        if let distinct = operation.aggregates.first(where: \.isDistinct) {
            throw SluiceError(
                .invalidOption, "\(distinct.kind) over different values only cannot be kept for open windows", at: location,
                remedy: "put the column into `by`, and count in a second step")
        }
        let window = WindowOperation(
            time: bound, kind: kind, delay: delay.micros, idle: idle.micros, lateRows: late, groups: operation)
        return StepPlan(operation: .window(window), outputSchema: try Schema(fields), summary: summary)
    }

    private var summary: String {
        let cut =
            switch kind {
            case .sliding(let size, let slide) where size == slide: TimeSpan(micros: size).description
            case .sliding(let size, let slide): "\(TimeSpan(micros: size)) every \(TimeSpan(micros: slide))"
            case .session(let gap): "sessions with gaps below \(TimeSpan(micros: gap))"
            }
        let wait = delay.micros == 0 ? "" : ", \(delay) behind the newest"
        return "\(cut) of \(time.text)\(wait); \(groups.summary)"
    }
}
