package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
import SluiceSchedules

/// All jobs that are declared, checked against each other.
package struct JobSet: Sendable {
    /// By name. A declaration is some hundred bytes, so that a table of them, with its free places, is better one of references.
    private var jobs: [String: Entry] = [:]
    /// Slots of declared pools, by name.
    package private(set) var pools: [String: Int] = [:]
    /// Jobs that run after one, by its name.
    package private(set) var followers: [String: [String]] = [:]

    /// Of each job that is expected by a time and runs after others: all that have to end before it.
    private(set) var before: [String: Set<String>] = [:]

    /// In their order.
    package private(set) var names: [String] = []
    /// Names of jobs that wait for events.
    package private(set) var namesWithEvents: [String] = []
    /// How many of the jobs commands added to the state.
    private(set) var storedCount = 0
    /// Whether there is a job whose runs do not wait for one another.
    private(set) var hasOverlapRules = false

    /// A declaration that is kept once.
    final class Entry: Sendable {
        let job: JobDeclaration

        init(_ job: JobDeclaration) { self.job = job }
    }

    package init() {}

    package subscript(name: String) -> JobDeclaration? { jobs[name]?.job }

    /// Folders of declarations, as they are usually named.
    package static let folders = ["pipelines", "catalog"]

    /// The jobs of folders, and those that commands added.
    ///
    /// - Throws: `DefinitionErrors` with everything that is wrong.
    package static func load(folders: [String] = folders, stored: [StoredJob] = []) throws -> JobSet {
        let (set, mistakes) = read(folders: folders, stored: stored)
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        return set
    }

    /// The same as far as it is right, and everything that is wrong: for whoever looks at jobs while one of them is being mended.
    package static func read(folders: [String] = folders, stored: [StoredJob] = []) -> (set: JobSet, mistakes: [SluiceError]) {
        var reader = Reader()
        for folder in folders {
            do {
                for file in try DeclarationFiles.results(below: folder, withAnyOf: fileKeys) {
                    switch file {
                    case .success(let file): reader.read(file)
                    case .failure(let error): reader.note(error)
                    }
                }
            } catch {
                reader.note(error)
            }
        }
        for result in StoredDeclarations.read(stored) {
            switch result {
            case .success(let entry): reader.add(entry)
            case .failure(let error): reader.note(error)
            }
        }
        return reader.finish()
    }

    /// Keys of files that declare a job, or what jobs name.
    private static let fileKeys = ["schedule", "job", "calendar", "pool"]

    /// Checks a file with a `job`, a `calendar` or a `pool` by itself, and against the project if it is a part of it.
    ///
    /// - Parameter project: Everything that is declared, as `read` gives it.
    /// - Returns: The name that the file declares, and what a run will not find; nil where the file declares something else.
    /// - Throws: `DefinitionErrors` with everything that is wrong in the file.
    package static func check(
        file path: String, in project: () throws -> (set: JobSet, mistakes: [SluiceError])
    ) throws -> (name: String, notices: [String])? {
        let keys = fileKeys.filter { $0 != "schedule" }
        guard let file = try DeclarationFiles.file(path, withAnyOf: keys) else { return nil }
        var reader = Reader()
        reader.read(file)
        guard reader.errors.isEmpty else { throw DefinitionErrors(reader.errors) }
        let whole = AbsolutePath.of(path)
        let mistakes = try project().mistakes.filter { mistake in
            if case .file(let path, _, _)? = mistake.location { AbsolutePath.of(path) == whole } else { false }
        }
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        let name = try keys.compactMap { file.root[key: $0] }.first?.string() ?? path
        return (name, reader.set.jobs.values.compactMap(\.job.missingDefinition))
    }

    /// What jobs will not find when they run: definitions that are not there now. Files may come later, so that is no mistake.
    package var missingFiles: [String] {
        names.compactMap { name in jobs[name]?.job.missingDefinition.map { "job \(name): \($0)" } }
    }

    /// A job that a command added.
    static func declaration(_ name: String, _ text: String) throws -> JobDeclaration {
        var job = try JobDeclaration(text: text, path: "<job \(name)>", directory: ".")
        job.storedText = text
        return job
    }

    /// - Throws: `DefinitionErrors`.
    package init(_ jobs: [JobDeclaration], pools: [String: Int] = [:]) throws {
        var reader = Reader()
        reader.set.pools = pools
        jobs.forEach { reader.add(Entry($0)) }
        let (set, mistakes) = reader.finish()
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        self = set
    }

    private struct Reader {
        var set = JobSet()
        var calendars: [String: ExcludedDays] = [:]
        var errors: [SluiceError] = []

        mutating func note(_ error: any Error) {
            errors += DefinitionErrors.list(error) ?? [SluiceError(.ioFailure, "\(error)", underlying: error)]
        }

        mutating func read(_ file: DeclarationFiles.File) {
            do {
                try readParts(of: file)
            } catch {
                note(error)
            }
        }

        private mutating func readParts(of file: DeclarationFiles.File) throws {
            let root = file.root
            if root[key: "job"] != nil {
                add(Entry(try JobDeclaration(root, path: file.path, directory: file.directory)))
            } else if let node = root[key: "calendar"] {
                try readCalendar(node, root)
            } else if let node = root[key: "pool"] {
                set.pools[try node.string()] = try root.require("slots").integer(in: 1...100_000)
            } else if root[key: "source"] != nil, let job = try JobDeclaration(pipeline: root, path: file.path, directory: ".") {
                add(Entry(job))
            }
        }

        private mutating func readCalendar(_ node: DefinitionNode, _ root: DefinitionNode) throws {
            var days = ExcludedDays()
            for day in try root.require("exclude").oneOrMany() { try days.add(day) }
            calendars[try node.string()] = days
        }

        mutating func add(_ entry: Entry) {
            let job = entry.job
            if let other = set[job.name] {
                errors.append(
                    SluiceError(
                        .alreadyExists,
                        "the job \(job.name.quotedForMessage) is declared in \(other.path ?? "the state") and in \(job.path ?? "the state")",
                        at: job.location ?? job.path.map { .file(path: $0) }, remedy: "give one of them another name"))
            } else {
                set.jobs[job.name] = entry
            }
        }

        mutating func finish() -> (set: JobSet, mistakes: [SluiceError]) {
            set.names = set.jobs.keys.sorted()
            for name in set.names {
                guard let job = set[name] else { continue }
                if !job.rules.events.isEmpty { set.namesWithEvents.append(name) }
                if job.storedText != nil { set.storedCount += 1 }
                if job.rules.overlap != .queue { set.hasOverlapRules = true }
            }
            for name in set.names {
                guard var job = set[name] else { continue }
                // Most jobs stand alone.
                if job.rules.calendars.isEmpty, job.rules.pool == nil, job.rules.after == nil { continue }
                do {
                    for calendar in job.rules.calendars { try addCalendar(calendar, to: &job) }
                    job.rules.calendars = []
                    if let pool = job.rules.pool { try checkPool(pool) }
                } catch {
                    note(error)
                }
                set.jobs[name] = Entry(job)
                for other in job.rules.after?.jobs ?? [] {
                    if set.jobs[other] == nil {
                        errors.append(
                            SluiceError(
                                .notFound, "the job \(name.quotedForMessage) runs after \(other.quotedForMessage), which is not there",
                                at: job.rules.after?.location ?? job.location,
                                remedy: Suggestion.remedy(for: other, in: set.names.filter { $0 != name }, noun: "jobs")))
                    }
                    set.followers[other, default: []].append(name)
                }
            }
            if let cycle = set.cycle() {
                errors.append(
                    SluiceError(
                        .invalidOption, "jobs wait for each other: \(cycle.joined(separator: " → "))",
                        at: cycle.first.flatMap { set[$0]?.rules.after?.location }, remedy: "take one of them out of `after`"))
            }
            for name in set.names where set[name]?.rules.expectedByMicros != nil && set[name]?.rules.after != nil {
                set.before[name] = set.names(before: name)
            }
            return (set, errors)
        }

        private func addCalendar(_ calendar: PlacedName, to job: inout JobDeclaration) throws {
            let name = calendar.text
            guard let days = calendars[name] else {
                throw SluiceError(
                    .notFound, "there is no calendar \(name.quotedForMessage)", at: calendar.location,
                    remedy: Suggestion.remedy(for: name, in: calendars.keys.sorted(), noun: "calendars")
                        ?? "declare it in a file of catalog/: calendar: \(name), and its days under exclude")
            }
            job.rules.schedule?.excluded.formUnion(days)
            job.rules.scheduleText += "|\(name)"
        }

        private func checkPool(_ pool: PlacedName) throws {
            let name = pool.text
            guard set.pools[name] == nil else { return }
            throw SluiceError(
                .notFound, "there is no pool \(name.quotedForMessage)", at: pool.location,
                remedy: Suggestion.remedy(for: name, in: set.pools.keys.sorted(), noun: "pools")
                    ?? "declare it in a file of catalog/: pool: \(name), and slots: a number")
        }
    }

    /// All jobs that one runs after, directly and through others.
    package func names(before name: String) -> Set<String> { reached(from: name) { self[$0]?.rules.after?.jobs ?? [] } }

    /// All jobs that run after one, directly and through others.
    package func names(behind name: String) -> Set<String> { reached(from: name) { followers[$0] ?? [] } }

    private func reached(from name: String, _ next: (String) -> [String]) -> Set<String> {
        var found: Set<String> = []
        var open = [name]
        while let name = open.popLast() {
            for other in next(name) where found.insert(other).inserted { open.append(other) }
        }
        return found
    }

    /// Jobs that run after each other, the first once more at the end; nil where there are none.
    private func cycle() -> [String]? {
        var done: Set<String> = []
        for start in names where !done.contains(start) {
            // Depth first, with the way to where it is.
            var way: [(name: String, rest: ArraySlice<String>)] = [(start, (followers[start] ?? []).sorted()[...])]
            while var last = way.popLast() {
                guard let next = last.rest.popFirst() else {
                    done.insert(last.name)
                    continue
                }
                way.append(last)
                if let index = way.firstIndex(where: { $0.name == next }) { return way[index...].map(\.name) + [next] }
                if !done.contains(next) { way.append((next, (followers[next] ?? []).sorted()[...])) }
            }
        }
        return nil
    }
}

extension JobDeclaration {
    /// That the definition which the job runs is not there; nil where it is, and for other work.
    var missingDefinition: String? {
        switch work {
        case .pipeline(let file), .backfill(let file):
            DiskFiles.kind(of: file) == .file ? nil : "there is no definition \(file.quotedForMessage)"
        default: nil
        }
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
