import SluiceServer
import SluiceStreams

/// The name of a stream or of one of its consumers, as ARNs have it: `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME[/consumer/NAME:SECONDS]`.
struct ResourceName: Hashable, Sendable {
    var region: String
    var account: String
    var stream: String
    var consumer: Consumer?

    struct Consumer: Hashable, Sendable {
        var name: String
        /// When it was registered, in seconds since 1970.
        var seconds: Int64
    }

    init(_ scope: ScopeID, stream: String, consumer: Consumer? = nil) {
        region = scope.region
        account = scope.account
        self.stream = stream
        self.consumer = consumer
    }

    /// Nil for anything else.
    init?(_ arn: String) {
        guard let arn = ResourceARN(arn), arn.service == "kinesis", let id = ScopeID(account: arn.account, region: arn.region),
            let resource = arn.name(behind: "stream/")
        else { return nil }
        region = id.region
        account = id.account
        let path = resource.split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 1 || path.count == 3 else { return nil }
        stream = String(path[0])
        guard Rules.isName(stream) else { return nil }
        if path.count == 3 {
            let named = path[2].split(separator: ":", omittingEmptySubsequences: false)
            guard path[1] == "consumer", named.count == 2, Rules.isName(String(named[0])), let seconds = Int64(named[1]) else { return nil }
            consumer = Consumer(name: String(named[0]), seconds: seconds)
        }
    }

    var scope: ScopeID { ScopeID(known: account, region) }

    var arn: String {
        let stream = "arn:aws:kinesis:\(region):\(account):stream/\(stream)"
        return consumer.map { "\(stream)/consumer/\($0.name):\($0.seconds)" } ?? stream
    }
}
