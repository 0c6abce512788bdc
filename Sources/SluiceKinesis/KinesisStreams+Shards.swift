import SluiceAWS
package import SluiceCore
package import SluiceStreams

extension KinesisStreams {
    package func listShards(_ stream: String, _ filter: ShardFilter) async throws(SluiceError) -> [ShardSummary] {
        var shards: [ShardSummary] = []
        try await eachPage("ListShards") { (token) async throws(SluiceError) in
            // A token stands for the stream and the filter, and refuses them beside it.
            var body = token == nil ? body(stream) : JSONBody()
            if token == nil { body.put("ShardFilter", Self.filter(filter)) }
            body.put("NextToken", token)
            body.put("MaxResults", KinesisLimits.listedShards)
            let answer = try await service.call("ListShards", body)
            for node in try require(answer["Shards"], "Shards", "ListShards").elements { shards.append(try shard(node)) }
            return answer["NextToken"]?.string
        }
        return shards.sorted { $0.id.number < $1.id.number }
    }

    package func splitShard(_ stream: String, _ shard: ShardID, at hashKey: UInt128) async throws(SluiceError) {
        var body = body(stream)
        body.put("ShardToSplit", shard.description)
        body.put("NewStartingHashKey", String(hashKey))
        _ = try await service.call("SplitShard", body)
        try await waitUntilActive(stream)
    }

    package func mergeShards(_ stream: String, _ shard: ShardID, _ adjacent: ShardID) async throws(SluiceError) {
        var body = body(stream)
        body.put("ShardToMerge", shard.description)
        body.put("AdjacentShardToMerge", adjacent.description)
        _ = try await service.call("MergeShards", body)
        try await waitUntilActive(stream)
    }

    package func updateShardCount(_ stream: String, to target: Int) async throws(SluiceError) {
        var body = body(stream)
        body.put("TargetShardCount", target)
        body.put("ScalingType", "UNIFORM_SCALING")
        _ = try await service.call("UpdateShardCount", body)
        try await waitUntilActive(stream)
    }

    private static func filter(_ filter: ShardFilter) -> JSONBody {
        var body = JSONBody()
        switch filter {
        case .afterShard(let shard):
            body.put("Type", "AFTER_SHARD_ID")
            body.put("ShardId", shard.description)
        case .atTrimHorizon: body.put("Type", "AT_TRIM_HORIZON")
        case .fromTrimHorizon: body.put("Type", "FROM_TRIM_HORIZON")
        case .atLatest: body.put("Type", "AT_LATEST")
        case .at(let micros):
            body.put("Type", "AT_TIMESTAMP")
            body.put("Timestamp", micros: micros)
        case .from(let micros):
            body.put("Type", "FROM_TIMESTAMP")
            body.put("Timestamp", micros: micros)
        }
        return body
    }

    // MARK: Values of the API

    private func shard(_ node: JSONNode) throws(SluiceError) -> ShardSummary {
        let numbers = node["SequenceNumberRange"]
        let starting = numbers?["StartingSequenceNumber"]?.string.flatMap { SequenceNumber(parsing: $0) }
        return ShardSummary(
            id: try id(node["ShardId"], "ListShards"), range: try range(node["HashKeyRange"], "ListShards"),
            parent: node["ParentShardId"]?.string.flatMap { ShardID(parsing: $0) },
            adjacentParent: node["AdjacentParentShardId"]?.string.flatMap { ShardID(parsing: $0) },
            startingSequence: try require(starting, "StartingSequenceNumber", "ListShards"),
            endingSequence: numbers?["EndingSequenceNumber"]?.string.flatMap { SequenceNumber(parsing: $0) })
    }

    func id(_ node: JSONNode?, _ operation: String) throws(SluiceError) -> ShardID {
        try require(node?.string.flatMap { ShardID(parsing: $0) }, "ShardId", operation)
    }

    func range(_ node: JSONNode?, _ operation: String) throws(SluiceError) -> HashRange {
        let first = try require(node?["StartingHashKey"]?.string.flatMap { UInt128($0) }, "StartingHashKey", operation)
        let last = try require(node?["EndingHashKey"]?.string.flatMap { UInt128($0) }, "EndingHashKey", operation)
        guard first <= last else { return try require(nil, "HashKeyRange", operation) }
        return HashRange(first: first, last: last)
    }
}
