import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceHTTP

/// A vault in memory that notes the order of what happens.
private final class MemoryVault: TokenVault {
    let events = Mutex<[String]>([])
    private let token: Mutex<SecretText>

    init(_ token: String) { self.token = Mutex(SecretText(token)) }

    func lock() async throws(SluiceError) -> any Sendable {
        events.withLock { $0.append("lock") }
        return 0
    }

    func read() throws(SluiceError) -> SecretText { token.withLock { $0 } }

    func keep(_ token: SecretText) throws(SluiceError) {
        events.withLock { $0.append("keep \(token.value)") }
        self.token.withLock { $0 = token }
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
        return (OAuthAuthenticator(settings, transport: service, pacing: Pacing(clock, random: { 0 })), service)
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

    @Test("many tasks that need a token at once ask for it once") func singleFlight() async throws {
        let (subject, service) = try authenticator([Self.grant("a", refresh: "r1")], .refreshToken(MemoryVault("r0")))
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await token(subject) } }
            for try await found in group { #expect(found == "Bearer a") }
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

    @Test("an answer that is no whole JSON is asked for again, unless the refresh token may be taken back, and never shown")
    func cut() async throws {
        let page = ScriptedService.Reply.answer(200, "<html>Down</html>")
        let half = ScriptedService.Reply.answer(200, #"{"access_token":"s3cret"#)
        let (subject, service) = try authenticator([page, half, Self.grant("a")])
        #expect(try await token(subject) == "Bearer a")
        #expect(service.requests.count == 3)
        let (refreshed, once) = try authenticator([half, Self.grant("a")], .refreshToken(MemoryVault("r0")))
        do {
            _ = try await token(refreshed)
            Issue.record("there is no token")
        } catch let error as SluiceError {
            #expect(error.code == .serviceFailed && !error.message.contains("s3cret"), "\(error.message)")
        }
        #expect(once.requests.count == 1)
        let (never, _) = try authenticator([half])
        do {
            _ = try await token(never)
            Issue.record("there is no token")
        } catch let error as SluiceError {
            #expect(error.code == .serviceFailed && !error.message.contains("s3cret"), "\(error.message)")
        }
    }
}
