import SluiceAWS
import SluiceCore
import SluiceKinesis
import SluiceLog
import SluiceStreams
import SluiceTestKit
import Testing

@testable import SluiceKinesisService
@testable import SluiceServer

/// The service without a socket: requests as values.
@Suite("served Kinesis")
struct ServedTests {
    private let directory: TemporaryDirectory
    private let options = PortOptions(port: 0)
    private let home: KinesisHome
    private let service: TargetService<KinesisHome>

    init() throws {
        directory = try TemporaryDirectory()
        home = KinesisHome(directory: directory.root, options)
        service = KinesisService.make(home)
    }

    private func call(
        _ operation: String, _ body: WireValue, _ format: WireFormat = .json, account: String = "000000000000",
        of service: TargetService<KinesisHome>? = nil
    ) async throws -> WireValue {
        let type = format == .cbor ? "application/x-amz-cbor-1.1" : "application/x-amz-json-1.1"
        let head = RequestHead(
            method: "POST", target: "/",
            headers: HeaderFields([("X-Amz-Target", "Kinesis_20131202.\(operation)"), ("Content-Type", type)]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: account, region: "us-east-1"), body: RequestBody(format.encode(body)),
            clock: .system, signature: nil)
        let response = try await (service ?? self.service).respond(to: request)
        #expect(response.headers["Content-Type"] == type)
        guard case .bytes(let bytes) = response.body else { return .null }
        return bytes.isEmpty ? .null : try format.decode(bytes)
    }

