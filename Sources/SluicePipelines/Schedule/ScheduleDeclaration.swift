package import SluiceCore
package import SluiceSchedules

/// What makes a job run beside its clock: other jobs that ended.
package struct JobCondition: Sendable, Hashable {
    package static let stateNames = ["succeeded", "failed", "timed_out", "cancelled", "skipped"]

    package var jobs: [String]
    /// Whether one of them is enough.
    package var isAny: Bool
    /// Names of the states in which they have to end.
    package var states: Set<String>
    /// Values that properties of the runs have to have, one of them each, by name.
    package var properties: [String: [String]] = [:]
    package var location: SourceLocation?

    package init(jobs: [String], isAny: Bool = false, states: Set<String> = ["succeeded"], location: SourceLocation? = nil) {
        (self.jobs, self.isAny, self.states, self.location) = (jobs, isAny, states, location)
    }

    /// Why the properties keep the job from running; nil where they do not.
    package func refusal(of given: [String: String]) -> String? {
        for (name, wanted) in properties.sorted(by: { $0.key < $1.key }) where !(given[name].map(wanted.contains) ?? false) {
            let found = given[name].map { "is \($0.quotedForMessage)" } ?? "was not told"
            return "the property \(name) \(found), and not \(wanted.map(\.quotedForMessage).joined(separator: " or "))"
        }
        return nil
    }
}

/// A name in a declaration, with its place. A reference, because most declarations have none and there may be 100,000 of them.
package final class PlacedName: Sendable {
    package let text: String
    package let location: SourceLocation?

    /// - Throws: `wrongType` where the value is no text.
    init(_ node: DefinitionNode) throws(SluiceError) { (text, location) = (try node.string(), node.location) }
}

