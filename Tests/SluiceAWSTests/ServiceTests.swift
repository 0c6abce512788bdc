import SluiceAWS
import SluiceCore
import SluiceTestKit
import Testing

/// Calls against a server on the loopback address that misbehaves in the ways that services, proxies and networks do.
@Suite("calls of a service")
struct ServiceTests {
    private let pauses = PatientClock()
    private let settings = AWSSettings.Options(
        region: "eu-west-1", credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden"))

    private func service(
        _ server: LocalHTTPServer, timeout: Duration = .seconds(20), answerBytes: Int = 1 << 20, clock: WallClock = WallClock { 0 }
    ) throws -> JSONService {
        var options = settings
        options.endpoint = server.address
        return try JSONService(
            JSONService.Description(name: "kinesis", target: "Kinesis_20131202", codes: ["ResourceNotFoundException": .notFound]),
            AWSSettings(options, environment: { _ in nil }) { _ in nil }, pacer: RetryPacer(clock: pauses, random: { 1 }), clock: clock,
            timeout: timeout,
            answerBytes: answerBytes)
    }

    private func failure(_ service: JSONService) async -> SluiceError? {
        await #expect(throws: SluiceError.self) { try await service.call("ListStreams", JSONBody()) }
    }

    @Test("a call is a signed POST with its name in a header, and the answer is read") func success() async throws {
        let server = try LocalHTTPServer { _, _ in .status(200, #"{"StreamNames":["a"]}"#) }
        var body = JSONBody()
        body.put("Limit", 10)
        let answer = try await service(server).call("ListStreams", body)
        #expect(answer["StreamNames"]?.elements.map(\.string) == ["a"])
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/")
        #expect(request.text == #"{"Limit":10}"#)
        #expect(request.headers["host"] == "127.0.0.1:\(server.port)")
        #expect(request.headers["content-type"] == "application/x-amz-json-1.1")
        #expect(request.headers["x-amz-target"] == "Kinesis_20131202.ListStreams")
        #expect(
            request.headers["authorization"]?.contains(
                "AKIDEXAMPLE/19700101/eu-west-1/kinesis/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target,") == true)
        #expect(pauses.pauses.isEmpty)
    }

    @Test("an error has the service's words, its own code, the request's id and no secret") func refused() async throws {
        let server = try LocalHTTPServer { _, _ in
            .status(
                400, #"{"__type":"com.amazonaws.kinesis#ResourceNotFoundException","message":"Stream x\nnot found"}"#,
                headers: ["x-amzn-RequestId": "id-1"])
        }
        let error = try #require(await failure(service(server)))
        #expect(error.code == .notFound)
        #expect(!error.isRetriable)
        #expect(
            error.message == "kinesis ListStreams was refused with ResourceNotFoundException: Stream x not found "
                + "(\(server.address), request id id-1)")
        #expect(server.requests.count == 1)
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!dumped.contains("hidden"))
    }

    @Test(
        "refusals that more calls cannot help are made once and say what to do",
        arguments: [
            ("UnrecognizedClientException", SluiceError.Code.credentialsRefused), ("InvalidSignatureException", .credentialsRefused),
            ("AccessDeniedException", .accessDenied), ("ValidationException", .invalidArgument),
            ("UnknownOperationException", .serviceFailed),
            ("SomethingNew", .serviceFailed), ("ExpiredTokenException", .credentialsRefused),
        ]) func final(_ type: String, _ code: SluiceError.Code) async throws
    {
        let server = try LocalHTTPServer { _, _ in .status(400, "{\"__type\":\"\(type)\"}") }
        #expect(await failure(try service(server))?.code == code)
        #expect(server.requests.count == 1)
    }

