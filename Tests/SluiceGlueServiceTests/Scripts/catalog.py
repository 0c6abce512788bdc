"""Databases, tables, their versions, searches, functions and tags, with an unchanged boto3."""

from datetime import datetime, timezone

from port import client, glue, refused

glue.create_database(DatabaseInput={"Name": "Sales", "Description": "What is sold", "Parameters": {"team": "shop"}, "LocationUri": "s3://lake/sales"})
refused("AlreadyExistsException", "Database already exists.", glue.create_database, DatabaseInput={"Name": "sales"})
refused("EntityNotFoundException", "Database nothing not found.", glue.get_database, Name="nothing")
refused("InvalidInputException", "cannot name a database", glue.create_database, DatabaseInput={"Name": "a b"})
refused("InvalidInputException", "TargetDatabase is not supported", glue.create_database,
        DatabaseInput={"Name": "x", "TargetDatabase": {"CatalogId": "1", "DatabaseName": "d"}})
found = glue.get_database(Name="SALES")["Database"]
assert (found["Name"], found["Description"], found["Parameters"], found["LocationUri"]) == (
    "sales", "What is sold", {"team": "shop"}, "s3://lake/sales"), found
assert found["CatalogId"] == "000000000000" and found["CreateTime"].tzinfo
glue.update_database(Name="sales", DatabaseInput={"Name": "sales", "Description": "sold"})
found = glue.get_database(Name="sales")["Database"]
assert found["Description"] == "sold" and "Parameters" not in found and "LocationUri" not in found, found
for n in range(5):
    glue.create_database(DatabaseInput={"Name": f"db{n}"})
pages = list(glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 2}))
assert [d["Name"] for p in pages for d in p["DatabaseList"]] == ["db0", "db1", "db2", "db3", "db4", "sales"]
assert len(pages) == 3
refused("InvalidInputException", "NextToken", glue.get_databases, NextToken="nonsense")

