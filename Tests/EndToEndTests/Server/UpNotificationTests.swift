import SluiceTestKit
import Testing

/// What happens in buckets and delivery streams, and what jobs and pipelines of the project make of it.
@Suite("sluice up brings events and records to jobs and pipelines") struct UpNotificationTests {
    private static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3"]) else {
            print("skipped: no Python with boto3; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    private static let clients = """
        import sys, time, boto3
        make = lambda name: boto3.client(
            name, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        fh, s3 = make("firehose"), make("s3")
        function = lambda name: "arn:aws:lambda:us-east-1:000000000000:function:" + name

        """

    private let project: Project

    init() throws { project = try Project() }

    private func run(_ program: String, _ port: String, _ arguments: String...) async throws {
        let python = try #require(Self.python)
        let result = try await Command(python, ["-c", Self.clients + program, "http://127.0.0.1:\(port)"] + arguments).start().wait(
            timeout: .seconds(400))
        try #require(result.output == "ok\n", "\(result.transcript)")
    }

    @Test("every object that was acknowledged makes its job run, once, through kills right behind the answers", .enabled(if: python != nil))
    func kills() async throws {
        try project.directory.write(
            "catalog/load.yaml",
            "job: load\ncommand: \"for f in {files}; do echo $f >> ../files; done; echo $SLUICE_EVENT >> ../events\"\nschedule: {concurrency: 9}\n"
        )
        let put = """
            if sys.argv[2] == "0":
                s3.create_bucket(Bucket="lake")
                s3.put_bucket_notification_configuration(Bucket="lake", NotificationConfiguration={"LambdaFunctionConfigurations": [
                    {"LambdaFunctionArn": function("load"), "Events": ["s3:ObjectCreated:*"]}]})
            for n in range(20):
                s3.put_object(Bucket="lake", Key=f"in {sys.argv[2]}/{n:02}", Body=b"x")
            print("ok")
            """
        for round in 0..<4 {
            let (server, port) = try await project.serve()
            try await run(put, port, "\(round)")
            server.signal(9)
            _ = try await server.wait()
        }
        let up = try project.command(["up", "--quiet", "--port", "0"]).start()
        let wanted = (0..<4).flatMap { round in (0..<20).map { "s3://lake/in \(round)/" + ($0 < 10 ? "0\($0)" : "\($0)") } }
        var files: [String] = []
        for _ in 0..<6_000 where up.isRunning && files.count < wanted.count {
            try await Task.sleep(for: .milliseconds(20))
            files = (try? project.directory.text("files"))?.split(separator: "\n").map(String.init) ?? []
        }
        up.signal(15)
        let ended = try await up.wait(timeout: .seconds(300))
        #expect(files.sorted() == wanted, "\(ended.transcript)")
        #expect(try project.directory.text("events").contains(#""key":"in+3/19""#))
    }

    @Test("a pipeline transforms the records of a delivery stream", .enabled(if: python != nil)) func transformation() async throws {
        try project.directory.write(
            "pipelines/clean.yaml",
            """
            name: clean
            source:
              stream: clicks
              columns: {recordId: string, data: string, approximateArrivalTimestamp: int64}
            steps:
              - filter: data <> 'noise'
              - derive: {number: cast(data as int64)}
              - derive: {data: "'n=' || cast(number * 2 as string)"}
            sink: {files: out, format: json}
            """)
        let (server, port) = try await project.serve()
        try await run(
            #"""
            import base64, json
            s3.create_bucket(Bucket="lake")
            lambda_processor = lambda name: {"Processors": [
                {"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": function(name)}]}]}
            where = {"RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": "arn:aws:s3:::lake", "Prefix": "main/",
                     "ErrorOutputPrefix": "errors/", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}}
            try:
                fh.create_delivery_stream(DeliveryStreamName="d", ExtendedS3DestinationConfiguration={
                    **where, "ProcessingConfiguration": lambda_processor("nobody")})
                raise AssertionError("a pipeline that is not there")
            except fh.exceptions.InvalidArgumentException as error:
                assert "nobody" in str(error), error
            fh.create_delivery_stream(DeliveryStreamName="d", ExtendedS3DestinationConfiguration={
                **where, "ProcessingConfiguration": lambda_processor("clean")})
            fh.put_record_batch(DeliveryStreamName="d", Records=[{"Data": data} for data in (b"4", b"noise", b"seven", b"\xff", b"11")])
            def objects(prefix):
                found = s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
                return b"".join(s3.get_object(Bucket="lake", Key=entry["Key"])["Body"].read() for entry in found)
            end = time.time() + 300
            while not (objects("main/") and objects("errors/")) and time.time() < end:
                time.sleep(0.2)
            assert objects("main/") == b"n=8n=22", objects("main/")
            failed = [json.loads(line) for line in objects("errors/processing-failed/").splitlines()]
            assert {base64.b64decode(f["rawData"]) for f in failed} == {b"seven", b"\xff"}, failed
            assert all(f["errorCode"] == "Lambda.ProcessingFailedStatus" for f in failed), failed
            print("ok")
            """#, port)
        server.signal(15)
        let ended = try await server.wait(timeout: .seconds(300))
        #expect(ended.exitCode == 0, "\(ended.transcript)")
    }
}
