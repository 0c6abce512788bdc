import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// Looks whether something happened that makes jobs run, once a second: what is seen and the run that it makes are written together.
    func lookForEvents(_ now: Int64) throws {
        guard now >= eventsMicros || now < eventsMicros - SchedulerLimits.eventMicros else { return }
        eventsMicros = now + SchedulerLimits.eventMicros
        for name in jobs.namesWithEvents {
            guard let job = jobs[name], !job.rules.events.isEmpty, stored[name]?.isPaused != true else { continue }
            for event in job.rules.events {
                do {
                    try look(event, job)
                    eventFailures["\(name) \(event.key)"] = nil
                } catch let error as SluiceError where error.code != .leaseLost {
                    // An event that cannot be looked at is told once, and not every second.
                    let known = eventFailures.updateValue(error.message, forKey: "\(name) \(event.key)")
                    if known != error.message { tell(.warning("\(name): \(event.key): \(error.message)")) }
                }
            }
        }
    }

    private func look(_ event: JobEvent, _ job: JobDeclaration) throws {
        // What was seen of it in the meantime; where nothing was, there is nothing to decide.
        let sight = event.isRemote ? try options.sights?.sight(of: event) : nil
        if event.isRemote, sight == nil { return }
        let before = try catalog.readSchedule { try $0.sight(event.key, of: job.name) }
        switch event {
        case .webhook: break
        case .stream(_, let records):
            if case .count(let count)? = sight { try lookAtCount(count, every: records, event, job, before) }
        case .lag(_, _, let records):
            if case .count(let count)? = sight {
                let parameters = ["event": "\(count)"]
                try saw(
                    count >= records ? "reached" : "below", before ?? "below", event, job, parameters: parameters, isEvent: count >= records
                )
            }
        case .file where event.isRemote:
            if case .objects(let found)? = sight { try take(found, settled: found, event, job, before) }
        case .file(let pattern): try lookAtFiles(pattern, event, job, before)
        case .table(let name):
            let table = try catalog.findTable(TableName(parsing: name))
            try saw(table.map { "\($0.updatedMicros)" } ?? "absent", before, event, job)
        case .crawler(let name):
            let crawls = try catalog.crawlRuns(crawler: name, limit: 20)
            let changing = crawls.first { $0.state == .done && Self.isChange($0.report) }
            try saw(changing.map { "\($0.id)" } ?? "none", before, event, job)
        }
    }

    /// A crawl that made, changed or lost tables; its report counts them.
    private static func isChange(_ report: String) -> Bool {
        ["tables_created", "tables_updated", "tables_gone"].contains { name in
            guard let range = report.firstRange(of: "\"\(name)\":") else { return false }
            return report[range.upperBound...].drop { $0 == " " }.first.map { $0 != "0" && $0.isNumber } ?? false
        }
    }

    /// A run when the stream has got so many records more than at the last one, or than when the job was declared; one for all of several
    /// such numbers at once.
    private func lookAtCount(_ count: Int64, every records: Int64, _ event: JobEvent, _ job: JobDeclaration, _ before: String?) throws {
        guard let known = before.flatMap({ Int64($0) }) else { return try saw("\(count)", before, event, job) }
        // A stream that was made anew begins at nothing.
        if count < known { return try saw("\(count)", before, event, job, isEvent: false) }
        guard count - known >= records else { return }
        try saw("\(known + (count - known) / records * records)", before, event, job, parameters: ["event": "\(count)"])
    }

    private func saw(
        _ seen: String, _ before: String?, _ event: JobEvent, _ job: JobDeclaration, parameters: [String: String] = [:],
        isEvent: Bool = true
    ) throws {
        guard seen != before else { return }
        try write { ledger in
            try ledger.setSight(event.key, of: job.name, seen)
            // What was there when the job was declared is no event.
            if before != nil, isEvent { try ScheduleRequests.add(job, .event, parameters: parameters, ledger) }
        }
    }

    /// Files count when two looks find them the same, so that none is taken while it is written.
    private func lookAtFiles(_ pattern: String, _ event: JobEvent, _ job: JobDeclaration, _ before: String?) throws {
        let files = try WatchedFiles(pattern, in: job.directory)
        let found = files.marks
        let key = job.name + " " + event.key
        for name in files.unreadable.subtracting(passedFiles[key] ?? []).sorted() {
            tell(
                .warning("\(job.name): \(event.key): the file \(name.quotedForMessage) is passed over, since its name is no line of UTF-8"))
        }
        passedFiles[key] = files.unreadable.isEmpty ? nil : files.unreadable
        let last = unsettled[key] ?? [:]
        unsettled[key] = found
        let known = Self.sight(before ?? "")
        let settled = found.filter { before == nil || last[$0.key] == $0.value || known[$0.key] == $0.value }
        try take(found, settled: settled, event, job, before)
    }

    /// Of many files only so many as one process is told of; the next look takes the others.
    ///
    /// - Parameter settled: Of those that were found, the ones that are written no more.
    private func take(
        _ found: [String: String], settled: [String: String], _ event: JobEvent, _ job: JobDeclaration, _ before: String?
    ) throws {
        let known = Self.sight(before ?? "")
        var (fresh, bytes): ([String], Int) = ([], 0)
        // Those that are gone are forgotten; those that are still written keep what was known of them.
        var next = known.filter { found[$0.key] != nil }
        for (file, mark) in settled.sorted(by: { $0.key < $1.key }) where known[file] != mark {
            // The run's directory is not the scheduler's.
            let name = event.isRemote ? file : AbsolutePath.of(file)
            bytes += name.utf8.count + 1
            if before != nil, bytes > SchedulerLimits.eventBytes, !fresh.isEmpty { break }
            fresh.append(name)
            next[file] = mark
        }
        let text = next.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: "\n")
        if fresh.isEmpty, before != nil {
            if text != before { try write { try $0.setSight(event.key, of: job.name, text) } }
            return
        }
        try saw(text, before, event, job, parameters: ["files": fresh.joined(separator: "\n")])
    }

    private static func sight(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { continue }
            found[String(line[line.index(after: space)...])] = String(line[..<space])
        }
        return found
    }
}
