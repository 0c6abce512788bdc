import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceKinesisService
@testable import SluiceServer

/// The quotas of Kinesis, with a clock that only the test moves.
@Suite("enforced quotas")
struct QuotaTests {
    private static let throttled = WireValue.text("ProvisionedThroughputExceededException")

    private let directory: TemporaryDirectory
    private let options = PortOptions(port: 0)
    private let service: TargetService<KinesisHome>

    init() throws {
        directory = try TemporaryDirectory()
        service = KinesisService.make(
            KinesisHome(directory: directory.root, options, clock: WallClock { 1_767_225_600_000_000 }, enforcesQuotas: true))
    }

    private func wait(millis: Int64) { options.shift.advance(by: millis * 1_000) }

    private func call(_ operation: String, _ members: KeyValuePairs<String, WireValue?>, account: String = "000000000000") async throws
        -> WireValue
    {
        let head = RequestHead(
            method: "POST", target: "/",
            headers: HeaderFields([("X-Amz-Target", "Kinesis_20131202.\(operation)"), ("Content-Type", "application/x-amz-cbor-1.1")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: account, region: "us-east-1"),
            body: RequestBody(WireFormat.cbor.encode(.structure(members))), clock: .system, signature: nil)
        guard case .bytes(let bytes) = try await service.respond(to: request).body, !bytes.isEmpty else { return .null }
        return try WireFormat.cbor.decode(bytes)
    }

    private func code(_ operation: String, _ members: KeyValuePairs<String, WireValue?>, account: String = "000000000000") async -> String?
    {
        do {
            _ = try await call(operation, members, account: account)
            return nil
        } catch {
            return (error as? ServiceFault)?.code ?? "\(error)"
        }
    }

    private func create(shards: Int64 = 1) async throws {
        _ = try await call("CreateStream", ["StreamName": .text("s"), "ShardCount": .integer(shards)])
    }

    /// Puts records and tells the errors, by place.
    private func put(_ count: Int, bytes: Int = 1, hashKeys: [String] = ["0"]) async throws -> [Int: WireValue] {
        let records = (0..<count).map { row in
            WireValue.structure([
                "Data": .bytes([UInt8](repeating: 7, count: bytes - 1)), "PartitionKey": .text("k"),
                "ExplicitHashKey": .text(hashKeys[row % hashKeys.count]),
            ])
        }
        let answer = try await call("PutRecords", ["StreamName": .text("s"), "Records": .list(records)])
        guard case .list(let entries)? = answer["Records"] else { return [:] }
        #expect(entries.count == count)
        var failed: [Int: WireValue] = [:]
        for (row, entry) in entries.enumerated() where entry["ErrorCode"] != nil {
            #expect(entry["ErrorCode"] == Self.throttled && entry["SequenceNumber"] == nil)
            failed[row] = entry["ErrorMessage"]
        }
        #expect(answer["FailedRecordCount"] == .integer(Int64(failed.count)))
        return failed
    }

    private func iterator(shard: Int = 0) async throws -> WireValue? {
        let id = "shardId-00000000000\(shard)"
        let answer = try await call(
            "GetShardIterator", ["StreamName": .text("s"), "ShardId": .text(id), "ShardIteratorType": .text("TRIM_HORIZON")])
        return answer["ShardIterator"]
    }

    @Test("a window gives its limit a second, and what was too much is paid by the seconds behind it")
    func window() {
        var window = RateWindow()
        #expect(window.takes(10, of: 10, at: 0))
        window.use(10, of: 10, at: 0)
        #expect(!window.takes(1, of: 10, at: 999_999) && window.takes(10, of: 10, at: 1_000_000))
        window.use(4, of: 10, at: 1_500_000)
        #expect(window.takes(6, of: 10, at: 2_400_000) && !window.takes(7, of: 10, at: 2_400_000))
        window.use(46, of: 10, at: 2_400_000)
        #expect(!window.isOpen(10, at: 6_499_999) && window.isOpen(10, at: 6_500_000))
        // Larger than the limit, and a clock that went back.
        #expect(window.takes(99, of: 10, at: 60_000_000) && window.takes(1, of: 10, at: 0))
    }

    @Test("a shard takes 1,000 records a second; what is more is refused record by record")
    func records() async throws {
        try await create()
        #expect(try await put(500).isEmpty)
        #expect(try await put(400).isEmpty)
        let refused = try await put(150)
        #expect(refused.keys.sorted() == Array(100..<150))
        #expect(refused[100] == .text("Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."))
        #expect(
            await code("PutRecord", ["StreamName": .text("s"), "Data": .bytes([1]), "PartitionKey": .text("k")])
                == "ProvisionedThroughputExceededException")
        wait(millis: 999)
        #expect(try await put(1).count == 1)
        wait(millis: 1)
        #expect(try await put(1).isEmpty)
    }

