import Glibc
import SluiceTestKit
import Testing

/// What users of Glue do to tables every day, by clients that know nothing of Sluice, and what commands and pipelines read then.
@Suite("tables that clients of Glue change") struct UpGlueUseTests {
    /// Puts each table back as it was told: with another comment, a parameter, and a column more.
    private static let changing = """
        import sys, time, boto3
        glue, s3 = (boto3.client(name, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
                    for name in ("glue", "s3"))
        readonly = {"DatabaseName", "CreateTime", "UpdateTime", "CreatedBy", "IsRegisteredWithLakeFormation", "CatalogId", "VersionId"}
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="raw/visits/a.csv", Body=b"\\"id\\";name\\n1;Oslo\\n2;Lima\\n")
        s3.put_object(Bucket="lake", Key="raw/hits/a.json", Body=b'[{"n": 1, "v": "x"}, {"n": 2, "v": 3}]')
        s3.put_object(Bucket="lake", Key="own/a.csv", Body=b"1,Oslo\\n2,Lima\\n")
        glue.create_database(DatabaseInput={"Name": "raw"})
        glue.create_table(DatabaseName="raw", TableInput={
            "Name": "own", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [], "StorageDescriptor": {
                "Columns": [{"Name": "n", "Type": "int"}, {"Name": "t", "Type": "string"}], "Location": "s3://lake/own/",
                "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": ","}}}})
        glue.create_crawler(Name="raw", Role="r", DatabaseName="raw", Targets={"S3Targets": [{"Path": "s3://lake/raw/"}]})
        def crawl():
            glue.start_crawler(Name="raw")
            for _ in range(3000):
                crawler = glue.get_crawler(Name="raw")["Crawler"]
                if crawler["State"] == "READY": break
                time.sleep(0.1)
            assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler
        crawl()
        for database in ("shop", "raw"):
            for table in glue.get_tables(DatabaseName=database)["TableList"]:
                said = {name: value for name, value in table.items() if name not in readonly}
                said["Description"] = "said again"
                said.setdefault("Parameters", {})["owner"] = "ada"
                if "ViewExpandedText" not in said:
                    said["StorageDescriptor"]["Columns"].append({"Name": "more", "Type": "string"})
                glue.update_table(DatabaseName=database, TableInput=said)
                now = glue.get_table(DatabaseName=database, Name=table["Name"])["Table"]
                assert {n: v for n, v in now.items() if n not in readonly} == said, (now, said)
                for partition in glue.get_partitions(DatabaseName=database, TableName=table["Name"])["Partitions"]:
                    kept = {n: v for n, v in partition.items() if n in ("Values", "StorageDescriptor", "Parameters")}
                    kept["Parameters"] = {"seen": "1"}
                    glue.update_partition(
                        DatabaseName=database, TableName=table["Name"], PartitionValueList=partition["Values"], PartitionInput=kept)
        crawl()
        for database, name in [("shop", "lines"), ("raw", "visits")]:
            told = glue.get_table(DatabaseName=database, Name=name)["Table"]
            copy = {member: value for member, value in told.items() if member not in readonly} | {"Name": name + "_copy"}
            glue.create_table(DatabaseName=database, TableInput=copy)
        print("done")
        """

    private func makeTables(_ project: Project) async throws {
        try project.directory.write("in/a.csv", "id,name,day\n1,a,2024-01-01\n2,b,2024-01-02\n")
        for (name, format, more) in [
            ("lines", "csv", ", options: {delimiter: \"|\"}"), ("rows", "csv", ", options: {header: false}"), ("json", "json", ""),
            ("parquet", "parquet", ", partition_by: [day]"), ("avro", "avro", ""),
        ] {
            try project.directory.write(
                "\(name).yaml",
                """
                name: \(name)
                source: {files: "in/*.csv", format: csv}
                steps:
                  - derive: {at: "CAST('2024-01-01T00:00:00Z' AS timestamptz)"}
                sink: {table: shop.\(name), format: \(format), mode: append\(more)}
                """)
            let made = try await project.sluice("run", "\(name).yaml")
            #expect(made.exitCode == 0, "\(made.transcript)")
        }
        let view = try await project.sluice("query", "CREATE VIEW shop.seen AS SELECT id, name FROM shop.parquet")
        #expect(view.exitCode == 0, "\(view.transcript)")
    }

