import Glibc
import SluiceTestKit
import Testing

/// Spark, as it comes from PyPI, as a runner of Glue's jobs and as a reader of what is in buckets.
@Suite("sluice up and Spark") struct SparkTests {
    /// A Python with pyspark, where there is Java and boto3, too.
    private static let python: String? = {
        guard let python = getenv("SLUICE_SPARK_PYTHON").map({ String(cString: $0) }),
            InstalledProgram.succeeds(python, ["-c", "import pyspark"]), InstalledProgram.isThere("java")
        else {
            print("skipped: no Python with the package pyspark, or no Java; scripts/test-spark installs both")
            return nil
        }
        return KinesisServerTests.boto3.map { _ in python }
    }()

    @Test("a job in PySpark reads what a pipeline wrote into a bucket, and the program reads what Spark wrote", .enabled(if: python != nil))
    func jobs() async throws {
        let project = try Project()
        let spark = try #require(Self.python)
        let (server, port) = try await project.serve(schedules: true, environment: ["SLUICE_SPARK_PYTHON": spark])
        let python = try #require(KinesisServerTests.boto3)
        let script = Repository.path("Tests/EndToEndTests/Server/Scripts/spark.py")
        let result = try await Command(python, [script, "http://127.0.0.1:\(port)", project.directory.root]).run(timeout: .seconds(600))
        #expect(result.output == "ok\n", "\(result.transcript)")
        let query = try await project.sluice("query", "SELECT shop, n, amount FROM 'report/*.parquet' ORDER BY shop", "--format", "csv")
        #expect(query.output == "shop,n,amount\nLima,333,165917.25\nOslo,666,332833.50\n", "\(query.transcript)")
        server.signal(SIGTERM)
        #expect(try await server.wait().exitCode == 0)
    }
}