/// The value of `schedule`: when a job runs, and how its runs are treated. Times are in microseconds, unless they say otherwise.
package struct ScheduleDeclaration: Sendable {
    /// Nil where only other jobs, events or people make it run.
    package var schedule: Schedule?
    /// What decides the ticks, as a `ClockText`.
    package var scheduleText = ""
    /// The declared zone, of its clock and of its dates.
    package var zone: ZoneRules?
    /// That of a job before this one, where this one has neither a clock nor a zone; `JobSet` puts it in.
    package var zoneBefore: ZoneRules?
    /// Calendars whose days are excluded; `JobSet` puts them into the schedule.
    package var calendars: [PlacedName] = []
    package var catchUp = CatchUp.last
    package var catchUpLimit = ScheduleDeclarationLimits.defaultCatchUp
    package var after: JobCondition?
    package var events: [JobEvent] = []
    /// Nil where a tick has one run.
    package var each: FanOut?
    package var retries = 0
    package var retryDelayMicros: Int64 = 30_000_000
    package var retryDelayMaxMicros: Int64 = 3_600_000_000
    package var timeoutMicros: Int64?
    package var graceMicros: Int64 = 10_000_000
    package var concurrency = 1
    package var overlap = Overlap.queue
    package var pool: PlacedName?
    package var priority = 0
    package var expectedByMicros: Int64?
    package var keptLogs = 50
    package var startsPaused = false
    package var notices: [NoticeTarget] = []

    package init() {}

    /// - Parameter node: A text, or a mapping that fits `ScheduleKeys.all`; nil: a job that only people start.
    /// - Throws: `DefinitionErrors` with everything that is wrong.
    package init(_ node: DefinitionNode?) throws {
        guard let node else { return }
        var errors = ErrorCollector()
        let keyed = node.isMapping ? node : nil
        try readClock(node, keyed, &errors)
        _ = try errors.attempt { try readTriggers(keyed) }
        _ = try errors.attempt { try readRuns(keyed) }
        try errors.throwIfAny()
    }

    private mutating func readClock(_ node: DefinitionNode, _ keyed: DefinitionNode?, _ errors: inout ErrorCollector) throws {
        let texts = keyed == nil ? [node] : keyed?[key: "at"]?.oneOrMany() ?? []
        guard texts.count <= ScheduleLimits.expressions else {
            throw node.invalid("a schedule has at most \(ScheduleLimits.expressions) expressions")
        }
        var expressions: [ScheduleExpression] = []
        for text in texts {
            _ = try errors.attempt {
                expressions.append(try text.placed { (text) throws(ScheduleSyntaxError) in try ScheduleExpression(text) })
            }
        }
        if let node = keyed?[key: "timezone"] { zone = try errors.attempt { try Self.zone(node) } }
        guard !texts.isEmpty else {
            let clockKeys = ["start", "end", "exclude", "calendar", "jitter", "catch_up", "catch_up_limit"]
            if let key = clockKeys.first(where: { keyed?[key: $0] != nil }), let place = keyed?[key: key] {
                try errors.add(
                    place.invalid("\(key) means nothing without `at`", remedy: "say when the job runs, such as at: \"30 2 * * *\""))
            }
            return
        }
        var schedule = Schedule(expressions)
        if let zone { schedule.zone = zone }
        for day in keyed?[key: "exclude"]?.oneOrMany() ?? [] {
            _ = try errors.attempt { try day.placed { (text) throws(ScheduleSyntaxError) in try schedule.excluded.add(text) } }
        }
        schedule.start = try errors.attempt { try keyed?[key: "start"]?.localTime(schedule.zone) } ?? nil
        schedule.end = try errors.attempt { try keyed?[key: "end"]?.localTime(schedule.zone) } ?? nil
        schedule.jitterSeconds = try (keyed?[key: "jitter"]?.timeSpan().micros ?? 0) / TimeText.microsPerSecond
        if let start = schedule.start, let end = schedule.end, start > end, let place = keyed?[key: "end"] {
            try errors.add(place.invalid("the schedule ends before it starts", remedy: "swap start and end"))
        }
        calendars = try (keyed?[key: "calendar"]?.oneOrMany() ?? []).map { try PlacedName($0) }
        catchUp = try keyed?[key: "catch_up"]?.enumeration(CatchUp.self) ?? .last
        catchUpLimit = try keyed?[key: "catch_up_limit"]?.integer() ?? catchUpLimit
        let words = try texts.map { try $0.string() }
        let excluded = try (keyed?[key: "exclude"]?.oneOrMany() ?? []).map { try $0.string() }
        scheduleText = ClockText.text(words, schedule, excluded: excluded)
        self.schedule = schedule
    }

    private static func zone(_ node: DefinitionNode) throws(SluiceError) -> ZoneRules {
        let name = try node.string()
        do throws(SluiceError) {
            return try ZoneDirectory.system.zone(name)
        } catch {
            throw error.code == .notFound ? error.located(at: node.location) : error
        }
    }

    private mutating func readTriggers(_ keyed: DefinitionNode?) throws {
        if let node = keyed?[key: "after"] {
            let jobs = try (node.isMapping ? node.require("jobs") : node).oneOrMany().map { try $0.string() }
            let states = try node[key: "states"]?.oneOrMany().map { try $0.choice(of: JobCondition.stateNames) } ?? ["succeeded"]
            after = JobCondition(
                jobs: jobs, isAny: try node[key: "when"]?.choice(of: ["all", "any"]) == "any", states: Set(states), location: node.location)
            if jobs.isEmpty { throw node.invalid("after names no job") }
        }
        if let node = keyed?[key: "after"]?[key: "properties"] {
            for entry in try node.mapping() { after?.properties[entry.key] = try entry.value.oneOrMany().map { try $0.string() } }
        }
        events = try (keyed?[key: "on"]?.oneOrMany() ?? []).map { try JobEvent($0) }
        each = try keyed?[key: "each"].map { try FanOut($0) }
    }

    private mutating func readRuns(_ keyed: DefinitionNode?) throws {
        guard let keyed else { return }
        retries = try keyed[key: "retries"]?.integer() ?? retries
        retryDelayMicros = try keyed[key: "retry_delay"]?.timeSpan().micros ?? retryDelayMicros
        retryDelayMaxMicros = try keyed[key: "retry_delay_max"]?.timeSpan().micros ?? retryDelayMaxMicros
        timeoutMicros = try keyed[key: "timeout"]?.timeSpan().micros
        graceMicros = try keyed[key: "grace"]?.timeSpan().micros ?? graceMicros
        concurrency = try keyed[key: "concurrency"]?.integer() ?? concurrency
        overlap = try keyed[key: "overlap"]?.enumeration(Overlap.self) ?? overlap
        pool = try keyed[key: "pool"].map { try PlacedName($0) }
        priority = try keyed[key: "priority"]?.integer() ?? priority
        expectedByMicros = try keyed[key: "expected_by"]?.timeSpan().micros
        keptLogs = try keyed[key: "keep_logs"]?.integer() ?? keptLogs
        startsPaused = try keyed[key: "paused"]?.boolean() ?? false
        for node in keyed[key: "notify"]?.oneOrMany() ?? [] {
            let kinds = try node[key: "on"]?.oneOrMany().map { try $0.enumeration(NoticeKind.self) } ?? [.failure, .late, .recovery]
            notices.append(NoticeTarget(means: try NoticeTarget.means(node), kinds: Set(kinds)))
        }
    }
}

extension ScheduleDeclaration {
    /// The zone of its clock, and of its dates.
    package var dateZone: ZoneRules { schedule?.zone ?? zone ?? zoneBefore ?? .utc }

    /// What a person reads of its clock: `30 2 * * * Europe/Berlin`; empty without one.
    package var summary: String {
        guard let zone = schedule?.zone else { return "" }
        // The expressions stand before the zone, whose name is none.
        let words = scheduleText.split(separator: "|").prefix { $0 != zone.name }
        return words.joined(separator: ", ") + (zone === ZoneRules.utc ? "" : " \(zone.name)")
    }
}

extension DefinitionNode {
    /// Reads a scalar as a text of a schedule; mistakes are placed at the characters that are wrong.
    func placed<Result>(_ read: (String) throws(ScheduleSyntaxError) -> Result) throws(SluiceError) -> Result {
        let text = try string()
        do throws(ScheduleSyntaxError) {
            return try read(text)
        } catch {
            throw error.sluiceError(in: text, at: location(ofScalar: error.range.lowerBound))
        }
    }

    /// Seconds since 1970 of a local time, or of the beginning of a date.
    fileprivate func localTime(_ zone: ZoneRules) throws(SluiceError) -> Int64 {
        let text = try string()
        let time = Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) }
        guard let time, time.offsetSeconds == nil else {
            throw invalid(
                "\(path) must be a local time without an offset, but is \(text.quotedForMessage)",
                remedy: "write for example 2026-01-31 or 2026-01-31T08:00")
        }
        return zone.instant(ofLocal: time.wallMicros / TimeText.microsPerSecond)
    }
}
