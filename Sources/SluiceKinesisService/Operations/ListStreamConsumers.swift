import SluiceServer
import SluiceStreams

enum ListStreamConsumers {
    static let operation = KinesisOperation("ListStreamConsumers") { call in
        var input = try call.input()
        let arn = try input.requiredText("StreamARN", Rules.streamARN)
        let token = try input.text("NextToken", Rules.token)
        let limit = try input.integer("MaxResults", 1...10_000) ?? ServiceLimits.listedConsumers
        let created = try input.time("StreamCreationTimestamp")
        try input.finish()
        let target = try call.target(StreamReference(arn: arn))
        let summary = try target.summary()
        if let created, created / 1_000_000 != summary.createdMicros / 1_000_000 { throw Faults.noStream(target.name, target.scope) }
        let listing = "consumers/\(target.name)"
        let last = try token.map { try target.scope.readToken($0, listing: listing).last }
        let consumers = target.scope.file.value.consumers.filter { $0.stream == target.name }.sorted { $0.name < $1.name }
            .filter { consumer in last.map { consumer.name > $0 } ?? true }
        let page = consumers.prefix(limit)
        var next: WireValue?
        if page.count < consumers.count, let last = page.last {
            next = .text(try target.scope.token(listing: listing, last: last.name))
        }
        return .value(
            .structure(["Consumers": .list(page.map { Consumers.value($0, target.scope.id) }), "NextToken": next]))
    }
}
