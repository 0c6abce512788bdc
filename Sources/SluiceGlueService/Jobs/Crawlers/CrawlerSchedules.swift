import SluiceCatalog
import SluiceCore
import SluiceServer

/// Clocks of crawlers: a crawler with one is a job of the scheduler, too.
enum CrawlerSchedules {
    static let operations: [GlueOperation] = [
        GlueOperation("StartCrawlerSchedule") { call in
            try set(call) { record in
                if record.schedule == nil { throw ServiceFault(400, "NoScheduleException", "Crawler \(record.name) has no schedule.") }
                if record.isScheduled {
                    throw ServiceFault(400, "SchedulerRunningException", "Crawler \(record.name) is scheduled already.")
                }
                record.members["Scheduled"] = .boolean(true)
            }
        },
        GlueOperation("StopCrawlerSchedule") { call in
            try set(call) { record in
                if !record.isScheduled {
                    throw ServiceFault(400, "SchedulerNotRunningException", "Crawler \(record.name) is not scheduled.")
                }
                record.members["Scheduled"] = .boolean(false)
            }
        },
        GlueOperation("UpdateCrawlerSchedule") { call in
            var schedule: String?
            return try set(call) { input throws(ServiceFault) in
                schedule = try input.awsSchedule("Schedule")
            } _: { record in
                record.members["Schedule"] = .some(schedule)
                record.members["Scheduled"] = .boolean(schedule != nil)
            }
        },
    ]

    private static func set(
        _ call: GlueCall, reading: (inout InputReader) throws(ServiceFault) -> Void = { _ throws(ServiceFault) in },
        _ body: (inout CrawlerRecord) throws -> Void
    ) throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("CrawlerName", Rules.name)
        try reading(&input)
        try input.finish()
        try call.change { ledger in
            guard let document = try ledger.document(Crawlers.kind, name) else {
                throw Faults.missing("Crawler entry with name \(name) does not exist")
            }
            var record = Crawlers.record(document)
            try body(&record)
            try ledger.putDocument(Crawlers.kind, name, WireValue.members(record.members).json)
            try declare(record, ledger)
        }
        return .empty
    }

    /// Sees to it that the scheduler has the crawler's clock as it is. A crawler without one is a job only once something asks for its runs.
    static func declare(_ record: CrawlerRecord, _ ledger: ScheduleTransaction) throws {
        guard try record.schedule != nil || LedgerNames.short(.crawler, record.name).flatMap({ try ledger.job($0) }) != nil else { return }
        try declare(record.name, record.isScheduled ? record.schedule : nil, ledger)
    }

    /// - Parameter schedule: Nil where it has no ticks.
    static func declare(_ name: String, _ schedule: String?, _ ledger: ScheduleTransaction) throws {
        let ledgerName = try LedgerNames.text(.crawler, name)
        var rules: [WireValue.Member] = []
        if let schedule { rules.append(.init("at", .text(schedule))) }
        let text = WireValue.object([
            .init("job", .text(ledgerName)), .init("description", .text("Glue's crawler \(name)")), .init("crawler", .text(name)),
            .init("schedule", .object(rules)),
        ]).json
        try LedgerJobs.put(ledgerName, text, isPaused: false, ledger)
    }

    static func forget(_ name: String, _ ledger: ScheduleTransaction) throws {
        if let ledgerName = LedgerNames.short(.crawler, name) { try ledger.removeJob(ledgerName) }
        try ledger.removeDocuments(RunNote.kind, prefix: RunNote.prefix(RunNote.crawler(name)))
    }

    /// The run of the scheduler that crawls at the moment, or waits to; nil for none.
    static func open(_ name: String, _ ledger: ScheduleTransaction) throws -> ScheduledRun? {
        guard let ledgerName = LedgerNames.short(.crawler, name) else { return nil }
        return try ledger.openRuns().first { $0.job == ledgerName }
    }
}

extension CrawlerRecord {
    /// `cron(…)`; nil for none.
    var schedule: String? { members["Schedule"]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    /// Whether the clock acts.
    var isScheduled: Bool { schedule != nil && members["Scheduled"]?.truth ?? true }

    /// As answers have it.
    var scheduleValue: WireValue? {
        schedule.map { .structure(["ScheduleExpression": .text($0), "State": .text(isScheduled ? "SCHEDULED" : "NOT_SCHEDULED")]) }
    }
}

extension GlueCall {
    /// What a crawler does at the moment, here or in a process of the scheduler; nil for nothing.
    func activity(ofCrawler name: String) throws -> Crawls.Activity? {
        if let own = context.crawls.activity(of: name) { return own }
        return try read { try CrawlerSchedules.open(name, $0) }.map { run in
            Crawls.Activity(startedMicros: run.startedMicros ?? run.createdMicros, isStopping: run.isCancelled)
        }
    }

    /// - Returns: What it did; nil for nothing.
    func stopCrawler(_ name: String) throws -> Crawls.Activity? {
        if let own = context.crawls.stop(name) { return own }
        guard let activity = try activity(ofCrawler: name) else { return nil }
        let stops = try RunStops(self)
        try change { ledger in if let run = try CrawlerSchedules.open(name, ledger) { try stops.ask(run.id, ledger) } }
        return activity
    }
}