# A table as awswrangler and Athena make it goes out as it came in.
table = {
    "Name": "Orders", "Description": "Orders", "Owner": "ada", "Retention": 3,
    "LastAccessTime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    "StorageDescriptor": {
        "Columns": [
            {"Name": "id", "Type": "bigint", "Comment": "the key", "Parameters": {"k": "v"}}, {"Name": "name", "Type": "varchar(20)"},
            {"Name": "price", "Type": "decimal(12,2)"}, {"Name": "odd", "Type": "uniontype<int,string>"}, {"Name": "plain", "Type": "decimal"},
            {"Name": "items", "Type": "array<struct<sku:char(8),n:int>>"}, {"Name": "more", "Type": "map<string,double>"}],
        "Location": "s3://lake/sales/orders/", "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat", "Compressed": True, "NumberOfBuckets": 4,
        "SerdeInfo": {"Name": "s", "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                      "Parameters": {"serialization.format": "1"}},
        "BucketColumns": ["id"], "SortColumns": [{"Column": "id", "SortOrder": 1}, {"Column": "name", "SortOrder": 0}],
        "Parameters": {"CrawlerSchemaDeserializerVersion": "1.0"},
        "SkewedInfo": {"SkewedColumnNames": ["id"], "SkewedColumnValues": ["1"], "SkewedColumnValueLocationMaps": {"1": "s3://lake/one"}},
        "StoredAsSubDirectories": False, "AdditionalLocations": ["s3://lake/elsewhere"]},
    "PartitionKeys": [{"Name": "day", "Type": "date"}, {"Name": "shop", "Type": "string", "Comment": "where"}],
    "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE", "projection.enabled": "true"},
}
glue.create_table(DatabaseName="sales", TableInput=table)
refused("AlreadyExistsException", "Table already exists.", glue.create_table, DatabaseName="sales", TableInput=table)
refused("EntityNotFoundException", "Database nothing not found.", glue.create_table, DatabaseName="nothing", TableInput=table)
refused("EntityNotFoundException", "Table nothing not found.", glue.get_table, DatabaseName="sales", Name="nothing")
refused("ValidationException", "'tableInput.name' failed to satisfy constraint", glue.create_table, DatabaseName="sales", TableInput={"Name": "x" * 256})
twice = {"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}, {"Name": "A", "Type": "int"}]}}
refused("InvalidInputException", "stands twice", glue.create_table, DatabaseName="sales", TableInput=twice)
refused("InvalidInputException", "TransactionId is not supported", glue.create_table, DatabaseName="sales", TableInput={"Name": "t"}, TransactionId="1")
refused("InvalidInputException", "the server's own", glue.create_table, DatabaseName="sales",
        TableInput={"Name": "t", "Parameters": {"sluice.glue.type": "x"}})
got = glue.get_table(DatabaseName="SALES", Name="ORDERS")["Table"]
for name, value in table.items():
    assert got[name] == (value.lower() if name == "Name" else value), (name, got[name], value)
assert (got["DatabaseName"], got["VersionId"], got["CatalogId"]) == ("sales", "1", "000000000000"), got

# Versions.
got["StorageDescriptor"]["Columns"].append({"Name": "added", "Type": "int"})
changed = {name: got[name] for name in table}
glue.update_table(DatabaseName="sales", TableInput=changed)
assert glue.get_table(DatabaseName="sales", Name="orders")["Table"]["VersionId"] == "2"
more = changed | {"Description": "more", "Owner": "bob", "Parameters": {"classification": "parquet", "step": "2"}}
glue.update_table(DatabaseName="sales", TableInput=more, SkipArchive=True, VersionId="2")
# The number says that the table is another, though the one before is not kept: whoever has read that may not write over it.
assert glue.get_table(DatabaseName="sales", Name="orders")["Table"]["VersionId"] == "3"
refused("ConcurrentModificationException", "version 3", glue.update_table, DatabaseName="sales", TableInput=changed, VersionId="2", SkipArchive=True)
glue.update_table(DatabaseName="sales", TableInput=changed | {"Description": "most"}, VersionId="3")
assert [v["VersionId"] for v in glue.get_table_versions(DatabaseName="sales", TableName="orders")["TableVersions"]] == ["4", "3", "1"]
was = glue.get_table_version(DatabaseName="sales", TableName="orders", VersionId="3")["TableVersion"]["Table"]
assert (was["Description"], was["Owner"], was["Parameters"]["step"]) == ("more", "bob", "2"), was
is_now = glue.get_table(DatabaseName="sales", Name="orders")["Table"]
assert (is_now["Description"], is_now["Owner"], is_now["Parameters"].get("step")) == ("most", table["Owner"], None), is_now
pages = list(glue.get_paginator("get_table_versions").paginate(DatabaseName="sales", TableName="orders", PaginationConfig={"PageSize": 2}))
assert [len(p["TableVersions"]) for p in pages] == [2, 1]
first = glue.get_table_version(DatabaseName="sales", TableName="orders", VersionId="1")["TableVersion"]["Table"]
assert first["StorageDescriptor"] == table["StorageDescriptor"] and first["VersionId"] == "1", first
refused("InvalidInputException", "present", glue.delete_table_version, DatabaseName="sales", TableName="orders", VersionId="4")
glue.delete_table_version(DatabaseName="sales", TableName="orders", VersionId="1")
refused("EntityNotFoundException", "", glue.get_table_version, DatabaseName="sales", TableName="orders", VersionId="1")
errors = glue.batch_delete_table_version(DatabaseName="sales", TableName="orders", VersionIds=["1", "3"])["Errors"]
assert [e["VersionId"] for e in errors] == ["1"] and errors[0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException", errors

# Lists.
for n in range(12):
    glue.create_table(DatabaseName="db1", TableInput={"Name": f"t{n:02}", "Parameters": {"n": str(n)}})
pages = list(glue.get_paginator("get_tables").paginate(DatabaseName="db1", PaginationConfig={"PageSize": 5}))
assert [len(p["TableList"]) for p in pages] == [5, 5, 2]
names = lambda answer: [t["Name"] for t in answer["TableList"]]
assert names(glue.get_tables(DatabaseName="db1", Expression="t0[13]")) == ["t01", "t03"]
assert names(glue.get_tables(DatabaseName="db1", Expression="t1*")) == ["t10", "t11"]
assert names(glue.get_tables(DatabaseName="db1", Expression=".*5|t11")) == ["t05", "t11"]
refused("InvalidInputException", "no regular expression", glue.get_tables, DatabaseName="db1", Expression="(")
assert names(glue.search_tables(SearchText="orders")) == ["orders"]
assert names(glue.search_tables(Filters=[{"Key": "n", "Value": "3", "Comparator": "LESS_THAN"}],
                                SortCriteria=[{"FieldName": "Name", "Sort": "DESC"}])) == ["t02", "t01", "t00"]
assert names(glue.search_tables(Filters=[{"Key": "DatabaseName", "Value": "db1"}], MaxResults=3)) == ["t00", "t01", "t02"]
found = glue.search_tables(Filters=[{"Key": "Name", "Value": "link"}])["TableList"]
assert found == [], found
for name in ["customer-link", "xx-link-yy", "xxlinkyy", "a_link"]:
    glue.create_table(DatabaseName="db1", TableInput={"Name": name})
assert names(glue.search_tables(Filters=[{"Key": "Name", "Value": "Link"}])) == ["customer-link", "xx-link-yy"]
assert names(glue.search_tables(Filters=[{"Key": "Name", "Value": "a_link"}])) == ["a_link"]
changed = lambda value, comparator: names(glue.search_tables(
    Filters=[{"Key": "UpdateTime", "Value": value, "Comparator": comparator}, {"Key": "Name", "Value": "xxlinkyy"}]))
for value in ["2024-01-01T00:00:00Z", "2024-01-01", "1704067200"]:
    assert changed(value, "GREATER_THAN") == ["xxlinkyy"] and changed(value, "LESS_THAN") == [], value
refused("InvalidInputException", "no time", changed, value="soon", comparator="LESS_THAN")
for name in ["customer-link", "xx-link-yy", "xxlinkyy", "a_link"]:
    glue.delete_table(DatabaseName="db1", Name=name)
errors = glue.batch_delete_table(DatabaseName="db1", TablesToDelete=["t00", "gone"])["Errors"]
assert [e["TableName"] for e in errors] == ["gone"], errors
glue.delete_table(DatabaseName="db1", Name="t01")
refused("EntityNotFoundException", "Table t01 not found.", glue.delete_table, DatabaseName="db1", Name="t01")
glue.create_table(DatabaseName="db1", TableInput={
    "Name": "v", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "/* Presto View: e30= */", "ViewExpandedText": "/* Presto View */",
    "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}], "SerdeInfo": {}}})
view = glue.get_table(DatabaseName="db1", Name="v")["Table"]
assert (view["ViewOriginalText"], view["ViewExpandedText"], view["TableType"]) == (
    "/* Presto View: e30= */", "/* Presto View */", "VIRTUAL_VIEW"), view

# Functions and tags.
function = {"FunctionName": "Twice", "ClassName": "org.example.Twice", "OwnerName": "ada", "OwnerType": "USER",
            "ResourceUris": [{"ResourceType": "JAR", "Uri": "s3://lake/twice.jar"}]}
glue.create_user_defined_function(DatabaseName="sales", FunctionInput=function)
refused("AlreadyExistsException", "", glue.create_user_defined_function, DatabaseName="sales", FunctionInput=function)
got = glue.get_user_defined_function(DatabaseName="sales", FunctionName="twice")["UserDefinedFunction"]
assert got["FunctionName"] == "twice" and got["ResourceUris"] == function["ResourceUris"] and got["DatabaseName"] == "sales", got
glue.update_user_defined_function(DatabaseName="sales", FunctionName="twice", FunctionInput=function | {"ClassName": "org.example.Other"})
found = glue.get_user_defined_functions(DatabaseName="sales", Pattern="t.*")["UserDefinedFunctions"]
assert [f["ClassName"] for f in found] == ["org.example.Other"], found
glue.delete_user_defined_function(DatabaseName="sales", FunctionName="twice")
refused("EntityNotFoundException", "", glue.get_user_defined_function, DatabaseName="sales", FunctionName="twice")
for arn in ["database/sales", "table/sales/orders"]:
    arn = "arn:aws:glue:us-east-1:000000000000:" + arn
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"a": "1", "b": "2"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
refused("EntityNotFoundException", "", glue.get_tags, ResourceArn="arn:aws:glue:us-east-1:000000000000:table/sales/gone")
refused("InvalidInputException", "", glue.get_tags, ResourceArn="arn:aws:glue:us-east-1:000000000000:blueprint/x")

# Other accounts and catalogs; other regions see the same.
refused("AccessDeniedException", "000000000000", client(key="111122223333").get_databases)
refused("EntityNotFoundException", "Catalog 111122223333 not found", glue.get_databases, CatalogId="111122223333")
assert glue.get_databases(CatalogId="000000000000")["DatabaseList"]
assert client(region="eu-central-1").get_table(DatabaseName="sales", Name="orders")["Table"]["Owner"] == "ada"

glue.delete_database(Name="db1")
refused("EntityNotFoundException", "Database db1 not found.", glue.get_tables, DatabaseName="db1")

# Every operation of the client's model is either served or refused with a reason.
members = {name: glue.meta.service_model.operation_model(name) for name in glue.meta.service_model.operation_names}
for name, model in members.items():
    from urllib.request import Request, urlopen
    from urllib.error import HTTPError
    from port import address
    try:
        urlopen(Request(address, b"[]", {"X-Amz-Target": f"AWSGlue.{name}", "Content-Type": "application/x-amz-json-1.1"}), timeout=300)
        raise AssertionError(name)
    except HTTPError as error:
        text = error.read().decode()
        assert "SerializationException" in text or "is not supported: " in text, (name, text)
print("ok")
