import Glibc
import SluiceTestKit
import Testing

/// What clients of Glue make at `sluice up`, as commands find it: connections, results of rule sets, statistics.
@Suite("sluice up with connections and rule sets of clients") struct UpGlueToolTests {
    private static let program = """
        import sys, time, boto3
        def client(name):
            return boto3.client(name, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        glue, s3 = client("glue"), client("s3")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="shops/a.csv", Body=b"id,name\\n1,Oslo\\n2,Lima\\n3,Bern\\n")
        glue.create_database(DatabaseInput={"Name": "shop"})
        glue.create_table(DatabaseName="shop", TableInput={
            "Name": "shops", "Parameters": {"classification": "csv", "skip.header.line.count": "1"}, "StorageDescriptor": {
                "Columns": [{"Name": "id", "Type": "int"}, {"Name": "name", "Type": "string"}], "Location": "s3://lake/shops/"}})
        glue.create_data_quality_ruleset(Name="shops", Ruleset='Rules = [ RowCount = 3, IsUnique "id" ]')
        source = {"GlueTable": {"DatabaseName": "shop", "TableName": "shops"}}
        run = glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["shops"])["RunId"]
        statistics = glue.start_column_statistics_task_run(DatabaseName="shop", TableName="shops", Role="r")["ColumnStatisticsTaskRunId"]
        for _ in range(3000):
            got = glue.get_data_quality_ruleset_evaluation_run(RunId=run)
            told = glue.get_column_statistics_task_run(ColumnStatisticsTaskRunId=statistics)["ColumnStatisticsTaskRun"]
            if got["Status"] != "RUNNING" and told["Status"] != "RUNNING": break
            time.sleep(0.1)
        assert got["Status"] == "SUCCEEDED" and told["Status"] == "SUCCEEDED", (got, told)
        glue.create_connection(ConnectionInput={
            "Name": "acme", "ConnectionType": "ZENDESK", "ConnectionProperties": {"INSTANCE_URL": sys.argv[2]},
            "AuthenticationConfiguration": {"AuthenticationType": "BASIC", "BasicAuthenticationCredentials": {
                "Username": "etl@example.com", "Password": "sup3r-s3cret"}}})
        glue.test_connection(ConnectionName="acme")
        print(run)
        """

    private static let later = """
        import sys, boto3
        glue = boto3.client("glue", endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        got = glue.get_data_quality_ruleset_evaluation_run(RunId=sys.argv[2])
        result = glue.get_data_quality_result(ResultId=got["ResultIds"][0])
        connection = glue.get_connection(Name="acme")["Connection"]
        print(got["Status"], result["Score"], connection["ConnectionType"], "s3cret" in str(connection))
        """

    @Test(
        "a pipeline uses the connection, and commands see the results, also after the server has ended",
        .enabled(if: KinesisServerTests.boto3 != nil))
    func shared() async throws {
        let python = try #require(KinesisServerTests.boto3)
        let project = try Project()
        let mock = try project.command(["mock", "up", "zendesk", "--rows", "200", "--strict", "--no-quotas"]).start()
        var found: Substring?
        while found == nil, mock.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            found = mock.outputSoFar.split(separator: "\n").first { $0.hasSuffix("/zendesk") }
        }
        let (running, port) = try await project.serve()
        let client = try await Command(python, ["-c", Self.program, "http://127.0.0.1:\(port)", String(try #require(found))]).run(
            timeout: .seconds(600))
        #expect(client.exitCode == 0, "\(client.transcript)")
        let run = client.output.split(separator: "\n").last.map(String.init) ?? ""

        let listed = try await project.sluice("connections", "list")
        #expect(listed.output.contains("acme") && !listed.output.contains("s3cret"), "\(listed.transcript)")
        let tested = try await project.sluice("connections", "test", "acme")
        #expect(tested.exitCode == 0 && tested.output.contains("takes the credentials"), "\(tested.transcript)")
        try project.directory.write(
            "tickets.yaml", "name: tickets\nsource: {zendesk: tickets, connection: acme}\nsink: {sqlite: out.db, table: tickets}\n")
        let read = try await project.sluice("run", "tickets.yaml")
        #expect(read.exitCode == 0, "\(read.transcript)")

        let shown = try await project.json("quality", "show", "shop.shops")
        #expect(shown["passed"]?.boolean == true && shown["rule_set"]?.text == "shops", "\(shown)")
        let history = try await project.sluice("quality", "history", "shop.shops", "--figure", "RowCount")
        #expect(history.exitCode == 0 && history.output.contains("RowCount"), "\(history.transcript)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)

        let (again, other) = try await project.serve()
        let told = try await Command(python, ["-c", Self.later, "http://127.0.0.1:\(other)", run]).run(timeout: .seconds(600))
        #expect(told.output == "SUCCEEDED 1.0 ZENDESK False\n", "\(told.transcript)")
        again.signal(SIGTERM)
        #expect(try await again.wait().exitCode == 0)
        mock.signal(SIGTERM)
        _ = try await mock.wait()
    }
}
