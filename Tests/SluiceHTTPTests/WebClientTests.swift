import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceHTTP

@Suite("client for services")
struct WebClientTests {
    @Test("failures that pass are tried again, ever later") func retries() async throws {
        let patient = PatientClient([.answer(500), .failure(.timedOut), .failure(.unreachable("reset")), .answer(200, "ok")])
        let answer = try await patient.client.send(PatientClient.request())
        #expect(String(decoding: answer.body, as: UTF8.self) == "ok")
        #expect(patient.clock.pauses == [.milliseconds(500), .seconds(1), .seconds(2)])
    }

    @Test("a failure that stays is told with its request, status, words and id") func givesUp() async throws {
        let patient = PatientClient([.answer(502, "bad gateway", headers: ["x-request-id": "abc-1"])])
        let found = await #expect(throws: SluiceError.self) { _ = try await patient.client.send(PatientClient.request()) }
        #expect(found?.code == .serviceFailed)
        #expect(
            found?.message == "example things: GET https://api.example.com/v1/things answered 502 (request id abc-1): \"bad gateway\"")
        #expect(patient.service.requests.count == RetryPolicy.services.attempts)
    }

    @Test("what may have been carried out is not sent twice, unless it may be") func repeatable() async throws {
        let once = PatientClient([.failure(.timedOut), .answer(200)])
        let found = await #expect(throws: SluiceError.self) { _ = try await once.client.send(PatientClient.request("POST")) }
        #expect(found?.code == .timedOut)
        #expect(once.service.requests.count == 1)
        let twice = PatientClient([.failure(.timedOut), .answer(200)])
        _ = try await twice.client.send(PatientClient.request("POST", isRepeatable: true))
        #expect(twice.service.requests.count == 2)
    }

    @Test("Retry-After is obeyed: seconds, a date by the service's own clock, or nothing", arguments: [0, 1, 2]) func retryAfter(
        _ form: Int
    )
        async throws
    {
        let headers = [
            ["retry-after": "30"],
            // This machine's clock is ten minutes off; the service's says that it is half a minute.
            ["retry-after": "Sun, 29 Nov 2026 16:10:30 GMT", "date": "Sun, 29 Nov 2026 16:10:00 GMT"], [:],
        ][form]
        let patient = PatientClient([.answer(429, headers: headers), .answer(200)])
        _ = try await patient.client.send(PatientClient.request("POST"))
        let waited = patient.clock.now.offset
        if form == 2 { #expect(waited == .seconds(2)) } else { #expect(waited >= .seconds(30) && waited <= .seconds(31)) }
    }

    @Test("a pause of hours ends the run, which may go on later") func longPause() async throws {
        let patient = PatientClient([.answer(429, headers: ["retry-after": "7200"])])
        let found = await #expect(throws: SluiceError.self) { _ = try await patient.client.send(PatientClient.request()) }
        #expect(found?.code == .quotaSpent)
        #expect(found?.isRetriable == true)
        #expect(patient.clock.pauses.isEmpty)
        // Another run asks nothing until it is over.
        let again = await #expect(throws: SluiceError.self) { _ = try await patient.client.send(PatientClient.request()) }
        #expect(again?.code == .quotaSpent && again?.message.contains("the service asked for a pause") == true)
        #expect(
            again?.message.hasPrefix("example things: GET https://api.example.com/v1/things was not sent: ") == true,
            "\(again?.message ?? "")")
        #expect(patient.service.requests.count == 1)
    }

    @Test(
        "refusals are not tried again",
        arguments: zip([400, 403, 404, 401], [SluiceError.Code.requestRefused, .accessDenied, .notFound, .credentialsRefused]))
    func refusals(_ status: Int, _ code: SluiceError.Code) async throws {
        let patient = PatientClient([.answer(status, "no")], FixedCredentials.bearer(SecretText("s3cret-token")))
        let found = await #expect(throws: SluiceError.self) { _ = try await patient.client.send(PatientClient.request()) }
        #expect(found?.code == code)
        #expect(patient.service.requests.count == 1)
        #expect(found.map { String(describing: $0).contains("s3cret") } == false)
    }

    @Test("credentials are put where the service wants them") func credentials() async throws {
        let cases: [(FixedCredentials, String?, String)] = [
            (.basic(user: "me/token", password: SecretText("pw:1")), "Basic bWUvdG9rZW46cHc6MQ==", ""),
            (.bearer(SecretText("t")), "Bearer t", ""), (.parameter(name: "api key", SecretText("a&b")), nil, "api%20key=a%26b"),
        ]
        for (credentials, header, query) in cases {
            let patient = PatientClient([.answer(200)], credentials)
            _ = try await patient.client.send(PatientClient.request())
            #expect(patient.service.requests[0].header("Authorization") == header)
            #expect(patient.service.requests[0].address.query == query)
        }
        #expect("\(SecretText("hidden"))" == "***")
        #expect(String(reflecting: FixedCredentials.bearer(SecretText("hidden"))).contains("hidden") == false)
    }

    @Test("a redirect within the host takes credentials along, one to another host is refused") func redirects() async throws {
        let bearer = FixedCredentials.bearer(SecretText("t"))
        let inside = PatientClient([.answer(302, headers: ["location": "/v2/things"]), .answer(200)], bearer)
        _ = try await inside.client.send(PatientClient.request())
        #expect(inside.service.requests.map(\.address.path) == ["/v1/things", "/v2/things"])
        #expect(inside.service.requests[1].header("Authorization") == "Bearer t")

        for location in [
            "https://evil.example.net/x", "//evil.example.net/x", "http://api.example.com/x", "https://api.example.com:8443/x",
        ] {
            let outside = PatientClient([.answer(302, headers: ["location": location]), .answer(200)], bearer)
            let found = await #expect(throws: SluiceError.self) { _ = try await outside.client.send(PatientClient.request()) }
            #expect(found?.code == .foreignHost)
            #expect(outside.service.requests.count == 1)
        }

        let service = ScriptedService([.answer(307, headers: ["location": "https://files.example.net/x"]), .answer(200)])
        var client = WebClient(service, limiter: Limiter(), authenticator: bearer)
        client.otherHosts = ["files.example.net"]
        _ = try await client.send(PatientClient.request())
        #expect(service.requests[1].address.host == "files.example.net")
        #expect(service.requests[1].header("Authorization") == nil)
    }

    @Test("a request that changes something follows no redirect, and is no refusal of what it sends", arguments: [301, 302, 303, 307, 308])
    func movedWrites(_ status: Int) async throws {
        for (location, code) in [("https://evil.example.net/x", SluiceError.Code.foreignHost), ("/v2/things", .serviceFailed)] {
            let patient = PatientClient([.answer(status, headers: ["location": location]), .answer(200)])
            let found = await #expect(throws: SluiceError.self) { _ = try await patient.client.send(PatientClient.request("POST")) }
            #expect(found?.code == code && found?.remedy?.contains("connection") == true)
            #expect(patient.service.requests.count == 1)
        }
        let nowhere = PatientClient([.answer(status)])
        let found = await #expect(throws: SluiceError.self) { _ = try await nowhere.client.send(PatientClient.request("POST")) }
        #expect(found?.code == .serviceFailed)
    }

    @Test("a pause is said in digits or as a date; whatever else stands there says nothing", arguments: ["1e3", "0x10", "soon", "-5", ""])
    func oddPauses(_ text: String) async throws {
        let patient = PatientClient([.answer(429, headers: ["retry-after": text]), .answer(200)])
        _ = try await patient.client.send(PatientClient.request())
        #expect(patient.clock.now.offset < .seconds(10), "\(patient.clock.now.offset)")
    }

    @Test("redirects without end are refused") func redirectLoop() async throws {
        let patient = PatientClient([.answer(302, headers: ["location": "/v1/things"])])
        let found = await #expect(throws: SluiceError.self) { _ = try await patient.client.send(PatientClient.request()) }
        #expect(found?.code == .serviceFailed)
        #expect(patient.service.requests.count == HTTPLimits.redirects + 1)
    }
}
