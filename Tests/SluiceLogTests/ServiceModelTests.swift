import SluiceCore
import SluiceLog
import SluiceStreams
import SluiceTestKit
import Testing

/// What a stream is, without files: shards with ranges, records with times, and a clock.
private struct ServiceModel {
    struct Record: Equatable {
        var number: SequenceNumber
        var micros: Int64
        var text: String
    }

    struct Shard {
        var range: HashRange
        var parents: [Int]
        var records: [Record] = []
        var closedMicros: Int64?
        /// Records before it are gone for good.
        var trimmed = 0
    }

    static let hour: Int64 = 3_600_000_000
    var shards: [Int: Shard] = [:]
    var nextShard = 0
    var retentionHours: Int
    var nowMicros: Int64

    init(shards count: Int, retentionHours: Int, nowMicros: Int64) {
        self.retentionHours = retentionHours
        self.nowMicros = nowMicros
        for range in HashRange.slices(count) { add(Shard(range: range, parents: [])) }
    }

    var horizon: Int64 { nowMicros - Int64(retentionHours) * Self.hour }
    var open: [Int] { shards.filter { $0.value.closedMicros == nil }.keys.sorted() }

    mutating func add(_ shard: Shard) {
        shards[nextShard] = shard
        nextShard += 1
    }

    /// Closed shards whose last record has expired are gone.
    mutating func expire() { shards = shards.filter { $0.value.closedMicros.map { $0 >= horizon } ?? true } }

    mutating func setRetention(_ hours: Int) {
        for (number, shard) in shards {
            let first = shard.records.firstIndex { $0.micros >= horizon } ?? shard.records.count
            shards[number]!.trimmed = max(shard.trimmed, first)
        }
        retentionHours = hours
        expire()
    }

    func owner(_ hash: UInt128) -> Int { open.first { shards[$0]!.range.contains(hash) }! }

    func visible(_ number: Int) -> [Record] {
        let shard = shards[number]!
        return shard.records.enumerated().filter { $0.offset >= shard.trimmed && $0.element.micros >= horizon }.map(\.element)
    }

    mutating func split(_ number: Int, at hash: UInt128) {
        let range = shards[number]!.range
        shards[number]!.closedMicros = nowMicros
        add(Shard(range: HashRange(first: range.first, last: hash - 1), parents: [number]))
        add(Shard(range: HashRange(first: hash, last: range.last), parents: [number]))
    }

    mutating func merge(_ a: Int, _ b: Int) {
        let (left, right) = (shards[a]!.range, shards[b]!.range)
        shards[a]!.closedMicros = nowMicros
        shards[b]!.closedMicros = nowMicros
        add(Shard(range: HashRange(first: min(left.first, right.first), last: max(left.last, right.last)), parents: [a, b]))
    }
}

@Suite("random operations on the service")
struct ServiceModelTests {
    private let clock = ManualMicros(100 * ServiceModel.hour)

