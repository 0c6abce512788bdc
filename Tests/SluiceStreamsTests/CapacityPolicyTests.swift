import SluiceStreams
import Testing

@Suite("when on-demand streams are split and merged")
struct CapacityPolicyTests {
    @Test("a policy splits hot shards and merges cold ones, within its bounds")
    func policy() {
        let ranges = HashRange.slices(4)
        var policy = CapacityPolicy(shardLimits: 3...5)
        func loads(_ uses: [Double]) -> [CapacityPolicy.Load] {
            uses.enumerated().map {
                CapacityPolicy.Load(
                    shard: ShardID($0), range: ranges[$0], bytesPerSecond: $1 * Double(1 << 20), recordsPerSecond: 0)
            }
        }
        #expect(policy.observe(loads([0.2, 0.5, 0.2, 0.2]), at: 0).isEmpty)
        let width = ranges[1].last - ranges[1].first
        #expect(
            policy.observe(loads([0.2, 0.51, 0.2, 0.9]), at: 1) == [.split(ShardID(1), at: ranges[1].first + width / 2 + 1)],
            "the upper bound is reached by one split")
        let cold = loads([0.04, 0.04, 0.04, 0.04])
        #expect(policy.observe(cold, at: 10).isEmpty)
        #expect(policy.observe(cold, at: 9 + CapacityPolicy.coolMicros).isEmpty)
        #expect(policy.observe(cold, at: 10 + CapacityPolicy.coolMicros) == [.merge(ShardID(0), ShardID(1))])
        #expect(policy.observe(loads([0.04, 0.3, 0.04, 0.04]), at: 20 + CapacityPolicy.coolMicros) == [.merge(ShardID(2), ShardID(3))])
    }
}
