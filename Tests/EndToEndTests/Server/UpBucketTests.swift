import SluiceTestKit
import Testing

/// `sluice up` as clients of S3 find it.
@Suite("sluice up with buckets") struct UpBucketTests {
    private static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3"]) else {
            print("skipped: no Python with boto3; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    @Test("boto3 finds S3, and what it wrote after a kill", .enabled(if: Self.python != nil)) func boto() async throws {
        let python = try #require(Self.python)
        let project = try Project()
        let (first, port) = try await project.serve()
        let script = Repository.path("Tests/SluiceS3ServiceTests/Scripts/boto.py")
        let result = try await Command(python, [script, "http://127.0.0.1:\(port)"]).start().wait(timeout: .seconds(400))
        #expect(result.output.hasSuffix("ok\n"), "\(result.transcript)")
        first.signal(9)
        _ = try await first.wait()
        let (second, again) = try await project.serve()
        let program = """
            import sys, boto3
            s3 = boto3.client("s3", endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
            assert s3.get_object(Bucket="multipart-bucket", Key="managed")["ContentLength"] == 20 << 20
            print("ok")
            """
        let read = try await Command(python, ["-c", program, "http://127.0.0.1:\(again)"]).start().wait()
        #expect(read.output == "ok\n", "\(read.transcript)")
        second.signal(15)
        #expect(try await second.wait().exitCode != nil)
    }
}