    @Test("tables that were put back as they were told are read and appended to", .enabled(if: KinesisServerTests.boto3 != nil))
    func again() async throws {
        let python = try #require(KinesisServerTests.boto3)
        let project = try Project()
        try await makeTables(project)
        let (running, port) = try await project.serve()
        let client = try await Command(python, ["-c", Self.changing, "http://127.0.0.1:\(port)"]).run(timeout: .seconds(600))
        #expect(client.output == "done\n", "\(client.transcript)")
        for name in ["lines", "rows", "json", "parquet", "avro"] {
            let query = "SELECT count(*) AS n, max(name) AS name, count(at) AS at, count(more) AS more FROM shop.\(name)"
            let read = try await project.sluice("query", query, "--format", "csv")
            #expect(read.output == "n,name,at,more\n2,b,2,0\n", "\(name): \(read.transcript)")
            let appended = try await project.sluice("run", "\(name).yaml")
            #expect(appended.exitCode == 0, "\(name): \(appended.transcript)")
            let all = try await project.sluice("query", query, "--format", "csv")
            #expect(all.output == "n,name,at,more\n4,b,4,0\n", "\(name): \(all.transcript)")
        }
        let seen = try await project.sluice("query", "SELECT max(name) AS name FROM shop.seen", "--format", "csv")
        #expect(seen.output == "name\nb\n", "\(seen.transcript)")
        let visits = try await project.sluice("query", "SELECT sum(id) AS n, max(name) AS name FROM raw.visits", "--format", "csv")
        #expect(visits.output == "n,name\n3,Oslo\n", "\(visits.transcript)")
        for (copy, expected) in [("shop.lines_copy", "4,b"), ("raw.visits_copy", "2,Oslo")] {
            let query = "SELECT count(*) AS n, max(name) AS name FROM \(copy)"
            let read = try await project.sluice("query", query, "--format", "csv")
            #expect(read.output == "n,name\n\(expected)\n", "\(copy): \(read.transcript)")
        }
        let hits = try await project.sluice("query", "SELECT sum(n) AS n FROM raw.hits", "--format", "csv")
        #expect(hits.output == "n\n3\n", "\(hits.transcript)")
        let own = try await project.sluice("query", "SELECT sum(n) AS n, max(t) AS t, count(more) AS more FROM raw.own", "--format", "csv")
        #expect(own.output == "n,t,more\n3,Oslo,0\n", "\(own.transcript)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }

    /// Partitions at places of their own: beside the table, under other names, and below it.
    private static let places = """
        import sys, boto3
        glue, s3 = (boto3.client(name, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
                    for name in ("glue", "s3"))
        s3.create_bucket(Bucket="lake")
        for key, ids in [("elsewhere/day=1999-01-01/x", (1, 2)), ("days/first", (3,)), ("days/day=2024-01-03", (4,)), ("days/loose", (9,)),
                         ("moved", (5, 6, 7))]:
            s3.put_object(Bucket="lake", Key=key + "/a.json", Body=b"".join(b'{"id": %d}\\n' % n for n in ids))
        serde = {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}
        storage = {"Columns": [{"Name": "id", "Type": "bigint"}], "SerdeInfo": serde}
        def partition(day, place):
            return {"Values": [day], "StorageDescriptor": storage | {"Location": place}}
        if sys.argv[2] == "make":
            glue.create_database(DatabaseInput={"Name": "shop"})
            glue.create_table(DatabaseName="shop", TableInput={"Name": "days", "PartitionKeys": [{"Name": "day", "Type": "date"}],
                "StorageDescriptor": storage | {"Location": "s3://lake/days/"}, "TableType": "EXTERNAL_TABLE"})
            glue.create_partition(
                DatabaseName="shop", TableName="days", PartitionInput=partition("2024-01-01", "s3://lake/elsewhere/day=1999-01-01/x/"))
            errors = glue.batch_create_partition(DatabaseName="shop", TableName="days", PartitionInputList=[
                partition("2024-01-02", "s3://lake/days/first"), {"Values": ["2024-01-03"]}, partition("2024-01-09", "s3://lake/nothing/")])
            assert errors["Errors"] == [], errors
        else:
            glue.update_partition(DatabaseName="shop", TableName="days", PartitionValueList=["2024-01-02"],
                                  PartitionInput=partition("2024-01-02", "s3://lake/moved/"))
            made = glue.get_partition(DatabaseName="shop", TableName="made", PartitionValues=["b"])["Partition"]
            glue.update_partition(DatabaseName="shop", TableName="made", PartitionValueList=["b"], PartitionInput={
                "Values": ["b"], "StorageDescriptor": made["StorageDescriptor"] | {"Location": "s3://lake/moved/"}})
            made = glue.get_partition(DatabaseName="shop", TableName="made", PartitionValues=["a"])["Partition"]
            glue.update_partition(DatabaseName="shop", TableName="made", PartitionValueList=["a"], PartitionInput={
                "Values": ["c"], "StorageDescriptor": made["StorageDescriptor"]})
        print("done")
        """

    @Test("partitions are read where clients say that they are", .enabled(if: KinesisServerTests.boto3 != nil))
    func partitions() async throws {
        let python = try #require(KinesisServerTests.boto3)
        let project = try Project()
        try project.directory.write("in/a.csv", "id,key\n10,a\n20,b\n")
        try project.directory.write(
            "made.yaml",
            "name: made\nsource: {files: in/a.csv, format: csv}\nsink: {table: shop.made, format: json, partition_by: [key], mode: append}\n"
        )
        try project.directory.write(
            "copy.yaml", "name: copy\nsource: {table: shop.days}\nsink: {files: out, format: csv}\n")
        let (running, port) = try await project.serve()
        func change(_ part: String) async throws {
            let client = try await Command(python, ["-c", Self.places, "http://127.0.0.1:\(port)", part]).run(timeout: .seconds(600))
            #expect(client.output == "done\n", "\(client.transcript)")
        }
        func rows(_ query: String) async throws -> String {
            let result = try await project.sluice("query", query, "--format", "csv")
            #expect(result.exitCode == 0, "\(result.transcript)")
            return result.output
        }
        try await change("make")
        let days = "SELECT day, count(*) AS n, sum(id) AS ids FROM shop.days GROUP BY day ORDER BY day"
        #expect(try await rows(days) == "day,n,ids\n2024-01-01,2,3\n2024-01-02,1,3\n2024-01-03,1,4\n")
        #expect(try await rows("SELECT id FROM shop.days WHERE day = '2024-01-01' ORDER BY id") == "id\n1\n2\n")
        let copied = try await project.sluice("run", "copy.yaml")
        #expect(copied.exitCode == 0, "\(copied.transcript)")
        #expect(try await rows("SELECT day, sum(id) AS ids FROM 'out' GROUP BY day ORDER BY day").split(separator: "\n").count == 4)

        #expect(try await project.sluice("run", "made.yaml").exitCode == 0)
        try await change("move")
        #expect(try await rows(days) == "day,n,ids\n2024-01-01,2,3\n2024-01-02,3,18\n2024-01-03,1,4\n")
        let made = "SELECT key, sum(id) AS ids FROM shop.made GROUP BY key ORDER BY key"
        #expect(try await rows(made) == "key,ids\nb,18\nc,10\n")
        // What a run adds lies beside what lies there already.
        #expect(try await project.sluice("run", "made.yaml").exitCode == 0)
        #expect(try await rows(made) == "key,ids\na,10\nb,38\nc,10\n")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }
}
