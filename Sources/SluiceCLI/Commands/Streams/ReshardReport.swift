import SluiceCore
import SluiceLog
import SluiceStreams

/// What split, merge and scale say: the shards that were closed and made.
enum ReshardReport {
    /// Makes a change and reports the difference.
    static func change(_ stream: RecordStream, _ body: () async throws -> Void) async throws -> Report {
        let before = Set(stream.openShards)
        try await body()
        let after = Set(stream.openShards)
        let (closed, opened) = (before.subtracting(after).sorted(), after.subtracting(before).sorted())
        let summary =
            closed.isEmpty
            ? "The shards of \(stream.name) are as wanted."
            : "Closed \(names(closed)); opened \(names(opened)). Stream \(stream.name) has \(HumanText.count(after.count, "open shard"))."
        return Report(
            [.paragraph(summary)],
            json: .object([
                "stream": .string(stream.name), "closed": ids(closed), "opened": ids(opened), "open_shards": .number(after.count),
            ]))
    }

    private static func names(_ shards: [Int]) -> String { "shard " + shards.map(String.init).joined(separator: ", ") }
    private static func ids(_ shards: [Int]) -> Value { .texts(shards.map { ShardID($0).description }) }
}
