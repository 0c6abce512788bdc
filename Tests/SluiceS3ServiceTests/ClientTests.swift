import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceS3Service

@Suite("unchanged clients of S3") struct ClientTests {
    @Test("our own: what holds for every store", arguments: ObjectStoreConformance.checks) func own(_ check: StoreCheck) async throws {
        let server = try await BucketServer()
        try await check.run(try await server.store("conformance"))
    }

    static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3"]) else {
            print("skipped: no Python with boto3; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    @Test("boto3", .enabled(if: Self.python != nil), arguments: [false, true]) func boto(isSigned: Bool) async throws {
        let python = try #require(Self.python)
        try await PortBench.run(keys: isSigned ? ["AKIDEXAMPLE": "hidden"] : [:]) { bench in
            let script = Repository.path("Tests/SluiceS3ServiceTests/Scripts/boto.py")
            let result = try await Command(python, [script, bench.server.address] + (isSigned ? ["signed"] : [])).start().wait(
                timeout: .seconds(400))
            #expect(result.output.hasSuffix("ok\n"), "\(result.transcript)")
        }
    }

    static let arrow: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import pyarrow.fs, pyarrow.parquet"]) else {
            print("skipped: no Python with pyarrow; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    private static let program = """
        import sys
        import pyarrow as pa, pyarrow.fs, pyarrow.parquet as pq, pyarrow.dataset as ds
        host = sys.argv[1]
        s3 = pyarrow.fs.S3FileSystem(
            access_key="AKIDEXAMPLE", secret_key="hidden", endpoint_override=host, scheme="http", region="us-east-1",
            allow_bucket_creation=True, request_timeout=300, connect_timeout=300)
        s3.create_dir("lake")
        table = pa.table({"n": list(range(100000)), "day": [f"d{n % 3}" for n in range(100000)]})
        ds.write_dataset(table, "lake/t", filesystem=s3, format="parquet", partitioning=["day"])
        back = ds.dataset("lake/t", filesystem=s3, format="parquet", partitioning=["day"]).to_table()
        assert back.num_rows == 100000 and sum(back["n"].to_pylist()) == sum(range(100000))
        with s3.open_output_stream("lake/big") as out:
            for _ in range(12):
                out.write(bytes(1 << 20))
        assert s3.get_file_info("lake/big").size == 12 << 20
        assert len(s3.get_file_info(pyarrow.fs.FileSelector("lake", recursive=True))) >= 5
        s3.delete_dir("lake/t")
        print("ok")
        """

    @Test("pyarrow writes and reads a table", .enabled(if: Self.arrow != nil)) func pyarrow() async throws {
        let python = try #require(Self.arrow)
        try await PortBench.run(keys: ["AKIDEXAMPLE": "hidden"]) { bench in
            let host = bench.server.address.replacing("http://", with: "")
            let result = try await Command(python, ["-c", Self.program, host]).start().wait(timeout: .seconds(400))
            #expect(result.output.hasSuffix("ok\n"), "\(result.transcript)")
        }
    }
}
