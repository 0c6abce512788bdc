/// The keys of `schedule`, in a pipeline and in a declared job.
package enum ScheduleKeys {
    private static let text = ValueShape.oneOrMany(.string)
    private static let anyTime = ValueShape.timeSpan(0...TimeSpan.maxMicros)

    /// A text, or a mapping with these keys.
    package static let shape = ValueShape.either([.string, .object(all)])

    package static let all = clock + triggers + runs

    private static let clock = [
        OptionSpecification(
            "at", text,
            "When: a cron expression of five fields, six with seconds, AWS's form in cron(…), rate(…), or at(…) for once; or a list of them.",
            examples: ["30 2 * * *", "rate(15 minutes)", "cron(0 6 ? * MON-FRI *)", "at(2030-01-31T08:00:00)"]),
        OptionSpecification(
            "timezone", .string, default: "UTC", "The zone of its clock, by its name in tzdata.", examples: ["Europe/Berlin"]),
        OptionSpecification("start", .string, "No tick before this local time.", examples: ["2026-01-01", "2026-01-01T12:00"]),
        OptionSpecification("end", .string, "No tick behind this local time."),
        OptionSpecification(
            "exclude", text, "Local dates without ticks: days of the week, dates, dates of every year, ranges.",
            examples: ["[weekends, 12-25, 2026-07-01..2026-07-14]"]),
        OptionSpecification("calendar", text, "Declared calendars whose days are excluded, too.", examples: ["holidays"]),
        OptionSpecification(
            "jitter", anyTime, "A run begins up to so much behind its tick, always the same for one tick of one job.", examples: ["5m"]),
        OptionSpecification(
            "catch_up", .enumeration(CatchUp.allCases.map(\.rawValue)), default: CatchUp.last.rawValue,
            "What happens to ticks that passed while nothing was there to run them: the last one runs, all of them, or none."),
        OptionSpecification(
            "catch_up_limit", .integer(1...ScheduleDeclarationLimits.catchUp), default: String(ScheduleDeclarationLimits.defaultCatchUp),
            "With catch_up all: how many of them run, the newest."),
    ]

    private static let triggers = [
        OptionSpecification(
            "after",
            .either([
                .oneOrMany(.string),
                .object([
                    OptionSpecification("jobs", .oneOrMany(.string), isRequired: true, "The jobs.", examples: ["[load, clean]"]),
                    OptionSpecification(
                        "when", .enumeration(["all", "any"]), default: "all", "Whether all of them, or one of them, has to end so."),
                    OptionSpecification(
                        "states", .oneOrMany(.enumeration(JobCondition.stateNames)), default: "succeeded", "How they have to end."),
                    OptionSpecification(
                        "properties", .mapping(key: "name", .oneOrMany(.string), minimum: 1),
                        "Values of properties that their runs told, one of them each; with another one the job is skipped.",
                        examples: ["{mode: [full, partial]}"]),
                ]),
            ]), "Runs when other jobs ended for the same tick; their parameters are passed on.", examples: ["[load, clean]"]),
        OptionSpecification(
            "on", .oneOrMany(.object(JobEvent.specifications)), "Runs when something happens.", examples: ["{file: \"inbox/*.csv\"}"]),
        FanOut.specification,
    ]

    private static let runs = [
        OptionSpecification(
            "retries", .integer(0...ScheduleDeclarationLimits.retries), default: "0", "How often a run that failed is tried again."),
        OptionSpecification(
            "retry_delay", anyTime, default: "30 s", "How long it waits before the first time, and twice as long before each further one."),
        OptionSpecification("retry_delay_max", anyTime, default: "1 h", "How long it waits at most."),
        OptionSpecification("timeout", .timeSpan(1_000...TimeSpan.maxMicros), "How long an attempt may take before it is ended."),
        OptionSpecification("grace", anyTime, default: "10 s", "How long a process that is to end has for it, before it is killed."),
        OptionSpecification(
            "concurrency", .integer(1...ScheduleDeclarationLimits.concurrency), default: "1", "How many runs of the job run side by side."),
        OptionSpecification(
            "overlap", .enumeration(Overlap.allCases.map(\.rawValue)), default: Overlap.queue.rawValue,
            "What happens to a run for which there is no room: it waits, it is skipped, or it takes the place of the oldest one."),
        OptionSpecification("pool", .string, "A declared pool, of which a run takes a slot.", examples: ["database"]),
        OptionSpecification(
            "priority", .integer(-1_000...1_000), default: "0", "Of several runs that wait, one with a higher priority goes first."),
        OptionSpecification("expected_by", anyTime, "How long behind its tick a run should have succeeded.", examples: ["45m"]),
        OptionSpecification("keep_logs", .integer(1...10_000), default: "50", "Of how many runs the logs are kept."),
        OptionSpecification("paused", .boolean, default: "false", "Whether a job that is new begins paused."),
        OptionSpecification(
            "notify", .oneOrMany(.object(NoticeTarget.specifications)), "Who is told of failures, lateness and recoveries.",
            examples: ["{file: alerts.jsonl}"]),
    ]
}

/// Bounds of declared jobs.
package enum ScheduleDeclarationLimits {
    static let retries = 100
    static let concurrency = 1_000
    static let catchUp = 100_000
    static let defaultCatchUp = 100
}

/// What happens to ticks that were missed.
package enum CatchUp: String, CaseIterable, Sendable { case all, last, none }

/// What happens to a run for which there is no room.
package enum Overlap: String, CaseIterable, Sendable { case queue, skip, replace }

/// What people are told about.
package enum NoticeKind: String, CaseIterable, Sendable { case failure, late, recovery, success }
