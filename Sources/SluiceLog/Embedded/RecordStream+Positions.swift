package import SluiceCore
import SluiceStreams
import Synchronization

extension RecordStream {
    /// The place of the first record that an iterator returns.
    ///
    /// - Throws: `invalidArgument` for a number of another shard or one that the shard has not reached.
    func offset(of position: IteratorPosition, shard: Int) throws(SluiceError) -> UInt64 {
        let view = try view(shard)
        switch position {
        case .trimHorizon: return try horizon(shard)
        case .latest: return try view.durableEnd()
        case .atSequenceNumber(let number): return max(try horizon(shard), try offset(of: number, shard, view))
        case .afterSequenceNumber(let number): return max(try horizon(shard), try offset(of: number, shard, view) + 1)
        case .atTimestamp(let micros):
            var reader = try ShardReader(view: view, from: .time(micros))
            let found = try reader.nextHeader()?.baseSequence
            let end = try view.durableEnd()
            return max(try horizon(shard), found ?? end)
        }
    }

    /// The first record of a shard that arrived at or after a time, by the shard's index of times; the shard's end where there is none.
    ///
    /// - Parameter micros: Since 1970.
    package func firstSequence(_ shard: Int, atMicros micros: Int64) throws(SluiceError) -> UInt64 {
        try offset(of: .atTimestamp(micros: micros), shard: shard)
    }

    private func offset(of number: SequenceNumber, _ shard: Int, _ view: any ShardView) throws(SluiceError) -> UInt64 {
        guard let position = number.position, position.shard == shard, try position.offset <= view.durableEnd() else {
            throw SluiceError(.invalidArgument, "\(number) is no sequence number of \(ShardID(shard)) of stream \"\(name)\"")
        }
        return position.offset
    }

    /// The oldest record of a shard that is kept.
    package func horizon(_ shard: Int) throws(SluiceError) -> UInt64 {
        if let writer = table.withLock({ $0.writers[shard] }) { return try writer.horizon() }
        let view = try view(shard)
        let cutoff = settings.clock.nowMicros() - Int64(retentionHours) * ShardLog.microsPerHour
        var reader = try ShardReader(view: view, from: .time(cutoff))
        let found = try reader.nextHeader()?.baseSequence
        let end = try view.durableEnd()
        return max(try view.trimPoint(), found ?? end)
    }

    /// A reader from a place on, or from the horizon if that is later.
    func pageReader(shard: Int, from offset: UInt64) throws(SluiceError) -> ShardReader {
        try reader(shard: shard, from: .sequence(max(offset, try horizon(shard))))
    }

    /// Whether a shard was closed and a place is at its end, or its last record has expired.
    ///
    /// - Throws: as `refresh`.
    package func hasEnded(_ shard: Int, at offset: UInt64) throws(SluiceError) -> Bool {
        try refresh()
        guard let record = shardRecords.first(where: { $0.id.number == shard }) else { return true }
        return record.closed.map { offset >= $0.end } ?? false
    }

    /// The shards that continue a closed one.
    func children(of shard: Int) -> [RecordPage.Child] {
        shardRecords.filter { $0.parents.contains(ShardID(shard)) }.map {
            RecordPage.Child(id: $0.id, parents: $0.parents, range: $0.range)
        }
    }

    /// How far the place behind a page is behind the newest record.
    func millisBehind(_ shard: Int, _ page: ShardPage) throws(SluiceError) -> Int64 {
        let view = try view(shard)
        guard try page.offset < view.durableEnd() else { return 0 }
        let newest = try newestMicros(shard, end: try view.durableEnd())
        let next = try nextArrival(page)
        guard let newest, let last = page.lastArrivalMicros ?? next else { return 0 }
        return max(0, (newest - last) / 1000)
    }

    private func nextArrival(_ page: ShardPage) throws(SluiceError) -> Int64? {
        var reader = page.reader
        return try reader.nextHeader()?.arrivalMicros
    }
}
