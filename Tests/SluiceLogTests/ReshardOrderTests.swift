import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("order across splits and merges")
struct ReshardOrderTests {
    private static let keys = 8
    private static let perKey = 60
    let temporary = TemporaryDirectory()

    @Test("writers go on while shards are split and merged; a reader of all shards gets each key's records in order, once")
    func order() async throws {
        let streams = EmbeddedStreams(StreamStore(directory: temporary.path + "/streams"))
        try streams.createStream("s", StreamConfiguration(shards: 2))
        let stream = try streams.stream("s")
        await withTaskGroup(of: Void.self) { group in
            for key in 0..<Self.keys { group.addTask { await put(streams, key) } }
            group.addTask { await reshard(stream) }
            group.addTask { await follow(stream) }
        }
        await follow(stream)
    }

    private func put(_ streams: EmbeddedStreams, _ key: Int) async {
        for index in 0..<Self.perKey {
            do { try await streams.putRecord(PutBatch(key: "k\(key)", payload: [UInt8(index)]), to: "s") } catch { Issue.record(error) }
        }
    }

    private func reshard(_ stream: RecordStream) async {
        for target in [5, 1, 3, 6, 2, 4, 5, 1, 3, 6, 2, 4] {
            let count = stream.openShards.count
            do { try await stream.updateShardCount(to: min(max(target, (count + 1) / 2), 2 * count)) } catch { Issue.record(error) }
        }
    }

    /// Reads all shards from the start until every record was there.
    private func follow(_ stream: RecordStream) async {
        do {
            var reader = try StreamReader(stream)
            var read: [String: [UInt8]] = [:]
            var count = 0
            while count < Self.keys * Self.perKey {
                if let found = try await reader.next() {
                    for row in 0..<found.records.count { read[found.records.keys.text(row), default: []] += found.records.payloads[row] }
                    count += found.records.count
                } else {
                    _ = await reader.waitForRecords()
                }
            }
            #expect(read.count == Self.keys && read.values.allSatisfy { $0 == Array(0..<UInt8(Self.perKey)) })
        } catch { Issue.record(error) }
    }
}
