import SluiceTestKit
import Testing

/// awswrangler, as it comes from PyPI, against the port.
@Suite("sluice up and awswrangler") struct WranglerTests {
    private static let python = ClientPython.find("SLUICE_WRANGLER_PYTHON", importing: "awswrangler", package: "awswrangler")

    private static let program = """
        import sys, boto3, pandas as pd, awswrangler as wr
        address = sys.argv[1]
        wr.config.s3_endpoint_url = wr.config.glue_endpoint_url = address
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        session.client("s3", endpoint_url=address).create_bucket(Bucket="lake")
        wr.catalog.create_database("shop", boto3_session=session)
        frame = pd.DataFrame({"id": range(1000), "amount": [n / 4 for n in range(1000)], "day": [f"2026-01-0{n % 3 + 1}" for n in range(1000)]})
        where = dict(dataset=True, database="shop", boto3_session=session)
        wr.s3.to_parquet(frame, path="s3://lake/orders/", table="orders", partition_cols=["day"], mode="overwrite", **where)
        wr.s3.to_parquet(frame.tail(10), path="s3://lake/orders/", table="orders", partition_cols=["day"], mode="append", **where)
        back = wr.s3.read_parquet_table("orders", "shop", boto3_session=session)
        assert len(back) == 1010 and back["amount"].sum() == frame["amount"].sum() + frame.tail(10)["amount"].sum()
        part = wr.s3.read_parquet("s3://lake/orders/", dataset=True, partition_filter=lambda p: p["day"] == "2026-01-02", boto3_session=session)
        assert set(part["day"].astype(str)) == {"2026-01-02"}
        assert len(wr.catalog.get_partitions("shop", "orders", boto3_session=session)) == 3
        wr.s3.to_csv(frame, "s3://lake/frame.csv", index=False, boto3_session=session)
        assert wr.s3.read_csv("s3://lake/frame.csv", boto3_session=session).equals(frame)
        wr.s3.to_json(frame, "s3://lake/frame.json", orient="records", lines=True, boto3_session=session)
        assert len(wr.s3.read_json("s3://lake/frame.json", lines=True, boto3_session=session)) == 1000
        assert wr.s3.does_object_exist("s3://lake/frame.csv", boto3_session=session)
        wr.s3.copy_objects(["s3://lake/frame.csv"], "s3://lake/", "s3://lake/copies/", boto3_session=session)
        assert wr.s3.list_objects("s3://lake/copies/", boto3_session=session) == ["s3://lake/copies/frame.csv"]
        wr.s3.delete_objects("s3://lake/copies/", boto3_session=session)
        assert wr.s3.list_objects("s3://lake/copies/", boto3_session=session) == []
        print("ok")
        """

    @Test("tables of Parquet with partitions, CSV and JSON are written and read, and a query reads them", .enabled(if: python != nil))
    func tables() async throws {
        let python = try #require(Self.python)
        let project = try Project()
        let (server, port) = try await project.serve()
        let result = try await Command(python, ["-c", Self.program, "http://127.0.0.1:\(port)"]).start().wait(timeout: .seconds(400))
        #expect(result.output.hasSuffix("ok\n"), "\(result.transcript)")
        let query = try await project.sluice("query", "SELECT day, count(*) FROM shop.orders GROUP BY day ORDER BY day", "--format", "csv")
        #expect(query.output.split(separator: "\n").dropFirst().count == 3, "\(query.transcript)")
        server.signal(15)
        _ = try await server.wait(timeout: .seconds(300))
    }
}
