import SluiceCore
import SluiceLog
import SluiceStreams

/// Prints records as they arrive, until it was told to stop or nobody reads any more.
///
/// Shards that a split or merge makes are read once the shards before them are at their end, so the records of a key come in order.
struct StreamFollower: Sendable {
    let stream: RecordStream
    /// The only ones to read, and not what continues them; nil for all.
    let shards: [Int]?
    let printer: RecordPrinter

    /// - Parameter limit: records to print at most.
    func run(from start: StreamPlace?, limit: Int) async throws {
        var reader = try StreamReader(stream, from: start?.position ?? .end, only: shards)
        var printer = printer
        var left = limit
        repeat {
            while let (shard, records) = try await reader.next() {
                printer.isNumbered = printer.isNumbered || stream.shardNumbers.count > 1
                for record in records.printed(shard: shard.number) {
                    if printer.console.out.isClosed { return }
                    printer.print(record)
                    left -= 1
                    if left == 0 { return }
                }
                try Task.checkCancellation()
            }
        } while await reader.waitForRecords()
        try Task.checkCancellation()
    }
}
