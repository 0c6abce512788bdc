import SluiceBuckets
import SluiceCatalog
import SluiceCore

import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceFirehoseService
@testable import SluiceServer

/// The service without a socket: requests as values.
@Suite("served Firehose")
struct ServedTests {
    private let directory: TemporaryDirectory
    private let buckets: BucketStore

    init() throws {
        directory = try TemporaryDirectory()
        buckets = try BucketStore(directory.path("buckets"))
    }

    private func service(faults: FaultInjection = FaultInjection(), clock: WallClock = .system) -> TargetService<FirehoseHome> {
        var options = PortOptions(port: 0)
        options.faults = faults
        return FirehoseService.make(
            FirehoseHome(
                directory: directory.root, options, buckets: buckets,
                catalog: { throw SluiceError(.notFound, "there is no catalog") }, clock: clock))
    }

    private func call(_ service: TargetService<FirehoseHome>, _ operation: String, _ body: [UInt8]) async throws -> WireValue {
        let head = RequestHead(
            method: "POST", target: "/", headers: HeaderFields([("X-Amz-Target", "Firehose_20150804.\(operation)")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: "000000000000", region: "us-east-1"), body: RequestBody(body), clock: .system,
            signature: nil)
        guard case .bytes(let bytes) = try await service.respond(to: request).body else { return .null }
        return try WireFormat.json.decode(bytes)
    }

    private func code(_ service: TargetService<FirehoseHome>, _ operation: String, _ body: String) async -> String? {
        do {
            _ = try await call(service, operation, Array(body.utf8))
            return nil
        } catch {
            return (error as? ServiceFault)?.code ?? "\(error)"
        }
    }

    private static let creation = """
        {"DeliveryStreamName":"s","ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r",
        "BucketARN":"arn:aws:s3:::lake"}}
        """

    @Test(
        "requests that no client may make",
        arguments: [
            ("PutRecordBatch", #"{"DeliveryStreamName":"s","Records":7}"#, "SerializationException"),
            ("PutRecordBatch", #"{"DeliveryStreamName":"s","Records":[7]}"#, "SerializationException"),
            ("PutRecordBatch", #"{"DeliveryStreamName":"s","Records":[]}"#, "ValidationException"),
            ("PutRecord", #"{"DeliveryStreamName":"s","Record":{"Data":"?"}}"#, "SerializationException"),
            ("PutRecord", #"{"DeliveryStreamName":"s","Record":{}}"#, "ValidationException"),
            ("PutRecord", #"{"DeliveryStreamName":"../x","Record":{"Data":""}}"#, "ValidationException"),
            ("CreateDeliveryStream", "[]", "SerializationException"), ("CreateDeliveryStream", "{", "SerializationException"),
            ("CreateDeliveryStream", #"{"DeliveryStreamName":"..","S3DestinationConfiguration":7}"#, "SerializationException"),
            (
                "CreateDeliveryStream", creation.replacing(#""s""#, with: #""..""#), "InvalidArgumentException"
            ), ("DescribeDeliveryStream", "{}", "ValidationException"), ("Nothing", "{}", "UnknownOperationException"),
        ])
    func refused(_ operation: String, _ body: String, _ expected: String) async throws {
        let service = service()
        #expect(await code(service, operation, body) == expected)
        await service.close()
    }

    @Test("records are refused one by one where a test asks for it") func faults() async throws {
        let throttling = service(faults: FaultInjection(refusedRecords: 1))
        _ = try await call(throttling, "CreateDeliveryStream", Array(Self.creation.utf8))
        let body = #"{"DeliveryStreamName":"s","Records":[{"Data":"YQ=="},{"Data":"Yg=="}]}"#
        let answer = try await call(throttling, "PutRecordBatch", Array(body.utf8))
        #expect(answer["FailedPutCount"] == .integer(2))
        #expect(answer["RequestResponses"]?.elements.first?["ErrorCode"] == .text("ServiceUnavailableException"))
        #expect(
            await code(throttling, "PutRecord", #"{"DeliveryStreamName":"s","Record":{"Data":"YQ=="}}"#) == "ServiceUnavailableException")
        await throttling.close()
    }

    @Test("a reset forgets streams and records, a restart does not; the key of an endpoint is nowhere in the clear")
    func reset() async throws {
        let first = service()
        let body = """
            {"DeliveryStreamName":"s","HttpEndpointDestinationConfiguration":{"EndpointConfiguration":{"Url":"http://127.0.0.1:9/",
            "AccessKey":"very-hidden"},"S3Configuration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake"}}}
            """
        _ = try await call(first, "CreateDeliveryStream", Array(body.utf8))
        await first.close()
        let place = directory.path("firehose/000000000000/us-east-1/firehose.json")
        #expect(try !TemporaryDirectory.contents(of: place).contains("very-hidden"))
        let second = service()
        let listed = try await call(second, "ListDeliveryStreams", [])
        #expect(listed["DeliveryStreamNames"] == .texts(["s"]))
        try await second.reset()
        let empty = try await call(second, "ListDeliveryStreams", [])
        #expect(empty["DeliveryStreamNames"] == .list([]))
        _ = try await call(second, "CreateDeliveryStream", Array(Self.creation.utf8))
        await second.close()
    }

    @Test("a file of definitions that is damaged is said, and nothing is removed") func damaged() async throws {
        let first = service()
        _ = try await call(first, "CreateDeliveryStream", Array(Self.creation.utf8))
        await first.close()
        let place = directory.path("firehose/000000000000/us-east-1/firehose.json")
        try DiskFiles.writeAtomically("{}".utf8, to: place)
        let second = service()
        do {
            _ = try await call(second, "ListDeliveryStreams", [])
            Issue.record("the file was taken")
        } catch let error as SluiceError {
            #expect(error.code == .stateCorrupt && error.location?.description.contains("firehose.json") == true)
        }
        #expect(DiskFiles.kind(of: directory.path("firehose/000000000000/us-east-1/streams/s")) == .directory)
    }

    @Test(
        "a data stream of another region or account is refused as a source",
        arguments: ["eu-west-1:000000000000", "us-east-1:111122223333"])
    func foreignSource(_ place: String) async throws {
        let service = service()
        let source = """
            "DeliveryStreamType":"KinesisStreamAsSource","KinesisStreamSourceConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r",
            "KinesisStreamARN":"arn:aws:kinesis:\(place):stream/s"},
            """
        let body = Self.creation.replacing(#""ExtendedS3"#, with: source + #""ExtendedS3"#)
        await #expect {
            _ = try await call(service, "CreateDeliveryStream", Array(body.utf8))
        } throws: { error in
            (error as? ServiceFault)?.message.contains("must be in the account 000000000000 and the region us-east-1") == true
        }
        await service.close()
    }

    @Test("a record from before the clock went back is delivered when the interval has passed again") func clockWentBack() async throws {
        let day: Int64 = 86_400_000_000
        let start: Int64 = 1_770_000_000_000_000
        let now = Mutex(start + day)
        let service = service(clock: WallClock { now.withLock { $0 } })
        try await buckets.createBucket("lake", owner: "000000000000", region: "us-east-1")
        _ = try await call(service, "CreateDeliveryStream", Array(Self.creation.utf8))
        _ = try await call(service, "PutRecord", Array(#"{"DeliveryStreamName":"s","Record":{"Data":"YQ=="}}"#.utf8))
        // The service looks at the clock in between; all looks together do not reach the time of the arrival.
        let steps: Int64 = 250
        for step in 0..<steps where try buckets.list("lake", ListingRequest()).entries.isEmpty {
            now.withLock { $0 = start + step * (day / steps) }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try buckets.list("lake", ListingRequest()).entries.count == 1)
        await service.close()
    }
}
