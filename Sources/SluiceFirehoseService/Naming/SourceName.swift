import SluiceServer

extension ScopeID {
    /// The name of a delivery stream.
    func arn(_ stream: String) -> String { "arn:aws:firehose:\(region):\(account):deliverystream/\(stream)" }
}

/// A data stream as its ARN names it: `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`.
struct SourceName: Hashable, Sendable {
    let scope: ScopeID
    let stream: String

    /// Nil for anything else.
    init?(_ arn: String) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "kinesis", parts[5].hasPrefix("stream/"),
            let scope = ScopeID(account: String(parts[4]), region: String(parts[3]))
        else { return nil }
        let name = String(parts[5].dropFirst(7))
        guard Rules.isName(name, upTo: 128) else { return nil }
        self.scope = scope
        stream = name
    }
}
