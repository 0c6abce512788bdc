import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// Tells of runs that are over: whoever watches, and whom their jobs name.
    func announce(_ over: [ScheduledRun]) {
        for run in over {
            tell(.ended(run))
            remember(run)
            // Of a tick that is split, its own run tells.
            guard run.element == nil, let job = jobs[run.job], !job.rules.notices.isEmpty else { continue }
            switch run.state {
            case .failed, .timedOut: notify(.failure, run, job)
            case .succeeded:
                notify(.success, run, job)
                let before = (try? catalog.readSchedule { try $0.lastEnded(before: run) }) ?? nil
                let wasLate =
                    (try? catalog.readSchedule { try $0.isNoted(NoticeKind.late.rawValue, about: subject(.late, run, job), of: job.name) })
                if wasLate == true || before.map({ [.failed, .timedOut].contains($0.state) }) == true { notify(.recovery, run, job) }
            default: break
            }
        }
    }

    /// Keeps what ended without success, until it is expected: by then it may have been done again.
    private func remember(_ run: ScheduledRun) {
        // Whoever asks for a run looks at its end.
        guard run.element == nil, run.cause != .manual, !run.isOfBackfill, isMissed(run) else { return }
        for name in jobs.namesExpected where name == run.job || jobs.before[name]?.contains(run.job) == true {
            let key = "\(name) \(run.logical)"
            // The end of its own run says more than that of one before it, in whatever order they are learnt.
            if name != run.job, missed[key]?.run.job == name { continue }
            missed[key] = (name, run)
        }
    }

    /// Whether a run ended without what is expected of it. One that was left out since another one of its job was at work is as the job wants it;
    /// one that was left out since a job before it failed is not.
    private func isMissed(_ run: ScheduledRun) -> Bool {
        switch run.state {
        case .failed, .timedOut, .cancelled: true
        case .skipped: jobs[run.job]?.rules.after?.states.contains(ScheduledRunState.succeeded.rawValue) == true
        default: false
        }
    }

    /// The same of what ended under an earlier leader.
    func rememberMissed(_ ledger: ScheduleTransaction) throws {
        missed = [:]
        let now = catalog.clock.nowMicros()
        for name in jobs.namesExpected {
            for other in (jobs.before[name] ?? []).union([name]) {
                guard let run = try ledger.runs(job: other, limit: 1).first, let job = jobs[name],
                    !isOverdue(run, job, now - SchedulerLimits.lateNoticeMicros)
                else { continue }
                remember(run)
            }
        }
    }

    /// Tells of runs that should have succeeded by now; looks once a second.
    func noticeLateness(_ now: Int64) throws {
        guard now >= latenessMicros || now < latenessMicros - SchedulerLimits.eventMicros else { return }
        latenessMicros = now + SchedulerLimits.eventMicros
        for run in openRuns.all where run.element == nil {
            guard let job = jobs[run.job], isOverdue(run, job, now), late.insert(subject(.late, run, job)).inserted else { continue }
            tell(.warning(Self.sentence(.late, run)))
            notify(.late, run, job)
        }
        for (name, before) in jobs.before where stored[name]?.isPaused != true {
            guard let job = jobs[name], job.rules.after?.states.contains(ScheduledRunState.succeeded.rawValue) == true else { continue }
            for run in openRuns.all where run.element == nil && before.contains(run.job) && isOverdue(run, job, now) {
                try noticeLateness(of: job, behind: run, "is \(run.state.rawValue)")
            }
        }
        for (key, (name, run)) in missed {
            guard let job = jobs[name] else {
                missed[key] = nil
                continue
            }
            guard isOverdue(run, job, now) else { continue }
            missed[key] = nil
            try noticeLateness(of: job, missed: run)
        }
    }

    /// Tells that a tick has no success at its time, unless it was done again.
    private func noticeLateness(of job: JobDeclaration, missed run: ScheduledRun) throws {
        let state = run.state.rawValue.replacing("_", with: " ")
        if job.name != run.job {
            guard job.rules.after?.states.contains(ScheduledRunState.succeeded.rawValue) == true else { return }
            return try noticeLateness(of: job, behind: run, "ended: \(state)")
        }
        // One that was done again is told of as itself.
        guard try catalog.readSchedule({ try $0.tick(run.job, run.logical)?.run }) == run.id,
            late.insert(subject(.late, run, job)).inserted
        else { return }
        var told = run
        told.reason = state + (run.reason.map { ": \($0)" } ?? "")
        tell(.warning(Self.sentence(.late, told)))
        notify(.late, told, job)
    }

    /// Tells that a job is late whose run has not been made, because one that it runs after has not ended, or not well.
    private func noticeLateness(of job: JobDeclaration, behind run: ScheduledRun, _ what: String) throws {
        var expected = run
        (expected.job, expected.state, expected.startedMicros, expected.attempts) = (job.name, .queued, nil, 0)
        expected.reason = "it runs after others, and \(run.job) \(what)"
        guard !late.contains(subject(.late, expected, job)) else { return }
        // One that has its run is told of as such, or is over.
        if try catalog.readSchedule({ try $0.tick(job.name, run.logical) }) != nil { return }
        late.insert(subject(.late, expected, job))
        tell(.warning(Self.sentence(.late, expected)))
        notify(.late, expected, job)
    }

    /// Nobody expects a run of a backfill at the time of its tick, which is over.
    private func isOverdue(_ run: ScheduledRun, _ job: JobDeclaration, _ now: Int64) -> Bool {
        if run.isOfBackfill { return false }
        return job.rules.expectedByMicros.map { now > run.logical * TimeText.microsPerSecond + $0 } ?? false
    }

    /// What a notice is about, so that it is told once: a run; of lateness of a job that runs after others its tick, which may have no run yet.
    private func subject(_ kind: NoticeKind, _ run: ScheduledRun, _ job: JobDeclaration) -> String {
        kind == .late && job.rules.after != nil ? "\(job.name) \(run.logical)" : run.id.text
    }

    /// A notice for people, in one line.
    private static func sentence(_ kind: NoticeKind, _ run: ScheduledRun) -> String {
        let what =
            switch kind {
            case .late: "is late"
            case .recovery: "succeeded again"
            case .failure, .success: run.state.rawValue.replacing("_", with: " ")
            }
        let element = run.element.map { " [\($0)]" } ?? ""
        let head = "\(run.job)\(element): the run of \(Value.timestamp(run.logical * TimeText.microsPerSecond, zoned: true)) \(what)"
        return head + (run.reason.map { ": \($0)" } ?? "")
    }

    /// Tells the targets of a kind once of a run, whichever scheduler does it.
    private func notify(_ kind: NoticeKind, _ run: ScheduledRun, _ job: JobDeclaration) {
        let targets = job.rules.notices.filter { $0.kinds.contains(kind) }
        guard !targets.isEmpty else { return }
        do {
            guard try write({ try $0.note(kind.rawValue, about: subject(kind, run, job), of: job.name) }) else { return }
        } catch {
            tell(.warning("\(job.name): a notice could not be written down"))
            return
        }
        guard case .structure(var members) = run.json else { return }
        members.insert(.init("notice", .string(kind.rawValue)), at: 0)
        if let expected = job.rules.expectedByMicros {
            members.append(.init("expected_by", .timestamp(run.logical * TimeText.microsPerSecond + expected, zoned: true)))
        }
        members.append(.init("text", .string(Self.sentence(kind, run))))
        var bytes: [UInt8] = []
        KnownSecrets.masked(Value.structure(members)).appendJSON(to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        for target in targets {
            switch target.means {
            case .command(let command):
                let home = AbsolutePath.of(catalog.home)
                launcher.notify(
                    command: command, text: text, directory: job.directory,
                    otherwise: [options.program, "schedule", "deliver", "--home", home, "--failed", command, "exit code"])
            case .webhook(let address, let secret):
                let words =
                    [options.program, "schedule", "deliver", address, "--home", AbsolutePath.of(catalog.home)]
                    + (secret.map { ["--secret", $0] } ?? [])
                launcher.notify(
                    command: words.map(Self.quoted).joined(separator: " "), text: text, directory: job.directory, otherwise: [])
            case .file(let file):
                do {
                    try Self.append(text + "\n", to: file.hasPrefix("/") ? file : job.directory + "/" + file)
                } catch {
                    tell(.warning("\(job.name): \(error.message)"))
                }
            }
        }
    }

    /// One word of a line for the shell.
    private static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    private static func append(_ text: String, to path: String) throws(SluiceError) {
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        try DiskFiles.append(Array(text.utf8), to: path)
    }
}
