package import SluiceCatalog
package import SluicePipelines

/// Events that others number and keep until a job has them: the number of the last one and its run are written in one transaction, so that
/// one that comes again after a crash has no second run.
package struct NumberedEvents {
    private let catalog: Catalog
    /// Who numbers the events, as the ledger names it; numbers grow.
    private let key: String

    package init(_ catalog: Catalog, source: String) {
        self.catalog = catalog
        key = "events of \(source)"
    }

    /// The last event that a job has; 0 before the first.
    package func last(of job: String) throws -> Int64 {
        try catalog.readSchedule { try $0.sight(key, of: job) }.flatMap { Int64($0) } ?? 0
    }

    /// Makes a run for the events up to a number, unless the job has them; a job that is paused has them without one.
    package func add(_ job: JobDeclaration, through number: Int64, parameters: [String: String]) throws {
        try take(job.name, through: number) { ledger in
            guard try ledger.job(job.name)?.isPaused != true else { return }
            try ScheduleRequests.add(job, .event, parameters: parameters, ledger)
        }
    }

    /// Does for somebody else what the events up to a number ask for, in the transaction that notes the number; nothing where they have it.
    package func take(_ name: String, through number: Int64, _ body: (ScheduleTransaction) throws -> Void) throws {
        try catalog.changeSchedule { ledger in
            let last = try ledger.sight(key, of: name).flatMap { Int64($0) } ?? 0
            guard number > last else { return }
            try ledger.setSight(key, of: name, "\(number)")
            try body(ledger)
        }
    }
}
