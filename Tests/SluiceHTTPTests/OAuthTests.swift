import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceHTTP

/// A vault in memory that notes the order of what happens.
private final class MemoryVault: TokenVault {
    let events = Mutex<[String]>([])
    private let tokens: Mutex<KeptTokens>

    init(_ token: String) { tokens = Mutex(KeptTokens(refresh: SecretText(token))) }

    func lock() async throws(SluiceError) -> any Sendable {
        events.withLock { $0.append("lock") }
        return 0
    }

    func read() throws(SluiceError) -> KeptTokens { tokens.withLock { $0 } }

    func keep(_ tokens: KeptTokens, insteadOf old: KeptTokens) throws(SluiceError) {
        events.withLock { $0.append("keep \(tokens.refresh.value)") }
        self.tokens.withLock { $0 = tokens }
    }
}

@Suite("tokens of OAuth 2.0")
struct OAuthTests {
    private static func grant(_ token: String, _ life: Int = 3_600, refresh: String? = nil) -> ScriptedService.Reply {
        let rotated = refresh.map { ",\"refresh_token\":\"\($0)\"" } ?? ""
        return .answer(200, "{\"access_token\":\"\(token)\",\"expires_in\":\(life)\(rotated)}")
    }

    private func authenticator(
        _ replies: [ScriptedService.Reply], _ grant: OAuthSettings.Grant = .clientCredentials, clock: PatientClock = PatientClock()
    ) throws -> (OAuthAuthenticator, ScriptedService) {
        let service = ScriptedService(replies)
        let settings = OAuthSettings(
            tokenAddress: try WebAddress(parsing: "https://id.example.com/token"), clientID: "me", clientSecret: SecretText("s3cret"),
            grant: grant)
        return (OAuthAuthenticator(settings, transport: service, pacing: Self.pacing(clock)), service)
    }

    private static func pacing(_ clock: PatientClock) -> Pacing {
        let wall = WallClock { 1_700_000_000_000_000 + clock.now.offset.components.seconds * 1_000_000 }
        return Pacing(clock, wall: wall, random: { 0 })
    }

    private func token(_ authenticator: OAuthAuthenticator) async throws -> String? {
        var request = try PatientClient.request()
        try await authenticator.authorize(&request)
        return request.header("Authorization")
    }

    @Test("a token is fetched once, and renewed before it ends") func renewal() async throws {
        let clock = PatientClock()
        let (subject, service) = try authenticator([Self.grant("a"), Self.grant("b")], clock: clock)
        #expect(try await token(subject) == "Bearer a")
        #expect(try await token(subject) == "Bearer a")
        #expect(service.requests.count == 1)
        let body = String(decoding: service.requests[0].body ?? [], as: UTF8.self)
        #expect(body == "client_id=me&client_secret=s3cret&grant_type=client_credentials")
        // Five minutes before its end it is not used any more.
        try await clock.sleep(for: .seconds(3_299))
        #expect(try await token(subject) == "Bearer a")
        try await clock.sleep(for: .seconds(2))
        #expect(try await token(subject) == "Bearer b")
    }

    @Test("a life that no clock has is taken for a long one, and one below nothing for none", arguments: [Int.max, Int.min])
    func unbelievable(_ life: Int) async throws {
        let (subject, service) = try authenticator([Self.grant("a", life), Self.grant("b", 3_600)])
        #expect(try await token(subject) == "Bearer a")
        #expect(service.requests.count == 1)
    }

    @Test("expiry is looked at before every attempt, also inside a long row of retries") func expiryAmongRetries() async throws {
        let clock = PatientClock()
        let (subject, _) = try authenticator([Self.grant("a", 60), Self.grant("b", 60), Self.grant("c", 60)], clock: clock)
        let service = ScriptedService([
            .answer(429, headers: ["retry-after": "45"]), .answer(429, headers: ["retry-after": "45"]), .answer(200),
        ])
        let pacing = Pacing(clock, random: { 0 })
        let client = WebClient(service, limiter: Limiter(pacing: pacing), authenticator: subject, pacing: pacing)
        _ = try await client.send(PatientClient.request())
        #expect(service.requests.map { $0.header("Authorization") } == ["Bearer a", "Bearer b", "Bearer c"])
    }

