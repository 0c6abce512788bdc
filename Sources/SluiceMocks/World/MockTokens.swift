import SluiceJSON

/// The token endpoint of a service: tokens with a life, refresh tokens that are valid once.
struct MockTokens: Sendable {
    static let life: Int64 = 1_800

    private var ends: [String: Int64] = [:]
    private var refresh = "mock-refresh-0"
    private var count = 0

    /// What a refresh token that is used twice, or an unknown client, is told.
    private static func error(_ code: String, _ words: String) -> MockAnswer {
        MockAnswer(400, .members(["error": .string(code), "error_description": .string(words)]))
    }

    mutating func issue(_ request: MockRequest, at now: Int64) -> MockAnswer {
        let grant = request["grant_type"] ?? ""
        var members: [JSONNode.Member] = []
        switch grant {
        case "client_credentials":
            guard request["client_secret"]?.isEmpty == false else { return Self.error("invalid_client", "no client_secret") }
        case "refresh_token":
            guard request["refresh_token"] == refresh else {
                return Self.error("invalid_grant", "the refresh token was used or is unknown")
            }
            refresh = "mock-refresh-\(count + 1)"
            members.append(.init(name: "refresh_token", value: .string(refresh)))
        default: return Self.error("unsupported_grant_type", grant)
        }
        count += 1
        let token = "mock-access-\(count)"
        ends[token] = now + Self.life * 1_000_000
        members += [
            .init(name: "access_token", value: .string(token)), .init(name: "token_type", value: .string("bearer")),
            .init(name: "expires_in", value: .integer(Int(Self.life))),
        ]
        return MockAnswer(200, .object(members))
    }

    /// Whether a bearer token is good; nil for one that was never issued.
    func isValid(_ token: String, at now: Int64) -> Bool? { ends[token].map { $0 > now } }

    mutating func expireAll() { ends = ends.mapValues { _ in 0 } }
}
