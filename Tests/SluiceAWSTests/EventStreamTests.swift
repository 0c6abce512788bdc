import SluiceAWS
import SluiceCore
import SluiceTestKit
import Testing

/// Answers that are streams of events, from a server on the loopback address.
@Suite("streams of events")
struct EventStreamTests {
    private let pauses = PatientClock()

    private func service(_ server: LocalHTTPServer, timeout: Duration = .seconds(20)) throws -> JSONService {
        let options = AWSSettings.Options(
            region: "eu-west-1", endpoint: server.address,
            credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden"))
        return try JSONService(
            JSONService.Description(name: "kinesis", target: "Kinesis_20131202", codes: ["ResourceNotFoundException": .notFound]),
            AWSSettings(options, environment: { _ in nil }) { _ in nil }, pacer: RetryPacer(clock: pauses, random: { 1 }), timeout: timeout)
    }

    private func types(_ stream: EventStream) async throws(SluiceError) -> [String] {
        var types: [String] = []
        while let event = try await stream.next() { types.append("\(event.type) \(event.payload["n"]?.integer ?? -1)") }
        return types
    }

    private static let frames =
        EventFrames.event("initial-response", "{}") + EventFrames.event("A", #"{"n":1}"#) + EventFrames.event("B", "")

    @Test("events come in order to the end, however the bytes are divided", arguments: [1, 10, 1_000])
    func order(_ size: Int) async throws {
        let parts = stride(from: 0, to: Self.frames.count, by: size).map { Array(Self.frames[$0..<min($0 + size, Self.frames.count)]) }
        let server = try LocalHTTPServer { _, _ in .parts(parts, .whole) }
        let stream = try await service(server).events("SubscribeToShard", JSONBody())
        #expect(try await types(stream) == ["initial-response -1", "A 1", "B -1"])
        #expect(server.requests.first?.headers["x-amz-target"] == "Kinesis_20131202.SubscribeToShard")
        #expect(server.requests.first?.headers["authorization"] != nil)
    }

    @Test("an event is there before the next one is sent")
    func early() async throws {
        let server = try LocalHTTPServer { _, _ in .parts([Self.frames], .silence) }
        let stream = try await service(server).events("SubscribeToShard", JSONBody())
        for type in ["initial-response", "A", "B"] { #expect(try await stream.next()?.type == type) }
        let waiting = Task { await #expect(throws: SluiceError.self) { try await stream.next() }?.code }
        waiting.cancel()
        #expect(await waiting.value == .interrupted)
    }

    @Test("what the service sends as its error is that error")
    func exceptions() async throws {
        func error(_ headers: [UInt8], _ payload: String) async throws -> SluiceError? {
            let frame = EventFrames.frame(headers: headers, payload: Array(payload.utf8))
            let server = try LocalHTTPServer { _, _ in .parts([frame], .whole) }
            let stream = try await service(server).events("SubscribeToShard", JSONBody())
            return await #expect(throws: SluiceError.self) { try await stream.next() }
        }
        let exception = EventFrames.header(":message-type", "exception")
        let missing = try await error(
            exception + EventFrames.header(":exception-type", "ResourceNotFoundException"), #"{"message":"no shard"}"#)
        #expect(missing?.code == .notFound)
        #expect(missing?.message.contains("no shard") == true)
        #expect(missing?.isRetriable == false)
        let inside = try await error(exception + EventFrames.header(":exception-type", "InternalFailureException"), "no JSON")
        #expect(inside?.isRetriable == true)
        let other = try await error(
            EventFrames.header(":message-type", "error") + EventFrames.header(":error-code", "Bad")
                + EventFrames.header(":error-message", "some reason"), "")
        #expect(other?.message.contains("some reason") == true)
        #expect(try await error(EventFrames.header(":message-type", "riddle"), "")?.code == .serviceFailed)
        #expect(try await error([], "")?.code == .serviceFailed)
    }

    @Test("bytes that are no events, and a stream that is cut, are retriable errors that name the endpoint")
    func broken() async throws {
        var damaged = Self.frames
        damaged[damaged.count - 1] ^= 1
        let bad: [([UInt8], LocalHTTPServer.Ending)] = [
            (damaged, .whole), (Array("<html>no such page</html>".utf8), .whole), (Array(Self.frames.dropLast(3)), .whole),
            (Array(Self.frames.dropLast(3)), .cut),
            (Self.frames, .cut), (EventFrames.frame(total: .max), .whole),
        ]
        for (bytes, ending) in bad {
            let server = try LocalHTTPServer { _, _ in .parts([bytes], ending) }
            let stream = try await service(server).events("SubscribeToShard", JSONBody())
            let error = await #expect(throws: SluiceError.self) { try await types(stream) }
            #expect(error?.isRetriable == true)
            #expect(error?.message.contains(server.address) == true)
        }
    }

    @Test("a call is made again until its answer has begun, and a refusal is read")
    func opening() async throws {
        let server = try LocalHTTPServer { _, number in
            switch number {
            case 0: .status(500, "")
            case 1: .cut
            case 2: .status(400, #"{"__type":"LimitExceededException","message":"slowly"}"#)
            case 3: .parts([Self.frames], .whole)
            default: .status(400, #"{"__type":"ResourceNotFoundException","message":"no consumer"}"#)
            }
        }
        let service = try service(server)
        #expect(try await types(try await service.events("SubscribeToShard", JSONBody())).count == 3)
        #expect(pauses.pauses.count == 3)
        let error = await #expect(throws: SluiceError.self) { try await service.events("SubscribeToShard", JSONBody()) }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("no consumer") == true)
    }

    @Test("an answer that does not begin in time is an error")
    func silence() async throws {
        let server = try LocalHTTPServer { _, _ in .silence }
        let service = try service(server, timeout: .milliseconds(200))
        let error = await #expect(throws: SluiceError.self) { try await service.events("SubscribeToShard", JSONBody()) }
        #expect(error?.code.name == "timed-out")
    }
}
