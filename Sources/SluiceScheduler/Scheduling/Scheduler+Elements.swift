import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// A run whose tick is split into elements, and these, or why there are none.
    struct Split {
        var run: ScheduledRun
        var job: JobDeclaration
        var elements: Result<[String], SluiceError>
    }

    /// Whether a run has no process of its own: runs of its elements do its work.
    func isSplit(_ run: ScheduledRun) -> Bool { run.element == nil && jobs[run.job]?.rules.each != nil }

    /// Finds the elements of a tick.
    func split(_ run: ScheduledRun, _ job: JobDeclaration, _ now: Int64) -> Split {
        var run = run
        run.attempts += 1
        run.startedMicros = run.startedMicros ?? now
        (run.state, run.reason) = (.running, nil)
        do throws(SluiceError) {
            return Split(run: run, job: job, elements: .success(try elements(of: run, job)))
        } catch {
            return Split(run: run, job: job, elements: .failure(error))
        }
    }

    /// Each once, in the order in which they come.
    private func elements(of run: ScheduledRun, _ job: JobDeclaration) throws(SluiceError) -> [String] {
        guard let source = job.rules.each?.source else { return [] }
        let found: [String]
        switch source {
        case .list(let list): found = list
        case .property(let name):
            guard let text = run.properties[name] else {
                throw SluiceError(.notFound, "no job before it told the property \(name.quotedForMessage)")
            }
            found = text.split { $0 == "," || $0.isNewline }.map { Self.trimmed($0) }
        case .file(let file):
            let path = file.hasPrefix("/") || job.directory == "." ? file : job.directory + "/" + file
            let text = String(decoding: try DiskFiles.read(path), as: UTF8.self).trimmingPrefix(Self.byteOrderMark)
            found = text.split(whereSeparator: \.isNewline).map { Self.trimmed($0) }
        case .partitions(let name):
            let table = try catalog.table(TableName(parsing: name))
            let keys = table.definition.partitionKeys.map(\.name)
            found = try catalog.partitions(of: TableName(parsing: name)).map { partition in
                zip(keys, partition.values).map { "\($0)=\($1)" }.joined(separator: "/")
            }
        }
        var seen: Set<String> = []
        let elements = found.filter { !$0.isEmpty && seen.insert($0).inserted }
        guard elements.count <= SchedulerLimits.elements else {
            throw SluiceError(.limitExceeded, "\(elements.count) elements are more than \(SchedulerLimits.elements) of one tick")
        }
        return elements
    }

    /// What some editors begin a file with; no part of its text.
    private static let byteOrderMark = "\u{FEFF}"

    private static func trimmed(_ text: Substring) -> String {
        let head = text.drop(while: \.isWhitespace)
        return String(head.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Makes the runs of the elements; those that succeeded before are not done again by a run that resumes.
    func commit(_ splits: [Split], _ now: Int64) throws {
        var shown: [ScheduledRun] = []
        let over = try write { ledger in
            try splits.flatMap { split -> [ScheduledRun] in
                var run = split.run
                switch split.elements {
                case .failure(let error):
                    settle(&run, split.job, .failed, "its elements were not found: \(error.message)", mayRetry: true, now)
                    return try put(run, ledger)
                case .success(let elements):
                    try ledger.update(run)
                    shown.append(run)
                    for (index, element) in elements.enumerated() {
                        let known = try ledger.elementRun(run.job, run.logical, element)
                        if let known, !known.state.isOver || run.cause.isAgain && known.state == .succeeded { continue }
                        let child = ScheduledRun(
                            id: newID(ledger.now), job: run.job, logical: run.logical, cause: run.cause, root: run.root,
                            priority: run.priority, parameters: run.parameters, width: split.job.rules.each?.parallel,
                            createdMicros: ledger.now, notBeforeMicros: now + Int64(index), element: element, parent: run.id,
                            properties: run.properties)
                        try ledger.add(child)
                        try ledger.setElementRun(child)
                    }
                    return try finish(run.id, ledger)
                }
            }
        }
        for run in shown { tell(.started(run)) }
        announce(over)
    }

    /// Ends the run of a tick when the runs of all its elements are over.
    ///
    /// - Returns: All runs that are over by it.
    func finish(_ parent: RunID, _ ledger: ScheduleTransaction) throws -> [ScheduledRun] {
        guard try ledger.openChildren(of: parent) == 0, var run = try ledger.run(parent), run.state == .running else { return [] }
        let children = try ledger.children(of: parent)
        for child in children { run.properties.merge(child.properties) { $1 } }
        let wrong = children.filter { $0.state != .succeeded }
        run.endedMicros = ledger.now
        // Those of a job that is gone are cancelled without their tick's run.
        let isWithoutJob = jobs[run.job] == nil && !wrong.isEmpty && wrong.allSatisfy { $0.state == .cancelled }
        run.state = run.isCancelled || isWithoutJob ? .cancelled : wrong.isEmpty ? .succeeded : .failed
        if run.isCancelled {
            run.reason = try ledger.cancellation(of: run.id)?.text ?? "it was cancelled"
        } else if isWithoutJob {
            run.reason = wrong.first?.reason
        } else if !wrong.isEmpty {
            let names = wrong.prefix(Self.namedElements).compactMap(\.element).joined(separator: ", ")
            run.reason =
                "\(wrong.count) of \(children.count) elements did not succeed: \(names)"
                + (wrong.count > Self.namedElements ? ", …" : "")
        } else if children.isEmpty {
            run.reason = "there were no elements left to do"
        }
        return try put(run, ledger)
    }

    private static let namedElements = 5
}
