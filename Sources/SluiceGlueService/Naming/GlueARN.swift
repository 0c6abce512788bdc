import SluiceServer

/// The name of a resource: `arn:aws:glue:REGION:ACCOUNT:KIND/NAME[/NAME]`.
struct GlueARN: Hashable, Sendable {
    var region: String
    var account: String
    /// `database`, `table`, `crawler`, `registry`, `schema`, …
    var kind: String
    /// The names behind it: one, or a database's and a table's, or a registry's and a schema's.
    var names: [String]

    init(_ caller: Caller, _ kind: String, _ names: String...) {
        region = caller.region
        account = caller.account
        self.kind = kind
        self.names = names
    }

    /// Nil for anything else.
    init?(_ text: String) {
        guard let arn = ResourceARN(text), arn.service == "glue" else { return nil }
        let path = arn.resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(path.count), path.allSatisfy({ !$0.isEmpty }) else { return nil }
        region = arn.region
        account = arn.account
        kind = path[0]
        names = Array(path.dropFirst())
    }

    var text: String { "arn:aws:glue:\(region):\(account):" + ([kind] + names).joined(separator: "/") }

    /// How documents about it are named.
    var path: String { ([kind] + names).joined(separator: "/") }
}