    private func code(_ body: () async throws -> WireValue) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? ServiceFault)?.code ?? "\(error)"
        }
    }

    @Test("CBOR: blobs as bytes, times in milliseconds under tag 1 both ways")
    func cbor() async throws {
        _ = try await call("CreateStream", .structure(["StreamName": .text("s"), "ShardCount": .integer(1)]), .cbor)
        _ = try await call(
            "PutRecords",
            .structure([
                "StreamName": .text("s"),
                "Records": .list([.structure(["Data": .bytes([0, 255, 7]), "PartitionKey": .text("k")])]),
            ]), .cbor)
        for start in [Int64(1_000), WallClock.system.nowMicros() - 3_600_000_000] {
            let iterator = try await call(
                "GetShardIterator",
                .structure([
                    "StreamName": .text("s"), "ShardId": .text("shardId-000000000000"), "ShardIteratorType": .text("AT_TIMESTAMP"),
                    "Timestamp": .time(micros: start),
                ]), .cbor)
            let page = try await call("GetRecords", .structure(["ShardIterator": iterator["ShardIterator"]]), .cbor)
            guard case .list(let records)? = page["Records"], records.count == 1 else {
                Issue.record("no record: \(page)")
                return
            }
            #expect(records[0]["Data"] == .bytes([0, 255, 7]))
            guard case .time(let micros)? = records[0]["ApproximateArrivalTimestamp"] else {
                Issue.record("no time")
                return
            }
            #expect(abs(micros - WallClock.system.nowMicros()) < 3_600_000_000)
        }
    }

    @Test("accounts are apart, also on disk; consumers, policies and monitoring outlive a restart")
    func scopes() async throws {
        let body = WireValue.structure(["StreamName": .text("s"), "ShardCount": .integer(1)])
        _ = try await call("CreateStream", body)
        _ = try await call("CreateStream", body, account: "111122223333")
        let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
        let made = try await call("RegisterStreamConsumer", .structure(["StreamARN": .text(arn), "ConsumerName": .text("c")]))
        _ = try await call(
            "EnableEnhancedMonitoring", .structure(["StreamName": .text("s"), "ShardLevelMetrics": .texts(["IncomingBytes"])]))
        _ = try await call("PutResourcePolicy", .structure(["ResourceARN": .text(arn), "Policy": .text("{}")]))
        #expect(
            await code { try await call("DescribeStream", .structure(["StreamARN": .text(arn)]), account: "111122223333") }
                == "AccessDeniedException")
        home.close()
        let again = KinesisService.make(KinesisHome(directory: directory.root, options))
        let listed = try await call("ListStreamConsumers", .structure(["StreamARN": .text(arn)]), of: again)
        #expect(listed["Consumers"] == .list([made["Consumer"] ?? .null]))
        let stream = try await call("DescribeStream", .structure(["StreamName": .text("s")]), of: again)["StreamDescription"]
        #expect(stream?["EnhancedMonitoring"] == .list([.structure(["ShardLevelMetrics": .texts(["IncomingBytes"])])]))
        // A stream of the same name that is made anew has nothing of the old one.
        #expect(
            await code { try await call("DeleteStream", .structure(["StreamName": .text("s")]), of: again) } == "ResourceInUseException")
        _ = try await call("DeleteStream", .structure(["StreamName": .text("s"), "EnforceConsumerDeletion": .boolean(true)]), of: again)
        _ = try await call("CreateStream", body, of: again)
        let policy = try await call("GetResourcePolicy", .structure(["ResourceARN": .text(arn)]), of: again)
        #expect(policy["Policy"] == .text("{}"))
        #expect(
            await code { try await call("DeleteResourcePolicy", .structure(["ResourceARN": .text(arn)]), of: again) }
                == "ResourceNotFoundException")
        await again.close()
    }

    @Test("shards behind one that is named wrongly, and behind none") func filters() async throws {
        _ = try await call("CreateStream", .structure(["StreamName": .text("s"), "ShardCount": .integer(1)]))
        for (shard, words) in [("zzz", "zzz of the ShardFilter"), (nil, "ShardId must be specified")] {
            let filter = WireValue.structure(["Type": .text("AFTER_SHARD_ID"), "ShardId": shard.map { .text($0) }])
            do {
                _ = try await call("ListShards", .structure(["StreamName": .text("s"), "ShardFilter": filter]))
                Issue.record("the filter was taken")
            } catch let fault as ServiceFault {
                #expect(fault.code == "InvalidArgumentException" && fault.message.contains(words), "\(fault.message)")
            }
        }
    }

    @Test("closed shards are listed until their records have expired, and who reads one may go on")
    func expiredShards() async throws {
        let stream = WireValue.Member("StreamName", .text("s"))
        _ = try await call("CreateStream", .object([stream, .init("ShardCount", .integer(1))]))
        _ = try await call("PutRecord", .object([stream, .init("Data", .text("YQ==")), .init("PartitionKey", .text("k"))]))
        _ = try await call(
            "UpdateShardCount", .object([stream, .init("TargetShardCount", .integer(2)), .init("ScalingType", .text("UNIFORM_SCALING"))]))
        func numbers(_ shards: WireValue?) -> [Int] {
            guard case .list(let shards)? = shards else { return [] }
            return shards.compactMap { $0["ShardId"]?.string.flatMap { Int($0.suffix(2)) } }
        }
        func listed() async throws -> [[Int]] {
            let filters = [
                nil, WireValue.structure(["Type": .text("FROM_TRIM_HORIZON")]),
                .structure(["Type": .text("FROM_TIMESTAMP"), "Timestamp": .integer(1_000)]),
            ]
            var found: [[Int]] = []
            for filter in filters {
                found.append(
                    numbers(try await call("ListShards", .structure(["StreamName": .text("s"), "ShardFilter": filter]))["Shards"]))
            }
            let described = try await call("DescribeStream", .object([stream]))
            return found + [numbers(described["StreamDescription"]?["Shards"])]
        }
        #expect(try await listed() == Array(repeating: [0, 1, 2], count: 4))
        options.shift.advance(by: 25 * 3_600_000_000)
        #expect(try await listed() == Array(repeating: [1, 2], count: 4))
        let iterator = try await call(
            "GetShardIterator",
            .object([stream, .init("ShardId", .text("shardId-000000000000")), .init("ShardIteratorType", .text("TRIM_HORIZON"))]))
        let page = try await call("GetRecords", .structure(["ShardIterator": iterator["ShardIterator"]]))
        #expect(page["Records"] == .list([]) && page["NextShardIterator"] == nil)
        guard case .list(let children)? = page["ChildShards"] else {
            Issue.record("no shards come of it: \(page)")
            return
        }
        #expect(children.count == 2)
    }

    @Test("records are refused one by one where a test asks for it")
    func faults() async throws {
        let place = directory.path("faulty")
        var options = options
        options.faults = FaultInjection(refusedRecords: 1)
        let throttling = KinesisService.make(KinesisHome(directory: place, options))
        _ = try await call("CreateStream", .structure(["StreamName": .text("s"), "ShardCount": .integer(1)]), of: throttling)
        let record = WireValue.structure(["Data": .text("YQ=="), "PartitionKey": .text("k")])
        let put = try await call("PutRecords", .structure(["StreamName": .text("s"), "Records": .list([record, record])]), of: throttling)
        guard case .list(let entries)? = put["Records"] else {
            Issue.record("no entries")
            return
        }
        #expect(put["FailedRecordCount"] == .integer(2) && entries.count == 2)
        #expect(entries[0]["ErrorCode"] == .text("ProvisionedThroughputExceededException") && entries[0]["SequenceNumber"] == nil)
        await throttling.close()
    }

    @Test(
        "requests that no client may make",
        arguments: [
            ("PutRecords", #"{"StreamName":"s","Records":7}"#, "SerializationException"), ("PutRecords", "[]", "SerializationException"),
            ("PutRecords", "{", "SerializationException"), ("PutRecord", #"{"StreamName":"s"}"#, "ValidationException"),
            ("GetRecords", #"{"ShardIterator":""}"#, "ValidationException"), ("ListStreams", #"{"Limit":"x"}"#, "SerializationException"),
            ("DescribeStream", "{}", "InvalidArgumentException"), ("DescribeStream", #"{"StreamName":"../../etc"}"#, "ValidationException"),
            ("DescribeStream", #"{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/../x"}"#, "InvalidArgumentException"),
            ("CreateQueue", "{}", "InvalidArgumentException"), ("Nothing", "{}", "UnknownOperationException"),
        ])
    func refused(_ operation: String, _ body: String, _ expected: String) async throws {
        let head = RequestHead(method: "POST", target: "/", headers: HeaderFields([("X-Amz-Target", "Kinesis_20131202.\(operation)")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: "000000000000", region: "us-east-1"), body: RequestBody(Array(body.utf8)),
            clock: .system, signature: nil)
        #expect(
            await code {
                _ = try await service.respond(to: request); return .null
            } == expected)
    }
}
