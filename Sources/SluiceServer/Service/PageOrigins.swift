/// Which pages of a browser may use the port, and what they are told (CORS).
///
/// A page that is not allowed is refused, not only kept from reading: otherwise any page that a person opens could change the state.
struct PageOrigins: Sendable {
    static let refusal = "pages of this origin may not use the port; allow it with --cors-origin"

    private let allowed: Set<String>

    init(_ origins: [String]) { allowed = Set(origins) }

    /// A request without an origin comes from no page.
    func allows(_ origin: String?) -> Bool {
        guard let origin else { return true }
        if allowed.contains("*") || allowed.contains(origin) { return true }
        guard let scheme = origin.firstRange(of: "://") else { return false }
        var host = origin[scheme.upperBound...]
        if host.hasPrefix("[") {
            return host.hasPrefix("[::1]")
        }
        if let colon = host.lastIndex(of: ":") { host = host[..<colon] }
        return ["localhost", "127.0.0.1"].contains(host) || host.hasSuffix(".localhost")
    }

    /// The answer to a preflight request.
    func preflight(_ head: RequestHead) -> ServiceResponse {
        var headers = HeaderFields()
        mark(&headers, head)
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PUT, PATCH, DELETE"
        headers["Access-Control-Allow-Headers"] = head.headers["Access-Control-Request-Headers"] ?? "*"
        headers["Access-Control-Max-Age"] = "3000"
        return ServiceResponse(204, headers, .none(length: nil))
    }

    /// Adds what lets a page read an answer, unless the service did.
    func mark(_ headers: inout HeaderFields, _ head: RequestHead) {
        guard let origin = head.headers["Origin"], headers["Access-Control-Allow-Origin"] == nil else { return }
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "x-amzn-RequestId, x-amzn-ErrorType, x-amz-request-id, x-amz-id-2, ETag, Date"
        headers["Vary"] = "Origin"
    }
}
