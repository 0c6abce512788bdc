package import SluiceCore
import SluiceJSON

/// An address of the web, in the parts that decide where credentials may go.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Hashable, Sendable { case http, https }

    package let scheme: Scheme
    /// In lower case, with the port where that is not the scheme's own.
    package let host: String
    /// Begins with a slash.
    package private(set) var path: String
    /// Behind the question mark, encoded; empty for none.
    package private(set) var query: String

    /// - Throws: `invalidOption` unless the text is an address of `http` or `https` without a user's name and without blanks.
    package init(parsing text: String) throws(SluiceError) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let scheme = Scheme(rawValue: parts[0].lowercased()), text.utf8.count <= HTTPLimits.addressBytes,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Self.malformed(text) }
        let rest = parts[1].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard (1...255).contains(authority.utf8.count), authority.utf8.allSatisfy({ $0.isASCIILetterOrDigit || "-._:[]".utf8.contains($0) })
        else { throw Self.malformed(text) }
        self.scheme = scheme
        let usual = scheme == .http ? ":80" : ":443"
        let lowered = authority.lowercased()
        host = lowered.hasSuffix(usual) ? String(lowered.dropLast(usual.utf8.count)) : lowered
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        query = String(target[path.endIndex...].dropFirst())
    }

    private static func malformed(_ text: String) -> SluiceError {
        SluiceError(.invalidOption, "\(text.quotedForMessage) is no address", remedy: "write one such as https://example.com/api")
    }

    /// What a link, or the header `Location`, on a page of this address leads to (RFC 3986, section 5.2, without dot segments).
    package func resolving(_ reference: String) throws(SluiceError) -> WebAddress {
        // A scheme stands before everything else; an address may be a parameter of another.
        if reference.prefix(while: { !"/?#".contains($0) }).contains(":") { return try WebAddress(parsing: reference) }
        if reference.hasPrefix("//") { return try WebAddress(parsing: "\(scheme.rawValue):\(reference)") }
        if reference.hasPrefix("/") { return try WebAddress(parsing: origin + reference) }
        if reference.hasPrefix("?") { return try WebAddress(parsing: origin + path + reference) }
        if reference.isEmpty || reference.hasPrefix("#") { return self }
        let folder = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
        return try WebAddress(parsing: origin + folder + reference)
    }

    /// The address with a path behind its own.
    package func appending(path more: String) -> WebAddress {
        var copy = self
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        copy.path = base + (more.hasPrefix("/") ? more : "/" + more)
        return copy
    }

    /// The address with more parameters; names and values are encoded.
    package func adding(_ parameters: [(name: String, value: String)]) -> WebAddress {
        guard !parameters.isEmpty else { return self }
        var copy = self
        let text = FormText.encode(parameters)
        copy.query = query.isEmpty ? text : query + "&" + text
        return copy
    }

    /// Scheme and host: what must be the same for credentials to go along.
    package var origin: String { "\(scheme.rawValue)://\(host)" }
    package var isLoopback: Bool { ["127.0.0.1", "localhost", "[::1]"].contains(hostName) }
    /// Without the port.
    package var hostName: String {
        guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host }
        return String(host[..<colon])
    }
    package var description: String { origin + path + (query.isEmpty ? "" : "?" + query) }
}
