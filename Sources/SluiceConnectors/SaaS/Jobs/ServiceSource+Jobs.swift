import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import Synchronization

/// Whether records come by a job of the service instead of page by page.
enum BulkChoice: String, CaseIterable {
    /// Where there are so many that a job takes less time and fewer requests.
    case auto
    case always
    case never
}

/// Reading by jobs.
extension ServiceSource {
    /// Whether a window is read by a job.
    ///
    /// - Parameter since: Its lower bound; nil from the beginning.
    func usesJob(_ job: JobRead, _ parent: String?, since: Int64?) async throws(SluiceError) -> Bool {
        guard entity.read != nil else { return true }
        switch bulk {
        case .always: return true
        case .never: return false
        case .auto:
            guard let estimate = job.estimate else { return false }
            return try await session.estimate(entity, estimate, values(parent, since)) >= job.threshold
        }
    }

    /// - Parameters:
    ///   - position: How far an earlier run came with the window.
    ///   - mayRepeat: Whether rows may come again where a job is lost.
    ///   - note: Takes what a person should know.
    private func jobReader(
        _ job: JobRead, _ parent: String?, since: Int64?, from position: JobPosition?, mayRepeat: Bool = true,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) -> JobReader {
        let values = values(parent, nil)
        let hash = StableHash(of: [name(parent)] + session.traits(job, values))
        return JobReader(
            session, entity, job, values, since: since, key: "read \(name(parent)) \(hash.value.hexadecimal)", ledger: ledger,
            from: position, mayRepeat: mayRepeat, note: note)
    }

    /// Everything by a job. Pages that a run which was cut off has kept come first.
    func wholeJob(_ job: JobRead, _ parent: String?, _ split: SourceSplit, _ request: SourceRequest) throws(SluiceError) -> JobSplitReader {
        let kept = try kept(of: parent, by: ["job"] + session.traits(job, values(parent, start)))
        let reader = jobReader(
            job, parent, since: kept?.position.map { $0.since(nil) } ?? start, from: kept?.position?.job, mayRepeat: false)
        return try JobSplitReader(
            reader, [], schema: schema, request, tracker: nil, source: split.id, budget: .max, kept: kept,
            cutOff: { [progress] in progress.cutOff() })
    }

    private func values(_ parent: String?, _ since: Int64?) -> [String: String] {
        var values = ["fields": entity.readNames.joined(separator: ", ")]
        values["quoted_fields"] = entity.readNames.map { "\"\($0)\"" }.joined(separator: ",")
        if let cursor = entity.cursor { values["since"] = cursor.bound(since) }
        if let parent, let setting = entity.parent?.setting { values[setting] = parent }
        return values
    }

    /// How the next records of a split come.
    enum JobOutcome {
        /// Page by page, from there.
        case pages(ReadPosition?)
        case job(ServiceSlice.Part)
        case nothing
    }

    /// Looks whether the next records come by a job, and whether there are any.
    ///
    /// - Parameter note: Takes what a person should know.
    func jobOutcome(
        _ job: JobRead, _ parent: String?, _ stored: ReadPosition?, note: @escaping @Sendable (String) -> Void
    ) async throws(SluiceError) -> JobOutcome {
        var position = stored ?? ReadPosition(startingAt: start)
        // What was begun page by page is ended so.
        guard !position.isInWindow || position.job != nil || entity.read == nil else { return .pages(stored) }
        while true {
            let wasOpen = position.isInWindow
            let since = position.since(entity.cursor)
            if !wasOpen, try await !usesJob(job, parent, since: since) { return .pages(position) }
            if !wasOpen { position.begin(since: since) }
            guard let tracker = JobTracker(entity, position) else { return .nothing }
            let reader = jobReader(job, parent, since: since, from: position.job, note: note)
            if !wasOpen { progress.begin(name(parent)) }
            if let page = try await reader.next() {
                // A window that this run began is the one that it reads, in however many slices.
                let isOwn = progress.hasBegun(name(parent))
                return .job(
                    ServiceSlice.Part(
                        split: name(parent), parent: parent, way: .job(reader, [page], tracker), endsWindows: isOwn,
                        since: since))
            }
            try reader.forget()
            guard wasOpen else { return .nothing }
            position.close(lag: entity.cursor?.keptLag ?? 0)
        }
    }
}

/// Jobs of this process alone, where there is no state to keep them in.
final class MemoryJobLedger: JobLedger {
    private let jobs = Mutex<[String: KeptJob]>([:])

    func job(_ key: String) throws(SluiceError) -> KeptJob? { jobs.withLock { $0[key] } }
    func keep(_ key: String, _ job: KeptJob) throws(SluiceError) { jobs.withLock { $0[key] = job } }
    func forget(_ key: String) throws(SluiceError) { jobs.withLock { $0[key] = nil } }
    func forget(startingWith prefix: String) throws(SluiceError) { jobs.withLock { $0 = $0.filter { !$0.key.hasPrefix(prefix) } } }
}