    @Test("puts, reads, splits, merges, retention and restarts do what the model does", arguments: Rounds.of(12))
    func random(_ round: Int) async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed)
        let temporary = TemporaryDirectory()
        func start() -> EmbeddedStreams {
            EmbeddedStreams(StreamStore(directory: temporary.path + "/streams", clock: clock.wall, segmentBytes: 2_000))
        }
        var streams = start()
        var model = ServiceModel(shards: 2, retentionHours: 40, nowMicros: clock.wall.nowMicros())
        try streams.createStream("s", StreamConfiguration(shards: 2, retentionHours: 40, isEncrypted: round % 4 == 0))
        for step in 0..<150 {
            let comment: Comment = "seed \(seed), step \(step)"
            switch Int.random(in: 0..<16, using: &random) {
            case 0..<7: try await put(streams, &model, step, &random, comment)
            case 7:
                let shard = model.open.randomElement(using: &random)!
                let range = model.shards[shard]!.range
                guard range.last - range.first > 8 else { continue }
                let hash = UInt128.random(in: (range.first + 1)..<range.last, using: &random)
                try await streams.splitShard("s", ShardID(shard), at: hash)
                model.split(shard, at: hash)
            case 8:
                let open = model.open.sorted { model.shards[$0]!.range.first < model.shards[$1]!.range.first }
                guard open.count > 1 else { continue }
                let place = Int.random(in: 1..<open.count, using: &random)
                try await streams.mergeShards("s", ShardID(open[place]), ShardID(open[place - 1]))
                model.merge(open[place], open[place - 1])
            case 9:
                var change = StreamChange()
                let hours = Int.random(in: 24...60, using: &random)
                change.retentionHours = hours
                try streams.updateStream("s", change)
                model.setRetention(hours)
            case 10:
                streams.close()
                streams = start()
                #expect(try streams.stream("s").recovery.isEmpty, comment)
            case 11..<14:
                model.nowMicros += Int64.random(in: 0..<(3 * ServiceModel.hour), using: &random)
                clock.set(model.nowMicros)
            default: try await read(streams, model, &random, comment)
            }
            model.expire()
            let listed = try streams.listShards("s", .fromTrimHorizon)
            #expect(listed.map(\.id.number) == model.shards.keys.sorted(), comment)
            for shard in listed {
                let own = model.shards[shard.id.number]!
                #expect(shard.range == own.range && shard.isOpen == (own.closedMicros == nil), comment)
                #expect([shard.parent, shard.adjacentParent].compactMap { $0?.number } == own.parents, comment)
            }
        }
        for shard in model.shards.keys { try await check(streams, model, shard, .trimHorizon, comment: "seed \(seed), at the end") }
    }

    private func put(
        _ streams: EmbeddedStreams, _ model: inout ServiceModel, _ step: Int, _ random: inout SeededGenerator, _ comment: Comment
    ) async throws {
        let count = Int.random(in: 1...12, using: &random)
        let texts = (0..<count).map { "\(step)-\($0)" }
        let hashes = texts.map { _ in Bool.random(using: &random) ? UInt128.random(in: 0 ... .max, using: &random) : nil }
        let outcomes = try await streams.putRecords(
            PutBatch(keys: ByteRows(texts: texts), payloads: raw(texts), hashKeys: hashes), to: "s")
        for (row, outcome) in outcomes.enumerated() {
            let receipt = try #require(outcome.receipt, comment)
            let owner = model.owner(hashes[row] ?? HashRange.hash(of: texts[row]))
            #expect(receipt.shard == ShardID(owner), comment)
            let last = model.shards[owner]!.records.last
            if let last { #expect(receipt.sequenceNumber > last.number, comment) }
            model.shards[owner]!.records.append(
                ServiceModel.Record(number: receipt.sequenceNumber, micros: model.nowMicros, text: texts[row]))
        }
    }

    private func read(
        _ streams: EmbeddedStreams, _ model: ServiceModel, _ random: inout SeededGenerator, _ comment: Comment
    ) async throws {
        let shard = model.shards.keys.sorted().randomElement(using: &random)!
        let visible = model.visible(shard)
        try await check(streams, model, shard, .trimHorizon, comment: comment)
        try await check(streams, model, shard, .latest, comment: comment)
        if let record = visible.randomElement(using: &random) {
            try await check(streams, model, shard, .atSequenceNumber(record.number), comment: comment)
            try await check(streams, model, shard, .afterSequenceNumber(record.number), comment: comment)
            try await check(streams, model, shard, .atTimestamp(micros: record.micros), comment: comment)
            try await check(streams, model, shard, .atTimestamp(micros: record.micros + 1), comment: comment)
        }
    }

    /// Reads a shard from a position to its end and compares.
    private func check(
        _ streams: EmbeddedStreams, _ model: ServiceModel, _ shard: Int, _ position: IteratorPosition, comment: Comment
    ) async throws {
        let expected = model.visible(shard).filter { record in
            switch position {
            case .trimHorizon: true
            case .latest: false
            case .atSequenceNumber(let number): record.number >= number
            case .afterSequenceNumber(let number): record.number > number
            case .atTimestamp(let micros): record.micros >= micros
            }
        }
        var found: [ServiceModel.Record] = []
        var iterator: ShardIterator? = try streams.shardIterator("s", ShardID(shard), position)
        var children: [ShardID]?
        while let now = iterator {
            let page = try streams.getRecords(now, limit: 7)
            for batch in page.batches {
                for row in 0..<batch.count {
                    found.append(
                        ServiceModel.Record(
                            number: batch.sequenceNumber(row), micros: batch.arrivalMicros(row), text: batch.payloads.text(row)))
                }
            }
            iterator = page.next
            if page.next == nil { children = page.children.map(\.id) }
            if page.count == 0 { break }
        }
        #expect(found == expected, "shard \(shard), \(position): \(comment)")
        let closed = model.shards[shard]!.closedMicros != nil
        #expect((children != nil) == closed, comment)
        if closed {
            #expect(children == model.shards.filter { $0.value.parents.contains(shard) }.keys.sorted().map { ShardID($0) }, comment)
        }
    }
}
