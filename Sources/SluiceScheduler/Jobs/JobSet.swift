package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
package import SluiceSchedules

/// All jobs that are declared, checked against each other.
package struct JobSet: Sendable {
    /// By name. A declaration is some hundred bytes, so that a table of them, with its free places, is better one of references.
    var jobs: [String: Entry] = [:]
    /// Slots of declared pools, by name.
    package internal(set) var pools: [String: Int] = [:]
    /// Days that declared calendars exclude, by name.
    var calendars: [String: ExcludedDays] = [:]
    /// Jobs that run after one, by its name.
    package internal(set) var followers: [String: [String]] = [:]

    /// Of each job that is expected by a time and runs after others: all that have to end before it.
    var before: [String: Set<String>] = [:]

    /// In their order.
    package internal(set) var names: [String] = []
    /// Those that were read, and may have to do with others.
    var sharedNames: [String] = []
    /// For the scheduler that begins with them.
    var source: ReadRows?
    /// Names of jobs that wait for events.
    package internal(set) var namesWithEvents: [String] = []
    /// Names of jobs that are expected by a time.
    var namesExpected: [String] = []
    /// How many of the jobs commands added to the state.
    var storedCount = 0
    /// Whether there is a job whose runs do not wait for one another.
    var hasOverlapRules = false
    /// Whether all of its folders were read, and something was in them: a directory that is not mounted, or another one, says of no job that it is gone.
    var isWhole = false
    /// Names of jobs that are declared and left out.
    var leftOut: Set<String> = []

    package init(pools: [String: Int] = [:]) { self.pools = pools }

    /// Nil also where the text of a job that a command added turns out to be wrong.
    package subscript(name: String) -> JobDeclaration? { jobs[name]?.job }

    /// The clock of a job.
    package func schedule(of name: String) -> Schedule? { jobs[name]?.schedule }

    /// Whether no file declares a job any more; of one that the state declares, the ledger says it.
    func isGone(_ name: String) -> Bool { isWhole && jobs[name] == nil && !leftOut.contains(name) }

    /// Folders of declarations, as they are usually named.
    package static let folders = ["pipelines", "catalog"]

    /// The jobs of folders, and those that commands added.
    ///
    /// - Throws: `DefinitionErrors` with everything that is wrong.
    package static func load(folders: [String] = folders, stored: JobRows = JobRows()) throws -> JobSet {
        let (set, mistakes) = read(folders: folders, stored: stored)
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        return set
    }

    /// Looks for mistakes in the rest of a pipeline's definition, by the path of its file.
    package typealias PipelineCheck = (String) throws -> Void

    /// The jobs that are right by themselves and together, and everything that is wrong with the others.
    ///
    /// - Parameter check: Nil where a schedule alone is of interest.
    package static func read(
        folders: [String] = folders, stored: JobRows = JobRows(), check: PipelineCheck? = nil
    ) -> (set: JobSet, mistakes: [SluiceError]) {
        read(folders, stored, keeping: nil, check: check ?? { _ in })
    }

    private static func read(
        _ folders: [String], _ stored: JobRows, keeping old: JobSet?, check: @escaping PipelineCheck
    ) -> (set: JobSet, mistakes: [SluiceError]) {
        var reader = JobSetReader(count: stored.rows.count, keeping: old, check: check)
        for folder in folders {
            do {
                for file in try DeclarationFiles.results(below: folder, withAnyOf: fileKeys) {
                    switch file {
                    case .success(let file): reader.read(file)
                    case .failure(let error): reader.noteUnread(error)
                    }
                }
            } catch {
                reader.noteUnread(error)
            }
        }
        for result in StoredDeclarations.read(stored.rows) {
            switch result {
            case .success(let entry): reader.add(entry)
            case .failure(let error): reader.note(error)
            }
        }
        var (set, mistakes) = reader.finish()
        set.source = ReadRows(stored)
        return (set, mistakes)
    }

    /// Keys of files that declare a job, or what jobs name.
    private static let fileKeys = ["schedule", "job", "calendar", "pool"]

    /// Whether a file declares a job by itself, a calendar or a pool, and so no pipeline.
    package static func isDeclared(in path: String) throws -> Bool {
        try DeclarationFiles.file(path, withAnyOf: fileKeys.filter { $0 != "schedule" }) != nil
    }

    /// The jobs of a project that works: of declarations that have become wrong what they said before stays.
    ///
    /// - Parameter old: The jobs at work.
    package static func read(
        folders: [String], stored: JobRows, keeping old: JobSet, check: PipelineCheck? = nil
    ) -> (set: JobSet, mistakes: [SluiceError]) {
        var (fresh, mistakes) = read(folders, stored, keeping: old, check: check ?? { _ in })
        fresh.isWhole = fresh.isWhole && !folders.contains { old.hasFiles(below: $0) && isEmpty($0) }
        let broken = Set(mistakes.compactMap { if case .file(let path, _, _)? = $0.location { path } else { nil } })
        let kept = old.names.filter { name in fresh[name] == nil && (old[name]?.path).map(broken.contains) == true }
        if kept.isEmpty { return (fresh, mistakes) }
        // What they name may have been in what is wrong.
        var places = fresh
        places.pools = old.pools.merging(fresh.pools) { $1 }
        return (sorted((fresh.names + kept).compactMap { fresh.jobs[$0] ?? old.jobs[$0] }, beside: places).set, mistakes)
    }

    private func hasFiles(below folder: String) -> Bool { sharedNames.contains { self[$0]?.path?.hasPrefix(folder + "/") == true } }

    /// Also of one that is not there, or cannot be read.
    private static func isEmpty(_ folder: String) -> Bool { (try? DiskFiles.list(folder).isEmpty) ?? true }

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
        var reader = JobSetReader()
        reader.read(file)
        guard reader.errors.isEmpty else { throw DefinitionErrors(reader.errors) }
        let whole = AbsolutePath.of(path)
        let mistakes = try project().mistakes.filter { mistake in
            if case .file(let path, _, _)? = mistake.location { AbsolutePath.of(path) == whole } else { false }
        }
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        let name = try keys.compactMap { file.root[key: $0] }.first?.string() ?? path
        return (name, reader.set.jobs.values.flatMap { $0.job?.notices ?? [] })
    }

    /// What jobs will not find when they run: definitions that are not there now. Files may come later, so that is no mistake.
    package var missingFiles: [String] { sharedNames.compactMap(missingFile) }

    package func missingFile(of name: String) -> String? {
        guard let entry = jobs[name], !entry.isText else { return nil }
        return entry.job?.missingDefinition.map { "job \(name): \($0)" }
    }

    /// A job that a command added.
    static func declaration(_ name: String, _ text: String) throws -> JobDeclaration {
        var job = try JobDeclaration(text: text, path: "<job \(name)>", directory: ".")
        job.storedText = text
        return job
    }

    /// - Parameter other: Whose pools and calendars there are.
    /// - Throws: `DefinitionErrors`.
    package init(_ jobs: [JobDeclaration], beside other: JobSet = JobSet()) throws {
        let (set, mistakes) = Self.sorted(jobs.map(Entry.init), beside: other)
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        self = set
    }

    /// The same with these jobs, in place of those of their names.
    ///
    /// - Throws: `DefinitionErrors`.
    package func adding(_ more: [JobDeclaration]) throws -> JobSet {
        let added = Set(more.map(\.name))
        let (set, mistakes) = Self.sorted(names.filter { !added.contains($0) }.compactMap { jobs[$0] } + more.map(Entry.init), beside: self)
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        return set
    }

    /// The same without the jobs that are wrong, and what is wrong with them.
    static func sorted(_ entries: [Entry], beside other: JobSet) -> (set: JobSet, mistakes: [SluiceError]) {
        var reader = JobSetReader(beside: other)
        entries.forEach { reader.add($0) }
        return reader.finish()
    }

    /// All jobs that one runs after, directly and through others.
    package func names(before name: String) -> Set<String> { reached(from: name) { jobs[$0]?.sharedRules?.after?.jobs ?? [] } }

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
    func cycle(among names: [String]) -> [String]? {
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
    /// What a person may not have meant.
    fileprivate var notices: [String] {
        var found = missingDefinition.map { [$0] } ?? []
        if let schedule = rules.schedule, schedule.next(after: WallClock.system.nowMicros().seconds) == nil {
            found.append("no tick of its schedule is ahead: it never runs by the clock")
        }
        return found
    }

    /// That the definition which the job runs is not there; nil where it is, and for other work.
    var missingDefinition: String? {
        switch work {
        case .pipeline(let file), .backfill(let file):
            DiskFiles.kind(of: file) == .file ? nil : "there is no definition \(file.quotedForMessage)"
        default: nil
        }
    }
}
