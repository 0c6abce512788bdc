import SluiceAWS
import SluiceCore
import SluiceKinesis
import SluiceStreams
import SluiceTestKit
import Synchronization
import Testing

/// Shards pushed through a consumer, by a server on the loopback address: moto does not send streams of events.
@Suite("subscriptions through a consumer")
struct FanOutTests {
    private let clock = PatientClock()

    private func streams(_ server: LocalHTTPServer) throws -> KinesisStreams {
        try KinesisStreams(.test(server.address), consumer: "reader", pacer: RetryPacer(clock: clock, random: { 1 }))
    }

    /// Answers what a subscription asks beside its events.
    private static func answer(_ request: LocalHTTPServer.Request, isRegistered: Bool = true) -> LocalHTTPServer.Answer {
        switch operation(request) {
        case "DescribeStreamSummary": .status(200, #"{"StreamDescriptionSummary":{"StreamARN":"arn:s"}}"#)
        case "DescribeStreamConsumer" where isRegistered: active
        case "DescribeStreamConsumer": .status(400, #"{"__type":"ResourceNotFoundException"}"#)
        default: .status(200, "")
        }
    }

    private static let active = LocalHTTPServer.Answer.status(
        200, #"{"ConsumerDescription":{"ConsumerARN":"arn:c","ConsumerStatus":"ACTIVE"}}"#)

    private static func operation(_ request: LocalHTTPServer.Request) -> String {
        request.headers["x-amz-target"]?.split(separator: ".").last.map(String.init) ?? ""
    }

    private static func event(_ records: ClosedRange<Int>?, next: Int, behind: Int = 0) -> [UInt8] {
        let list = (records.map(Array.init) ?? []).map {
            #"{"Data":"\#(Base64.encode(Array("r\($0)".utf8)))","PartitionKey":"k","SequenceNumber":"\#($0)","ApproximateArrivalTimestamp":1.5}"#
        }
        return EventFrames.event(
            "SubscribeToShardEvent",
            #"{"Records":[\#(list.joined(separator: ","))],"ContinuationSequenceNumber":"\#(next)","MillisBehindLatest":\#(behind)}"#)
    }

    private static let begun = EventFrames.event("initial-response", "{}")
    private static let end = EventFrames.event(
        "SubscribeToShardEvent",
        #"{"Records":[],"MillisBehindLatest":0,"ChildShards":[{"ShardId":"shardId-000000000001","ParentShards":"#
            + #"["shardId-000000000000"],"HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"9"}}]}"#)

    private func subscriptions(_ server: LocalHTTPServer) -> [String] {
        server.requests.filter { Self.operation($0) == "SubscribeToShard" }.map(\.text)
    }

    @Test("records come in order over streams that end, are cut, and bring broken bytes; none is missing or twice")
    func order() async throws {
        var damaged = Self.event(7...8, next: 8)
        damaged[damaged.count - 2] ^= 4
        let answers: [LocalHTTPServer.Answer] = [
            .parts([Self.begun, Self.event(1...3, next: 3, behind: 90), Self.event(nil, next: 4)], .whole),
            .parts([Self.begun + Self.event(5...6, next: 6), damaged], .whole), .status(500, ""),
            .status(400, #"{"__type":"ResourceInUseException","message":"within five seconds"}"#),
            .parts([Self.begun, Self.event(7...8, next: 8), Array(Self.event(9...9, next: 9).dropLast(9))], .cut), .cut,
            .parts([Self.begun, Self.event(9...9, next: 9), Self.end], .silence),
        ]
        let asked = Mutex(0)
        let server = try LocalHTTPServer { request, _ in
            guard Self.operation(request) == "SubscribeToShard" else { return Self.answer(request) }
            return asked.withLock { asked in
                defer { asked += 1 }
                return asked < answers.count ? answers[asked] : .cut
            }
        }
        let subscription = try await streams(server).subscribe("s", ShardID(0), .trimHorizon)
        var texts: [String] = []
        var pages: [RecordPage] = []
        while let page = try await subscription.next() {
            pages.append(page)
            texts += page.batches.flatMap { batch in batch.found.map { String(decoding: $0.payload, as: UTF8.self) } }
        }
        #expect(texts == ["r1", "r2", "r3", "r5", "r6", "r7", "r8", "r9"])
        #expect(pages.map(\.millisBehindLatest).first == 90)
        #expect(pages[0].batches[0].arrivalMicros(0) == 1_500_000)
        #expect(pages.dropLast().map(\.continuation) == [3, 6, 8, 9].map { SequenceNumber($0) })
        #expect(pages.last?.children.map(\.id) == [ShardID(1)])
        #expect(pages.last?.continuation == nil)
        #expect(try await subscription.next() == nil)
        let asking = subscriptions(server)
        #expect(
            asking.first
                == #"{"ConsumerARN":"arn:c","ShardId":"shardId-000000000000","StartingPosition":{"Type":"TRIM_HORIZON"}}"#)
        // A call that is made again asks for the same place.
        #expect(
            asking.dropFirst().map { $0.split(separator: "\"").dropLast().last.map(String.init) } == ["4", "6", "6", "6", "8", "8"])
    }

    @Test("a consumer that is missing is registered, awaited, and taken back; one that was there stays")
    func registration() async throws {
        let described = Mutex(0)
        let server = try LocalHTTPServer { request, _ in
            switch Self.operation(request) {
            case "DescribeStreamConsumer":
                return described.withLock { described in
                    described += 1
                    if described == 1 { return Self.answer(request, isRegistered: false) }
                    return described < 4
                        ? .status(200, #"{"ConsumerDescription":{"ConsumerARN":"arn:c","ConsumerStatus":"CREATING"}}"#) : Self.active
                }
            default: return Self.answer(request)
            }
        }
        let streams = try streams(server)
        _ = try await streams.subscribe("s", ShardID(0), .latest)
        _ = try await streams.subscribe("s", ShardID(1), .latest)
        try await streams.deregisterConsumers()
        try await streams.deregisterConsumers()
        #expect(
            server.requests.map(Self.operation) == [
                "DescribeStreamSummary", "DescribeStreamConsumer", "RegisterStreamConsumer", "DescribeStreamConsumer",
                "DescribeStreamConsumer", "DescribeStreamConsumer", "DeregisterStreamConsumer",
            ])
        #expect(server.requests[2].text == #"{"StreamARN":"arn:s","ConsumerName":"reader"}"#)
        #expect(server.requests.last?.text == #"{"ConsumerARN":"arn:c"}"#)
        let other = try LocalHTTPServer { request, _ in Self.answer(request) }
        let found = try self.streams(other)
        _ = try await found.subscribe("s", ShardID(0), .latest)
        try await found.deregisterConsumers()
        #expect(other.requests.map(Self.operation) == ["DescribeStreamSummary", "DescribeStreamConsumer"])
    }

    @Test(
        "what is no answer of the service is an error once it was tried often enough, and a denial at once",
        arguments: [
            (EventFrames.event("SubscribeToShardEvent", "{}"), 8), (EventFrames.event("SubscribeToShardEvent", #"{"Records":[{}]}"#), 1),
            (EventFrames.frame(total: .max), 8),
            (
                EventFrames.frame(
                    headers: EventFrames.header(":message-type", "exception")
                        + EventFrames.header(":exception-type", "KMSAccessDeniedException"), payload: Array(#"{"message":"no"}"#.utf8)), 1
            ),
        ])
    func refusals(_ frame: [UInt8], _ attempts: Int) async throws {
        let server = try LocalHTTPServer { request, _ in
            Self.operation(request) == "SubscribeToShard" ? .parts([Self.begun + frame], .whole) : Self.answer(request)
        }
        let subscription = try await streams(server).subscribe("s", ShardID(0), .trimHorizon)
        let error = await #expect(throws: SluiceError.self) { try await subscription.next() }
        #expect([.serviceFailed, .accessDenied].contains(error?.code))
        #expect(subscriptions(server).count <= attempts)
        #expect(try await subscription.next() == nil)
    }

    @Test("it ends when its task is cancelled")
    func cancelling() async throws {
        let server = try LocalHTTPServer { request, _ in
            Self.operation(request) == "SubscribeToShard"
                ? .parts([Self.begun, Self.event(1...1, next: 1)], .silence) : Self.answer(request)
        }
        let subscription = try await streams(server).subscribe("s", ShardID(0), .trimHorizon)
        #expect(try await subscription.next()?.count == 1)
        let waiting = Task { try await subscription.next() == nil }
        waiting.cancel()
        #expect(try await waiting.value)
    }
}
