import SluiceJSON

/// The token endpoint of a service: tokens with a life, refresh tokens that are valid once.
struct MockTokens: Sendable {
    static let life: Int64 = 1_800

    /// A token that was issued.
    private struct Issued: Sendable {
        /// When it ends, as its client was told.
        var toldEnd: Int64
        var hasEnded = false
    }

    private var issued: [String: Issued] = [:]
    private var refresh = "mock-refresh-0"
    private var count = 0
    /// Codes of logins that were not exchanged yet.
    private var codes: Set<String> = []

    /// What a refresh token that is used twice, or an unknown client, is told.
    private static func error(_ code: String, _ words: String) -> MockAnswer {
        MockAnswer(400, .members(["error": .string(code), "error_description": .string(words)]))
    }

    /// The page on which people log in: it says yes at once, and sends the browser back.
    mutating func authorize(_ request: MockRequest) -> MockAnswer {
        guard let redirect = request["redirect_uri"], redirect.hasPrefix("http://127.0.0.1:"), let state = request["state"],
            request["code_challenge_method"] == "S256", request["code_challenge"]?.utf8.count == 43
        else { return Self.error("invalid_request", "redirect_uri, state or code_challenge is wrong") }
        codes.insert("mock-code-\(codes.count + 1)")
        return MockAnswer(302, text: "", headers: ["Location": "\(redirect)?code=mock-code-\(codes.count)&state=\(state)"])
    }

    /// - Parameter more: What the service's answer has beside the token.
    mutating func issue(_ request: MockRequest, at now: Int64, more: [JSONNode.Member] = []) -> MockAnswer {
        let grant = request["grant_type"] ?? ""
        var members = more
        switch grant {
        case "client_credentials":
            guard request["client_secret"]?.isEmpty == false else { return Self.error("invalid_client", "no client_secret") }
        case "refresh_token":
            guard request["refresh_token"] == refresh else {
                return Self.error("invalid_grant", "the refresh token was used or is unknown")
            }
            refresh = "mock-refresh-\(count + 1)"
            members.append(.init(name: "refresh_token", value: .string(refresh)))
        case "authorization_code":
            guard let code = request["code"], codes.remove(code) != nil, (43...128).contains(request["code_verifier"]?.utf8.count ?? 0)
            else { return Self.error("invalid_grant", "the code was used or is unknown, or its verifier is missing") }
            members.append(.init(name: "refresh_token", value: .string(refresh)))
        case "password":
            guard request["username"]?.isEmpty == false, request["password"]?.isEmpty == false else {
                return Self.error("invalid_grant", "no username or password")
            }
            members.append(.init(name: "refresh_token", value: .string(refresh)))
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            guard request["assertion"]?.split(separator: ".").count == 3 else { return Self.error("invalid_grant", "no assertion") }
        default: return Self.error("unsupported_grant_type", grant)
        }
        count += 1
        let token = "mock-access-\(count)"
        issued[token] = Issued(toldEnd: now + Self.life * 1_000_000)
        members += [
            .init(name: "access_token", value: .string(token)), .init(name: "token_type", value: .string("bearer")),
            .init(name: "expires_in", value: .integer(Int(Self.life))),
        ]
        return MockAnswer(200, .object(members))
    }

    /// What a request with a bearer token is told; nil where the token is good.
    ///
    /// A rule is broken only where the client could know: behind the life that it was told. A token that ends early is refused without blame,
    /// however often: the refusal may have been lost, and other processes have heard of none.
    ///
    /// - Parameters:
    ///   - ended: For a token that was good.
    ///   - unknown: For one that was never issued.
    func refusal(of token: String, at now: Int64, ended: MockAnswer, unknown: MockAnswer) -> MockAnswer? {
        guard let token = issued[token] else { return unknown }
        if token.toldEnd > now { return token.hasEnded ? ended : nil }
        var answer = ended
        answer.violation = "used a token that had ended"
        return answer
    }

    mutating func expireAll() {
        for token in issued.keys { issued[token]?.hasEnded = true }
    }
}
