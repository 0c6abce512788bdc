/// Account and region: what one does in a scope is not seen in another.
package struct ScopeID: Hashable, Sendable {
    package let account: String
    package let region: String

    /// Nil unless the account has twelve digits and the region can be a name of a directory.
    package init?(account: String, region: String) {
        guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }), (1...32).contains(region.utf8.count),
            region.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.init(known: account, region)
    }

    package init(known account: String, _ region: String) {
        self.account = account
        self.region = region
    }
}
