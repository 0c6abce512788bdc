package import SluiceCatalog
import SluiceCore

/// Rules beside those that jobs declare, by which runs that end make others: those of services, whose clients made them.
package protocol RunFollower: Sendable {
    /// Makes what follows from a run that is over, in the transaction that ends it.
    ///
    /// What it throws keeps the run from ending, so that it throws only what the state throws.
    func follow(_ run: ScheduledRun, _ ledger: ScheduleTransaction) throws
}

extension ScheduledRun {
    /// Among the parameters of a run, how long its attempts may take, in place of what its job says; no parameter of a definition. In microseconds.
    package static let timeoutParameter = "run.timeout"

    /// Nil where the job says how long.
    var timeoutMicros: Int64? { parameters[Self.timeoutParameter].flatMap { Int64($0) } }
}
