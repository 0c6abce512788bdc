import SluiceCore
import SluicePipelines
import SluiceSchedules

/// Puts a set of jobs together from declarations, and leaves out those that are wrong, each with what is wrong with it.
///
/// A job is left out as well where something that it names is not there: without its calendar it would run on excluded days, without its pool
/// beside runs that it must not, and behind a job that never ends, never.
struct JobSetReader {
    private(set) var set = JobSet()
    private(set) var errors: [SluiceError] = []
    /// All that were declared, each name once.
    private var entries: [JobSet.Entry] = []
    /// The jobs at work, which stay where their names come twice.
    private let old: JobSet?
    private let check: JobSet.PipelineCheck
    /// Files of calendars and pools, by kind and name.
    private var paths: [String: String] = [:]
    /// Files that were read, and what could not be, or told no name.
    private var (files, unread) = (0, 0)

    /// - Parameters:
    ///   - other: Whose pools and calendars there are, and what it was read from.
    ///   - count: How many jobs are to be expected.
    ///   - old: The jobs at work.
    ///   - check: Looks for mistakes in the rest of a pipeline's definition.
    init(beside other: JobSet = JobSet(), count: Int = 0, keeping old: JobSet? = nil, check: @escaping JobSet.PipelineCheck = { _ in }) {
        self.old = old
        self.check = check
        (set.pools, set.calendars, set.isWhole, set.leftOut) = (other.pools, other.calendars, other.isWhole, other.leftOut)
        set.jobs.reserveCapacity(count)
    }

    mutating func note(_ error: any Error) {
        errors += DefinitionErrors.list(error) ?? [SluiceError(.ioFailure, "\(error)", underlying: error)]
    }

    /// Notes a file or folder that may declare any job.
    mutating func noteUnread(_ error: any Error) {
        note(error)
        unread += 1
    }

    mutating func read(_ file: DeclarationFiles.File) {
        files += 1
        do {
            try readParts(of: file)
        } catch {
            note(error)
            if let name = try? file.root[key: "job"]?.string() ?? file.root[key: "name"]?.string() {
                set.leftOut.insert(name)
            } else {
                unread += 1
            }
        }
    }

    private mutating func readParts(of file: DeclarationFiles.File) throws {
        let root = file.root
        if root[key: "job"] != nil {
            add(JobSet.Entry(try JobDeclaration(root, path: file.path, directory: file.directory)))
        } else if let node = root[key: "calendar"] {
            try Self.check(root, Self.calendarKeys)
            var days = ExcludedDays()
            for day in try root.require("exclude").oneOrMany() { try days.add(day) }
            try declare(days, node, file.path, \.calendars)
        } else if let node = root[key: "pool"] {
            try Self.check(root, Self.poolKeys)
            try declare(try root.require("slots").integer(), node, file.path, \.pools)
        } else if root[key: "source"] == nil {
            // A schedule of nothing: what declares a job may be misspelled.
            unread += 1
        } else if let job = try JobDeclaration(pipeline: root, path: file.path, directory: file.directory) {
            // What the schedule gives to parameters is known at a tick only.
            if job.parameters.isEmpty { try check(file.path) }
            add(JobSet.Entry(job))
        }
    }

    private static let calendarKeys = [
        OptionSpecification("calendar", .string, isRequired: true, "The calendar's name."),
        OptionSpecification("description", .string, "What it is for."),
        OptionSpecification("exclude", .oneOrMany(.string), isRequired: true, "Local dates without ticks."),
    ]

    private static let poolKeys = [
        OptionSpecification("pool", .string, isRequired: true, "The pool's name."),
        OptionSpecification("description", .string, "What it is for."),
        OptionSpecification("slots", .integer(1...100_000), isRequired: true, "How many runs it has room for."),
    ]

    private static func check(_ root: DefinitionNode, _ keys: [OptionSpecification]) throws {
        let mistakes = ValueShape.object(keys).errors(in: root, connectors: ConnectorRegistry([]))
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
    }