    @Test("a refused token is replaced once; a second refusal is an error") func refused() async throws {
        let (subject, _) = try authenticator([Self.grant("a"), Self.grant("b")])
        let service = ScriptedService([.answer(401), .answer(200)])
        let client = WebClient(service, limiter: Limiter(), authenticator: subject)
        _ = try await client.send(PatientClient.request())
        #expect(service.requests.map { $0.header("Authorization") } == ["Bearer a", "Bearer b"])
        let never = WebClient(ScriptedService([.answer(401)]), limiter: Limiter(), authenticator: subject)
        await #expect(throws: SluiceError.self) { _ = try await never.send(PatientClient.request()) }
    }

    @Test("the token endpoint's own troubles are waited for") func endpointThrottled() async throws {
        let clock = PatientClock()
        let (subject, service) = try authenticator(
            [.answer(429, headers: ["retry-after": "20"]), .answer(503), Self.grant("a")], clock: clock)
        #expect(try await token(subject) == "Bearer a")
        #expect(service.requests.count == 3)
        #expect(clock.now.offset >= .seconds(20))
    }

    @Test("a refresh token that changes is kept before the access token is used, under the lock") func rotation() async throws {
        let vault = MemoryVault("r0")
        let clock = PatientClock()
        let (subject, service) = try authenticator(
            [Self.grant("a", 60, refresh: "r1"), Self.grant("b", 60, refresh: "r2")], .refreshToken(vault), clock: clock)
        #expect(try await token(subject) == "Bearer a")
        try await clock.sleep(for: .seconds(31))
        #expect(try await token(subject) == "Bearer b")
        #expect(vault.events.withLock { $0 } == ["lock", "keep r1", "lock", "keep r2"])
        #expect(String(decoding: service.requests[1].body ?? [], as: UTF8.self).hasSuffix("refresh_token=r1"))
    }

    @Test("processes with one refresh token use one access token, until it ends") func shared() async throws {
        let (vault, clock) = (MemoryVault("r0"), PatientClock())
        let (first, service) = try authenticator(
            [Self.grant("a", refresh: "r1"), Self.grant("c", refresh: "r3")], .refreshToken(vault), clock: clock)
        let (second, other) = try authenticator([Self.grant("b", refresh: "r2")], .refreshToken(vault), clock: clock)
        #expect(try await token(first) == "Bearer a")
        #expect(try await token(second) == "Bearer a")
        #expect(service.requests.count == 1 && other.requests.isEmpty)
        // Five minutes before its end one of them renews it; another that finds it refused takes the new one.
        try await clock.sleep(for: .seconds(3_301))
        #expect(try await token(second) == "Bearer b")
        #expect(try await token(first) == "Bearer b")
        #expect(service.requests.count == 1 && other.requests.count == 1)
    }

