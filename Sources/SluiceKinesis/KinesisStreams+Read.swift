import SluiceAWS
package import SluiceCore
package import SluiceStreams

extension KinesisStreams {
    package func shardIterator(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> ShardIterator {
        // An iterator behind the newest record that expires before it saw one goes on at the time when it was made.
        let madeMicros = service.serviceMicros
        let iterator = try await makeIterator(stream, shard, position)
        let renewal = position == .latest ? IteratorPosition.atTimestamp(micros: madeMicros) : position
        places.remember(IteratorPlaces.Place(stream: stream, shard: shard, position: renewal), of: iterator.token)
        return iterator
    }

    private func makeIterator(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> ShardIterator {
        var body = body(stream)
        body.put("ShardId", shard.description)
        Self.put(position, into: &body, type: "ShardIteratorType", number: "StartingSequenceNumber")
        let answer = try await service.call("GetShardIterator", body)
        return ShardIterator(token: try require(answer["ShardIterator"]?.string, "ShardIterator", "GetShardIterator"))
    }

    /// - Parameters:
    ///   - type: The member that names the kind of position.
    ///   - number: The member for a sequence number.
    static func put(_ position: IteratorPosition, into body: inout JSONBody, type: String, number member: String) {
        switch position {
        case .trimHorizon: body.put(type, "TRIM_HORIZON")
        case .latest: body.put(type, "LATEST")
        case .atSequenceNumber(let number):
            body.put(type, "AT_SEQUENCE_NUMBER")
            body.put(member, number.description)
        case .afterSequenceNumber(let number):
            body.put(type, "AFTER_SEQUENCE_NUMBER")
            body.put(member, number.description)
        case .atTimestamp(let micros):
            body.put(type, "AT_TIMESTAMP")
            body.put("Timestamp", micros: max(0, micros))
        }
    }

    /// The records at a place. An iterator that has expired is made anew behind the last record that was read with the ones before it.
    package func getRecords(_ iterator: ShardIterator, limit: Int) async throws(SluiceError) -> RecordPage {
        guard (1...StreamLimits.getRecords).contains(limit) else {
            throw SluiceError(.invalidArgument, "a read of \(limit) records", remedy: "ask for 1 to \(StreamLimits.getRecords)")
        }
        var place = places[iterator.token]
        let answer: JSONNode
        do throws(SluiceError) {
            answer = try await getRecords(iterator.token, limit)
        } catch {
            guard error.code == .expiredIterator, let known = place else { throw error }
            let fresh = try await makeIterator(known.stream, known.shard, known.position)
            answer = try await getRecords(fresh.token, limit)
        }
        let page = try page(answer, "GetRecords")
        if let last = page.continuation { place?.position = .afterSequenceNumber(last) }
        if let place, let next = page.next { places.remember(place, of: next.token) }
        return page
    }

    private func getRecords(_ token: String, _ limit: Int) async throws(SluiceError) -> JSONNode {
        var body = JSONBody()
        body.put("ShardIterator", token)
        body.put("Limit", limit)
        return try await service.call("GetRecords", body)
    }

    /// The records and child shards that an answer or an event has.
    func page(_ answer: JSONNode, _ operation: String) throws(SluiceError) -> RecordPage {
        let batch = try batch(try require(answer["Records"], "Records", operation).elements, operation)
        var children: [RecordPage.Child] = []
        for child in answer["ChildShards"]?.elements ?? [] {
            children.append(
                RecordPage.Child(
                    id: try id(child["ShardId"], operation),
                    parents: (child["ParentShards"]?.elements ?? []).compactMap { $0.string.flatMap { ShardID(parsing: $0) } },
                    range: try range(child["HashKeyRange"], operation)))
        }
        let next = answer["NextShardIterator"]?.string.map { ShardIterator(token: $0) }
        let (behind, bounds) = (Int64(answer["MillisBehindLatest"]?.integer ?? 0), KinesisLimits.millisBehind)
        return RecordPage(
            batches: batch.count == 0 ? [] : [batch], next: next,
            millisBehindLatest: min(max(behind, bounds.lowerBound), bounds.upperBound),
            children: children, continuation: batch.count == 0 ? nil : batch.sequenceNumber(batch.count - 1))
    }

    /// - Throws: `serviceFailed` for a record without data, key or number.
    private func batch(_ nodes: [JSONNode], _ operation: String) throws(SluiceError) -> RecordBatch {
        var numbers: [SequenceNumber] = []
        var arrivals: [Int64] = []
        var keys = ByteRows()
        var payloads = RawRecords(bytes: [])
        for node in nodes {
            let number = node["SequenceNumber"]?.string.flatMap { SequenceNumber(parsing: $0) }
            numbers.append(try require(number, "SequenceNumber", operation))
            arrivals.append(Self.micros(node["ApproximateArrivalTimestamp"]) ?? 0)
            keys.append(try require(node["PartitionKey"]?.bytes, "PartitionKey", operation))
            payloads.starts.append(Int32(payloads.bytes.count))
            payloads.bytes += try require(node["Data"]?.bytes.flatMap { Base64.decode($0) }, "Data", operation)
            payloads.ends.append(Int32(payloads.bytes.count))
        }
        return RecordBatch(numbers: .listed(numbers), arrivals: .listed(arrivals), keys: keys, payloads: payloads)
    }

    /// By the service's own clock, which its answers carry in whole seconds; so up to a second more.
    package func shardEnd(_ stream: String, _ shard: ShardID) -> ShardEnd { .arrival(micros: service.serviceMicros + 1_000_000) }

    /// Read again and again; or pushed, where the backend was made with the name of a consumer.
    package func subscribe(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> any ShardSubscription {
        guard let consumerName else { return KinesisSubscription(self, try await shardIterator(stream, shard, position)) }
        return FanOutSubscription(self, try await consumer(consumerName, of: stream), shard, from: position)
    }
}
