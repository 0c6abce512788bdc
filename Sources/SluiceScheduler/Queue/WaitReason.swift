package import SluiceCatalog
import SluicePipelines

/// Why runs wait for their turn, as it can be told from the runs that are open.
package struct WaitReason {
    private let jobs: JobSet
    private let runsByJob: [String: Int]
    private let runsByPool: [String: Int]

    /// - Parameter open: All runs that are not over.
    package init(_ open: [ScheduledRun], _ jobs: JobSet) {
        self.jobs = jobs
        var byJob: [String: Int] = [:]
        var byPool: [String: Int] = [:]
        for run in open where run.state == .running {
            // The elements of a tick are one run of the job, and the run of the tick takes no slot.
            if run.parent == nil { byJob[run.job, default: 0] += 1 }
            let rules = jobs[run.job]?.rules
            if rules?.each == nil || run.element != nil, let pool = rules?.pool?.text { byPool[pool, default: 0] += 1 }
        }
        (runsByJob, runsByPool) = (byJob, byPool)
    }

    /// In one line; nil of a run that has a reason of its own, that does not wait, or that only waits for a free place among all.
    package func text(_ run: ScheduledRun) -> String? {
        guard run.state == .queued, run.reason == nil, let rules = jobs[run.job]?.rules else { return nil }
        if run.parent == nil, runsByJob[run.job, default: 0] >= max(rules.concurrency, run.width ?? 0) {
            return "it waits for another run of the job"
        }
        if let pool = rules.pool?.text, runsByPool[pool, default: 0] >= jobs.pools[pool, default: 0] {
            return "the pool \(pool) has no free slot"
        }
        return nil
    }
}
