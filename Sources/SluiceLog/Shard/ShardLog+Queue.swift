import SluiceCore
import SluiceStreams

extension ShardLog.State {
    /// Why an append may not go on. A durable append of records does not depend on buffered ones that were lost.
    func refusal(_ need: ShardLog.Need, hasRecords: Bool) -> SluiceError? {
        if isClosed { return SluiceError(.ioFailure, "the stream was closed") }
        if isSealed, hasRecords { return .shardClosed() }
        return need > .written && hasRecords ? nil : lost
    }

    /// Nothing is left to write, sync or roll.
    var isSettled: Bool { syncedEnd == nextSequence && !rollsNext }

    /// Visible records may not be on disk.
    var isDirty: Bool { syncedEnd < visibleEnd }

    /// Whether what an appender wants was done, whatever failed behind it.
    func fulfils(_ wish: ShardLog.Wish) -> Bool { wish.end <= (wish.need == .synced ? syncedEnd : visibleEnd) }

    /// What the shard holds of a batch beyond the rows that its sender knows of; nil if it may be queued.
    ///
    /// - Throws: `invalidArgument` for a batch before the producer's last one.
    func stored(_ producer: PutBatch.Producer, _ rowsBefore: Int) throws(SluiceError) -> ProducerTable.Entry? {
        switch producers.standing(of: producer) {
        case .fresh: return nil
        case .stored(let entry): return entry.rowsStored == rowsBefore ? nil : entry
        case .outdated(let batch): throw .outdatedBatch(producer, by: batch)
        }
    }

    /// Gives frames their numbers and the arrival time, which does not go back when the clock does, and queues them.
    mutating func enqueue(_ frames: [EncodedFrame], _ nowMicros: Int64, after: UInt64?) -> Range<UInt64> {
        if let after, after >= nextSequence { nextSequence = after + 1 }
        let first = nextSequence
        lastArrivalMicros = max(lastArrivalMicros, nowMicros)
        for (index, var frame) in frames.enumerated() {
            frame.continues = index > 0
            frame.header.baseSequence = nextSequence
            frame.header.arrivalMicros = lastArrivalMicros
            nextSequence += UInt64(frame.recordCount)
            queuedBytes += frame.bytes.count
            taken.bytes += frame.header.keyBytes + frame.header.payloadBytes
            taken.records += frame.recordCount
            producers.note(frame.header)
            queue.append(frame)
        }
        return first..<nextSequence
    }

    /// What an appender does after `enqueue`; nil when it waits for the flusher.
    mutating func role(_ continuation: CheckedContinuation<ShardLog.Role, Never>, _ need: ShardLog.Need) -> ShardLog.Role? {
        if need == .written {
            bufferedEnd = nextSequence
            let bound = isFlushing ? LogLimits.queuedBytes : LogLimits.writeBufferBytes
            if queuedBytes < bound { return .done }
        } else if need == .synced ? isSettled : visibleEnd == nextSequence {
            return .done
        }
        if isFlushing {
            waiters.append(ShardLog.Waiter(continuation: continuation, wish: ShardLog.Wish(need: need, end: nextSequence)))
            return nil
        }
        isFlushing = true
        return .flush(end: nextSequence)
    }

    mutating func takeFollowers() -> [Signal] {
        defer { followers.removeAll() }
        return Array(followers.values)
    }

    mutating func takeJob() -> FlushJob {
        let job = FlushJob(
            frames: queue, waiters: waiters, active: active!, end: nextSequence, arrivalMicros: lastArrivalMicros, rolls: rollsNext)
        queue.removeAll(keepingCapacity: true)
        queuedBytes = 0
        waiters.removeAll()
        active = nil
        rollsNext = false
        return job
    }

    /// Everything behind the visible end is gone; its numbers are free again.
    ///
    /// - Returns: Those who wait for records that came after the failed ones; they fail too.
    mutating func takeBack(_ failure: SluiceError) -> [ShardLog.Waiter] {
        defer { waiters.removeAll() }
        queue.removeAll()
        queuedBytes = 0
        nextSequence = visibleEnd
        producers.cut(from: visibleEnd)
        // What is visible and was not on disk when the segment was given up will not get there.
        if bufferedEnd > visibleEnd || (isDirty && active?.isSuspect == true) { lost = failure }
        bufferedEnd = visibleEnd
        return waiters
    }
}

/// What one flush has to do.
struct FlushJob {
    var frames: [EncodedFrame]
    var waiters: [ShardLog.Waiter]
    var active: ActiveSegment
    /// One past the last record of `frames` and of all before.
    var end: UInt64
    /// When that record arrived.
    var arrivalMicros: Int64
    var rolls: Bool
}
