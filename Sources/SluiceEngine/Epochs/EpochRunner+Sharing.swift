import SluiceCore
import SluicePipelines

extension EpochRunner {
    /// Goes from epoch to epoch over the splits that this process is given, until its task is cancelled; then others get them.
    func share(_ membership: any SourceMembership, _ work: inout EpochWork) async throws {
        work.membership = membership
        // The membership outlives the task's cancellation, so that the splits can be handed over in order.
        let taking = Task { try await membership.run() }
        do {
            try await shareLoop(membership, &work)
        } catch {
            await Task { await membership.leave() }.value
            _ = await taking.result
            throw error
        }
    }

    private func shareLoop(_ membership: any SourceMembership, _ work: inout EpochWork) async throws {
        let clock = ContinuousClock()
        let request = SliceRequest(limitBytes: follow.epochBytes, leavesUnfinished: true)
        var delay = RetryDelay()
        while true {
            try Task.checkCancellation()
            if try await membership.settle(work.positions) { try work.lookUpPositions() }
            let begun = clock.now
            guard let slice = try await membership.slice(after: work.positions, request) else {
                try await clock.sleep(for: follow.pollInterval)
                continue
            }
            let counts = work.progress.snapshot
            let before = work
            do {
                try await work.carryOut(slice)
            } catch {
                // None of this epoch counts; where another process was given a split of it, that one has the rows.
                await work.abandonEpoch()
                work = before
                work.progress.update { $0 = counts }
                guard let refusal = error as? SluiceError else { throw error }
                if refusal.code == .leaseLost {
                    await membership.refused()
                    try await clock.sleep(for: follow.pollInterval)
                } else if refusal.isRetriable {
                    work.progress.tell(waitingFor: refusal.message)
                    try await clock.sleep(for: delay.next())
                } else {
                    throw error
                }
                continue
            }
            delay = RetryDelay()
            work.progress.tell(waitingFor: nil)
            if slice.isLast { try await clock.sleep(until: begun + follow.interval) }
        }
    }
}
