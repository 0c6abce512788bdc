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
        fh, s3, glue = make("firehose"), make("s3"), make("glue")
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

    @Test("an object whose key has a line break starts no run without files, and is told", .enabled(if: python != nil))
    func lineBreaks() async throws {
        try project.directory.write(
            "catalog/load.yaml", "job: load\ncommand: \"echo [$SLUICE_FILES] >> ../files\"\nschedule: {concurrency: 9}\n")
        let (server, port) = try await project.serve(schedules: true)
        try await run(
            #"""
            s3.create_bucket(Bucket="lake")
            s3.put_bucket_notification_configuration(Bucket="lake", NotificationConfiguration={"LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": function("load"), "Events": ["s3:ObjectCreated:*"]}]})
            for key in ("a\nb.csv", "a\r\nb.csv", "last.csv"):
                s3.put_object(Bucket="lake", Key=key, Body=b"x")
            print("ok")
            """#, port)
        for _ in 0..<6_000 where server.isRunning && (try? project.directory.text("files"))?.contains("last") != true {
            try await Task.sleep(for: .milliseconds(20))
        }
        server.signal(15)
        let ended = try await server.wait(timeout: .seconds(300))
        #expect(try project.directory.text("files") == "[s3://lake/last.csv]\n", "\(ended.transcript)")
        #expect(ended.errors.contains("is not told of") && ended.errors.contains(#"a\nb.csv"#), "\(ended.transcript)")
    }

    @Test("events start a workflow by threes, and what is left by time, each once, through kills", .enabled(if: python != nil))
    func workflow() async throws {
        let put = #"""
            from botocore.exceptions import ClientError
            def configure():
                s3.put_bucket_notification_configuration(Bucket="lake", NotificationConfiguration={"LambdaFunctionConfigurations": [
                    {"LambdaFunctionArn": "arn:aws:glue:us-east-1:000000000000:workflow/load it", "Events": ["s3:ObjectCreated:*"],
                     "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}]})
            if sys.argv[2] == "0":
                for bucket in ("code", "lake"):
                    s3.create_bucket(Bucket=bucket)
                program = b"import os\nfor file in os.environ['SLUICE_PROPERTY_FILES'].splitlines(): print(file)\n"
                s3.put_object(Bucket="code", Key="load.py", Body=program)
                glue.create_job(Name="load", Role="r", Command={"Name": "pythonshell", "ScriptLocation": "s3://code/load.py"},
                                ExecutionProperty={"MaxConcurrentRuns": 9})
                glue.create_workflow(Name="load it")
                try:
                    configure()
                    raise AssertionError("a workflow that no event starts")
                except ClientError as error:
                    assert "EVENT trigger" in str(error), error
                glue.create_trigger(Name="go", Type="EVENT", WorkflowName="load it", Actions=[{"JobName": "load"}],
                                    EventBatchingCondition={"BatchSize": 3, "BatchWindow": 12})
                configure()
            for n in range(4):
                s3.put_object(Bucket="lake", Key=f"in/{sys.argv[2]}/{n}", Body=b"x")
                s3.put_object(Bucket="lake", Key=f"out/{sys.argv[2]}/{n}", Body=b"x")
            print("ok")
            """#
        for round in 0..<4 {
            let (server, port) = try await project.serve(schedules: true)
            try await run(put, port, "\(round)")
            server.signal(9)
            _ = try await server.wait()
        }
        let (server, port) = try await project.serve(schedules: true)
        try await run(
            #"""
            wanted = {f"s3://lake/in/{round}/{n}" for round in range(4) for n in range(4)}
            end = time.time() + 300
            while True:
                runs = glue.get_workflow_runs(Name="load it")["Runs"]
                files = [f for r in runs for f in r["WorkflowRunProperties"]["files"].splitlines()]
                if len(files) >= len(wanted) and all(r["Status"] == "COMPLETED" for r in runs) or time.time() > end:
                    break
                time.sleep(0.2)
            assert sorted(files) == sorted(wanted), sorted(files)
            ids = [i for r in runs for i in r["WorkflowRunProperties"]["aws:eventIds"][1:-1].split(", ")]
            assert len(set(ids)) == len(ids) == len(wanted), ids
            for r in runs:
                count = len(r["WorkflowRunProperties"]["files"].splitlines())
                met = r["StartingEventBatchCondition"]
                assert met == {"BatchSize": 3} and count == 3 or met == {"BatchWindow": 12} and count < 3, r
                assert r["Statistics"]["SucceededActions"] == 1, r
            assert any("BatchWindow" in r["StartingEventBatchCondition"] for r in runs), runs
            print("ok")
            """#, port)
        server.signal(15)
        let ended = try await server.wait(timeout: .seconds(300))
        #expect(ended.exitCode == 0, "\(ended.transcript)")
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
