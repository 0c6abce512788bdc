import SluiceCore
import SluiceServer
import SluiceStreams

enum ListStreams {
    static let operation = KinesisOperation("ListStreams") { call in
        var input = try call.input()
        let limit = try input.integer("Limit", 1...10_000) ?? ServiceLimits.listedStreams
        let after = try input.text("ExclusiveStartStreamName", Rules.name)
        let token = try input.text("NextToken", Rules.token)
        try input.finish()
        let scope = try call.scope()
        var last = after
        if let token { last = try scope.readToken(token, listing: "streams").last }
        let names = try scope.names().filter { name in last.map { name > $0 } ?? true }
        let page = names.prefix(limit)
        let hasMore = page.count < names.count
        // A stream that cannot be opened is named, too; its summary is left out.
        let summaries = page.compactMap { name in (try? scope.summary(name)).map { (name, $0) } }
        return .value(
            .structure([
                "StreamNames": .texts(page), "HasMoreStreams": .boolean(hasMore),
                "NextToken": hasMore ? .text(try scope.token(listing: "streams", last: page.last ?? "")) : nil,
                "StreamSummaries": .list(
                    summaries.map { name, summary in
                        .structure([
                            "StreamName": .text(name), "StreamARN": .text(ResourceName(scope.id, stream: name).arn),
                            "StreamStatus": .text(summary.status.rawValue), "StreamModeDetails": StreamValues.mode(summary),
                            "StreamCreationTimestamp": .time(micros: summary.createdMicros),
                        ])
                    }),
            ]))
    }
}

extension KinesisScope {
    /// The token of a listing's next page.
    func token(listing: String, last: String) throws -> String {
        // The key is on disk before the first token is out, so that tokens hold across a restart.
        let key = try file.change { record in record.tokenKey }
        return ListToken(listing: listing, last: last, madeMicros: clock.nowMicros()).signed(key)
    }

    func readToken(_ text: String, listing: String) throws -> ListToken {
        try ListToken(text, listing: listing, key: file.value.tokenKey, nowMicros: clock.nowMicros())
    }
}
