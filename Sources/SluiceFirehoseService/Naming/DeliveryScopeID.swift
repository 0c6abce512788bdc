/// Account and region: delivery streams of one are not seen in another.
struct DeliveryScopeID: Hashable, Sendable {
    let account: String
    let region: String

    /// Nil unless the account has twelve digits and the region can be a name of a directory.
    init?(account: String, region: String) {
        guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }), (1...32).contains(region.utf8.count),
            region.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.account = account
        self.region = region
    }

    func arn(_ stream: String) -> String { "arn:aws:firehose:\(region):\(account):deliverystream/\(stream)" }
}

/// A data stream as its ARN names it: `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`.
struct SourceName: Hashable, Sendable {
    let scope: DeliveryScopeID
    let stream: String

    /// Nil for anything else.
    init?(_ arn: String) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "kinesis", parts[5].hasPrefix("stream/"),
            let scope = DeliveryScopeID(account: String(parts[4]), region: String(parts[3]))
        else { return nil }
        let name = String(parts[5].dropFirst(7))
        guard Rules.isName(name, upTo: 128) else { return nil }
        self.scope = scope
        stream = name
    }
}
