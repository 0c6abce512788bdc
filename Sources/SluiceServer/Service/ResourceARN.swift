/// A name as services of AWS write it: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. Source: IAM's user guide, "Identify AWS resources with
/// Amazon Resource Names (ARNs)".
package struct ResourceARN: Hashable, Sendable {
    package let service: String
    /// Empty where a service has one for all regions.
    package let region: String
    /// Empty where names are taken once for all accounts.
    package let account: String
    /// With its colons and slashes.
    package let resource: String

    /// Nil for another text, and for a partition that is none of AWS.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws") else { return nil }
        service = String(parts[2])
        region = String(parts[3])
        account = String(parts[4])
        resource = String(parts[5])
    }

    /// Whether the account is written with twelve digits.
    package var hasAccount: Bool { account.utf8.count == 12 && account.utf8.allSatisfy { (0x30...0x39).contains($0) } }

    /// What stands behind a beginning of the resource; nil where it begins otherwise or nothing follows.
    package func name(behind start: String) -> String? {
        resource.hasPrefix(start) && resource.utf8.count > start.utf8.count ? String(resource.dropFirst(start.count)) : nil
    }

    /// The name of a function, without version and alias: `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`.
    package var functionName: String? {
        guard service == "lambda", let name = name(behind: "function:")?.prefix(while: { $0 != ":" }), !name.isEmpty else { return nil }
        return String(name)
    }
}
