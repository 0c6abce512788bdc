import SluiceBuckets
import SluiceCatalog
import SluiceCore
import SluiceGlueService
import SluicePipelines
import SluiceS3Service
import SluiceScheduler

/// Events of buckets as runs of jobs: those that wait for one job become one run, or several where they are many. A workflow of Glue gets
/// them as its trigger says.
struct UpBucketEvents: Sendable {
    let session: Session
    /// Folders with declarations of jobs, which are read anew when there is something for a job.
    let folders: [String]

    var taker: EventTaker {
        EventTaker(
            has: { target in
                switch target {
                case .job(let name): try job(name) != nil
                case .workflow(let name):
                    try session.existingCatalog()?.readSchedule { try GlueFollower.awaitsEvents(name, $0) } ?? false
                }
            },
            take: { target, events in
                switch target {
                case .job(let name): try take(name, events)
                case .workflow(let name): try take(target, name, events)
                }
            },
            tell: { [console = session.console] in console.warning($0) })
    }

    /// A mistake in the declaration of one job keeps no event from another one.
    ///
    /// - Throws: What is wrong with declarations, where the job may be one of those.
    private func job(_ name: String) throws -> JobDeclaration? {
        let stored = try session.existingCatalog()?.readSchedule { try $0.jobRows() } ?? JobRows()
        let (set, mistakes) = JobSet.read(folders: folders, stored: stored)
        if let job = set[name] { return job }
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        return nil
    }

    private func take(_ name: String, _ events: [ObjectEvent]) throws {
        guard let job = try job(name) else {
            return drop(events, "the job \(name), which is not there any more")
        }
        let ledger = NumberedEvents(try session.catalog(publishes: true), source: "buckets")
        let last = try ledger.last(of: name)
        let new = events.drop { $0.number <= last }
        let unnamed = new.filter(Self.isUnnamed)
        if let first = unnamed.first {
            let others = unnamed.count > 1 ? " and \(unnamed.count - 1) more" : ""
            session.console.warning(
                "the job \(name) is not told of \("s3://\(first.bucket)/\(first.key.text)".quotedForMessage)\(others): a key with a line break is no "
                    + "line of its files")
        }
        var rest = new.filter { !Self.isUnnamed($0) }[...]
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

    private func take(_ target: EventTarget, _ workflow: String, _ events: [ObjectEvent]) throws {
        let ledger = NumberedEvents(try session.catalog(publishes: true), source: "buckets")
        let last = try ledger.last(of: target.text)
        let new = events.drop { $0.number <= last }
        guard let number = new.last?.number else { return }
        let follower = GlueFollower(directory: WorkingDirectory.absolute(session.home), project: WorkingDirectory.absolute("."))
        var isTaken = true
        try ledger.take(target.text, through: number) { ledger in
            isTaken = try follower.take(new.map { GlueEvent(number: $0.number, object: Self.address($0)) }, for: workflow, ledger)
        }
        if !isTaken { drop(Array(new), "the workflow \(workflow), which events do not start any more") }
    }

    private func drop(_ events: [ObjectEvent], _ whom: String) {
        session.console.warning("\(HumanText.count(events.count, "event")) of the bucket \(events[0].bucket) for \(whom)")
    }

    /// What the run gets: the events as functions get them, and the names of objects that are new, as events of files have them.
    private static func parameters(_ events: [ObjectEvent]) -> [String: String] {
        var parameters = ["event": EventMessage.text(events)]
        let files = events.compactMap(address)
        if !files.isEmpty { parameters["files"] = files.joined(separator: "\n") }
        return parameters
    }

    /// The object that an event leaves behind, unless its name is no line.
    private static func address(_ event: ObjectEvent) -> String? {
        event.kind.isCreation && !isUnnamed(event) ? "s3://\(event.bucket)/\(event.key.text)" : nil
    }

    /// Whether an event leaves an object behind whose name is no line.
    private static func isUnnamed(_ event: ObjectEvent) -> Bool { event.kind.isCreation && event.key.bytes.contains(UInt8(ascii: "\n")) }

    private static func bytes(_ event: ObjectEvent) -> Int { EventMessage.text([event]).utf8.count }
}
