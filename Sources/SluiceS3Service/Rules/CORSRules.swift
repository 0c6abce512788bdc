import SluiceAWS
import SluiceServer

/// Which pages of browsers may use a bucket. Source: S3's user guide, "Using cross-origin resource sharing".
struct CORSRules: Sendable {
    struct Rule: Sendable {
        var origins: [String]
        var methods: [String]
        var headers: [String]
        var exposed: [String]
        var maxAgeSeconds: String?
    }

    let rules: [Rule]

    /// - Throws: `MalformedXML`, `InvalidRequest`.
    init(_ bytes: [UInt8]) throws(ServiceFault) {
        let root = try S3Settings.root(bytes, "CORSConfiguration")
        var rules: [Rule] = []
        for element in root.all("CORSRule") {
            func texts(_ name: String) -> [String] { element.all(name).map(\.text) }
            let rule = Rule(
                origins: texts("AllowedOrigin"), methods: texts("AllowedMethod"), headers: texts("AllowedHeader"),
                exposed: texts("ExposeHeader"), maxAgeSeconds: element["MaxAgeSeconds"])
            guard !rule.origins.isEmpty, !rule.methods.isEmpty else { throw .malformedXML }
            for method in rule.methods where !["GET", "PUT", "POST", "DELETE", "HEAD"].contains(method) {
                throw .invalidRequest("Found unsupported HTTP method in CORS config. Unsupported method is \(method)")
            }
            for origin in rule.origins where origin.filter({ $0 == "*" }).count > 1 {
                throw .invalidRequest("AllowedOrigin \"\(origin)\" can not have more than one wildcard.")
            }
            rules.append(rule)
        }
        guard !rules.isEmpty, rules.count <= 100 else { throw .malformedXML }
        self.rules = rules
    }

    /// What a browser is told of a page that may use the bucket so; nil where it may not.
    ///
    /// - Parameter asked: The headers that a preflight request asks for.
    func headers(origin: String, method: String, asked: [String] = []) -> [(String, String)]? {
        let rule = rules.first { rule in
            rule.origins.contains { Self.matches($0, origin) } && rule.methods.contains(method)
                && asked.allSatisfy { name in rule.headers.contains { Self.matches($0.lowercased(), name.lowercased()) } }
        }
        guard let rule else { return nil }
        let isOpen = rule.origins.contains("*")
        var headers = [
            ("Access-Control-Allow-Origin", isOpen ? "*" : origin), ("Access-Control-Allow-Methods", rule.methods.joined(separator: ", ")),
            ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
        ]
        if !isOpen { headers.append(("Access-Control-Allow-Credentials", "true")) }
        if !asked.isEmpty { headers.append(("Access-Control-Allow-Headers", asked.joined(separator: ", ").lowercased())) }
        if !rule.exposed.isEmpty { headers.append(("Access-Control-Expose-Headers", rule.exposed.joined(separator: ", "))) }
        if let age = rule.maxAgeSeconds { headers.append(("Access-Control-Max-Age", age)) }
        return headers
    }

    /// One star stands for anything.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return pattern == text }
        let (front, back) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return text.utf8.count >= front.utf8.count + back.utf8.count && text.hasPrefix(front) && text.hasSuffix(back)
    }
}