    @Test("a refused token gives place to what another process was given, however often; one is asked for once") func refusedShared()
        async throws
    {
        let (vault, clock) = (MemoryVault("r0"), PatientClock())
        let grant = OAuthSettings.Grant.refreshToken(vault)
        let (other, _) = try authenticator([Self.grant("b", refresh: "r2"), Self.grant("d", refresh: "r4")], grant, clock: clock)
        let (subject, endpoint) = try authenticator([Self.grant("a", refresh: "r1"), Self.grant("c", refresh: "r3")], grant, clock: clock)
        #expect(try await token(subject) == "Bearer a")
        /// As the other process, whose request was refused, too.
        @Sendable func renewOther(_ refused: String, _ expected: Renewal) async throws {
            var request = try PatientClient.request()
            request.setHeader("Authorization", refused)
            #expect(try await other.renew(after: request, mayAsk: true) == expected)
        }
        try await renewOther("Bearer a", .asked)
        let service = RefusingService(refused: ["Bearer a", "Bearer b", "Bearer c"]) { token in
            // While the request with the third token is on its way the other process renews once more.
            guard token == "Bearer c" else { return }
            try? await renewOther("Bearer b", .taken)
            try? await renewOther(token, .asked)
        }
        let client = WebClient(service, limiter: Limiter(), authenticator: subject)
        _ = try await client.send(PatientClient.request())
        #expect(service.tokens == ["Bearer a", "Bearer b", "Bearer c", "Bearer d"])
        #expect(endpoint.requests.count == 2)
        let never = RefusingService(refused: nil)
        await #expect(throws: SluiceError.self) {
            _ = try await WebClient(never, limiter: Limiter(), authenticator: subject).send(PatientClient.request())
        }
        #expect(never.tokens.count == 2 && endpoint.requests.count == 3)
    }

    @Test("many tasks that need a token at once ask for it once") func singleFlight() async throws {
        let (subject, service) = try authenticator([Self.grant("a", refresh: "r1")], .refreshToken(MemoryVault("r0")))
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await token(subject) } }
            for try await found in group { #expect(found == "Bearer a") }
        }
        #expect(service.requests.count == 1)
    }

    @Test("a refused refresh token is told by its name and words, once, with what to do", arguments: [400, 401])
    func refusedGrant(_ status: Int) async throws {
        let words = #"{"error":"invalid_grant","error_description":"Token has been revoked."}"#
        let (subject, service) = try authenticator([.answer(status, words)], .refreshToken(MemoryVault("r0")))
        do {
            _ = try await token(subject)
            Issue.record("there is no token")
        } catch let error as SluiceError {
            #expect(error.code == .credentialsRefused)
            #expect(error.message.hasSuffix("answered \(status): invalid_grant: Token has been revoked."), "\(error.message)")
            #expect(error.remedy?.contains("give a new one") == true)
        }
        #expect(service.requests.count == 1)
    }

    @Test("an answer without a token is an error that shows no secret") func noToken() async throws {
        let (subject, _) = try authenticator([.answer(200, "{\"error\":\"s3cret\"}")])
        do {
            _ = try await token(subject)
            Issue.record("there is no token")
        } catch let error as SluiceError {
            #expect(error.code == .serviceFailed)
            #expect(!error.message.contains("s3cret"))
        }
    }

    @Test("an answer that is no whole JSON is asked for again, and never shown") func cut() async throws {
        let page = ScriptedService.Reply.answer(200, "<html>Down</html>")
        let half = ScriptedService.Reply.answer(200, #"{"access_token":"s3cret"#)
        for grant in [OAuthSettings.Grant.clientCredentials, .refreshToken(MemoryVault("r0"))] {
            let (subject, service) = try authenticator([page, half, .answer(503), Self.grant("a")], grant)
            #expect(try await token(subject) == "Bearer a")
            #expect(service.requests.count == 4)
        }
        let (never, _) = try authenticator([half])
        do {
            _ = try await token(never)
            Issue.record("there is no token")
        } catch let error as SluiceError {
            #expect(error.code == .serviceFailed && !error.message.contains("s3cret"), "\(error.message)")
        }
    }
}

/// Refuses tokens; every one where nil.
private final class RefusingService: WebTransport {
    private let refused: Set<String>?
    private let before: @Sendable (String) async -> Void
    private let seen = Mutex<[String]>([])

    init(refused: Set<String>?, before: @escaping @Sendable (String) async -> Void = { _ in }) {
        self.refused = refused
        self.before = before
    }

    /// Those that came.
    var tokens: [String] { seen.withLock { $0 } }

    func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
        let token = request.header("Authorization") ?? ""
        seen.withLock { $0.append(token) }
        await before(token)
        let isRefused = refused?.contains(token) ?? true
        return WebAnswer(status: isRefused ? 401 : 200, headers: [:], body: Array("{}".utf8))
    }
}
