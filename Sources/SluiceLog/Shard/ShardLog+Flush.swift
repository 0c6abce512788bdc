import Glibc
import SluiceCore
import Synchronization

/// Writing and syncing: done by one appender at a time, on its own thread, outside the lock.
extension ShardLog {
    /// Writes all that is queued, syncs if anybody waits for it, answers those who wait, and hands over to the next.
    ///
    /// - Throws: what failed the caller's own records; a failure behind them is not theirs.
    func flush(_ own: Wish) throws(SluiceError) {
        var job = state.withLock { $0.takeJob() }
        let need = job.rolls ? .synced : job.waiters.reduce(own.need) { max($0, $1.wish.need) }
        var failure: SluiceError?
        do throws(SluiceError) {
            try write(&job.frames, to: &job.active)
            if need == .synced { try sync(&job.active) }
            if job.rolls, job.active.byteCount > 0 { try roll(&job.active, to: job.end) }
        } catch {
            failure = error
            discardUnsettled(&job.active)
        }
        if failure == nil, need > .written { publish(job.end, job.arrivalMicros, &job.active) }
        let isFulfilled = settle(job, failure, own)
        if let failure, !isFulfilled { throw failure }
    }

    /// Writes frames in as few calls as their sizes allow.
    ///
    /// A segment ends between two appends, never inside one: what a roll makes visible is whole, and can be answered for.
    private func write(_ frames: inout [EncodedFrame], to active: inout ActiveSegment) throws(SluiceError) {
        var next = 0
        while next < frames.count {
            if !frames[next].continues, mustRoll(active, before: frames[next...]) { try roll(&active, to: active.endSequence) }
            var joined = take(&frames[next], active, at: active.byteCount)
            active.note(frames[next].header, at: active.byteCount)
            next += 1
            while next < frames.count, joined.count + frames[next].bytes.count <= LogLimits.writeBufferBytes,
                frames[next].continues || !mustRoll(active, before: frames[next...], joined: joined.count)
            {
                active.note(frames[next].header, at: active.byteCount + joined.count)
                joined += take(&frames[next], active, at: active.byteCount + joined.count)
                next += 1
            }
            active.reserve(joined.count, segmentBytes: settings.segmentBytes)
            try withBytes(joined) { raw throws(SluiceError) in try active.file.write(raw, at: active.byteCount) }
            active.byteCount += joined.count
            active.reservedBytes = max(active.reservedBytes, active.byteCount)
            if active.byteCount - active.storingBytes >= LogLimits.storingBytes {
                active.file.startStoring(active.storingBytes..<active.byteCount)
                active.storingBytes = active.byteCount
            }
        }
    }

    /// Whether the append that begins `frames` belongs to the next segment.
    private func mustRoll(_ active: ActiveSegment, before frames: ArraySlice<EncodedFrame>, joined: Int = 0) -> Bool {
        if active.isSuspect || active.isFull { return true }
        let held = active.byteCount + joined
        var length = frames[frames.startIndex].bytes.count
        for frame in frames.dropFirst() where length <= settings.segmentBytes {
            guard frame.continues else { break }
            length += frame.bytes.count
        }
        return held > 0 && held + length > settings.segmentBytes
    }

