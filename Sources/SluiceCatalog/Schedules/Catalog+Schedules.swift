import GRDB
package import SluiceCore

extension Catalog {
    /// What came of asking for the lead.
    package enum ScheduleLead: Hashable, Sendable {
        /// With the token that its writes carry.
        case leads(ScheduleLeader)
        case led(by: ScheduleLeader)
    }

    /// Takes the lead of the schedule, or keeps it: from a process that is gone at once, from one that has not renewed it when its time is over.
    ///
    /// - Parameters:
    ///   - token: Of the lead that this scheduler has; nil where it has none.
    ///   - process: The scheduler's.
    ///   - seconds: How long it lasts without being renewed.
    ///   - yields: Whether it gives the lead up once another scheduler has asked for it.
    package func takeScheduleLead(
        _ token: Int64?, process: ProcessIdentity = .current, seconds: Int64, yields: Bool = false
    ) throws(SluiceError) -> ScheduleLead {
        let now = clock.nowMicros()
        // Unsynced: after a power cut no process is left that the lead could be taken from, and nothing that was written under a token outlives
        // the token, which stands before it in the log.
        return try writeUnsynced { [hooks] db in
            let leader = try Self.leader(db)
            let isOwn = leader.token == token
            let isFree = leader.token == 0 || leader.expiresMicros <= now || !hooks.isRunning(leader.process)
            // A clock that was set back leaves a lead that ends far in the future.
            let isBeyond = leader.expiresMicros > now + 100 * seconds * TimeText.microsPerSecond
            guard isOwn || isFree || isBeyond else {
                if !yields { try db.execute(sql: "UPDATE schedule_lead SET is_wanted = 1") }
                return .led(by: leader)
            }
            if isOwn, yields, try Bool.fetchOne(db, sql: "SELECT is_wanted FROM schedule_lead") == true {
                try db.execute(sql: "UPDATE schedule_lead SET expires = 0")
                return .led(by: leader)
            }
            var next = leader
            next.expiresMicros = now + seconds * TimeText.microsPerSecond
            if !isOwn {
                next.token += 1
                next.process = process
                next.sinceMicros = now
                next.drainsUntilMicros = nil
            }
            try db.execute(
                sql: """
                    UPDATE schedule_lead SET token = ?, process_id = ?, process_started = ?, since = ?, expires = ?, is_wanted = 0,
                        drains_until = ?
                    """,
                arguments: [
                    next.token, next.process.processID, next.process.started, next.sinceMicros, next.expiresMicros, next.drainsUntilMicros,
                ])
            return .leads(next)
        }
    }

    /// Gives the lead back, so that another scheduler need not wait.
    package func leaveScheduleLead(_ token: Int64) throws(SluiceError) {
        try writeUnsynced { db in try db.execute(sql: "UPDATE schedule_lead SET expires = 0 WHERE token = ?", arguments: [token]) }
    }

    /// Tells whoever looks that the leader starts nothing more.
    ///
    /// - Parameter end: When it asks what still runs to end, in microseconds since 1970.
    package func drainSchedule(_ token: Int64, until end: Int64) throws(SluiceError) {
        try writeUnsynced { db in try db.execute(sql: "UPDATE schedule_lead SET drains_until = ? WHERE token = ?", arguments: [end, token])
        }
    }

    /// The process that schedules; nil where none does.
    package func scheduleLeader() throws(SluiceError) -> ScheduleLeader? {
        let now = clock.nowMicros()
        return try read { [hooks] db in
            let leader = try Self.leader(db)
            return leader.token > 0 && leader.expiresMicros > now && hooks.isRunning(leader.process) ? leader : nil
        }
    }

    /// Changes the ledger as its leader: nothing is written unless the token is still the one that leads.
    ///
    /// - Throws: `leaseLost`; what `body` throws, with nothing changed.
    package func schedule<Result>(
        leading token: Int64, _ body: (ScheduleTransaction) throws -> Result
    ) throws(SluiceError) -> Result {
        let now = clock.nowMicros()
        return try write { db in
            guard try Self.leader(db).token == token else {
                throw SluiceError(.leaseLost, "another scheduler leads now", isRetriable: true)
            }
            return try body(ScheduleTransaction(db: db, now: now))
        }
    }

    /// Changes the ledger beside its leader, who learns of it by the count of requests: adds and removes jobs, asks for runs and for their end.
    ///
    /// - Parameter isSynced: Whether it survives a power cut when this returns; otherwise when the leader begins what was asked for.
    package func changeSchedule<Result>(
        isSynced: Bool = true, _ body: (ScheduleTransaction) throws -> Result
    ) throws(SluiceError) -> Result {
        let now = clock.nowMicros()
        let change: (GRDB.Database) throws -> Result = { db in
            let result = try body(ScheduleTransaction(db: db, now: now))
            try db.execute(sql: "UPDATE schedule_lead SET requests = requests + 1")
            return result
        }
        return isSynced ? try write(change) : try writeUnsynced(change)
    }

    /// Looks at the ledger, at one state of it.
    package func readSchedule<Result>(_ body: (ScheduleTransaction) throws -> Result) throws(SluiceError) -> Result {
        let now = clock.nowMicros()
        return try read { db in try body(ScheduleTransaction(db: db, now: now)) }
    }

    /// The run of a job with an id, or the only one whose id begins so, in any letter case; `last` is the newest.
    ///
    /// - Throws: `notFound`; `invalidArgument` if several begin so.
    package func scheduledRun(matching text: String) throws(SluiceError) -> ScheduledRun {
        let prefix = text.uppercased()
        return try read { db in
            if prefix == "LAST", let row = try Row.fetchOne(db, sql: "SELECT * FROM schedule_runs ORDER BY id DESC LIMIT 1") {
                return try ScheduleTables.run(row)
            }
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM schedule_runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", arguments: [prefix, prefix + "~"])
            guard let row = rows.first, !prefix.isEmpty else {
                let newest = try String.fetchAll(db, sql: "SELECT id FROM schedule_runs ORDER BY id DESC LIMIT 20")
                throw SluiceError(
                    .notFound, "there is no run \(text.quotedForMessage) of a job",
                    remedy: Suggestion.remedy(for: text, in: newest, noun: "newest runs") ?? "no job has run yet")
            }
            guard rows.count == 1 else {
                throw SluiceError(.invalidArgument, "several runs begin with \(text.quotedForMessage)", remedy: "give more of the id")
            }
            return try ScheduleTables.run(row)
        }
    }

    private static func leader(_ db: GRDB.Database) throws -> ScheduleLeader {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM schedule_lead")) else {
            throw SluiceError(.stateCorrupt, "the state has no row for the scheduler's lead")
        }
        return ScheduleLeader(
            token: row["token"], process: ProcessIdentity(processID: row["process_id"], started: row["process_started"]),
            sinceMicros: row["since"], expiresMicros: row["expires"], drainsUntilMicros: row["drains_until"])
    }
}