    @Test("throttling and failures are waited out, longer each time, for a number of attempts") func retries() async throws {
        let answers: [LocalHTTPServer.Answer] = [
            .status(500, #"{"__type":"InternalFailure"}"#), .status(503, "<html>"), .cut, .cutBody(promised: 100, "{"),
            .status(400, #"{"__type":"ProvisionedThroughputExceededException","message":"slow"}"#),
            .status(429, #"{"__type":"Other"}"#), .status(200, ""),
        ]
        let server = try LocalHTTPServer { _, number in answers[number] }
        #expect(try await service(server).call("ListStreams", JSONBody()) == .object([]))
        #expect(server.requests.count == answers.count)
        let millis = pauses.pauses.map { $0 / .milliseconds(1) }
        #expect(millis == [50, 100, 200, 400, 8_000, 16_000])
        let stubborn = try LocalHTTPServer { _, _ in .status(400, #"{"__type":"ThrottlingException","message":"slow"}"#) }
        let error = await failure(try service(stubborn))
        #expect(stubborn.requests.count == RetryPolicy().attempts)
        #expect(error?.isRetriable == true)
        #expect(error?.message.contains("after 8 attempts") == true)
        #expect(pauses.pauses.max() == .seconds(20))
    }

    @Test("silence and an answer that never ends are cut off after the call's time", arguments: [true, false])
    func slow(_ isSilent: Bool) async throws {
        let server = try LocalHTTPServer { _, number in number == 0 ? (isSilent ? .silence : .drip) : .status(200, "{}") }
        #expect(try await service(server, timeout: .milliseconds(300)).call("ListStreams", JSONBody()) == .object([]))
        #expect(server.requests.count == 2)
    }

    @Test("an answer that is too long is refused, whether its length is said or not") func oversize() async throws {
        let answers: [LocalHTTPServer.Answer] = [.status(200, String(repeating: " ", count: 5_001)), .blanks(6_000)]
        for answer in answers {
            let server = try LocalHTTPServer { _, _ in answer }
            let error = await failure(try service(server, answerBytes: 5_000))
            #expect(error?.code == .serviceFailed)
            #expect(error?.message.contains("more than 5000 bytes") == true)
            #expect(server.requests.count == 1)
        }
        let fits = try LocalHTTPServer { _, _ in .status(200, "{}" + String(repeating: " ", count: 4_998)) }
        #expect(try await service(fits, answerBytes: 5_000).call("ListStreams", JSONBody()) == .object([]))
    }

    @Test("an answer that is no JSON, a redirect and a closed port are errors") func strange() async throws {
        let page = try LocalHTTPServer { _, _ in .status(200, "<html>hello</html>") }
        #expect(await failure(try service(page))?.message.contains("<html>hello") == true)
        let redirect = try LocalHTTPServer { _, _ in .status(307, "", headers: ["Location": "http://127.0.0.1:1/"]) }
        #expect(await failure(try service(redirect))?.code == .serviceFailed)
        #expect(redirect.requests.count == 1)
        var closed: LocalHTTPServer? = try LocalHTTPServer { _, _ in .cut }
        let unreachable = try service(try #require(closed))
        closed = nil
        #expect(await failure(unreachable)?.code == .serviceUnreachable)
    }

    @Test("a wrong clock follows the service's once it refuses the signature") func skew() async throws {
        let server = try LocalHTTPServer { request, _ in
            let date = ["Date": "Sun, 30 Aug 2015 12:36:00 GMT"]
            return request.headers["x-amz-date"] == "20150830T123600Z"
                ? .status(200, "{}", headers: date)
                : .status(403, #"{"__type":"InvalidSignatureException","message":"Signature expired"}"#, headers: date)
        }
        let service = try service(server)
        _ = try await service.call("ListStreams", JSONBody())
        _ = try await service.call("ListStreams", JSONBody())
        #expect(server.requests.count == 3)
        #expect(service.serviceMicros == 1_440_938_160_000_000)
    }

    @Test("a cancelled call ends at once") func cancellation() async throws {
        let server = try LocalHTTPServer { _, _ in .silence }
        let service = try service(server, timeout: .seconds(600))
        let call = Task { try await service.call("ListStreams", JSONBody()) }
        while server.requests.isEmpty { await Task.yield() }
        call.cancel()
        let error = await #expect(throws: SluiceError.self) { try await call.value }
        #expect(error?.code == .interrupted)
    }
}