    /// The bytes of a frame with its final header.
    private func take(_ frame: inout EncodedFrame, _ active: ActiveSegment, at place: Int) -> [UInt8] {
        frame.seal(segment: active.base)
        return frame.takeBytes()
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
            publish(base, nil, &active)
            finish(active)
            // From here on there may be a file for the next segment: what is written now goes there, also if beginning it fails at first.
            active.isFull = true
        }
        let (file, reserved) = try beginSegment(base)
        let isSuspect = active.isSuspect
        let old = active.base
        active = ActiveSegment(
            file: file, base: base, byteCount: 0, syncedBytes: 0, settledBytes: 0, storingBytes: 0, reservedBytes: reserved,
            endSequence: base)
        state.withLock { state in
            if state.bases.last != base { state.bases.append(base) }
            if isSuspect { state.suspectBases.insert(old) }
            state.index = SegmentIndex()
        }
        // A segment that cannot be removed now is tried again at the next roll; records being appended do not depend on it.
        try? removeExpired()
    }

    /// Gives reserved blocks back and writes the index beside; both only save space and time.
    private func finish(_ active: ActiveSegment) {
        if active.fileBytes > active.byteCount { try? active.file.truncate(to: active.byteCount) }
        var summary = state.withLock {
            SegmentSummary(index: $0.index, producers: $0.producers, lastMicros: $0.visibleArrivalMicros)
        }
        // Batches that are still queued are not in this segment.
        summary.producers.cut(from: active.endSequence)
        guard let file = try? files.open(paths.index(active.base)) else { return }
        try? withBytes(summary.bytes) { raw throws(SluiceError) in try file.write(raw, at: 0) }
    }

    /// A segment's file: one that was written before where there is a spare, otherwise a new one.
    private func beginSegment(_ base: UInt64) throws(SluiceError) -> (file: any LogFile, reservedBytes: Int) {
        let path = paths.segment(base)
        var reserved = 0
        if let spare = state.withLock({ $0.bases.last == base ? nil : $0.spares.popLast() }), rename(spare, path) == 0 {
            reserved = DiskFiles.byteCount(of: path) ?? 0
        }
        let file = try files.open(path)
        if reserved == 0 { try file.truncate(to: 0) }
        try files.syncDirectory(paths.directory)
        return (file, reserved)
    }

    /// Cuts what was written and is not visible, so that the numbers can be given out again.
    private func discardUnsettled(_ active: inout ActiveSegment) {
        active.forgetUnsettled(end: durableEnd())
        do throws(SluiceError) {
            try active.file.truncate(to: active.settledBytes)
            active.byteCount = active.settledBytes
            active.reservedBytes = active.settledBytes
            active.allocatedBytes = 0
            active.storingBytes = min(active.storingBytes, active.settledBytes)
        } catch {
            active.isSuspect = true
        }
    }

    /// Raises the visible end, for readers here and in other processes.
    private func publish(_ end: UInt64, _ arrivalMicros: Int64?, _ active: inout ActiveSegment) {
        active.settledBytes = active.byteCount
        let entries = active.takeEntries()
        let isSynced = active.syncedBytes >= active.byteCount
        let followers = state.withLock { state -> [Signal] in
            for entry in entries { state.index.restore(entry) }
            if isSynced { state.syncedEnd = max(state.syncedEnd, end) }
            guard end > state.visibleEnd else { return [] }
            state.visibleEnd = end
            state.visibleArrivalMicros = arrivalMicros ?? active.lastArrivalMicros
            return state.takeFollowers()
        }
        // Data are there already; should the mark fail, readers elsewhere see them late and recovery finds them all the same.
        try? withBytes(SequenceMark.bytes(end)) { raw throws(SluiceError) in try endMark.write(raw, at: 0) }
        for follower in followers { follower.resume() }
    }

    /// Gives the segment back, answers those who waited, and makes the first of those who came meanwhile the next flusher.
    ///
    /// - Returns: Whether what the caller wanted is done; where something failed, it may be done all the same, by a roll before.
    private func settle(_ job: FlushJob, _ failure: SluiceError?, _ own: Wish) -> Bool {
        let (next, answers, isFulfilled) = state.withLock { state -> (Waiter?, [(Waiter, Role)], Bool) in
            state.active = job.active
            var waiters = job.waiters
            if let failure {
                if job.rolls { state.rollsNext = true }
                waiters += state.takeBack(failure)
            }
            let answers = waiters.map { waiter -> (Waiter, Role) in
                (waiter, failure.map { state.fulfils(waiter.wish) ? .done : .failed($0) } ?? .done)
            }
            let next = state.waiters.isEmpty ? nil : state.waiters.removeFirst()
            state.isFlushing = next != nil
            return (next, answers, state.fulfils(own))
        }
        for (waiter, answer) in answers { waiter.continuation.resume(returning: answer) }
        if let next { next.continuation.resume(returning: .flush(end: next.wish.end)) }
        return isFulfilled
    }
}
