import SluiceCore
import SluiceLog
import SluiceStreams

/// What split, merge and scale say: the shards that were closed and made.
enum ReshardReport {
    /// Makes a change and reports the difference.
    static func change(_ stream: RecordStream, _ body: () async throws -> Void) async throws -> Report {
        let before = Set(stream.openShards)
        do {
            try await body()
        } catch let error as SluiceError where error.code == .invalidArgument {
            // What was asked for is not possible with the shards that there are.
            var refused = error
            refused.code = .usage
            throw refused
        }
        let after = Set(stream.openShards)
        return report(
            stream.name, closed: before.subtracting(after).sorted(), opened: after.subtracting(before).sorted(), openCount: after.count)
    }

    /// - Parameters:
    ///   - closed: Numbers of the shards that were closed.
    ///   - opened: Numbers of the shards that were made and are open.
    static func report(_ name: String, closed: [Int], opened: [Int], openCount: Int) -> Report {
        let summary =
            closed.isEmpty
            ? "The shards of \(name) are as wanted."
            : "Closed \(names(closed)); opened \(names(opened)). Stream \(name) has \(HumanText.count(openCount, "open shard"))."
        return Report(
            [.paragraph(summary)],
            json: .object([
                "stream": .string(name), "closed": ids(closed), "opened": ids(opened), "open_shards": .number(openCount),
            ]))
    }

    private static func names(_ shards: [Int]) -> String {
        (shards.count == 1 ? "shard " : "shards ") + shards.map(String.init).joined(separator: ", ")
    }
    private static func ids(_ shards: [Int]) -> Value { .texts(shards.map { ShardID($0).description }) }
}
