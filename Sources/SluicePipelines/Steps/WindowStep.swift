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
                "stagger", .timeSpan(lengths),
                "Instead of size: a window of that length begins with the first row of a group that is in none, in the order of time.",
                examples: ["1 minute"]),
            OptionSpecification(
                "count", .integer(1...1_000_000_000),
                "Instead of size: a window is so many rows of a group, in the order in which they come; their times only say when it began and ended.",
                examples: ["100"]),
            OptionSpecification(
                "delay", .timeSpan(0...TimeSpan.maxMicros), default: "0 s",
                "How much later than the newest row another may come: the watermark, which closes windows, is so far behind.",
                examples: ["5 s"]),
            OptionSpecification(
                "idle", .timeSpan(lengths), default: "1 minute",
                "A shard without new rows for so long does not hold back the watermark of the others."),
            OptionSpecification(
                "late", LateArgument.shape, default: "dead_letter", "A row whose windows were handed on: " + LateArgument.choices),
            OptionSpecification(
                "allowed_lateness", .timeSpan(0...TimeSpan.maxMicros), default: "0 s",
                "With `size`: how long a window that was handed on is kept for late rows, behind the watermark. They correct it: see below.",
                examples: ["10 minutes"]),
            OptionSpecification(
                "early", .timeSpan(lengths),
                "With `size`, in a following run: how often groups of open windows that have changed are handed on, marked by `is_early`.",
                examples: ["10 s"]),
            GroupArguments.by, GroupArguments.columns,
        ]),
        notes: [
            "The result has window_start and window_end, then the columns of `by` and `columns`.",
            "With `allowed_lateness`, the column `revision` stands behind the window's ends: 0 in the first result of a group, and one more in each"
                + " that corrects it. An epoch with late rows adds one corrected row for each window and group that they changed; the row with the"
                + " highest revision holds. Rows that come later still are late.",
            "With `early`, the column `is_early` stands behind the window's ends: true in results of windows that are still open. The last result of"
                + " a window, in which it is false, comes as without `early`.",
            "A row behind the watermark is late in stagger windows even if its window is open. Windows of `count` have no watermark, and no row is"
                + " late; `window_start` and `window_end` are the first and the last time of their rows.",
            "What open windows hold is in memory, at most `--memory`. More goes to disk, and windows of time come in no particular order then.",
            "A run over a whole input hands on all windows at its end; nothing is late then. An incremental or following run keeps open windows for"
                + " the next.",
        ],
        examples: [
            "- window:\n    time: viewed_at\n    size: 1 minute\n    delay: 5 s\n    by: [page]\n    columns: {views: count(*)}",
            "- window: {time: at, session: 30 minutes, by: [user], columns: {events: count(*), first_page: first(page)}}",
            "- window:\n    time: at\n    size: 1 minute\n    allowed_lateness: 10 minutes\n    early: 10 s\n    by: [page]\n    columns: {views: count(*)}",
            "- window: {time: at, stagger: 1 minute, by: [ticker], columns: {trades: count(*)}}",
            "- window: {time: at, count: 100, by: [sensor], columns: {mean: avg(value)}}",
        ])

    private static let lengths: ClosedRange<Int64> = 1_000...TimeSpan.maxMicros

    package let location: SourceLocation?
    private let time: ExpressionArgument
    private let kind: WindowOperation.Kind
    private let delay: TimeSpan
    private let idle: TimeSpan
    private let late: LateArgument
    private let groups: GroupArguments
    private let allowedLateness: TimeSpan
    private let early: TimeSpan?

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        time = try ExpressionArgument(try node.require("time"))
        kind = try Self.kind(node)
        delay = try node[key: "delay"]?.timeSpan() ?? TimeSpan(micros: 0)
        idle = try node[key: "idle"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
        late = try LateArgument(node[key: "late"])
        groups = try GroupArguments(from: node)
        allowedLateness = try node[key: "allowed_lateness"]?.timeSpan() ?? TimeSpan(micros: 0)
        early = try node[key: "early"]?.timeSpan()
        try checkCombination(node)
    }

    /// What means nothing for the kind of window.
    private func checkCombination(_ node: DefinitionNode) throws(SluiceError) {
        if case .sliding = kind { return }
        for (key, reason) in [
            ("allowed_lateness", "a late row could change where such windows begin and end, and nothing takes a window back"),
            ("early", "where such windows end is not known while they are open"),
        ] {
            if let value = node[key: key] {
                throw value.invalid("\(key) needs windows of a size: \(reason)", remedy: "leave it out, or use size")
            }
        }
        guard case .count = kind else { return }
        for key in ["delay", "idle", "late"] {
            if let value = node[key: key] {
                throw value.invalid("\(key) means nothing beside count: no row is late", remedy: "leave it out")
            }
        }
    }

    private static func kind(_ node: DefinitionNode) throws(SluiceError) -> WindowOperation.Kind {
        let kinds = ["size", "session", "stagger", "count"].compactMap { node[key: $0] }
        if kinds.count > 1 {
            throw kinds[1].invalid("a window has one of size, session, stagger and count", remedy: "leave out the others")
        }
        let size = try node[key: "size"]?.timeSpan().micros
        let slide = try node[key: "slide"]?.timeSpan().micros
        if size == nil, let other = kinds.first, let place = node[key: "slide"] {
            throw place.invalid("slide means nothing beside \(other.path.split(separator: ".").last ?? "it")", remedy: "leave it out")
        }
        if let session = node[key: "session"] { return .session(gap: try session.timeSpan().micros) }
        if let stagger = node[key: "stagger"] { return .stagger(size: try stagger.timeSpan().micros) }
        if let count = node[key: "count"] { return .count(try count.integer()) }
        guard let size else { throw node.missing("size, session, stagger or count", remedy: "for example: size: 1 minute") }
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
        var marks = [Field("window_start", stamp, isNullable: false), Field("window_end", stamp, isNullable: false)]
        if early != nil { marks.append(Field("is_early", .boolean, isNullable: false)) }
        if allowedLateness.micros > 0 { marks.append(Field("revision", .int64, isNullable: false)) }
        let (operation, fields) = try groups.bind(to: input, behind: marks)
        if let distinct = operation.aggregates.first(where: \.isDistinct) {
            throw SluiceError(
                .invalidOption, "\(distinct.kind) over different values only cannot be kept for open windows", at: location,
                remedy: "put the column into `by`, and count in a second step")
        }
        var window = WindowOperation(
            time: bound, kind: kind, delay: delay.micros, idle: idle.micros, lateRows: late.rows, groups: operation)
        window.lateOutput = late.output
        window.allowedLateness = allowedLateness.micros
        window.early = early?.micros
        window.timeText = time.text
        (window.groupTexts, window.aggregateTexts) = groups.texts
        return StepPlan(operation: .window(window), outputSchema: try Schema(fields), summary: summary)
    }

    private var summary: String {
        let cut =
            switch kind {
            case .sliding(let size, let slide) where size == slide: TimeSpan(micros: size).description
            case .sliding(let size, let slide): "\(TimeSpan(micros: size)) every \(TimeSpan(micros: slide))"
            case .session(let gap): "sessions with gaps below \(TimeSpan(micros: gap))"
            case .stagger(let size): "\(TimeSpan(micros: size)) from a group's first row"
            case .count(let rows): "\(rows) rows"
            }
        let wait = delay.micros == 0 ? "" : ", \(delay) behind the newest"
        let late = allowedLateness.micros == 0 ? "" : ", corrected for \(allowedLateness)"
        let often = early.map { ", early every \($0)" } ?? ""
        return "\(cut) of \(time.text)\(wait)\(late)\(often); \(groups.summary)"
    }
}
