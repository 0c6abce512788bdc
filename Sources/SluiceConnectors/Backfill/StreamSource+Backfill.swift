import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams

/// Records by the time of their arrival, which each shard's index finds, or by their numbers.
extension StreamSource: BackfillSource {
    func cut(_ request: BackfillRequest) async throws -> BackfillCut {
        try stream.refresh()
        if let numbers = try request.range.sequences() { return try cut(numbers, request) }
        if (request.range.from.sequence == nil) != (request.range.to.sequence == nil) {
            throw SluiceError(
                .usage,
                "of a stream, \(request.range.from.text) and \(request.range.to.text) are not of one kind: digits alone number records",
                remedy: "give two numbers, or two times such as 2024-03-01")
        }
        let range = try request.range.time()
        guard range.endMicros <= request.nowMicros else {
            throw SluiceError(
                .usage, "the range ends at \(TimeRange.text(range.endMicros)), and records may arrive until then",
                remedy: "end it now or earlier: a unit that is done is not looked at again")
        }
        let unit = [request.unit ?? .day, request.leastUnit].compactMap(\.self).max() ?? .day
        var units: [BackfillUnit] = []
        for span in try spans(range, unit) {
            let places = try places(span)
            if places.isEmpty { continue }
            if request.splitsShards {
                units += places.map { place in
                    self.unit("\(ShardID(place.shard))/\(span)", span, [place])
                }
            } else {
                units.append(self.unit(span.description, span, places))
            }
            guard units.count <= ConnectorLimits.backfillUnits else {
                throw SluiceError(
                    .limitExceeded, "the range has more than \(ConnectorLimits.backfillUnits) units", remedy: "take a longer --unit")
            }
        }
        return BackfillCut(
            units: units, basis: "arrival in the stream", from: TimeRange.text(range.startMicros), to: TimeRange.text(range.endMicros))
    }

    /// Neighbouring records of a shard.
    private struct Place {
        var shard: Int
        var records: Range<UInt64>
    }

    private func unit(_ name: String, _ time: TimeRange?, _ places: [Place]) -> BackfillUnit {
        let starts = places.map { ($0.shard, StartPosition.sequence($0.records.lowerBound)) }
        let slice = StreamSlice(
            source: self, starts: Dictionary(uniqueKeysWithValues: starts),
            ends: Dictionary(uniqueKeysWithValues: places.map { ($0.shard, $0.records.upperBound) }), budget: .max, reached: ReachedPlaces()
        )
        return BackfillUnit(
            name: name, time: time, source: slice,
            inputs: places.map { place in
                let text = "\(place.records.lowerBound)-\(place.records.upperBound)"
                return BackfillUnit.Input(name: "\(stream.name)/\(ShardID(place.shard)), records \(text)", byteCount: nil, version: text)
            })
    }

    // MARK: By time

    /// The units of a range that records of some shard may be in.
    private func spans(_ range: TimeRange, _ unit: CalendarUnit) throws(SluiceError) -> [TimeRange] {
        var oldest = Int64.max
        var newest = Int64.min
        for shard in stream.shardNumbers {
            guard case .records(_, _, let first, let last) = try stream.contents(of: shard, withTimes: true) else { continue }
            oldest = min(oldest, first ?? range.startMicros)
            newest = max(newest, last ?? range.endMicros)
        }
        var spans: [TimeRange] = []
        var start = max(range.startMicros, oldest)
        while start < range.endMicros, start <= newest {
            let whole = unit.range(around: start)
            spans.append(whole.clamped(to: range))
            start = whole.endMicros
            guard spans.count <= ConnectorLimits.backfillUnits else {
                throw SluiceError(
                    .limitExceeded, "the range has more than \(ConnectorLimits.backfillUnits) units", remedy: "take a longer --unit")
            }
        }
        return spans
    }

    private func places(_ span: TimeRange) throws(SluiceError) -> [Place] {
        var places: [Place] = []
        for shard in stream.shardNumbers {
            let first = try stream.firstSequence(shard, atMicros: span.startMicros)
            let end = try stream.firstSequence(shard, atMicros: span.endMicros)
            if first < end { places.append(Place(shard: shard, records: first..<end)) }
        }
        return places
    }

    // MARK: By number

    private func cut(_ numbers: Range<UInt64>, _ request: BackfillRequest) throws(SluiceError) -> BackfillCut {
        guard request.splitsShards else {
            throw SluiceError(
                .usage,
                "records \(numbers.lowerBound) to \(numbers.upperBound) of each shard are no stretch of time, so no partitions of the "
                    + "output are theirs",
                remedy: "give times such as 2024-03-01, or add the rows with --append")
        }
        var units: [BackfillUnit] = []
        var notices: [String] = []
        for shard in stream.shardNumbers {
            let horizon = try stream.horizon(shard)
            let there = horizon..<max(horizon, try stream.endSequence(shard: shard))
            if there.upperBound < numbers.upperBound { notices.append("\(ShardID(shard)) has records up to \(there.upperBound) only") }
            if there.lowerBound > numbers.lowerBound {
                notices.append("records of \(ShardID(shard)) before \(there.lowerBound) have expired")
            }
            var start = numbers.lowerBound
            while start < min(numbers.upperBound, there.upperBound) {
                let whole = start..<min(numbers.upperBound, start + ConnectorLimits.backfillRecords)
                let records = whole.clamped(to: there)
                if !records.isEmpty {
                    let name = "\(ShardID(shard))/\(whole.lowerBound)-\(whole.upperBound)"
                    units.append(unit(name, nil, [Place(shard: shard, records: records)]))
                }
                start = whole.upperBound
            }
        }
        guard units.count <= ConnectorLimits.backfillUnits else {
            throw SluiceError(
                .limitExceeded, "the range has \(units.count) units of \(ConnectorLimits.backfillRecords) records",
                remedy: "backfill it in parts: at most \(ConnectorLimits.backfillUnits) units at once")
        }
        return BackfillCut(
            units: units, basis: "numbers of records", from: String(numbers.lowerBound), to: String(numbers.upperBound), notices: notices)
    }
}
