import SluiceAWS
import SluiceCore
import SluiceKinesis
import SluiceStreams
import SluiceTestKit
import Testing

/// What the service does on a bad day, played by a server on the loopback address.
@Suite("kinesis on a bad day")
struct FaultTests {
    private let clock = PatientClock()

    private func streams(_ server: LocalHTTPServer) throws -> KinesisStreams {
        try KinesisStreams(.test(server.address), pacer: RetryPacer(clock: clock, random: { 1 }))
    }

    /// The operation that a request calls.
    private static func operation(_ request: LocalHTTPServer.Request) -> String {
        request.headers["x-amz-target"]?.split(separator: ".").last.map(String.init) ?? ""
    }

    /// More digits than 128 bits have.
    private static let long = "49590338271490256608559692538361571095921575989136588898"

    @Test("a record that was refused among stored ones has its own outcome") func partialFailure() async throws {
        let server = try LocalHTTPServer { _, _ in
            .status(
                200,
                #"""
                {"FailedRecordCount":2,"Records":[{"ShardId":"shardId-000000000003","SequenceNumber":"\#(Self.long)"},
                {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded"},
                {"ErrorCode":"InternalFailure","ErrorMessage":"Internal service failure"}],"EncryptionType":"KMS"}
                """#)
        }
        let rows = ByteRows(texts: ["a", "b", "c"])
        let raw = RawRecords(bytes: rows.data, starts: [0, 1, 2], ends: [1, 2, 3])
        let outcomes = try await streams(server).putRecords(PutBatch(keys: rows, payloads: raw, hashKeys: [nil, 5, nil]), to: "s")
        #expect(
            server.requests.first?.text
                == #"{"StreamName":"s","Records":[{"PartitionKey":"a","Data":"YQ=="},"#
                + #"{"PartitionKey":"b","Data":"Yg==","ExplicitHashKey":"5"},{"PartitionKey":"c","Data":"Yw=="}]}"#)
        #expect(outcomes[0].receipt == PutReceipt(shard: ShardID(3), sequenceNumber: try #require(SequenceNumber(parsing: Self.long))))
        let failures = outcomes.dropFirst().map { outcome -> SluiceError? in if case .failed(let error) = outcome { error } else { nil } }
        #expect(failures.map(\.?.code) == [.throughputExceeded, .serviceFailed])
        #expect(failures.allSatisfy { $0?.isRetriable == true })
        #expect(server.requests.count == 1)
    }

    @Test("a call that is throttled as a whole, fails or is cut off is made again") func retries() async throws {
        let answers: [LocalHTTPServer.Answer] = [
            .status(400, #"{"__type":"ProvisionedThroughputExceededException","message":"Rate exceeded"}"#),
            .status(500, #"{"__type":"InternalFailureException"}"#), .cut,
            .status(200, #"{"Records":[{"ShardId":"shardId-000000000000","SequenceNumber":"1"}]}"#),
        ]
        let server = try LocalHTTPServer { _, number in answers[number] }
        #expect(try await streams(server).putRecord(PutBatch(key: "k", payload: [1]), to: "s").shard == ShardID(0))
        #expect(Set(server.requests.map(\.text)).count == 1)
        #expect(clock.pauses == [.milliseconds(500), .milliseconds(100), .milliseconds(200)])
    }

    @Test("an iterator that expired is made anew behind the last record that was read") func expired() async throws {
        let server = try LocalHTTPServer { request, _ in
            switch Self.operation(request) {
            case "GetShardIterator":
                request.text.contains("AFTER_SEQUENCE_NUMBER")
                    ? .status(200, #"{"ShardIterator":"fresh"}"#) : .status(200, #"{"ShardIterator":"first"}"#)
            case _ where request.text.contains("first"):
                .status(
                    200,
                    #"{"Records":[{"Data":"YQ==","PartitionKey":"k","SequenceNumber":"\#(Self.long)","#
                        + #""ApproximateArrivalTimestamp":1.5E9}],"NextShardIterator":"empty","MillisBehindLatest":5000}"#)
            case _ where request.text.contains("empty"):
                .status(200, #"{"Records":[],"NextShardIterator":"old","MillisBehindLatest":4000}"#)
            case _ where request.text.contains("old"):
                .status(400, #"{"__type":"ExpiredIteratorException","message":"Iterator expired"}"#)
            default: .status(200, #"{"Records":[],"NextShardIterator":"next","MillisBehindLatest":0}"#)
            }
        }
        let streams = try streams(server)
        var iterator = try await streams.shardIterator("s", ShardID(2), .trimHorizon)
        let page = try await streams.getRecords(iterator, limit: 10)
        #expect(page.batches[0].sequenceNumber(0).description == Self.long)
        #expect(page.batches[0].arrivalMicros(0) == 1_500_000_000_000_000)
        #expect(page.millisBehindLatest == 5_000)
        iterator = try #require(page.next)
        iterator = try #require(try await streams.getRecords(iterator, limit: 10).next)
        #expect(try await streams.getRecords(iterator, limit: 10).next?.token == "next")
        let renewal = server.requests.filter { Self.operation($0) == "GetShardIterator" }.last
        #expect(
            renewal?.text == #"{"StreamName":"s","ShardId":"shardId-000000000002","ShardIteratorType":"AFTER_SEQUENCE_NUMBER","#
                + #""StartingSequenceNumber":"\#(Self.long)"}"#)
        #expect(await errorCode { _ = try await streams.getRecords(ShardIterator(token: "old"), limit: 1) } == nil)
        #expect(
            await errorCode { _ = try await self.streams(server).getRecords(ShardIterator(token: "old"), limit: 1) } == .expiredIterator)
    }

    @Test(
        "a distance from the newest record that no clock has is a very long one, or none",
        arguments: [(Int.max, Int64(1) << 45), (Int.min, Int64(0))])
    func distance(_ said: Int, _ taken: Int64) async throws {
        let server = try LocalHTTPServer { _, _ in
            .status(
                200,
                #"{"Records":[{"Data":"YQ==","PartitionKey":"k","SequenceNumber":"\#(Self.long)","ApproximateArrivalTimestamp":1.5E9}],"#
                    + #""NextShardIterator":"n","MillisBehindLatest":\#(said)}"#)
        }
        let page = try await streams(server).getRecords(ShardIterator(token: "i"), limit: 1)
        #expect(page.millisBehindLatest == taken)
        let record = GroupLag.Upcoming.Record(sequence: page.batches[0].sequenceNumber(0), micros: page.batches[0].arrivalMicros(0))
        #expect(record.micros.addingReportingOverflow(page.millisBehindLatest * 1_000).overflow == false)
    }

    @Test("the end of a closed shard names its children, and a subscription ends with it") func shardEnd() async throws {
        let server = try LocalHTTPServer { request, _ in
            Self.operation(request) == "GetShardIterator"
                ? .status(200, #"{"ShardIterator":"i"}"#)
                : .status(
                    200,
                    #"{"Records":[],"MillisBehindLatest":0,"ChildShards":[{"ShardId":"shardId-000000000001","ParentShards":"#
                        + #"["shardId-000000000000"],"HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"9"}}]}"#)
        }
        let subscription = try await streams(server).subscribe("s", ShardID(0), .latest)
        let page = try #require(try await subscription.next())
        #expect(page.children == [RecordPage.Child(id: ShardID(1), parents: [ShardID(0)], range: HashRange(first: 0, last: 9))])
        #expect(try await subscription.next() == nil)
    }

    @Test("an empty shard is told from one that is not, where times are asked for; a group's lag is how far the service says it is behind")
    func contents() async throws {
        let server = try LocalHTTPServer { request, _ in
            func records(_ count: Int, behind: Int) -> LocalHTTPServer.Answer {
                let record =
                    #"{"Data":"YQ==","PartitionKey":"k","SequenceNumber":"\#(Self.long)","ApproximateArrivalTimestamp":1.5E9}"#
                return .status(
                    200,
                    #"{"Records":[\#(Array(repeating: record, count: count).joined(separator: ","))],"NextShardIterator":"n","#
                        + #""MillisBehindLatest":\#(behind)}"#)
            }
            switch Self.operation(request) {
            case "ListShards":
                return .status(
                    200,
                    #"{"Shards":[{"ShardId":"shardId-000000000000","HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"1"},"#
                        + #""SequenceNumberRange":{"StartingSequenceNumber":"0"}}]}"#)
            case "GetShardIterator":
                return .status(200, #"{"ShardIterator":"\#(request.text.contains("AFTER") ? "after" : "start")"}"#)
            case _ where request.text.contains("after"): return records(0, behind: 0)
            case _ where request.text.contains("start"): return records(1, behind: 70_000)
            default: return records(0, behind: 0)
            }
        }
        let streams = try streams(server)
        #expect(try await streams.shardContents("s", ShardID(0), withTimes: false) == .unknown)
        #expect(server.requests.isEmpty)
        #expect(try await streams.shardContents("s", ShardID(0), withTimes: true) == .unknown)
        func lag(_ position: GroupPosition) async throws -> GroupLag {
            let lease = NewLease(shard: ShardID(0).description, position: position, parents: [], range: HashRange(first: 0, last: 1))
            let group = GroupSnapshot(settings: try GroupSettings(), revision: 0, members: [], leases: [GroupLease(lease, counter: 0)])
            return try await GroupLag.measure(group, of: "s", on: streams)
        }
        let behind = try await lag(.trimHorizon)
        #expect(behind.records == nil)
        #expect(behind.millis == 70_000)
        let none = try await lag(.after(try #require(SequenceNumber(parsing: Self.long))))
        #expect(none.records == 0)
        #expect(none.millis == 0)
        let empty = try LocalHTTPServer { request, _ in
            Self.operation(request) == "GetShardIterator"
                ? .status(200, #"{"ShardIterator":"i"}"#)
                : .status(200, #"{"Records":[],"NextShardIterator":"n","MillisBehindLatest":0}"#)
        }
        #expect(try await self.streams(empty).shardContents("s", ShardID(0), withTimes: true) == .empty)
    }

    @Test("pages of shards are followed with the token alone, and a change is awaited") func listing() async throws {
        let server = try LocalHTTPServer { request, number in
            func shard(_ id: Int) -> String {
                #"{"ShardId":"shardId-00000000000\#(id)","HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"1"},"#
                    + #""SequenceNumberRange":{"StartingSequenceNumber":"0"}}"#
            }
            switch Self.operation(request) {
            case "ListShards" where number == 0: return .status(200, #"{"Shards":[\#(shard(1))],"NextToken":"t"}"#)
            case "ListShards": return .status(200, #"{"Shards":[\#(shard(0))]}"#)
            case "DescribeStreamSummary":
                return .status(200, #"{"StreamDescriptionSummary":{"StreamStatus":"\#(number < 6 ? "UPDATING" : "ACTIVE")"}}"#)
            default: return .status(200, "")
            }
        }
        let streams = try streams(server)
        #expect(try await streams.listShards("s", .at(micros: 1_500_000)).map(\.id) == [ShardID(0), ShardID(1)])
        #expect(
            server.requests.map(\.text) == [
                #"{"StreamName":"s","ShardFilter":{"Type":"AT_TIMESTAMP","Timestamp":1.500000},"MaxResults":1000}"#,
                #"{"NextToken":"t","MaxResults":1000}"#,
            ])
        try await streams.splitShard("s", ShardID(1), at: 1 << 127)
        #expect(
            server.requests[2].text
                == #"{"StreamName":"s","ShardToSplit":"shardId-000000000001","NewStartingHashKey":"\#(UInt128(1) << 127)"}"#)
        #expect(server.requests.count == 7)
        #expect(clock.pauses.count == 3)
    }

    @Test(
        "answers that are none of the service are errors",
        arguments: [
            "{}", #"{"Records":[{}]}"#, #"{"Records":[{"Data":"!","PartitionKey":"k","SequenceNumber":"1"}]}"#,
            #"{"Records":[{"Data":"YQ==","PartitionKey":"k","SequenceNumber":"-1"}]}"#,
            #"{"Records":[],"ChildShards":[{"ShardId":"x"}]}"#, "[]", "no JSON",
        ]) func malformed(_ answer: String) async throws
    {
        let server = try LocalHTTPServer { _, _ in .status(200, answer) }
        #expect(await errorCode { _ = try await self.streams(server).getRecords(ShardIterator(token: "t"), limit: 1) } == .serviceFailed)
    }

    @Test("what the service has no call for is refused before one is made") func unsupported() async throws {
        let server = try LocalHTTPServer { _, _ in .status(200, "") }
        let streams = try streams(server)
        var headed = PutBatch(key: "k", payload: [1])
        headed.headers = [RecordHeader("a", text: "b")]
        var produced = PutBatch(key: "k", payload: [1])
        produced.producer = PutBatch.Producer(id: 1, batch: 1)
        for batch in [headed, produced] {
            #expect(await errorCode { _ = try await streams.putRecords(batch, to: "s") } == .unsupported)
        }
        for configuration in [StreamConfiguration(retentionBytes: 1 << 30), StreamConfiguration(durability: .none)] {
            #expect(await errorCode { try await streams.createStream("s", configuration) } == .unsupported)
        }
        #expect(await errorCode { try await streams.createStream("s", StreamConfiguration(recordBytes: 1_500_000)) } == .invalidArgument)
        #expect(server.requests.isEmpty)
    }
}
