package import SluiceCore

/// How far a run of a job came.
package enum ScheduledRunState: String, Sendable, CaseIterable {
    /// Waits for its turn: for a place among those that run, or for its delay to pass.
    case queued
    case running
    /// Waits for its next attempt.
    case retrying
    case succeeded, failed
    case timedOut = "timed_out"
    case cancelled
    /// Was not run, for the reason that is with it.
    case skipped

    package var isOver: Bool {
        switch self {
        case .queued, .running, .retrying: false
        default: true
        }
    }
}

/// What made a run.
package enum RunCause: String, Sendable, CaseIterable {
    case schedule, manual, backfill, event
    /// Other jobs ended.
    case jobs
    /// A run that did not succeed is done again. Versions before this cause said `resume`.
    case retry
    /// A graph of jobs goes on from its runs that failed.
    case resume

    /// Whether the tick had a run before.
    package var isAgain: Bool { self == .retry || self == .resume }
}

/// One run of a job: the only one for its tick.
package struct ScheduledRun: Hashable, Sendable {
    package var id: RunID
    package var job: String
    /// The tick, or when the run was asked for: seconds since 1970.
    package var logical: Int64
    package var cause: RunCause
    /// The run that this one goes back to through other jobs; itself where there is none. Of a backfill, its first run.
    package var root: RunID
    package var state: ScheduledRunState
    package var reason: String?
    /// Higher ones go first.
    package var priority: Int
    package var parameters: [String: String]
    /// How many runs with the same root run side by side; nil: any number.
    package var width: Int?
    package var createdMicros: Int64
    package var notBeforeMicros: Int64
    package var startedMicros: Int64?
    package var endedMicros: Int64?
    package var attempts: Int
    /// Attempts that ended with the scheduler rather than by themselves, and do not count as failures.
    package var repeats: Int
    package var isCancelled: Bool
    /// Of a list or of partitions, the one that the run works on; nil for the run of a whole tick.
    package var element: String?
    /// The run of the tick, for a run of an element.
    package var parent: RunID?
    /// What the run, and those before it, told to those behind it.
    package var properties: [String: String]

    /// A run that waits for its turn.
    package init(
        id: RunID, job: String, logical: Int64, cause: RunCause, root: RunID? = nil, priority: Int = 0, parameters: [String: String] = [:],
        width: Int? = nil, createdMicros: Int64, notBeforeMicros: Int64, element: String? = nil, parent: RunID? = nil,
        properties: [String: String] = [:]
    ) {
        self.init(
            id: id, job: job, logical: logical, cause: cause, root: root ?? id, state: .queued, reason: nil, priority: priority,
            parameters: parameters, width: width, createdMicros: createdMicros, notBeforeMicros: notBeforeMicros, startedMicros: nil,
            endedMicros: nil, attempts: 0, repeats: 0, isCancelled: false, element: element, parent: parent, properties: properties)
    }

    init(
        id: RunID, job: String, logical: Int64, cause: RunCause, root: RunID, state: ScheduledRunState, reason: String?, priority: Int,
        parameters: [String: String], width: Int?, createdMicros: Int64, notBeforeMicros: Int64, startedMicros: Int64?,
        endedMicros: Int64?, attempts: Int, repeats: Int, isCancelled: Bool, element: String?, parent: RunID?,
        properties: [String: String]
    ) {
        (self.id, self.job, self.logical, self.cause, self.root) = (id, job, logical, cause, root)
        (self.state, self.reason, self.priority, self.parameters, self.width) = (state, reason, priority, parameters, width)
        (self.createdMicros, self.notBeforeMicros) = (createdMicros, notBeforeMicros)
        (self.startedMicros, self.endedMicros) = (startedMicros, endedMicros)
        (self.attempts, self.repeats, self.isCancelled) = (attempts, repeats, isCancelled)
        (self.element, self.parent, self.properties) = (element, parent, properties)
    }

    /// Whether a backfill made it, or a run of one that it comes behind.
    package var isOfBackfill: Bool { cause == .backfill || width != nil && parent == nil }

    package var json: Value {
        .structure([
            .init("run_id", .string(id.text)), .init("job", .string(job)),
            .init("logical_time", .timestamp(logical * TimeText.microsPerSecond, zoned: true)), .init("cause", .string(cause.rawValue)),
            .init("root", .string(root.text)), .init("state", .string(state.rawValue)),
            .init("reason", reason.map { .string($0) } ?? .null), .init("priority", .integer(Int64(priority))),
            .init("parameters", .structure(parameters.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            .init("created_at", .timestamp(createdMicros, zoned: true)), .init("not_before", .timestamp(notBeforeMicros, zoned: true)),
            .init("started_at", startedMicros.map { .timestamp($0, zoned: true) } ?? .null),
            .init("ended_at", endedMicros.map { .timestamp($0, zoned: true) } ?? .null), .init("attempts", .integer(Int64(attempts))),
            .init("element", element.map { .string($0) } ?? .null), .init("parent", parent.map { .string($0.text) } ?? .null),
            .init("properties", .structure(properties.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
        ])
    }
}

/// One process that worked on a run.
package struct RunAttempt: Hashable, Sendable {
    package var run: RunID
    /// From 1.
    package var number: Int
    package var state: ScheduledRunState
    package var reason: String?
    package var startedMicros: Int64
    package var endedMicros: Int64?
    package var process: ProcessIdentity
    package var exitCode: Int?
    /// The file with what it printed.
    package var log: String

    package init(run: RunID, number: Int, startedMicros: Int64, process: ProcessIdentity, log: String) {
        self.init(
            run: run, number: number, state: .running, reason: nil, startedMicros: startedMicros, endedMicros: nil, process: process,
            exitCode: nil, log: log)
    }

    init(
        run: RunID, number: Int, state: ScheduledRunState, reason: String?, startedMicros: Int64, endedMicros: Int64?,
        process: ProcessIdentity, exitCode: Int?, log: String
    ) {
        (self.run, self.number, self.state, self.reason) = (run, number, state, reason)
        (self.startedMicros, self.endedMicros) = (startedMicros, endedMicros)
        (self.process, self.exitCode, self.log) = (process, exitCode, log)
    }

    package var json: Value {
        .structure([
            .init("attempt", .integer(Int64(number))), .init("state", .string(state.rawValue)),
            .init("reason", reason.map { .string($0) } ?? .null), .init("started_at", .timestamp(startedMicros, zoned: true)),
            .init("ended_at", endedMicros.map { .timestamp($0, zoned: true) } ?? .null),
            .init("process_id", .integer(Int64(process.processID))), .init("exit_code", exitCode.map { .integer(Int64($0)) } ?? .null),
            .init("log", .string(log)),
        ])
    }
}

/// What the ledger knows of a job.
package struct StoredJob: Hashable, Sendable {
    package var name: String
    /// The YAML of a job that was added by a command; nil of one that a file declares.
    package var declaration: String?
    /// What decides its ticks, as text: another text begins anew.
    package var schedule: String
    package var isPaused: Bool
    /// Ticks up to it are in the ledger; seconds since 1970.
    package var cursor: Int64
    package var createdMicros: Int64

    package init(name: String, declaration: String?, schedule: String, isPaused: Bool = false, cursor: Int64, createdMicros: Int64) {
        (self.name, self.declaration, self.schedule) = (name, declaration, schedule)
        (self.isPaused, self.cursor, self.createdMicros) = (isPaused, cursor, createdMicros)
    }
}

/// The jobs of the ledger.
package struct JobRows: Sendable {
    /// In the order of their names.
    package var rows: [StoredJob] = []
    /// How often jobs were changed before.
    package var revision: Int64 = 0

    package init(rows: [StoredJob] = [], revision: Int64 = 0) { (self.rows, self.revision) = (rows, revision) }
}

/// A tick that is in the ledger.
package struct StoredTick: Hashable, Sendable {
    package var job: String
    /// Seconds since 1970.
    package var logical: Int64
    /// Nil: none, for the reason that is with it.
    package var run: RunID?
    package var reason: String?

    package init(job: String, logical: Int64, run: RunID?, reason: String? = nil) {
        (self.job, self.logical, self.run, self.reason) = (job, logical, run, reason)
    }
}

/// The process that schedules.
package struct ScheduleLeader: Hashable, Sendable {
    /// Rises with each change of the process: what an earlier one still wants to write is refused.
    package var token: Int64
    package var process: ProcessIdentity
    package var sinceMicros: Int64
    package var expiresMicros: Int64
    /// When it asks what still runs to end, if it starts nothing more and only waits for that; nil while it works.
    package var drainsUntilMicros: Int64?
}
