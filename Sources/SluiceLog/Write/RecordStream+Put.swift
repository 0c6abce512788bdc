package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// Stores records, each in the shard that owns its hash; shards that several records go to are written and synced side by side.
    ///
    /// - Parameter rules: What of the records is checked.
    /// - Returns: One outcome a record, in order.
    /// - Throws: `recordTooLarge`, `invalidArgument`, `invalidOption`: what is wrong with the whole call; nothing was stored then.
    package func put(_ batch: PutBatch, _ rules: PutRules = .service) async throws(SluiceError) -> [PutOutcome] {
        try requireWriting()
        // What a pipeline publishes was checked before its run committed.
        if rules == .service, let binding = enforced, let gate { return try await putChecked(batch, binding, gate) }
        return try await putAll(batch, rules)
    }

    /// Stores the records of a batch whatever they are.
    func putAll(_ batch: PutBatch, _ rules: PutRules) async throws(SluiceError) -> [PutOutcome] {
        let work = try PutWork(
            batch, rules, recordBytes: configuration.recordBytes, after: orderingPlace(batch.sequenceNumberForOrdering))
        var outcomes = [PutOutcome?](repeating: nil, count: batch.count)
        var pending = (0..<Int32(batch.count)).map { $0 }
        while !pending.isEmpty {
            let stored = await store(work, route(work, pending))
            pending.removeAll()
            for (row, outcome) in stored {
                // Split or merged a moment ago: its children are there soon.
                if case .failed(let error) = outcome, error.code == .shardClosed {
                    pending.append(row)
                } else {
                    outcomes[Int(row)] = outcome
                }
            }
            guard !pending.isEmpty else { break }
            pending.sort()
            do { try await Task.sleep(for: .milliseconds(1)) } catch {
                for row in pending { outcomes[Int(row)] = .failed(SluiceError(.interrupted, "the task was cancelled", isRetriable: true)) }
                break
            }
        }
        return outcomes.map { $0! }
    }

    /// The rows of each shard.
    private func route(_ work: PutWork, _ rows: [Int32]) -> [(shard: Int, rows: [Int32])] {
        let (only, shards) = table.withLock { table -> (Int32?, [Int32]) in
            if table.router.shardCount == 1 { return (table.router.shard(owning: 0), []) }
            guard let hashes = work.batch.hashKeys else { return (nil, table.router.route(work.batch.keys)) }
            return (nil, hashes.indices.map { table.router.shard(owning: hashes[$0] ?? work.hash(Int32($0))) })
        }
        if let only { return [(Int(only), rows)] }
        var places: [Int32: Int] = [:]
        var groups: [(shard: Int, rows: [Int32])] = []
        for row in rows {
            let shard = shards[Int(row)]
            if let place = places[shard] {
                groups[place].rows.append(row)
            } else {
                places[shard] = groups.count
                groups.append((Int(shard), [row]))
            }
        }
        return groups.sorted { $0.shard < $1.shard }
    }

    private func store(_ work: PutWork, _ groups: [(shard: Int, rows: [Int32])]) async -> [(Int32, PutOutcome)] {
        if groups.count == 1 { return await store(work, groups[0].rows, in: groups[0].shard) }
        return await withTaskGroup(of: [(Int32, PutOutcome)].self) { tasks in
            for (shard, rows) in groups {
                tasks.addTask(executorPreference: BlockingThreads.syncs) { await self.store(work, rows, in: shard) }
            }
            return await tasks.reduce(into: []) { $0 += $1 }
        }
    }

    private func store(_ work: PutWork, _ rows: [Int32], in shard: Int) async -> [(Int32, PutOutcome)] {
        do throws(SluiceError) {
            let writer = try writer(shard)
            var (outcomes, rest) = try inherited(work, rows, writer)
            var rowsBefore = 0
            while !rest.isEmpty {
                let context = FrameContext(
                    tag: settings.tag, cipher: settings.now.cipher, producer: work.batch.producer, rowsBefore: rowsBefore)
                let frames = try FrameEncoder.encode(work.records, rows: rest, context)
                switch try await writer.append(frames, .synced, producer: work.batch.producer, rowsBefore: rowsBefore, after: work.after) {
                case .placed(let range):
                    for (row, offset) in zip(rest, range) { outcomes.append((row, .stored(Self.receipt(shard, offset)))) }
                    return outcomes
                case .stored(let entry):
                    let known = rest.prefix(entry.rowsStored - rowsBefore)
                    for (index, row) in known.enumerated() {
                        guard let offset = entry.sequence(ofRow: rowsBefore + index) else { break }
                        outcomes.append((row, .stored(Self.receipt(shard, offset, isDuplicate: true))))
                    }
                    rest.removeFirst(known.count)
                    rowsBefore = entry.rowsStored
                }
            }
            return outcomes
        } catch {
            return rows.map { ($0, .failed(error)) }
        }
    }

    /// Rows that ancestors of the shard have stored already, and the others.
    private func inherited(
        _ work: PutWork, _ rows: [Int32], _ writer: ShardLog
    ) throws(SluiceError) -> (stored: [(Int32, PutOutcome)], rest: [Int32]) {
        guard let producer = work.batch.producer, !writer.inherited.isEmpty else { return ([], rows) }
        var stored: [(Int32, PutOutcome)] = []
        var left = Set(rows)
        for heritage in writer.inherited {
            switch heritage.producers.standing(of: producer) {
            case .fresh: continue
            case .outdated(let batch): throw .outdatedBatch(producer, by: batch)
            case .stored(let entry):
                let ancestors = (0..<Int32(work.batch.count)).filter { heritage.ancestor.contains(work.hash($0)) }
                for (index, row) in ancestors.enumerated() where left.contains(row) && heritage.range.contains(work.hash(row)) {
                    guard let offset = entry.sequence(ofRow: index) else { break }
                    left.remove(row)
                    stored.append((row, .stored(Self.receipt(heritage.shard.number, offset, isDuplicate: true))))
                }
            }
        }
        return (stored, rows.filter { left.contains($0) })
    }

    private static func receipt(_ shard: Int, _ offset: UInt64, isDuplicate: Bool = false) -> PutReceipt {
        PutReceipt(shard: ShardID(shard), sequenceNumber: SequenceNumber(shard: shard, offset: offset), isDuplicate: isDuplicate)
    }

    /// The place that records must be behind, from a number that the stream gave.
    private func orderingPlace(_ number: SequenceNumber?) throws(SluiceError) -> UInt64? {
        guard let number else { return nil }
        guard let position = number.position, let view = table.withLock({ $0.views[position.shard] }),
            try view.durableEnd() > position.offset
        else {
            throw SluiceError(.invalidArgument, "\(number) is no sequence number of a record of stream \"\(name)\"")
        }
        return position.offset
    }
}
