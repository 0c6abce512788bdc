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
        guard let arn = ResourceARN(arn), arn.service == "kinesis", let scope = ScopeID(account: arn.account, region: arn.region),
            let name = arn.name(behind: "stream/"), Rules.isName(name, upTo: 128)
        else { return nil }
        self.scope = scope
        stream = name
    }
}