    /// Takes what jobs name. Of two of one name the one that is at work stays, or the first.
    private mutating func declare<Item>(
        _ item: Item, _ name: DefinitionNode, _ path: String, _ items: WritableKeyPath<JobSet, [String: Item]>
    ) throws {
        let (text, kind) = (try name.string(), name.path)
        guard let first = paths.updateValue(path, forKey: "\(kind) \(text)") else {
            set[keyPath: items][text] = item
            return
        }
        if let atWork = old?[keyPath: items][text] { set[keyPath: items][text] = atWork }
        throw SluiceError(
            .alreadyExists, "the \(kind) \(text.quotedForMessage) is declared in \(first) and in \(path)", at: name.location,
            remedy: "give one of them another name")
    }

    mutating func add(_ entry: JobSet.Entry) {
        guard let first = set.jobs[entry.name] else {
            set.jobs[entry.name] = entry
            entries.append(entry)
            return
        }
        // A copy of a file takes no job over that is at work.
        let isKept = old?.jobs[entry.name].map { $0.job?.path == entry.job?.path && $0.job?.path != first.job?.path } ?? false
        if isKept {
            set.jobs[entry.name] = entry
            if let index = entries.firstIndex(where: { $0 === first }) { entries[index] = entry }
        }
        let (kept, other) = isKept ? (entry.job, first.job) : (first.job, entry.job)
        errors.append(
            SluiceError(
                .alreadyExists,
                "the job \(entry.name.quotedForMessage) is declared in \(kept?.path ?? "the state") and in \(other?.path ?? "the state")",
                at: other?.location ?? other?.path.map { .file(path: $0) }, remedy: "give one of them another name"))
    }

    mutating func finish() -> (set: JobSet, mistakes: [SluiceError]) {
        // Those of the state come in their order.
        entries.sort { $0.name < $1.name }
        // Most jobs stand alone.
        let shared = entries.filter { !$0.isText }
        for entry in shared { resolve(entry.name) }
        let dependent = shared.filter { $0.sharedRules?.after != nil }.map(\.name)
        leaveOutThoseBehindNothing(dependent)
        while let cycle = set.cycle(among: dependent) {
            let jobs = cycle.dropLast()
            errors.append(
                SluiceError(
                    .invalidOption, "jobs wait for each other: \(cycle.joined(separator: " → "))", at: set[jobs[0]]?.rules.after?.location,
                    remedy: "take one of them out of `after`"))
            jobs.forEach { leaveOut($0) }
            leaveOutThoseBehindNothing(dependent)
        }
        var zones: [String: ZoneRules?] = [:]
        for name in dependent { passZone(to: name, &zones) }
        describe()
        if files + unread > 0 { set.isWhole = unread == 0 }
        return (set, errors)
    }

    private mutating func leaveOut(_ name: String) {
        set.jobs[name] = nil
        set.leftOut.insert(name)
    }

    /// Puts the calendars of a job into its schedule, and looks for its pool.
    private mutating func resolve(_ name: String) {
        guard var job = set[name], !job.rules.calendars.isEmpty || job.rules.pool != nil else { return }
        let rules = job.rules
        do {
            for calendar in rules.calendars { try addCalendar(calendar, to: &job) }
            job.rules.calendars = []
            if let pool = rules.pool { try checkPool(pool) }
            set.jobs[name] = JobSet.Entry(job)
        } catch {
            errors.append(error)
            leaveOut(name)
        }
    }

    /// Jobs that run after one that is not there, and those that run after these; then who runs after whom.
    private mutating func leaveOutThoseBehindNothing(_ dependent: [String]) {
        var isWhole = false
        while !isWhole {
            isWhole = true
            for name in dependent {
                guard let after = set[name]?.rules.after else { continue }
                let missing = after.jobs.filter { set.jobs[$0] == nil }
                if missing.isEmpty { continue }
                for other in missing { errors.append(mistake(of: name, after: other, at: after.location ?? set[name]?.location)) }
                leaveOut(name)
                isWhole = false
            }
        }
        set.followers = [:]
        for name in dependent {
            for other in set[name]?.rules.after?.jobs ?? [] { set.followers[other, default: []].append(name) }
        }
    }