    @Test("a shard takes 1 MiB a second, keys included, and other shards go on")
    func bytes() async throws {
        try await create(shards: 2)
        #expect(try await put(2, bytes: 512 << 10).isEmpty)
        let other = "340282366920938463463374607431768211455"
        #expect(try await put(4, bytes: 1_024, hashKeys: ["0", other]).keys.sorted() == [0, 2])
        wait(millis: 1_000)
        #expect(try await put(1, bytes: 1 << 20).isEmpty)
        #expect(try await put(1, bytes: 1).count == 1)
    }

    @Test("a shard is read five times a second, and after a read of 10 MiB not for five seconds")
    func reads() async throws {
        try await create()
        for _ in 0..<10 {
            #expect(try await put(1, bytes: 1 << 20).isEmpty)
            wait(millis: 1_000)
        }
        let large = try await iterator()
        let page = try await call("GetRecords", ["ShardIterator": large])
        guard case .list(let records)? = page["Records"] else { throw CommandError("no records: \(page)") }
        #expect(records.count == 10)
        let next = page["NextShardIterator"]
        wait(millis: 4_999)
        #expect(await code("GetRecords", ["ShardIterator": next]) == "ProvisionedThroughputExceededException")
        wait(millis: 1)
        for _ in 0..<5 { #expect(await code("GetRecords", ["ShardIterator": next]) == nil) }
        #expect(await code("GetRecords", ["ShardIterator": next]) == "ProvisionedThroughputExceededException")
        wait(millis: 1_000)
        #expect(await code("GetRecords", ["ShardIterator": next]) == nil)
    }

    @Test("iterators are made five a second by shard")
    func iterators() async throws {
        try await create(shards: 2)
        for _ in 0..<5 { #expect(try await iterator() != nil) }
        await #expect(throws: ServiceFault.self) { try await iterator() }
        #expect(try await iterator(shard: 1) != nil)
        wait(millis: 1_000)
        #expect(try await iterator() != nil)
    }

    @Test("calls that change and describe streams are counted by account, or by stream")
    func calls() async throws {
        for number in 0..<5 {
            #expect(await code("CreateStream", ["StreamName": .text("s\(number)"), "ShardCount": .integer(1)]) == nil)
        }
        #expect(await code("CreateStream", ["StreamName": .text("s5"), "ShardCount": .integer(1)]) == "LimitExceededException")
        #expect(await code("CreateStream", ["StreamName": .text("s5"), "ShardCount": .integer(1)], account: "111122223333") == nil)
        #expect(await code("DescribeLimits", [:]) == nil)
        #expect(await code("DescribeLimits", [:]) == "LimitExceededException")
        for hours in 25..<30 as Range<Int64> {
            #expect(
                await code("IncreaseStreamRetentionPeriod", ["StreamName": .text("s0"), "RetentionPeriodHours": .integer(hours)]) == nil)
        }
        let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s0"
        #expect(
            await code("IncreaseStreamRetentionPeriod", ["StreamARN": .text(arn), "RetentionPeriodHours": .integer(30)])
                == "LimitExceededException")
        #expect(await code("IncreaseStreamRetentionPeriod", ["StreamName": .text("s1"), "RetentionPeriodHours": .integer(30)]) == nil)
        wait(millis: 1_000)
        #expect(await code("DescribeLimits", [:]) == nil)
        #expect(await code("CreateStream", ["StreamName": .text("s5"), "ShardCount": .integer(1)]) == nil)
    }

    @Test("a stream changes its mode twice in any 24 hours, and calls that failed do not count")
    func days() async throws {
        try await create()
        let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
        func switchTo(_ mode: String) async -> String? {
            await code("UpdateStreamMode", ["StreamARN": .text(arn), "StreamModeDetails": .structure(["StreamMode": .text(mode)])])
        }
        #expect(await switchTo("SIDEWAYS") == "ValidationException")
        #expect(await switchTo("ON_DEMAND") == nil)
        wait(millis: 3_600_000)
        #expect(await switchTo("PROVISIONED") == nil)
        wait(millis: 82_799_999)
        #expect(await switchTo("ON_DEMAND") == "LimitExceededException")
        wait(millis: 1)
        #expect(await switchTo("ON_DEMAND") == nil)
        #expect(await switchTo("PROVISIONED") == "LimitExceededException")
    }
}
