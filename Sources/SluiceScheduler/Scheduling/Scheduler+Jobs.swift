import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSchedules

extension Scheduler {
    /// Reads what was changed beside this scheduler, if anything was: runs that were asked for or are to end, and jobs.
    func look(_ now: Int64) throws {
        let found = try catalog.readSchedule { ledger in
            let found = try ledger.counts()
            if found.requests != counts.requests { openRuns.replace(with: try ledger.openRuns()) }
            return found
        }
        if found.jobs != counts.jobs || found.requests != counts.requests { looksForGone = true }
        counts.requests = found.requests
        if found.jobs != counts.jobs { try refresh(now) }
    }

    /// Follows changes that commands made to jobs, and puts new and changed ones into the ledger.
    private func refresh(_ now: Int64) throws {
        let rows = try readJobs()
        (stored, counts.jobs) = (rows.states, rows.count)
        followCommands(rows)
        try putJobs(rows, now)
        var next: [TimeHeap<String>.Item] = []
        next.reserveCapacity(stored.count)
        let entries = jobs.jobs
        for (name, state) in stored where !state.isPaused {
            if let tick = entries[name]?.tick(after: state.cursor) { next.append(.init(time: tick, subject: name)) }
        }
        ticks = TimeHeap(next)
        let waiting = jobs.namesWithEvents.filter { stored[$0]?.isPaused != true }
        options.sights?.want(Set(waiting.flatMap { jobs[$0]?.rules.events ?? [] }.filter(\.isRemote)))
    }

    /// The jobs of the ledger; in full only those that are not as they are known.
    private struct SeenJobs {
        var states: [String: JobState] = [:]
        /// Those with another schedule, or another declaration.
        var changed: [String: StoredJob] = [:]
        /// Those that commands added, without those whose names files declare.
        var declared = 0
        /// Those that are known.
        var known = 0
        /// How often jobs were changed.
        var count: Int64 = 0

        mutating func see(_ row: StoredJob, _ entries: [String: JobSet.Entry]) {
            states[row.name] = JobState(isPaused: row.isPaused, isDeclared: row.declaration != nil, cursor: row.cursor)
            let entry = entries[row.name]
            if entry != nil { known += 1 }
            let isOfFile = entry.map { $0.storedText == nil } ?? false
            if row.declaration != nil, !isOfFile { declared += 1 }
            let isAsKnown = isOfFile || row.declaration == entry?.storedText
            if !isAsKnown || entry.map({ $0.scheduleText != row.schedule }) == true { changed[row.name] = row }
        }
    }

    /// A scheduler that begins has just read them, unless they were changed meanwhile. Cursors may have gone on: they say what is due at the latest.
    private func readJobs() throws -> SeenJobs {
        var seen = SeenJobs()
        seen.states.reserveCapacity(jobs.names.count)
        let entries = jobs.jobs
        let rows = jobs.source?.take()
        try catalog.readSchedule { ledger in
            seen.count = try ledger.counts().jobs
            if let rows, rows.revision == seen.count {
                for row in rows.rows { seen.see(row, entries) }
            } else {
                try ledger.eachJob { seen.see($0, entries) }
            }
        }
        return seen
    }

    /// Jobs that commands added, changed or removed since.
    private func followCommands(_ rows: SeenJobs) {
        // A name that a file has, too, is the file's.
        let fresh = rows.changed.values.filter { row in
            row.declaration != nil && (jobs.jobs[row.name].map { $0.storedText != nil && $0.storedText != row.declaration } ?? true)
        }
        guard !fresh.isEmpty || rows.declared != jobs.storedCount else { return }
        let replaced = Set(fresh.map(\.name))
        let kept = jobs.names.compactMap { jobs.jobs[$0] }.filter { entry in
            !replaced.contains(entry.name) && (entry.storedText == nil || rows.states[entry.name]?.isDeclared == true)
        }
        var mistakes: [SluiceError] = []
        var more: [JobSet.Entry] = []
        for result in StoredDeclarations.read(Array(fresh)) {
            switch result {
            case .success(let entry): more.append(entry)
            case .failure(let error): mistakes += DefinitionErrors.list(error) ?? []
            }
        }
        let (set, others) = JobSet.sorted(kept + more, beside: jobs)
        jobs = set
        // Each change of any job looks at those that are wrong again.
        for mistake in mistakes + others where toldMistakes.insert(mistake.message).inserted { tell(.warning(mistake.message)) }
    }

    private func putJobs(_ rows: SeenJobs, _ now: Int64) throws {
        if rows.changed.isEmpty, rows.known == jobs.names.count { return }
        let moment = now.seconds
        // One that executes a single run leaves the schedules of others alone.
        let changed =
            options.root == nil
            ? rows.changed.values.filter { row in jobs.jobs[row.name].map { $0.scheduleText != row.schedule } == true } : []
        let new = jobs.names.filter { stored[$0] == nil }
        guard !new.isEmpty || !changed.isEmpty else { return }
        counts.jobs = try write { ledger in
            for name in new {
                guard let job = jobs[name] else { continue }
                let row = StoredJob(
                    name: name, declaration: nil, schedule: job.rules.scheduleText, isPaused: job.rules.startsPaused, cursor: moment,
                    createdMicros: now)
                try ledger.put(row)
                stored[name] = JobState(isPaused: row.isPaused, isDeclared: false, cursor: row.cursor)
            }
            for var row in changed {
                guard let entry = jobs.jobs[row.name] else { continue }
                // Another schedule begins now: ticks that it would have had before never were.
                if !ClockText.isSame(row.schedule, as: entry.scheduleText) { row.cursor = max(row.cursor, moment) }
                row.schedule = entry.scheduleText
                try ledger.put(row)
                stored[row.name]?.cursor = row.cursor
            }
            return try ledger.counts().jobs
        }
    }
}
