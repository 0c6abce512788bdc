import SluiceTestKit
import Testing

/// `sluice up` as clients of Firehose find it.
@Suite("sluice up with Firehose") struct UpFirehoseTests {
    private static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3"]) else {
            print("skipped: no Python with boto3; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    private static let clients = """
        import sys, boto3
        make = lambda name: boto3.client(
            name, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        fh, s3 = make("firehose"), make("s3")

        """

    @Test("records outlive kills and are delivered once, at the latest when a server ends", .enabled(if: Self.python != nil))
    func kills() async throws {
        let python = try #require(Self.python)
        let project = try Project()
        let put = """
            if int(sys.argv[2]) == 0:
                s3.create_bucket(Bucket="lake")
                for name, seconds in ("late", 900), ("soon", 0):
                    fh.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
                        "RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": "arn:aws:s3:::lake", "Prefix": name + "/",
                        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": seconds}})
            for n in range(20):
                for name in "late", "soon":
                    fh.put_record(DeliveryStreamName=name, Record={"Data": b"%d-%02d\\n" % (int(sys.argv[2]), n)})
            print("ok")
            """
        for round in 0..<3 {
            let (server, port) = try await project.serve()
            let result = try await Command(python, ["-c", Self.clients + put, "http://127.0.0.1:\(port)", "\(round)"]).start().wait(
                timeout: .seconds(400))
            #expect(result.output == "ok\n", "\(result.transcript)")
            server.signal(9)
            _ = try await server.wait()
        }
        let (middle, _) = try await project.serve()
        middle.signal(15)
        _ = try await middle.wait(timeout: .seconds(300))
        let (last, port) = try await project.serve()
        let find = """
            import collections
            for name in "late", "soon":
                lines = collections.Counter()
                for entry in s3.list_objects_v2(Bucket="lake", Prefix=name + "/")["Contents"]:
                    lines.update(s3.get_object(Bucket="lake", Key=entry["Key"])["Body"].read().splitlines())
                assert lines == {b"%d-%02d" % (round, n): 1 for round in range(3) for n in range(20)}, (name, lines)
            print("ok")
            """
        let read = try await Command(python, ["-c", Self.clients + find, "http://127.0.0.1:\(port)"]).start().wait(timeout: .seconds(400))
        #expect(read.output == "ok\n", "\(read.transcript)")
        last.signal(15)
        _ = try await last.wait(timeout: .seconds(300))
    }
}
