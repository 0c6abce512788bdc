#if Kafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

/// What becomes of records where requests fail, with a broker that keeps the sequences of producers as Kafka does.
@Suite("records of a Kafka topic, each once and in order")
struct OrderTests {
    let broker: RecordBroker

    init() throws { broker = try RecordBroker() }

    /// Refusals that end by themselves, cut connections, and answers that are lost.
    private static let faults: [RecordBroker.Fault] = [
        .refuse(19), .none, .loseAnswer, .refuse(6), .storeAndRefuse(20), .cut, .none, .none, .loseAnswer, .storeAndRefuse(7), .none,
        .refuseLate(6), .loseAnswer, .refuse(19), .refuse(56),
    ]

    private func read(_ streams: KafkaStreams, partitions: Int) async throws -> [String: [Int]] {
        var found: [String: [Int]] = [:]
        for shard in 0..<partitions {
            for text in try await streams.texts("s", shard, limit: 1_000) {
                let words = text.split(separator: " ")
                found[String(words[0]), default: []].append(try #require(Int(words[1])))
            }
        }
        return found
    }

    @Test(
        "through refusals, cut connections and lost answers, what is acknowledged is stored once and in order; what is not can be put again"
    )
    func faults() async throws {
        broker.makeTopic("s", partitions: 3)
        let streams = try broker.streams()
        var acknowledged: [String: Set<Int>] = [:]
        for round in 0..<20 {
            if round % 4 == 1 { broker.plan(Self.faults) }
            let rows = (0..<50).map { (key: "k\($0 % 7)", number: round * 50 + $0) }
            let outcomes = try await streams.putRecords(put(rows.map { ($0.key, "\($0.key) \($0.number)") }), to: "s")
            for (row, outcome) in zip(rows, outcomes) {
                switch outcome {
                case .stored: acknowledged[row.key, default: []].insert(row.number)
                case .failed(let error): #expect(error.isRetriable, "\(error)")
                }
            }
        }
        let found = try await read(streams, partitions: 3)
        for (key, numbers) in found {
            #expect(numbers == Set(numbers).sorted())
            #expect(acknowledged[key, default: []].isSubset(of: numbers))
        }
        #expect(acknowledged.values.reduce(0) { $0 + $1.count } > 500)
        #expect(broker.isPlanDone)
    }

    @Test("many puts at a time keep the order of each, and what is acknowledged is stored once")
    func concurrency() async throws {
        broker.makeTopic("s", partitions: 2)
        let streams = try broker.streams()
        broker.plan(Self.faults + Self.faults + Self.faults)
        let acknowledged = try await withThrowingTaskGroup(of: (String, Set<Int>).self) { tasks in
            for writer in 0..<8 {
                tasks.addTask {
                    var stored: Set<Int> = []
                    for index in 0..<20 {
                        let outcome = try await streams.putRecords(put([("w\(writer)", "w\(writer) \(index)")]), to: "s")[0]
                        if outcome.receipt != nil { stored.insert(index) }
                    }
                    return ("w\(writer)", stored)
                }
            }
            return try await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let found = try await read(streams, partitions: 2)
        for (key, numbers) in found {
            #expect(numbers == Set(numbers).sorted())
            #expect(acknowledged[key, default: []].isSubset(of: numbers))
        }
        #expect(acknowledged.values.reduce(0) { $0 + $1.count } > 80)
    }

    @Test(
        "a record that is refused for now does not count as stored because one behind it is, whether the partition knows the producer or not",
        .timeLimit(.minutes(20)), arguments: [0, 1])
    func refusedAhead(_ before: Int) async throws {
        broker.makeTopic("s", partitions: 1)
        let streams = try broker.streams()
        for index in 0..<before { try await streams.putRecord(put([("k", "before \(index)")]), to: "s") }
        broker.plan([.refuseLate(19)])
        async let ahead = streams.putRecord(put([("k", "ahead")]), to: "s")
        while !broker.isPlanDone { try await Task.sleep(for: .milliseconds(1)) }
        async let behind = streams.putRecord(put([("k", "behind")]), to: "s")
        #expect(try await [ahead, behind].map(\.sequenceNumber) == [before, before + 1].map { SequenceNumber(UInt128($0)) })
        #expect(try await streams.texts("s") == (0..<before).map { "before \($0)" } + ["ahead", "behind"])
    }

    @Test("behind a record that is refused for good the producer counts from the beginning, and what follows is stored")
    func refusedForGood() async throws {
        broker.makeTopic("s", partitions: 1)
        let streams = try broker.streams()
        try await streams.putRecord(put([("k", "0")]), to: "s")
        broker.plan([.refuse(10)])
        #expect(await code { try await streams.putRecord(put([("k", "1")]), to: "s") } == .recordTooLarge)
        #expect(try await streams.putRecord(put([("k", "2")]), to: "s").sequenceNumber == SequenceNumber(1))
        #expect(try await streams.texts("s") == ["0", "2"])
    }

    @Test("a record is not acknowledged where the library supposes that it is stored, and no broker said where")
    func supposed() async throws {
        broker.makeTopic("s", partitions: 1)
        let streams = try broker.streams()
        // 46: the sequence is one of before, which the library takes for success.
        broker.plan([.refuse(46)])
        guard case .failed(let error) = try await streams.putRecords(put([("k", "0")]), to: "s")[0] else {
            Issue.record("a record was acknowledged and is not stored")
            return
        }
        #expect(error.code == .ioFailure)
        #expect(error.isRetriable)
        #expect(try await streams.putRecord(put([("k", "0")]), to: "s").sequenceNumber == SequenceNumber(0))
        #expect(try await streams.texts("s") == ["0"])
    }

    @Test("the largest record that a stream takes comes back whole")
    func largest() async throws {
        broker.makeTopic("s", partitions: 1)
        let streams = try broker.streams()
        let largest = (0..<(10 << 20) - 1).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await streams.putRecord(PutBatch(key: "k", payload: largest), to: "s")
        try await streams.putRecord(put([("k", "behind")]), to: "s")
        let first = try await streams.getRecords(try await streams.shardIterator("s", ShardID(0), .trimHorizon), limit: 10)
        #expect(first.batches.map { Array($0.payloads[0]) == largest } == [true])
        #expect(try await streams.getRecords(try #require(first.next), limit: 10).texts == ["behind"])
    }

    @Test("a topic that was removed is not made again by putting records")
    func removed() async throws {
        broker.makeTopic("s", partitions: 1)
        let streams = try broker.streams(["message.timeout.ms": "1000", "topic.metadata.refresh.interval.ms": "100"])
        try await streams.putRecord(put([("k", "0")]), to: "s")
        broker.removeTopic("s")
        guard case .failed(let error) = try await streams.putRecords(put([("k", "1")]), to: "s")[0] else {
            Issue.record("a record was stored in a topic that is not there")
            return
        }
        #expect([.notFound, .ioFailure].contains(error.code))
        #expect(broker.topicNames.isEmpty)
        #expect(await code { try await streams.describeStream("s") } == .notFound)
    }

    @Test("a shard's contents are its offsets and the times of its first and last record; a group's lag is counted in records and in time")
    func lag() async throws {
        broker.makeTopic("s", partitions: 1)
        let streams = try broker.streams()
        #expect(try await streams.shardContents("s", ShardID(0), withTimes: true) == .empty)
        _ = try await streams.putRecords(put((0..<7).map { ("k", "\($0)") }), to: "s")
        _ = try await streams.putRecords(put([("k", "7")]), to: "s")
        #expect(
            try await streams.shardContents("s", ShardID(0), withTimes: false)
                == .records(oldest: SequenceNumber(0), newest: SequenceNumber(7)))
        guard case .records(_, _, let oldest?, let newest?) = try await streams.shardContents("s", ShardID(0), withTimes: true) else {
            Issue.record("the times of a shard's records are not told")
            return
        }
        #expect(oldest <= newest)
        let now = WallClock.system.nowMicros()
        #expect((now - 600_000_000...now).contains(newest))
        func lag(_ position: GroupPosition) async throws -> (records: Int?, millis: Int64?) {
            let lease = NewLease(shard: ShardID(0).description, position: position, parents: [], range: HashRange.slices(1)[0])
            let group = GroupSnapshot(
                settings: try GroupSettings(), revision: 0, members: [], leases: [GroupLease(lease, counter: 0)])
            let found = try await GroupLag.measure(group, of: "s", on: streams)
            return (found.records, found.millis)
        }
        #expect(try await lag(.trimHorizon).records == 8)
        #expect(try await lag(.trimHorizon).millis == (newest - oldest) / 1_000)
        #expect(try await lag(.after(SequenceNumber(4))).records == 3)
        #expect(try await lag(.at(SequenceNumber(4))).records == 4)
        for position in [GroupPosition.after(SequenceNumber(7)), .latest] {
            let none = try await lag(position)
            #expect(none.records == 0)
            #expect(none.millis == 0)
        }
        #expect(await code { try await streams.shardContents("s", ShardID(1), withTimes: false) } == .notFound)
    }
}
#endif
