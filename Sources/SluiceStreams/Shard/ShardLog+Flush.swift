import SluiceCore
import Synchronization

/// Writing and syncing: done by one appender at a time, on its own thread, outside the lock.
extension ShardLog {
    /// Writes all that is queued, syncs if anybody waits for it, answers those who wait, and hands over to the next.
    ///
    /// - Throws: what failed the caller's own records.
    func flush(needsSync: Bool) throws(SluiceError) {
        var job = state.withLock { $0.takeJob() }
        let syncs = needsSync || job.rolls || job.waiters.contains { $0.needsSync }
        var failure: SluiceError?
        do throws(SluiceError) {
            try write(&job.frames, to: &job.active)
            if syncs { try sync(&job.active) }
            if job.rolls, job.active.byteCount > 0 { try roll(&job.active, to: job.end) }
        } catch {
            failure = error
            discardUnsynced(&job.active)
        }
        if failure == nil, syncs { publish(job.end) }
        settle(job, failure)
        if let failure { throw failure }
    }

    /// Writes frames in as few calls as their sizes allow.
    private func write(_ frames: inout [EncodedFrame], to active: inout ActiveSegment) throws(SluiceError) {
        var next = 0
        while next < frames.count {
            if active.isSuspect
                || (active.byteCount > 0 && active.byteCount + frames[next].bytes.count > StreamLimits.segmentBytes)
            {
                try roll(&active, to: frames[next].header.baseSequence)
            }
            var joined = frames[next].bytes
            frames[next].bytes = []
            next += 1
            while next < frames.count, joined.count + frames[next].bytes.count <= StreamLimits.writeBufferBytes,
                active.byteCount + joined.count + frames[next].bytes.count <= StreamLimits.segmentBytes
            {
                joined += frames[next].bytes
                next += 1
            }
            try withBytes(joined) { raw throws(SluiceError) in try active.file.write(raw, at: active.byteCount) }
            active.byteCount += joined.count
            if active.byteCount - active.storingBytes >= StreamLimits.storingBytes {
                active.file.startStoring(active.storingBytes..<active.byteCount)
                active.storingBytes = active.byteCount
            }
        }
    }

    private func sync(_ active: inout ActiveSegment) throws(SluiceError) {
        do throws(SluiceError) {
            try active.file.sync()
        } catch {
            // The kernel drops its dirty pages after a failed sync and reports it once: the file's unsynced part is unknown from here on.
            active.isSuspect = true
            throw error
        }
        active.syncedBytes = active.byteCount
    }

    /// Closes the segment, durably, and begins the next one.
    ///
    /// What the old one holds becomes visible here at the latest: a failure behind this point must not take its numbers back.
    private func roll(_ active: inout ActiveSegment, to base: UInt64) throws(SluiceError) {
        if !active.isSuspect {
            try sync(&active)
            publish(base)
        }
        let file = try files.open(paths.segment(base))
        try file.truncate(to: 0)
        try files.syncDirectory(paths.directory)
        active = ActiveSegment(file: file, base: base, byteCount: 0, syncedBytes: 0, storingBytes: 0)
        state.withLock { state in
            if state.bases.last != base { state.bases.append(base) }
        }
        // A segment that cannot be removed now is tried again at the next roll; records being appended do not depend on it.
        try? removeExpired()
    }

    /// Cuts what was written and not synced, so that the numbers can be given out again.
    private func discardUnsynced(_ active: inout ActiveSegment) {
        do throws(SluiceError) {
            try active.file.truncate(to: active.syncedBytes)
            active.byteCount = active.syncedBytes
        } catch {
            active.isSuspect = true
        }
    }

    /// Raises the durable end, for readers here and in other processes.
    private func publish(_ end: UInt64) {
        let followers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard end > state.durableEnd else { return [] }
            state.durableEnd = end
            return state.takeFollowers()
        }
        // Data are durable already; should the mark fail, readers elsewhere see them late and recovery finds them all the same.
        try? withBytes(SequenceMark.bytes(end)) { raw throws(SluiceError) in try endMark.write(raw, at: 0) }
        for follower in followers { follower.resume() }
    }

    /// Gives the segment back, answers those who waited, and makes the first of those who came meanwhile the next flusher.
    private func settle(_ job: FlushJob, _ failure: SluiceError?) {
        let (next, failed) = state.withLock { state -> (Waiter?, [Waiter]) in
            state.active = job.active
            let failed = failure.map { state.takeBack($0) } ?? []
            let next = state.waiters.isEmpty ? nil : state.waiters.removeFirst()
            state.isFlushing = next != nil
            return (next, failed)
        }
        for waiter in job.waiters + failed { waiter.continuation.resume(returning: failure.map { .failed($0) } ?? .done) }
        next?.continuation.resume(returning: .flush)
    }
}

/// What one flush has to do.
struct FlushJob {
    var frames: [EncodedFrame]
    var waiters: [ShardLog.Waiter]
    var active: ActiveSegment
    /// One past the last record of `frames` and of all before.
    var end: UInt64
    var rolls: Bool
}

extension ShardLog.State {
    mutating func takeJob() -> FlushJob {
        let job = FlushJob(frames: queue, waiters: waiters, active: active!, end: nextSequence, rolls: rollsNext)
        queue.removeAll(keepingCapacity: true)
        queuedBytes = 0
        waiters.removeAll()
        active = nil
        rollsNext = false
        return job
    }

    /// Everything behind the durable end is gone; its numbers are free again.
    ///
    /// - Returns: Those who wait for records that came after the failed ones; they fail too.
    mutating func takeBack(_ failure: SluiceError) -> [ShardLog.Waiter] {
        defer { waiters.removeAll() }
        queue.removeAll()
        queuedBytes = 0
        nextSequence = durableEnd
        if bufferedEnd > durableEnd { lost = failure }
        bufferedEnd = durableEnd
        return waiters
    }
}
