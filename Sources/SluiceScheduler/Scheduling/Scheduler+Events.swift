import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// Looks whether something happened that makes jobs run, once a second: what is seen and the run that it makes are written together.
    func lookForEvents(_ now: Int64) throws {
        guard now >= eventsMicros || now < eventsMicros - SchedulerLimits.eventMicros else { return }
        eventsMicros = now + SchedulerLimits.eventMicros
        for name in jobs.names {
            guard let job = jobs[name], !job.rules.events.isEmpty, stored[name]?.isPaused != true else { continue }
            for event in job.rules.events {
                do {
                    try look(event, job)
                } catch let error as SluiceError where error.code != .leaseLost {
                    tell(.warning("\(name): \(event.key): \(error.message)"))
                }
            }
        }
    }

    private func look(_ event: JobEvent, _ job: JobDeclaration) throws {
        let before = try catalog.readSchedule { try $0.sight(event.key, of: job.name) }
        switch event {
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

    private func saw(_ seen: String, _ before: String?, _ event: JobEvent, _ job: JobDeclaration, parameters: [String: String] = [:]) throws
    {
        guard seen != before else { return }
        try write { ledger in
            try ledger.setSight(event.key, of: job.name, seen)
            // What was there when the job was declared is no event.
            if before != nil { try ScheduleRequests.add(job, .event, parameters: parameters, ledger) }
        }
    }

    /// Files count when two looks find them the same, so that none is taken while it is written.
    private func lookAtFiles(_ pattern: String, _ event: JobEvent, _ job: JobDeclaration, _ before: String?) throws {
        let path = pattern.hasPrefix("/") || job.directory == "." ? pattern : job.directory + "/" + pattern
        let found = Self.files(path)
        let key = job.name + " " + event.key
        let last = unsettled[key] ?? [:]
        unsettled[key] = found
        let known = Self.sight(before ?? "")
        let settled = found.filter { before == nil || last[$0.key] == $0.value || known[$0.key] == $0.value }
        let fresh = settled.filter { known[$0.key] != $0.value }.map(\.key).sorted()
        // Those that are gone are forgotten; those that are still written keep what was known of them.
        var next = known.filter { found[$0.key] != nil }
        for (file, mark) in settled { next[file] = mark }
        let text = next.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: "\n")
        if fresh.isEmpty, before != nil {
            if text != before { try write { try $0.setSight(event.key, of: job.name, text) } }
            return
        }
        try saw(text, before, event, job, parameters: ["files": fresh.joined(separator: " ")])
    }

    private static func sight(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { continue }
            found[String(line[line.index(after: space)...])] = String(line[..<space])
        }
        return found
    }

    /// Size and time of change of the files that match a pattern of the shell.
    private static func files(_ pattern: String) -> [String: String] {
        var matches = glob_t()
        defer { globfree(&matches) }
        guard glob(pattern, GLOB_NOSORT, nil, &matches) == 0 else { return [:] }
        var found: [String: String] = [:]
        for index in 0..<min(Int(matches.gl_pathc), SchedulerLimits.watchedFiles) {
            guard let name = matches.gl_pathv[index] else { continue }
            let path = String(cString: name)
            var status = stat()
            guard !path.contains("\n"), stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            found[path] = "\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        }
        return found
    }
}
