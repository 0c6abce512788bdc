package import SluiceCore

/// Where a service listens.
package struct AWSEndpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Hashable, Sendable { case http, https }

    package let scheme: Scheme
    /// As the `Host` header has it: with the port where that is not the scheme's own.
    package let host: String

    /// The service's own address in a region. The regions of China have a domain of their own.
    package init(service: String, region: String) {
        scheme = .https
        host = "\(service).\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    /// The address below another: `bucket.s3.eu-west-1.amazonaws.com`.
    package func subdomain(_ name: String) -> AWSEndpoint { AWSEndpoint(scheme: scheme, host: "\(name).\(host)") }

    private init(scheme: Scheme, host: String) {
        self.scheme = scheme
        self.host = host
    }

    /// - Throws: `invalidOption` unless the text is `http://host` or `https://host`, maybe with a port.
    package init(parsing text: String) throws(SluiceError) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        var rest = parts.count == 2 ? parts[1] : ""
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let allowed: (UInt8) -> Bool = { $0.isASCIILetterOrDigit || "-._:[]".utf8.contains($0) }
        guard parts.count == 2, let scheme = Scheme(rawValue: parts[0].lowercased()), (1...253).contains(rest.utf8.count),
            rest.utf8.allSatisfy(allowed)
        else {
            throw SluiceError(
                .invalidOption, "\(text.quotedForMessage) is no address of a service", remedy: "write one such as http://127.0.0.1:5000")
        }
        self.scheme = scheme
        host = Self.withoutUsualPort(String(rest), scheme)
    }

    private static func withoutUsualPort(_ host: String, _ scheme: Scheme) -> String {
        let usual = scheme == .http ? ":80" : ":443"
        return host.hasSuffix(usual) ? String(host.dropLast(usual.utf8.count)) : host
    }

    package var description: String { "\(scheme.rawValue)://\(host)" }
}
