import Glibc
import SluiceCore
import SluiceLog
import SluiceStreams

/// The process that is killed: several tasks put numbered records, one splits and merges shards, one reads, and each acknowledgement is
/// written to standard output, in one system call, before the next put.
struct CrashWriter {
    static let tasks = 4
    static let segmentBytes = 96 << 10

    let directory: String
    let round: Int
    let killAt: Int
    let moment: KillingFiles.Moment

    @concurrent func run() async throws {
        let store = StreamStore(
            directory: directory, files: KillingFiles(after: killAt, moment), segmentBytes: Self.segmentBytes)
        if !store.exists("s") { try store.create("s", StreamConfiguration(shards: 2)) }
        let stream = try store.open("s", for: .writing)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<Self.tasks { group.addTask { await put(stream, task) } }
            group.addTask { await reshard(stream) }
            group.addTask { await read(stream) }
        }
    }

    /// Puts batches of one key each; a batch is sent twice now and then, as a producer does that missed the answer.
    private func put(_ stream: RecordStream, _ task: Int) async {
        var random = SystemRandomNumberGenerator()
        let producer = UInt64(round * Self.tasks + task + 1)
        var index = 0
        for batch in 1..<UInt64(100_000) {
            let count = Int.random(in: 1...4, using: &random)
            let size = Int.random(in: 0..<20, using: &random) == 0 ? 20_000 : 40
            let texts = (0..<count).map { "\(round)/\(task)/\(index + $0)/" + String(repeating: "x", count: size) }
            let records = ByteRows(texts: texts)
            let put = PutBatch(
                keys: ByteRows(texts: texts.map { _ in "\(round)/\(task)" }),
                payloads: RawRecords(
                    bytes: records.data, starts: Array(records.offsets.dropLast()), ends: Array(records.offsets.dropFirst())),
                producer: PutBatch.Producer(id: producer, batch: batch))
            for _ in 0..<(Int.random(in: 0..<8, using: &random) == 0 ? 2 : 1) {
                guard let outcomes = try? await stream.put(put), outcomes.allSatisfy({ $0.receipt != nil }) else { return }
            }
            say("A \(round) \(task) \(index + count)\n")
            index += count
        }
    }

    private func reshard(_ stream: RecordStream) async {
        while true {
            try? await Task.sleep(for: .milliseconds(Int.random(in: 1..<40)))
            let count = stream.openShards.count
            try? await stream.updateShardCount(to: min(5, max(1, Int.random(in: (count + 1) / 2...count * 2))))
        }
    }

    private func read(_ stream: RecordStream) async {
        guard var reader = try? StreamReader(stream) else { return say("E a reader did not open\n") }
        while true {
            do {
                while let (shard, records) = try await reader.next() { say("R \(shard.number) \(records.sequences.upperBound)\n") }
            } catch {
                return say("E \(error)\n")
            }
            _ = await reader.waitForRecords()
        }
    }

    private func say(_ line: String) {
        var line = line
        line.withUTF8 { _ = Glibc.write(1, $0.baseAddress!, $0.count) }
    }
}
