import SluiceServer
import SluiceStreams

enum ListShards {
    private static let filters = TextRule(
        values: ["AFTER_SHARD_ID", "AT_TIMESTAMP", "FROM_TRIM_HORIZON", "FROM_TIMESTAMP", "AT_LATEST", "AT_TRIM_HORIZON"])

    static let operation = KinesisOperation("ListShards") { call in
        var input = try call.input()
        let reference = try input.stream()
        let token = try input.text("NextToken", Rules.token)
        let after = try input.text("ExclusiveStartShardId", Rules.shard)
        let limit = try input.integer("MaxResults", 1...10_000) ?? ServiceLimits.listedShards
        let created = try input.time("StreamCreationTimestamp")
        let filter = try input.structure("ShardFilter") { reader throws(ServiceFault) in try Self.filter(&reader) }
        try input.finish()
        let scope = try call.scope()
        var place = (target: StreamTarget?.none, last: after, filter: try filter.map { try $0.filter() } ?? .fromTrimHorizon)
        if let token {
            let parts = token.isEmpty ? [] : try scope.readToken(token, listing: "shards").last.split(separator: "/").map(String.init)
            guard parts.count == 3 else { throw Faults.invalid("Invalid NextToken.") }
            // Paginators send what the first request had along; the token says all of it, and must be of the same stream.
            if let name = reference.name, name != parts[0] { throw Faults.invalid("NextToken is of another stream than StreamName.") }
            place = (StreamTarget(scope: scope, name: parts[0]), parts[1], try Filter(text: parts[2]).filter())
        }
        let target = try place.target ?? call.target(reference)
        let summary = try target.summary()
        if let created, created / 1_000_000 != summary.createdMicros / 1_000_000 {
            throw Faults.noStream(target.name, scope)
        }
        let shards = try ShardListing.shards(target, place.filter).filter { shard in
            place.last.map { shard.id.description > $0 } ?? true
        }
        let page = shards.prefix(min(limit, ServiceLimits.listedShards))
        var next: WireValue?
        if page.count < shards.count, let last = page.last {
            next = .text(
                try scope.token(listing: "shards", last: "\(target.name)/\(last.id)/\(Filter(place.filter).text)"))
        }
        return .value(.structure(["Shards": .list(page.map(StreamValues.shard)), "NextToken": next]))
    }

    /// A filter as requests and tokens say it.
    private struct Filter {
        var type: String
        var shard: String?
        var micros: Int64?

        init(type: String, shard: String?, micros: Int64?) {
            self.type = type
            self.shard = shard
            self.micros = micros
        }

        init(text: String) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            self.init(
                type: parts[0], shard: parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil, micros: parts.last.flatMap { Int64($0) })
        }

        init(_ filter: ShardFilter) {
            switch filter {
            case .afterShard(let id): self.init(type: "AFTER_SHARD_ID", shard: id.description, micros: nil)
            case .atTrimHorizon: self.init(type: "AT_TRIM_HORIZON", shard: nil, micros: nil)
            case .fromTrimHorizon: self.init(type: "FROM_TRIM_HORIZON", shard: nil, micros: nil)
            case .atLatest: self.init(type: "AT_LATEST", shard: nil, micros: nil)
            case .at(let micros): self.init(type: "AT_TIMESTAMP", shard: nil, micros: micros)
            case .from(let micros): self.init(type: "FROM_TIMESTAMP", shard: nil, micros: micros)
            }
        }

        var text: String { "\(type),\(shard ?? ""),\(micros.map(String.init) ?? "")" }

        func filter() throws(ServiceFault) -> ShardFilter {
            switch type {
            case "AFTER_SHARD_ID":
                guard let shard else { throw Faults.invalid("ShardId must be specified for the ShardFilter type AFTER_SHARD_ID.") }
                guard let id = ShardID(parsing: shard) else {
                    throw Faults.invalid("The ShardId \(shard) of the ShardFilter names no shard.")
                }
                return .afterShard(id)
            case "AT_TRIM_HORIZON": return .atTrimHorizon
            case "AT_LATEST": return .atLatest
            case "AT_TIMESTAMP": return .at(micros: try time())
            case "FROM_TIMESTAMP": return .from(micros: try time())
            default: return .fromTrimHorizon
            }
        }

        private func time() throws(ServiceFault) -> Int64 {
            guard let micros else { throw Faults.invalid("Timestamp must be specified for the ShardFilter type \(type).") }
            return micros
        }
    }

    private static func filter(_ reader: inout InputReader) throws(ServiceFault) -> Filter {
        Filter(
            type: try reader.requiredText("Type", filters), shard: try reader.text("ShardId", Rules.shard),
            micros: try reader.time("Timestamp"))
    }
}
