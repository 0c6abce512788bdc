import SluiceTestKit
import Testing

/// PyIceberg, as it comes from PyPI, with Glue as its catalog.
@Suite("sluice up and PyIceberg") struct IcebergTests {
    private static let python = ClientPython.find(
        "SLUICE_ICEBERG_PYTHON", importing: "pyiceberg.catalog.glue, pyarrow", package: "pyiceberg[glue,pyarrow]")

    private static let program = """
        import sys, boto3, pyarrow as pa
        from pyiceberg.catalog import load_catalog
        from pyiceberg.exceptions import CommitFailedException
        from pyiceberg.types import DoubleType
        address = sys.argv[1]
        keys = {"access-key-id": "a", "secret-access-key": "b", "region": "us-east-1", "endpoint": address}
        boto3.client("s3", endpoint_url=address, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1").create_bucket(Bucket="lake")
        catalog = load_catalog("port", type="glue", **{f"{service}.{name}": value for service in ("glue", "s3") for name, value in keys.items()})
        catalog.create_namespace("shop")
        schema = pa.schema([("id", pa.int64()), ("name", pa.string()), ("at", pa.timestamp("us", tz="UTC")), ("tags", pa.list_(pa.string()))])
        def rows(*ids):
            return pa.Table.from_pylist([{"id": n, "name": f"n{n}", "at": n * 1_000_000, "tags": ["a", str(n)]} for n in ids], schema=schema)
        table = catalog.create_table("shop.orders", schema=schema, location="s3://lake/shop/orders")
        table.append(rows(1, 2))
        # Two who have read the same: the second commit comes upon the first, and is refused or made anew, but takes nothing away.
        mine, theirs = catalog.load_table("shop.orders"), catalog.load_table("shop.orders")
        theirs.append(rows(3))
        try:
            mine.append(rows(4))
        except CommitFailedException:
            catalog.load_table("shop.orders").append(rows(4))
        with catalog.load_table("shop.orders").update_schema() as change:
            change.add_column("more", DoubleType())
        table = catalog.load_table("shop.orders")
        found = table.scan().to_arrow().sort_by("id")
        assert found["id"].to_pylist() == [1, 2, 3, 4] and found["more"].to_pylist() == [None] * 4, found
        assert table.scan(row_filter="id > 2", selected_fields=("name",)).to_arrow()["name"].to_pylist().count("n3") == 1
        assert [str(name) for name in catalog.list_tables("shop")] == [str(("shop", "orders"))]
        catalog.rename_table("shop.orders", "shop.sales")
        assert catalog.load_table("shop.sales").scan().to_arrow().num_rows == 4
        catalog.drop_table("shop.sales")
        assert catalog.list_tables("shop") == []
        print("ok")
        """

    @Test("tables of Iceberg are made, written, changed, read and renamed; no commit is lost", .enabled(if: python != nil))
    func tables() async throws {
        let python = try #require(Self.python)
        let project = try Project()
        let (server, port) = try await project.serve()
        let result = try await Command(python, ["-c", Self.program, "http://127.0.0.1:\(port)"]).start().wait(timeout: .seconds(400))
        #expect(result.output.hasSuffix("ok\n"), "\(result.transcript)")
        server.signal(15)
        _ = try await server.wait(timeout: .seconds(300))
    }
}
