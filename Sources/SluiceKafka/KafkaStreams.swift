#if Kafka
import Crypto
package import SluiceCore
package import SluiceStreams
import Synchronization

/// The topics of a Kafka cluster as streams: partitions are shards, offsets are sequence numbers.
///
/// A partition owns a slice of the 128-bit hashes as a shard of the embedded log with as many shards does, and records are routed by the MD5
/// of their keys, so a key has the same place here as there; other Kafka producers place keys by another hash. Shards are never closed and
/// have no parents. Acknowledged means stored by all replicas in sync (`acks=all`); how safe that is against a power cut is up to the brokers.
///
/// There are no explicit producers (`PutBatch.producer`), tags, encryption, capacity on demand, splits or merges: `unsupported`.
package final class KafkaStreams: StreamBackend {
    let settings: KafkaSettings
    let readers: ReaderPool
    private let clock: WallClock
    private let iteratorKey = SymmetricKey(size: .bits256)
    private let topics: TopicTable
    private let producer = Mutex<KafkaProducer?>(nil)

    /// Connects when it is first used.
    package init(_ settings: KafkaSettings, clock: WallClock = .system) {
        self.settings = settings
        self.clock = clock
        readers = ReaderPool(settings)
        topics = TopicTable(readers)
    }

    deinit { close() }

    /// Ends subscriptions, readers and the producer. Puts that wait for an acknowledgement fail.
    package func close() {
        readers.close()
        producer.withLock { producer in
            producer?.end()
            producer = nil
        }
    }

    // MARK: Writing

    package func putRecords(_ records: PutBatch, to stream: String) async throws(SluiceError) -> [PutOutcome] {
        guard records.producer == nil else {
            throw .kafkaUnsupported("batches of a named producer that are stored once", remedy: "put them without a producer")
        }
        try PutCheck.check(records)
        let topic = try await topics.topic(stream)
        let partitions = topic.route(records)
        if let number = records.sequenceNumberForOrdering { try await checkOrder(number, stream, Set(partitions)) }
        let used = try openProducer()
        let outcomes = try await used.put(records, to: stream, partitions: partitions)
        if outcomes.contains(where: \.isDenied) { forget(used) }
        return outcomes
    }

    /// A producer that was denied a topic once takes no more records for it, even where it is allowed later; another one asks anew.
    private func forget(_ used: KafkaProducer) {
        producer.withLock { producer in
            if producer === used { producer = nil }
        }
    }

    /// A broker gives every record of a partition a greater offset than all before it, so only a number that is none yet is wrong.
    private func checkOrder(_ number: SequenceNumber, _ stream: String, _ partitions: Set<Int32>) async throws(SluiceError) {
        for partition in partitions {
            let marks = try await watermarks(PartitionPlace(topic: stream, partition: Int(partition)))
            guard number < SequenceNumber(UInt128(marks.high)) else {
                throw SluiceError(
                    .invalidArgument, "\(number) is no sequence number of a record of \(ShardID(Int(partition))) of stream \"\(stream)\"")
            }
        }
    }

    private func openProducer() throws(SluiceError) -> KafkaProducer {
        try producer.withLock { producer throws(SluiceError) in
            try readers.requireOpen()
            if let producer, !producer.isBroken { return producer }
            let fresh = try KafkaProducer(settings)
            producer = fresh
            return fresh
        }
    }

    // MARK: Reading

    package func shardIterator(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> ShardIterator {
        let place = try await place(stream, shard)
        return PlaceToken(place, try await offset(of: position, place)).signed(iteratorKey)
    }

    package func getRecords(_ iterator: ShardIterator, limit: Int) async throws(SluiceError) -> RecordPage {
        guard (1...StreamLimits.getRecords).contains(limit) else {
            throw SluiceError(.invalidArgument, "a read of \(limit) records", remedy: "ask for 1 to \(StreamLimits.getRecords)")
        }
        let token = try PlaceToken(iterator, iteratorKey)
        let marks = try await watermarks(token.place)
        guard token.offset <= marks.high else {
            throw SluiceError(
                .invalidIterator, "the iterator is at offset \(token.offset), and \(token.place.description) ends at \(marks.high)",
                remedy: "the topic was made anew; make a new iterator")
        }
        let page = try await page(token.place, from: max(token.offset, marks.low), to: marks.high, limit: limit)
        return RecordPage(
            batches: page.batches, next: PlaceToken(token.place, page.next).signed(iteratorKey),
            millisBehindLatest: page.next < marks.high ? age(of: page.lastArrivalMicros) : 0,
            continuation: page.count > 0 ? SequenceNumber(UInt128(page.next - 1)) : nil)
    }

    package func shardEnd(_ stream: String, _ shard: ShardID) async throws(SluiceError) -> ShardEnd {
        let marks = try await watermarks(try await place(stream, shard))
        return marks.high > marks.low ? .record(SequenceNumber(UInt128(marks.high - 1))) : .empty
    }

    package func subscribe(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> any ShardSubscription {
        let place = try await place(stream, shard)
        return KafkaSubscription(self, place, from: try await offset(of: position, place))
    }

    /// The records that are there: at least one where there is one before `end`.
    func page(
        _ place: PartitionPlace, from start: Int64, to end: Int64, limit: Int
    ) async throws(SluiceError) -> PageBuilder {
        var page = PageBuilder(from: start, limit: limit)
        guard start < end else { return page }
        let reader = try await readers.take(place, at: start)
        let deadline = ContinuousClock.now + .milliseconds(settings.requestMillis)
        while true {
            switch reader.take(into: &page) {
            case .end where page.next >= end: break
            case .pause, .end:
                // An end from before the newest records were there says nothing.
                if page.count > 0 || Task.isCancelled || reader.isEnded { break }
                guard ContinuousClock.now < deadline else {
                    await readers.release(reader)
                    throw .unanswered(reader)
                }
                await reader.wait()
                continue
            case .outOfRange:
                // The oldest records expired in this moment.
                await readers.release(reader)
                page.finish()
                return page
            case .failed(let code):
                let error = reader.client.error(code, cannot: "read \(place.description)")
                await readers.release(reader, isDenied: error.code == .accessDenied)
                throw error
            }
            await readers.park(reader)
            page.finish()
            return page
        }
    }

    /// How long ago a record arrived, in milliseconds; at least 1, as 0 stands for the end.
    func age(of arrivalMicros: Int64?) -> Int64 {
        guard let arrivalMicros else { return 1 }
        return max(1, (clock.nowMicros() - arrivalMicros) / 1_000)
    }

    /// - Throws: `notFound` for an unknown topic or a partition that it does not have.
    func place(_ stream: String, _ shard: ShardID) async throws(SluiceError) -> PartitionPlace {
        let topic = try await topics.topic(stream)
        guard shard.number < topic.partitions else {
            throw SluiceError(.notFound, "stream \"\(stream)\" has no shard \(shard)", remedy: "it has \(topic.partitions)")
        }
        return PartitionPlace(topic: stream, partition: shard.number)
    }

    /// The topic as it is now, not as it was remembered.
    func freshTopic(_ name: String) async throws(SluiceError) -> TopicTable.Topic { try await topics.topic(name, isFresh: true) }
    func topicNames() async throws(SluiceError) -> [String] { try await topics.names() }
    func forgetTopic(_ name: String) { topics.forget(name) }
}

extension PutOutcome {
    fileprivate var isDenied: Bool {
        if case .failed(let error) = self { error.code == .accessDenied } else { false }
    }
}
#endif
