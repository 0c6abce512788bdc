import SluiceBuckets
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceS3Service
import SluiceScheduler

/// Events of buckets as runs of jobs: those that wait for one job become one run, or several where they are many.
struct UpBucketEvents: Sendable {
    let session: Session
    /// Folders with declarations of jobs, which are read anew when there is something for a job.
    let folders: [String]

    var taker: EventTaker {
        EventTaker(
            hasJob: { name in try job(name) != nil }, take: { try take($0, $1) },
            tell: { [console = session.console] in console.warning($0) })
    }

    /// A mistake in the declaration of one job keeps no event from another one.
    ///
    /// - Throws: What is wrong with declarations, where the job may be one of those.
    private func job(_ name: String) throws -> JobDeclaration? {
        let stored = try session.existingCatalog()?.readSchedule { try $0.jobs() } ?? []
        let (set, mistakes) = JobSet.read(folders: folders, stored: stored)
        if let job = set[name] { return job }
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        return nil
    }

    private func take(_ name: String, _ events: [ObjectEvent]) throws {
        guard let job = try job(name) else {
            session.console.warning(
                "\(HumanText.count(events.count, "event")) of the bucket \(events[0].bucket) for the job \(name), which is not there any more"
            )
            return
        }
        let ledger = NumberedEvents(try session.catalog(publishes: true), source: "buckets")
        let last = try ledger.last(of: name)
        var rest = events.drop { $0.number <= last }
        while let first = rest.first {
            var run = [first]
            var byteCount = Self.bytes(first)
            while let next = rest.dropFirst(run.count).first, byteCount + Self.bytes(next) <= SchedulerLimits.webhookBytes {
                run.append(next)
                byteCount += Self.bytes(next)
            }
            rest = rest.dropFirst(run.count)
            try ledger.add(job, through: run[run.count - 1].number, parameters: Self.parameters(run))
        }
    }

    /// What the run gets: the events as functions get them, and the names of objects that are new, as events of files have them.
    private static func parameters(_ events: [ObjectEvent]) -> [String: String] {
        var parameters = ["event": EventMessage.text(events)]
        let files = events.filter { $0.kind.isCreation && !$0.key.text.contains("\n") }.map { "s3://\($0.bucket)/\($0.key.text)" }
        if !files.isEmpty { parameters["files"] = files.joined(separator: "\n") }
        return parameters
    }

    private static func bytes(_ event: ObjectEvent) -> Int { EventMessage.text([event]).utf8.count }
}
