import SluiceCore
import SluiceServer
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceBuckets
@testable import SluiceS3Service

@Suite("notifications of buckets") struct NotificationTests {
    /// Jobs that write down what they got.
    private final class Jobs: Sendable {
        let taken = Mutex<[(job: String, names: [String])]>([])
        let failures = Mutex(0)
        let told = Mutex<[String]>([])

        var taker: EventTaker {
            EventTaker(
                has: { [.job("load"), .job("tidy")].contains($0) },
                take: { [self] target, events in
                    let fails = failures.withLock { left in
                        defer { left = max(0, left - 1) }
                        return left > 0
                    }
                    if fails { throw SluiceError(.ioFailure, "the disk is full") }
                    taken.withLock { $0.append((target.text, events.map { "\($0.kind.rawValue) \($0.key.text)" })) }
                }, tell: { [self] line in told.withLock { $0.append(line) } })
        }

        func names(_ job: String) -> [String] { taken.withLock { $0 }.filter { $0.job == job }.flatMap(\.names) }
    }

    private static func document(_ inner: String) -> [UInt8] {
        Array("<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(inner)</NotificationConfiguration>".utf8)
    }

    private static func function(_ name: String, _ event: String, id: String = "", filter: String = "") -> String {
        """
        <CloudFunctionConfiguration>\(id.isEmpty ? "" : "<Id>\(id)</Id>")<CloudFunction>arn:aws:lambda:us-east-1:000000000000:function:\(name)\
        </CloudFunction><Event>\(event)</Event>\(filter)</CloudFunctionConfiguration>
        """
    }

    private static func filter(_ name: String, _ value: String) -> String {
        "<Filter><S3Key><FilterRule><Name>\(name)</Name><Value>\(value)</Value></FilterRule></S3Key></Filter>"
    }

    @Test(
        "what cannot act is refused, with the reason",
        arguments: [
            (
                "<QueueConfiguration><Queue>arn:aws:sqs:us-east-1:0:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>",
                "queues"
            ),
            (
                "<TopicConfiguration><Topic>arn:aws:sns:us-east-1:0:t</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>",
                "topics"
            ),
            ("<EventBridgeConfiguration/>", "bus"), (function("load", "s3:Replication:*"), "does not happen here"),
            (function("load", "ObjectCreated:*"), "not supported"),
            (function("load", "s3:ObjectCreated:*").replacing("lambda", with: "sqs"), "not well formed"),
            (function("load", "s3:ObjectCreated:*", filter: filter("middle", "x")), "prefix or suffix"),
            (function("load", "s3:ObjectCreated:*", id: "1") + function("tidy", "s3:ObjectRemoved:*", id: "1"), "Same ID"),
            (function("load", "s3:ObjectCreated:*") + function("tidy", "s3:ObjectCreated:Put"), "overlap"),
        ])
    func refused(_ inner: String, _ reason: String) {
        #expect {
            _ = try NotificationDocument(Self.document(inner))
        } throws: { error in
            (error as? ServiceFault)?.message.contains(reason) == true
        }
    }

    @Test("what was set is told with the ids that were given") func roundTrip() throws {
        let given = Self.function("load", "s3:ObjectCreated:*", filter: Self.filter("suffix", ".csv"))
        let document = try NotificationDocument(Self.document(given + Self.function("tidy", "s3:ObjectRemoved:*", id: "own")))
        let again = try NotificationDocument(document.text.bytes)
        #expect(again.watches == document.watches)
        #expect(again.functions.map(\.id) == ["sluice-1", "own"])
        let arn = "arn:aws:glue:us-east-1:000000000000:workflow/load: a/b"
        let function = Self.function("x", "s3:ObjectCreated:*").replacing("arn:aws:lambda:us-east-1:000000000000:function:x", with: arn)
        let workflow = try NotificationDocument(Self.document(function))
        #expect(workflow.functions.map(\.target) == [.workflow("load: a/b")] && workflow.functions[0].arn == arn)
        #expect(EventTarget(text: workflow.watches[0].target) == .workflow("load: a/b"))
        #expect(again.watches[0].kinds == [.put, .posted, .copied, .completed] && again.watches[0].suffix == Array(".csv".utf8))
    }

    @Test("the message is that of S3: names are encoded as in forms, removals have no size") func message() throws {
        let event = ObjectEvent(
            number: 255, kind: .put, micros: 1_770_000_000_123_456, bucket: "lake", owner: "000000000000", region: "eu-west-1",
            key: try #require(ObjectKey("a b/ü+.txt")), versionID: nil, byteCount: 3, etag: "e", watch: "w", target: "load")
        var removal = event
        removal.kind = .deleted
        removal.versionID = "v"
        #expect(
            EventMessage.text([event]) == """
                {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-02-02T02:40:00.123Z",\
                "eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","configurationId":"w","bucket":{"name":"lake",\
                "ownerIdentity":{"principalId":"000000000000"},"arn":"arn:aws:s3:::lake"},"object":{"key":"a+b/%C3%BC%2B.txt","size":3,\
                "eTag":"e","sequencer":"00000000000000FF"}}}]}
                """)
        #expect(EventMessage.text([removal]).contains(#""versionId":"v""#) && !EventMessage.text([removal]).contains("size"))
    }

    @Test("each event comes to its job, also when taking it fails at first", .enabled(if: ClientTests.python != nil))
    func boto() async throws {
        let python = try #require(ClientTests.python)
        let jobs = Jobs()
        jobs.failures.withLock { $0 = 1 }
        let directory = try TemporaryDirectory()
        let service = BucketService(try BucketStore(directory.path("buckets")), events: jobs.taker)
        let server = try await PortServer.start(PortOptions(port: 0), services: [service])
        service.beginUpkeep()
        let script = Repository.path("Tests/SluiceS3ServiceTests/Scripts/notifications.py")
        let result = try await Command(python, [script, server.address]).start().wait(timeout: .seconds(400))
        #expect(result.output == "ok\n", "\(result.transcript)")
        let wanted = [
            "ObjectCreated:Put in/a.csv", "ObjectCreated:Copy in/b.csv", "ObjectCreated:CompleteMultipartUpload in/c.csv",
            "ObjectCreated:Post in/d.csv",
        ]
        for _ in 0..<6_000 where jobs.names("load").count < wanted.count || jobs.names("tidy").isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        await server.drain(within: .seconds(1))
        #expect(jobs.names("load") == wanted)
        #expect(jobs.names("tidy") == ["ObjectRemoved:Delete in/a.csv"])
        #expect(jobs.told.withLock { $0 }.count == 1)
    }
}
