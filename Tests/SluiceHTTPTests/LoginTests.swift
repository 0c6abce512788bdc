import Crypto
import CryptoExtras
import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceHTTP

@Suite("logins in a browser, and assertions that are signed")
struct LoginTests {
    private static let authorize = "https://id.example.com/authorize?prompt=login"

    @Test("the address has a challenge, and not the verifier; the answer must have the state") func dialogue() throws {
        let dialogue = LoginDialogue(port: 4711)
        let address = dialogue.address(try WebAddress(parsing: Self.authorize), clientID: "me", scope: "api refresh_token")
        let parameters = Dictionary(uniqueKeysWithValues: FormText.decode(address.query).map { ($0.name, $0.value) })
        #expect(parameters["prompt"] == "login" && parameters["response_type"] == "code" && parameters["scope"] == "api refresh_token")
        #expect(parameters["redirect_uri"] == "http://127.0.0.1:4711/callback")
        let challenge = Base64URL.encode(Array(SHA256.hash(data: Array(dialogue.verifier.value.utf8))))
        #expect(parameters["code_challenge"] == challenge && parameters["code_challenge_method"] == "S256")
        #expect(!address.description.contains(dialogue.verifier.value))
        #expect((43...128).contains(dialogue.verifier.value.utf8.count))
        #expect(dialogue.take("/callback?code=c1&state=\(dialogue.state)") == .code(SecretText("c1")))
        #expect(
            dialogue.take("/callback?error=access_denied&error_description=no+way&state=\(dialogue.state)")
                == .refused("access_denied: no way"))
        for target in [
            "/callback?code=c1&state=other", "/callback?code=c1", "/favicon.ico", "/?code=c1&state=\(dialogue.state)", "/callback",
        ] {
            #expect(dialogue.take(target) == .foreign, "\(target)")
        }
        #expect(LoginDialogue(port: 1).state != LoginDialogue(port: 1).state)
    }

    @Test("a login from end to end: who answers with another state is passed over, the code goes with its verifier") func login()
        async throws
    {
        let service = ScriptedService([.answer(200, #"{"access_token":"a","refresh_token":"r1"}"#)])
        let login = try Self.login(service)
        let (addresses, continuation) = AsyncStream.makeStream(of: WebAddress.self)
        async let token = login.refreshToken { continuation.yield($0) }
        var shown: WebAddress?
        for await address in addresses {
            shown = address
            break
        }
        let parameters = Dictionary(uniqueKeysWithValues: FormText.decode(try #require(shown).query).map { ($0.name, $0.value) })
        let redirect = try WebAddress(parsing: try #require(parameters["redirect_uri"]))
        #expect(redirect.isLoopback)
        func browse(_ state: String) async throws -> Int {
            let back = redirect.adding([(name: "code", value: "c1"), (name: "state", value: state)])
            return try await PooledTransport().send(WebRequest("GET", back, label: "browser"), timeout: .seconds(60)).status
        }
        #expect(try await browse("forged") == 400)
        var large = WebRequest("POST", redirect, label: "browser")
        large.body = [UInt8](repeating: 0, count: HTTPLimits.loginBytes + 1)
        #expect(try await PooledTransport().send(large, timeout: .seconds(60)).status == 413)
        #expect(try await browse(try #require(parameters["state"])) == 200)
        #expect(try await token == SecretText("r1"))
        let form = FormText.decode(String(decoding: try #require(service.requests.first?.body), as: UTF8.self))
        let verifier = try #require(form.first { $0.name == "code_verifier" }?.value)
        #expect(Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8)))) == parameters["code_challenge"])
        #expect(form.contains { $0.name == "code" && $0.value == "c1" })
    }

    @Test("a code that the service does not take is told by the error's name and words, and is sent once") func refusedCode() async throws {
        let service = ScriptedService([.answer(400, #"{"error":"invalid_grant","error_description":"expired authorization code"}"#)])
        let login = try Self.login(service)
        do {
            _ = try await login.refreshToken { shown in
                let parameters = Dictionary(uniqueKeysWithValues: FormText.decode(shown.query).map { ($0.name, $0.value) })
                guard let redirect = try? WebAddress(parsing: parameters["redirect_uri"] ?? "") else { return }
                let back = redirect.adding([(name: "code", value: "c0de-that-ended"), (name: "state", value: parameters["state"] ?? "")])
                Task { try await PooledTransport().send(WebRequest("GET", back, label: "browser"), timeout: .seconds(60)) }
            }
            Issue.record("logged in")
        } catch {
            #expect(error.code == .credentialsRefused)
            #expect(error.message.hasSuffix("answered 400: invalid_grant: expired authorization code"), "\(error.message)")
            #expect(error.remedy?.contains("begin the login again") == true, "\(error.remedy ?? "")")
            #expect(!"\(error)".contains("c0de-that-ended"))
        }
        #expect(service.requests.count == 1)
    }

    private static func login(_ service: ScriptedService) throws -> LoopbackLogin {
        LoopbackLogin(
            LoopbackLogin.Service(
                authorize: try WebAddress(parsing: authorize), token: try WebAddress(parsing: "https://id.example.com/token"),
                clientID: "me", clientSecret: nil, scope: nil), transport: service)
    }

    @Test("an assertion is signed, ends soon, and shows no key") func assertion() throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let subject = JWTAssertion(
            issuer: "me", subject: "etl@example.com", audience: "https://login.example.com", key: SecretText(key.pemRepresentation))
        let token = try subject.signed(nowMicros: 1_700_000_000_000_000).value
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        func decoded(_ text: String) -> [UInt8] {
            let plain = text.replacing("-", with: "+").replacing("_", with: "/")
            return Base64.decode(Array((plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)).utf8)) ?? []
        }
        let claims = try JSONParser.parse(decoded(parts[1]))
        #expect(claims["iss"]?.string == "me" && claims["sub"]?.string == "etl@example.com")
        #expect(claims["exp"]?.integer == 1_700_000_180)
        let signature = _RSA.Signing.RSASignature(rawRepresentation: decoded(parts[2]))
        #expect(
            key.publicKey.isValidSignature(
                signature, for: SHA256.hash(data: Array("\(parts[0]).\(parts[1])".utf8)), padding: .insecurePKCS1v1_5))
        var broken = subject
        broken.key = SecretText("-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----")
        do {
            _ = try broken.signed(nowMicros: 0)
            Issue.record("signed")
        } catch {
            #expect(error.code == .invalidOption && !"\(error)".contains("secretsecret"))
        }
    }
}
