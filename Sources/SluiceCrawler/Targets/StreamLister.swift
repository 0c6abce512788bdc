import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStorage

/// Streams as tables: their records are told apart as files are, by their content.
struct StreamLister: TableLister {
    private let streams: StreamStore

    init(_ streams: StreamStore) { self.streams = streams }

    /// - Parameter place: A stream's name, or a pattern of names.
    func tables(at place: String, _ request: ListingRequest) async throws -> [ListedTable] {
        let names = try streams.list()
        let pattern = try Glob(written: place)
        let found = names.filter { pattern.matches($0) }
        guard !found.isEmpty else {
            throw SluiceError(
                .notFound, "there is no stream \(place.quotedForMessage)",
                remedy: Suggestion.remedy(for: place, in: names, noun: "streams") ?? "there are no streams in this state")
        }
        return try found.map { name in
            let stream = try streams.open(name, for: .reading)
            var state: [String] = []
            for shard in stream.shardNumbers {
                state.append("\(shard):\(try stream.horizon(shard))..<\(try stream.endSequence(shard: shard))")
            }
            return ListedTable(
                name: name, location: "stream:\(name)", connector: CrawlTarget.stream, options: [CrawlTarget.stream: name], kind: "stream",
                state: state.joined(separator: " "))
        }
    }

    func look(at table: ListedTable, _ request: ListingRequest) async throws -> TableLook {
        let stream = try streams.open(table.name, for: .reading)
        var reading = StreamReading(table.name)
        let shards = stream.shardNumbers
        for shard in shards {
            let end = try stream.endSequence(shard: shard)
            let most = request.rowLimit.map { max(1, $0 / Int64(shards.count)) } ?? .max
            var taken: Int64 = 0
            for try await records in StreamBlocks(try stream.reader(shard: shard, from: .start), end: end) {
                guard taken < most, !Task.isCancelled else { break }
                taken += Int64(records.count)
                try reading.take(records, shard: shard)
            }
        }
        try Task.checkCancellation()
        return try reading.look(table)
    }
}

/// The frames of a shard up to a fixed end.
private struct StreamBlocks: AsyncSequence {
    let reader: ShardReader
    let end: UInt64

    init(_ reader: ShardReader, end: UInt64) {
        self.reader = reader
        self.end = end
    }

    func makeAsyncIterator() -> Frames { Frames(reader, end: end) }

    /// A reader in an object of its own: one that a structure's asynchronous method changes makes debug programs of Swift 6.3 fail.
    final class Frames: AsyncIteratorProtocol {
        private var reader: ShardReader
        private let end: UInt64

        init(_ reader: ShardReader, end: UInt64) {
            self.reader = reader
            self.end = end
        }

        func next() async throws -> StreamRecords? {
            guard reader.position < end, let records = try await reader.next(), records.baseSequence < end else { return nil }
            return records.keeping(before: end)
        }
    }
}
