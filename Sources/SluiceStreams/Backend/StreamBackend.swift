package import SluiceCore

/// What a partitioned stream does for its users, whoever keeps it: the embedded log (`EmbeddedStreams`), the Kinesis service, a Kafka cluster.
///
/// The semantics are those of Kinesis: shards own ranges of the 128-bit hash of the partition key; numbers ascend inside a shard; an
/// acknowledged record is durable; shards are split and merged, and a reader drains parents before their children. A method that a backend
/// cannot offer throws `unsupported`.
///
/// Errors that all backends share: `notFound` (stream or shard), `alreadyExists`, `resourceInUse`, `invalidArgument`, `recordTooLarge`,
/// `limitExceeded`, `expiredIterator`, `invalidIterator`, `throughputExceeded` (retriable), `ioFailure`.
package protocol StreamBackend: Sendable {
    // Streams.
    /// Makes an empty stream whose shards own equal slices of the hashes; it may be `creating` for a while.
    func createStream(_ name: String, _ configuration: StreamConfiguration) async throws(SluiceError)
    /// Removes a stream with its records; its iterators and subscriptions end.
    func deleteStream(_ name: String) async throws(SluiceError)
    /// Names, sorted.
    func listStreams() async throws(SluiceError) -> [String]
    /// The stream as a whole, without its shards.
    func describeStream(_ name: String) async throws(SluiceError) -> StreamSummary
    /// Changes what a stream keeps, allows and is called; only what the change names.
    func updateStream(_ name: String, _ change: StreamChange) async throws(SluiceError)

    // Shards.
    /// The shards that the filter lets through, by number; closed ones too, until their last record has expired.
    func listShards(_ stream: String, _ filter: ShardFilter) async throws(SluiceError) -> [ShardSummary]
    /// Closes a shard and gives its range to two: hashes below `hashKey` to the first, it and those above to the second.
    func splitShard(_ stream: String, _ shard: ShardID, at hashKey: UInt128) async throws(SluiceError)
    /// Closes two shards whose ranges touch and gives both to a new one.
    func mergeShards(_ stream: String, _ shard: ShardID, _ adjacent: ShardID) async throws(SluiceError)
    /// Splits and merges until the stream has `target` open shards of equal ranges; at most twice or half of what it had.
    func updateShardCount(_ stream: String, to target: Int) async throws(SluiceError)

    /// The oldest and the newest record that a shard holds, as far as the backend says.
    ///
    /// - Parameter withTimes: Whether to look up when they arrived, where that costs more.
    func shardContents(_ stream: String, _ shard: ShardID, withTimes: Bool) async throws(SluiceError) -> ShardContents
    /// The difference between the numbers of records that follow each other in a shard; nil where it varies.
    var sequenceStep: UInt128? { get }

    // Writing.
    /// Stores records, each in the shard that owns its hash, and returns when those that were stored are as durable as the stream promises.
    ///
    /// - Returns: One outcome a record, in order. Records of one key keep their order.
    /// - Throws: for what is wrong with the whole call; nothing was stored then.
    func putRecords(_ records: PutBatch, to stream: String) async throws(SluiceError) -> [PutOutcome]

    // Reading.
    /// A token for a place in a shard. It expires; a token of another stream or another backend is refused.
    func shardIterator(_ stream: String, _ shard: ShardID, _ position: IteratorPosition) async throws(SluiceError) -> ShardIterator
    /// The records at a place, without waiting: maybe none although there are some further on. Use the page's `next` to go on.
    ///
    /// - Parameter limit: Records at most, 1 … 10,000.
    func getRecords(_ iterator: ShardIterator, limit: Int) async throws(SluiceError) -> RecordPage
    /// Where a shard ends now.
    func shardEnd(_ stream: String, _ shard: ShardID) async throws(SluiceError) -> ShardEnd
    /// Records pushed as they are committed.
    func subscribe(_ stream: String, _ shard: ShardID, _ position: IteratorPosition) async throws(SluiceError) -> any ShardSubscription
}

extension StreamBackend {
    package func shardContents(_ stream: String, _ shard: ShardID, withTimes: Bool) async throws(SluiceError) -> ShardContents { .unknown }
    package var sequenceStep: UInt128? { nil }

    /// Stores one record; see `putRecords`.
    ///
    /// - Throws: also what made the one record fail.
    @discardableResult
    package func putRecord(_ record: PutBatch, to stream: String) async throws(SluiceError) -> PutReceipt {
        precondition(record.count == 1, "putRecord takes one record, not \(record.count)")
        switch try await putRecords(record, to: stream)[0] {
        case .stored(let receipt): return receipt
        case .failed(let error): throw error
        }
    }
}

/// A shard's records as they are committed, from a place on. One task uses it.
package protocol ShardSubscription: Sendable {
    /// Suspends until there are records, and returns them.
    ///
    /// - Returns: Nil when no more will come: behind the last page of a closed shard, which names its children, when the stream is closed or
    ///   deleted, or when the task was cancelled.
    func next() async throws(SluiceError) -> RecordPage?
    /// Suspends until `next` would return without waiting, so that pages are fetched only where there is room for them; or until the task is
    /// cancelled. May return early.
    func ready() async
}

extension ShardSubscription {
    package func ready() async {}
}
