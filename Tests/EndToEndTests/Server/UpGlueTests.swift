import Glibc
import SluiceTestKit
import Testing

/// `sluice up` as clients of Glue find it: with the tables that commands show.
@Suite("sluice up with the catalog") struct UpGlueTests {
    private static let program = """
        import sys, time, boto3
        def client(name):
            return boto3.client(name, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        glue, s3 = client("glue"), client("s3")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="raw/shops/a.csv", Body=b"id,name\\n1,Oslo\\n2,Lima\\n3,Bern\\n")
        s3.put_object(Bucket="lake", Key="own/a.csv", Body=b"1;x\\n2;y\\n")
        glue.create_database(DatabaseInput={"Name": "shop"})
        glue.create_crawler(Name="raw", Role="r", DatabaseName="shop", Targets={"S3Targets": [{"Path": "s3://lake/raw/shops"}]})
        glue.start_crawler(Name="raw")
        for _ in range(3000):
            crawler = glue.get_crawler(Name="raw")["Crawler"]
            if crawler["State"] == "READY": break
            time.sleep(0.1)
        assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler
        glue.create_table(DatabaseName="shop", TableInput={"Name": "own", "StorageDescriptor": {
            "Columns": [{"Name": "n", "Type": "int"}, {"Name": "t", "Type": "varchar(5)"}], "Location": "s3://lake/own/",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": ";"}}}})
        print([t["Name"] for t in glue.get_tables(DatabaseName="shop")["TableList"]])
        """

    @Test("boto3 describes and crawls tables, and commands see and query them", .enabled(if: KinesisServerTests.boto3 != nil))
    func tables() async throws {
        let python = try #require(KinesisServerTests.boto3)
        let project = try Project()
        let (running, port) = try await project.serve()
        let client = try await Command(python, ["-c", Self.program, "http://127.0.0.1:\(port)"]).run(timeout: .seconds(600))
        #expect(client.output == "['own', 'shops']\n", "\(client.transcript)")
        let crawled = try await project.sluice("query", "SELECT count(*) AS n, max(name) AS name FROM shop.shops", "--format", "csv")
        #expect(crawled.exitCode == 0 && crawled.output == "n,name\n3,Oslo\n", "\(crawled.transcript)")
        let own = try await project.sluice("query", "SELECT sum(n) AS n, max(t) AS t FROM shop.own", "--format", "csv")
        #expect(own.exitCode == 0 && own.output == "n,t\n3,y\n", "\(own.transcript)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }

    private static let look = """
        import sys, boto3
        glue = boto3.client(
            "glue", endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        if sys.argv[2] == "make":
            glue.create_database(DatabaseInput={"Name": "shop"})
            glue.create_table(DatabaseName="shop", TableInput={"Name": "own", "PartitionKeys": [{"Name": "day", "Type": "string"}],
                "StorageDescriptor": {"Columns": [{"Name": "n", "Type": "int"}], "Location": "s3://lake/own/"}})
            glue.create_partition(DatabaseName="shop", TableName="own", PartitionInput={"Values": ["1"]})
        try:
            table = glue.get_table(DatabaseName="shop", Name="own")["Table"]
            partitions = glue.get_partitions(DatabaseName="shop", TableName="own")["Partitions"]
            print([c["Name"] for c in table["StorageDescriptor"]["Columns"]], [p["Values"] for p in partitions])
        except glue.exceptions.EntityNotFoundException:
            print("none")
        """

    @Test("what a command drops and makes anew while the server runs is told as it is then", .enabled(if: KinesisServerTests.boto3 != nil))
    func otherProcess() async throws {
        let python = try #require(KinesisServerTests.boto3)
        let project = try Project()
        let (running, port) = try await project.serve()
        func look(_ part: String = "look") async throws -> String {
            try await Command(python, ["-c", Self.look, "http://127.0.0.1:\(port)", part]).run(timeout: .seconds(600)).output
        }
        #expect(try await look("make") == "['n'] [['1']]\n")
        #expect(try await project.sluice("catalog", "drop", "shop.own", "--yes").exitCode == 0)
        #expect(try await look() == "none\n")
        let made = try await project.sluice("query", "CREATE TABLE shop.own AS SELECT 7 AS m, 'x' AS t")
        #expect(made.exitCode == 0, "\(made.transcript)")
        #expect(try await look() == "['m', 't'] []\n")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }
}
