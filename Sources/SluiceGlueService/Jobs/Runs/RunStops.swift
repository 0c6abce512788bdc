import SluiceCatalog
import SluiceCore
import SluiceServer

/// Ends runs whose end a client asks for.
struct RunStops {
    /// Whether a scheduler is at work, which ends what it runs.
    let isScheduled: Bool
    let follower: GlueFollower

    init(_ call: GlueCall) throws {
        isScheduled = try call.catalog.scheduleLeader() != nil
        follower = call.context.follower
    }

    /// Asks a run to end, if it is not over. Without a scheduler one that waits has ended at once.
    func ask(_ run: RunID, _ ledger: ScheduleTransaction) throws {
        guard var run = try ledger.run(run), !run.state.isOver else { return }
        let note = RunCancellation(run: run.id, author: "a client of Glue")
        try ledger.note(note)
        run.isCancelled = true
        if !isScheduled, run.state != .running {
            (run.state, run.reason, run.endedMicros) = (.cancelled, note.text + " before it ran", ledger.now)
        }
        try ledger.update(run)
        if run.state.isOver { try follower.follow(run, ledger) }
    }
}
