import SluiceCore
import SluiceStreams
import Testing

@Suite("how far a group is behind")
struct LagTests {
    private let shard = GroupShard.sample(0, newest: 9)

    private func lag(_ position: GroupPosition, reached: Int64? = nil, step: UInt128? = 1) throws -> GroupLag {
        var lease = GroupLease.sample(shard, owner: "a", at: position)
        lease.reachedMicros = reached
        return GroupLag(try .sample(["a": 1], [lease]), [shard], step: step)
    }

    @Test(
        "records between the position and the shard's end",
        arguments: [
            (GroupPosition.trimHorizon, 10), (.at(sequence(0)), 10), (.after(sequence(0)), 9), (.after(sequence(0), subSequence: 3), 10),
            (.at(sequence(9)), 1), (.after(sequence(9), subSequence: 1), 1), (.after(sequence(9)), 0), (.after(sequence(12)), 0),
            (.latest, 0),
            (.time(10_000), 0),
        ])
    func records(_ position: GroupPosition, _ records: Int) throws {
        #expect(try lag(position).records == records)
    }

    @Test("records that retention removed are not waiting")
    func trimmed() throws {
        var shard = shard
        shard.contents = .records(oldest: sequence(7), newest: sequence(9), newestMicros: 0)
        let lease = GroupLease.sample(shard, at: .after(sequence(1)))
        #expect(GroupLag(try .sample([:], [lease]), [shard], step: 1).records == 3)
    }

    @Test("milliseconds from the arrival of the last record that was read to that of the newest")
    func millis() throws {
        #expect(try lag(.after(sequence(4)), reached: 4_000).millis == 5)
        #expect(try lag(.after(sequence(9)), reached: 9_000).millis == 0)
        // A clock that stepped back makes no negative lag.
        #expect(try lag(.after(sequence(4)), reached: 20_000).millis == 0)
        #expect(try lag(.after(sequence(4))).millis == nil)
    }

    @Test("what cannot be known is not guessed")
    func unknown() throws {
        #expect(try lag(.after(sequence(4)), step: nil).records == nil)
        #expect(try lag(.time(5)).records == nil)
        let unknown = GroupShard(id: shard.id, range: shard.range)
        let lag = GroupLag(try .sample([:], [.sample(shard)]), [unknown], step: 1)
        #expect(lag.records == nil && lag.millis == nil && lag.shards.count == 1)
    }

    @Test("where a backend does not say what a shard holds, its next record tells the time, and its end that nothing is left")
    func looks() throws {
        let unknown = GroupShard(id: shard.id, range: shard.range)
        func lag(_ next: Int64?, behind: Int64, reached: Int64? = nil) throws -> [Int64?] {
            var lease = GroupLease.sample(shard, at: .after(sequence(4)))
            lease.reachedMicros = reached
            let record = next.map { GroupLag.Upcoming.Record(sequence: sequence(5), micros: $0) }
            let lag = GroupLag(
                try .sample([:], [lease]), [unknown], step: nil,
                upcoming: [shard.id: GroupLag.Upcoming(record: record, millisBehind: behind)])
            return [lag.records.map { Int64($0) }, lag.millis]
        }
        #expect(try lag(nil, behind: 0) == [0, 0])
        #expect(try lag(nil, behind: 500) == [nil, 500])
        #expect(try lag(10_000_000, behind: 2_000) == [nil, 2_000])
        #expect(try lag(10_000_000, behind: 2_000, reached: 4_000_000) == [nil, 8_000])
        #expect(try lag(10_000_000, behind: 0, reached: 20_000_000) == [nil, 0])
    }

    @Test("finished shards do not count, and shards that wait for their parents count whole")
    func family() throws {
        let shards: [GroupShard] = [
            .sample(0, 0...49, isClosed: true, newest: 9), .sample(1, 50...99, newest: 4), .sample(2, 0...24, parents: [0], newest: 2),
            .sample(3, 25...49, parents: [0]),
        ]
        let reading: [GroupLease] = [
            .sample(shards[0], owner: "a", at: .after(sequence(5))), .sample(shards[1], owner: "b", at: .after(sequence(4))),
        ]
        let lag = GroupLag(try .sample(["a": 1, "b": 1], reading), shards, step: 1)
        #expect(lag.shards.map(\.records) == [4, 0, 3, 0] && lag.records == 7)
        #expect(lag.shards.map(\.owner) == ["a", "b", nil, nil] && lag.shards[2].state == nil)
        let done: [GroupLease] = [
            .sample(shards[0], at: .shardEnd), .sample(shards[1]), .sample(shards[2], at: .after(sequence(2))), .sample(shards[3]),
        ]
        #expect(GroupLag(try .sample([:], done), shards, step: 1).shards.map(\.shard) == ["shard-01", "shard-02", "shard-03"])
    }
}