    /// A job that has neither a clock nor a zone has that of the first job before it that has one.
    ///
    /// - Parameter known: The zones of those that were looked at.
    /// - Returns: Its zone; nil where nothing says one.
    @discardableResult
    private mutating func passZone(to name: String, _ known: inout [String: ZoneRules?]) -> ZoneRules? {
        if let zone = known[name] { return zone }
        guard var job = set[name] else { return nil }
        var zone = job.rules.schedule?.zone ?? job.rules.zone
        if zone == nil, let after = job.rules.after {
            for other in after.jobs where zone == nil { zone = passZone(to: other, &known) }
            if zone !== job.rules.zoneBefore {
                job.rules.zoneBefore = zone
                set.jobs[name] = JobSet.Entry(job)
            }
        }
        known[name] = .some(zone)
        return zone
    }

    private func mistake(of name: String, after other: String, at place: SourceLocation?) -> SluiceError {
        let head = "the job \(name.quotedForMessage) runs after \(other.quotedForMessage), which "
        if set.leftOut.contains(other) { return SluiceError(.notFound, head + "is left out", at: place, remedy: "mend that one first") }
        return SluiceError(
            .notFound, head + "is not there", at: place,
            remedy: Suggestion.remedy(for: other, in: entries.map(\.name).filter { $0 != name }, noun: "jobs"))
    }

    /// What a scheduler wants to know of all jobs together.
    private mutating func describe() {
        set.names.reserveCapacity(entries.count)
        for declared in entries {
            // One that stands alone is never left out, nor changed by calendars.
            guard let entry = declared.isText ? declared : set.jobs[declared.name] else { continue }
            let name = entry.name
            set.names.append(name)
            if entry.storedText != nil { set.storedCount += 1 }
            guard let rules = entry.sharedRules else { continue }
            set.sharedNames.append(name)
            if !rules.events.isEmpty { set.namesWithEvents.append(name) }
            if rules.overlap != .queue { set.hasOverlapRules = true }
            if rules.expectedByMicros == nil { continue }
            set.namesExpected.append(name)
            if rules.after != nil { set.before[name] = set.names(before: name) }
        }
    }

    private func addCalendar(_ calendar: PlacedName, to job: inout JobDeclaration) throws(SluiceError) {
        let name = calendar.text
        guard let days = set.calendars[name] else {
            throw SluiceError(
                .notFound, "there is no calendar \(name.quotedForMessage)", at: calendar.location,
                remedy: Suggestion.remedy(for: name, in: set.calendars.keys.sorted(), noun: "calendars")
                    ?? "declare it in a file of catalog/: calendar: \(name), and its days under exclude")
        }
        job.rules.schedule?.excluded.formUnion(days)
        job.rules.scheduleText = ClockText.adding(name, days, to: job.rules.scheduleText)
    }

    private func checkPool(_ pool: PlacedName) throws(SluiceError) {
        let name = pool.text
        guard set.pools[name] == nil else { return }
        throw SluiceError(
            .notFound, "there is no pool \(name.quotedForMessage)", at: pool.location,
            remedy: Suggestion.remedy(for: name, in: set.pools.keys.sorted(), noun: "pools")
                ?? "declare it in a file of catalog/: pool: \(name), and slots: a number")
    }
}

extension DefinitionNode {
    fileprivate func location(of error: ScheduleSyntaxError) -> SourceLocation? { location(ofScalar: error.range.lowerBound) }
}

extension ExcludedDays {
    fileprivate mutating func add(_ node: DefinitionNode) throws(SluiceError) {
        let text = try node.string()
        do throws(ScheduleSyntaxError) {
            try add(text)
        } catch {
            throw error.sluiceError(in: text, at: node.location(of: error))
        }
    }
}
