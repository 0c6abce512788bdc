import SluiceTestKit
import Testing

/// Pipelines and commands over buckets, as moto's server speaks S3 and boto3 sees the same objects.
@Suite("pipelines over a bucket", .enabled(if: MotoServer.shared != nil)) struct ObjectPipelineTests {
    private let project: Project
    private let server: MotoServer

    init() throws {
        project = try Project()
        server = try #require(MotoServer.shared)
    }

    private var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": server.address, "AWS_DEFAULT_REGION": "us-east-1",
        ]
    }

    private func sluice(_ arguments: String..., environment: [String: String]? = nil) async throws -> CommandResult {
        try await project.command(arguments, environment: environment ?? self.environment).run()
    }

    /// Runs lines of Python with a client `s3` of boto3.
    private func boto(_ lines: String) async throws -> String {
        let head = "import boto3, gzip, io, json\ns3 = boto3.client('s3', endpoint_url='\(server.address)')\n"
        let result = try await Command(try #require(MotoServer.python), ["-c", head + lines], environment: environment).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return result.output
    }

    @Test("objects that boto3 wrote go through a pipeline into objects that boto3 reads") func pipeline() async throws {
        _ = try await boto(
            """
            s3.create_bucket(Bucket='e2e-pipeline')
            for month in (1, 2, 3):
                text = 'id,amount\\n' + ''.join(f'{month * 1000 + n},{n}.5\\n' for n in range(500))
                s3.put_object(Bucket='e2e-pipeline', Key=f'in/month={month:02}/a b+c.csv.gz', Body=gzip.compress(text.encode()))
            """)
        try project.directory.write(
            "pipeline.yaml",
            """
            name: months
            source: {files: "s3://e2e-pipeline/in/**/*.csv.gz", columns: {id: int64, amount: "decimal(9,2)"}}
            steps:
              - filter: amount > 100
            sink: {files: s3://e2e-pipeline/out, format: json, partition_by: month}
            """)
        for _ in 0..<2 {
            let run = try await sluice("run", "pipeline.yaml", "--json")
            #expect(run.exitCode == 0, "\(run.transcript)")
        }
        let seen = try await boto(
            """
            rows = 0
            keys = [o['Key'] for o in s3.list_objects_v2(Bucket='e2e-pipeline', Prefix='out/')['Contents']]
            for key in keys:
                body = s3.get_object(Bucket='e2e-pipeline', Key=key, ChecksumMode='ENABLED')['Body'].read().decode()
                rows += sum(1 for line in body.splitlines() if json.loads(line)['amount'] > 100)
            print(len(keys), rows, len(s3.list_multipart_uploads(Bucket='e2e-pipeline').get('Uploads', [])))
            """)
        #expect(seen == "3 1200 0\n")
        let preview = try await sluice("plan", "pipeline.yaml")
        #expect(preview.output.contains("s3://e2e-pipeline/out as json"), "\(preview.transcript)")
        #expect(preview.output.contains("exactly once"), "\(preview.transcript)")
    }

    @Test("convert and inspect take objects as they take files") func convert() async throws {
        _ = try await boto("s3.create_bucket(Bucket='e2e-convert')")
        try project.directory.write("orders.csv", ConvertTests.orders)
        let there = try await sluice("convert", "orders.csv", "s3://e2e-convert/deep/orders.parquet", "--columns", "amount: decimal(12,2)")
        #expect(there.exitCode == 0, "\(there.transcript)")
        let again = try await sluice("convert", "orders.csv", "s3://e2e-convert/deep/orders.parquet")
        #expect(again.exitCode == 2 && again.errors.contains("already-exists"), "\(again.transcript)")
        let inspected = try await sluice("inspect", "s3://e2e-convert/deep/orders.parquet", "--json")
        #expect(inspected.exitCode == 0 && inspected.output.contains("parquet"), "\(inspected.transcript)")
        let back = try await sluice(
            "convert", "s3://e2e-convert/deep/*.parquet", "back.csv", "--columns", "amount: decimal(12,2), day: date")
        #expect(back.exitCode == 0, "\(back.transcript)")
        #expect(try project.directory.text("back.csv") == ConvertTests.orders)
        let query = try await sluice("query", "SELECT count(*) AS n FROM 's3://e2e-convert/deep/*.parquet'", "--format", "csv")
        #expect(query.output == "n\n4\n", "\(query.transcript)")
    }

    @Test("a table of the catalog lies in a bucket, is added to, read and overwritten") func table() async throws {
        _ = try await boto("s3.create_bucket(Bucket='e2e-table')")
        try project.directory.write("in/a.csv", "id,k\n1,x\n2,y\n")
        func definition(_ mode: String) -> String {
            "name: t\nsource: {files: in/*.csv, format: csv}\n"
                + "sink: {table: shop.orders, location: \"s3://e2e-table/orders\", format: parquet, mode: \(mode)}\n"
        }
        for mode in ["append", "append", "overwrite"] {
            try project.directory.write("t.yaml", definition(mode))
            let run = try await sluice("run", "t.yaml")
            #expect(run.exitCode == 0, "\(run.transcript)")
            let query = try await sluice("query", "SELECT count(*) FROM shop.orders", "--format", "csv")
            #expect(query.exitCode == 0, "\(query.transcript)")
        }
        let keys = try await boto("print(len(s3.list_objects_v2(Bucket='e2e-table')['Contents']))")
        #expect(keys == "1\n")
    }

    @Test("a crawl of a bucket makes tables of its folders, which are queried; a second one changes nothing") func crawl() async throws {
        _ = try await boto(
            """
            s3.create_bucket(Bucket='e2e-crawl')
            for month in (1, 2):
                text = 'id,code\\n' + ''.join(f'{month * 1000 + n},00{n % 10}\\n' for n in range(100))
                s3.put_object(Bucket='e2e-crawl', Key=f'raw/orders/month={month:02}/part.csv', Body=text.encode())
                s3.put_object(Bucket='e2e-crawl', Key=f'raw/events/{month}.json', Body=b'{"n": 1}\\n' * 3)
            """)
        let first = try await sluice("crawl", "s3://e2e-crawl/raw", "--json")
        #expect(first.exitCode == 0, "\(first.transcript)")
        let statement = "SELECT month, count(*), min(code) FROM orders GROUP BY month ORDER BY month"
        let query = try await sluice("query", statement, "--format", "csv")
        #expect(query.output.hasSuffix("\n01,100,000\n02,100,000\n"), "\(query.transcript)")
        #expect(try await sluice("query", "SELECT sum(n) FROM events", "--format", "csv").output.hasSuffix("\n6\n"))
        let second = try await sluice("crawl", "s3://e2e-crawl/raw", "--json")
        #expect(try second.json()["figures"]?["files_read"] == .integer(0), "\(second.transcript)")
    }

    @Test("what is wrong is said with its place, its remedy and no secret") func errors() async throws {
        try project.directory.write(
            "p.yaml", "name: p\nsource: {files: \"s3://e2e-nowhere/*.csv\"}\nsink: {files: out, format: csv}\n")
        let absent = try await sluice("run", "p.yaml", "--json")
        #expect(absent.exitCode == 2, "\(absent.transcript)")
        #expect(try absent.json()["error"]?["code"] == .string("not-found"))
        #expect(!absent.transcript.contains("hidden-key"))
        let nobody = try await sluice(
            "run", "p.yaml", environment: ["HOME": project.directory.root, "AWS_ENDPOINT_URL_S3": server.address])
        #expect(nobody.exitCode == 2 && nobody.errors.contains("no-credentials"), "\(nobody.transcript)")
        let closed = try LocalHTTPServer { _, _ in .error(403, "InvalidAccessKeyId") }
        let refused = try await sluice("run", "p.yaml", environment: environment.merging(["AWS_ENDPOINT_URL_S3": closed.address]) { $1 })
        #expect(refused.exitCode == 2 && refused.errors.contains("credentials-refused"), "\(refused.transcript)")
        #expect(refused.errors.contains("id-7") && !refused.transcript.contains("hidden-key"), "\(refused.transcript)")
    }
}
