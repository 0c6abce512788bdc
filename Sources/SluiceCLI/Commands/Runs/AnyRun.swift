import Glibc
import SluiceCatalog
import SluiceCore

/// A run that a person named: of a job, or of a pipeline that was started by hand.
enum AnyRun {
    case job(ScheduledRun)
    case pipeline(RunRecord)

    /// - Parameters:
    ///   - text: An id or how it begins; `last` is the newest of both kinds.
    ///   - prefersJobs: Whether `last` is the newest of a job where there is one: the pipeline's run that it made is newer.
    /// - Throws: `notFound`; `invalidArgument` if several begin so.
    init(_ text: String, _ catalog: Catalog, prefersJobs: Bool = true) throws {
        if LastRun.isMeant(text) {
            let pipeline = try catalog.runs(limit: 1).first
            let job = try catalog.readSchedule { try $0.runs(limit: 1).first }
            switch (job, pipeline) {
            case (let job?, let pipeline?): self = prefersJobs || job.id > pipeline.id ? .job(job) : .pipeline(pipeline)
            case (let job?, nil): self = .job(job)
            case (nil, let pipeline?): self = .pipeline(pipeline)
            case (nil, nil): throw SluiceError(.notFound, "nothing has run yet", remedy: Session.noState)
            }
            return
        }
        do throws(SluiceError) {
            self = .job(try catalog.scheduledRun(matching: text))
        } catch {
            guard error.code == .notFound else { throw error }
            // Where no pipeline has run, what is said of jobs says more.
            if try catalog.runs(limit: 1).isEmpty { throw error }
            self = .pipeline(try catalog.run(matching: text))
        }
    }

    /// The run of the job whose process a pipeline's run is, where there is one.
    static func owner(of record: RunRecord, _ catalog: Catalog) throws -> ScheduledRun? {
        let group = getpgid(record.process.processID)
        guard group > 0, record.process.isRunning else { return nil }
        return try catalog.readSchedule { ledger in
            try ledger.openRuns().first { run in
                try ledger.attempts(of: run.id).last.map { $0.endedMicros == nil && $0.process.processID == group } ?? false
            }
        }
    }
}
