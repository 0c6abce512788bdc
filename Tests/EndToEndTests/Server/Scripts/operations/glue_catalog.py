"""Glue's Data Catalog: databases, tables, versions, partitions, indexes, statistics, functions, tags and the catalog itself."""

from port import ACCOUNT, REGION, absent, client, pages, refused

glue = client("glue")
t = {"DatabaseName": "shop", "TableName": "orders"}
STORAGE = {"Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "note", "Type": "varchar(20)"}], "Location": "s3://nowhere/orders/"}


def named(elements):
    return [element["Name"] for element in elements]


def databases():
    for name in ["shop", "other"]:
        glue.create_database(DatabaseInput={"Name": name, "Description": "of " + name})
    assert glue.get_database(Name="shop")["Database"]["Description"] == "of shop"
    glue.update_database(Name="shop", DatabaseInput={"Name": "shop", "Parameters": {"a": "1"}})
    told = glue.get_database(Name="shop")["Database"]
    assert told["Parameters"] == {"a": "1"} and "Description" not in told, told
    assert named(pages(glue.get_databases)) == ["other", "shop"]
    glue.delete_database(Name="other")
    refused("EntityNotFoundException", "other", glue.get_database, Name="other")


def tables():
    table = {"Name": "orders", "StorageDescriptor": STORAGE, "PartitionKeys": [{"Name": "year", "Type": "int"}], "Owner": "ada"}
    glue.create_table(DatabaseName="shop", TableInput=table)
    got = glue.get_table(DatabaseName="shop", Name="orders")["Table"]
    assert got["StorageDescriptor"]["Columns"] == STORAGE["Columns"] and got["VersionId"] == "1", got
    columns = list(STORAGE["Columns"])
    for name in ["b", "c", "d"]:
        columns.append({"Name": name, "Type": "int"})
        glue.update_table(DatabaseName="shop", TableInput=table | {"Owner": "kim", "StorageDescriptor": STORAGE | {"Columns": columns}})
    got = glue.get_table(DatabaseName="shop", Name="orders")["Table"]
    assert got["Owner"] == "kim" and got["StorageDescriptor"]["Columns"] == columns, got
    assert [v["VersionId"] for v in pages(glue.get_table_versions, **t)] == ["4", "3", "2", "1"]
    second = glue.get_table_version(**t, VersionId="2")["TableVersion"]["Table"]
    assert second["StorageDescriptor"]["Columns"] == columns[:3], second
    glue.delete_table_version(**t, VersionId="1")
    errors = glue.batch_delete_table_version(**t, VersionIds=["1", "2"])["Errors"]
    assert [e["VersionId"] for e in errors] == ["1"], errors
    refused("EntityNotFoundException", "", glue.get_table_version, **t, VersionId="2")
    for name in ["one", "two", "three"]:
        glue.create_table(DatabaseName="shop", TableInput={"Name": name, "Parameters": {"n": name}})
    assert named(pages(glue.get_tables, DatabaseName="shop")) == ["one", "orders", "three", "two"]
    assert named(glue.search_tables(SearchText="order")["TableList"]) == ["orders"]
    glue.delete_table(DatabaseName="shop", Name="one")
    errors = glue.batch_delete_table(DatabaseName="shop", TablesToDelete=["one", "two", "three"])["Errors"]
    assert [e["TableName"] for e in errors] == ["one"] and named(glue.get_tables(DatabaseName="shop")["TableList"]) == ["orders"], errors


def partition(year):
    return {"Values": [str(year)], "StorageDescriptor": STORAGE | {"Location": f"s3://nowhere/orders/year={year}/"}}


def years(**more):
    return [p["Values"][0] for p in glue.get_partitions(**t, **more)["Partitions"]]


def partitions():
    glue.create_partition(**t, PartitionInput=partition(2020))
    errors = glue.batch_create_partition(**t, PartitionInputList=[partition(year) for year in range(2020, 2025)])["Errors"]
    assert [e["PartitionValues"] for e in errors] == [["2020"]], errors
    assert len(pages(glue.get_partitions, **t)) == 5 and years(Expression="year > 2022") == ["2023", "2024"]
    got = glue.get_partition(**t, PartitionValues=["2021"])["Partition"]
    assert got["StorageDescriptor"]["Location"].endswith("year=2021/"), got
    found = glue.batch_get_partition(**t, PartitionsToGet=[{"Values": ["2021"]}, {"Values": ["1"]}])["Partitions"]
    assert [p["Values"] for p in found] == [["2021"]], found
    glue.update_partition(**t, PartitionValueList=["2021"], PartitionInput=partition(1921))
    errors = glue.batch_update_partition(**t, Entries=[
        {"PartitionValueList": [old], "PartitionInput": partition(new)} for old, new in [("2022", 1922), ("1", 2)]])["Errors"]
    assert [e["PartitionValueList"] for e in errors] == [["1"]] and years(Expression="year < 2000") == ["1921", "1922"], errors
    glue.delete_partition(**t, PartitionValues=["1921"])
    errors = glue.batch_delete_partition(**t, PartitionsToDelete=[{"Values": ["1922"]}, {"Values": ["1"]}])["Errors"]
    assert [e["PartitionValues"] for e in errors] == [["1"]] and years() == ["2020", "2023", "2024"], errors
    glue.create_partition_index(**t, PartitionIndex={"IndexName": "by_year", "Keys": ["year"]})
    indexes = pages(glue.get_partition_indexes, least=1, **t)
    assert [(i["IndexName"], i["IndexStatus"]) for i in indexes] == [("by_year", "ACTIVE")], indexes
    glue.delete_partition_index(**t, IndexName="by_year")
    assert glue.get_partition_indexes(**t)["PartitionIndexDescriptorList"] == []


def statistics():
    data = {"MinimumValue": 1, "MaximumValue": 9, "NumberOfNulls": 0, "NumberOfDistinctValues": 5}
    entry = {"ColumnName": "id", "ColumnType": "bigint", "AnalyzedTime": 0,
             "StatisticsData": {"Type": "LONG", "LongColumnStatisticsData": data}}
    for what, more in [("table", {}), ("partition", {"PartitionValues": ["2020"]})]:
        call = lambda verb, **given: getattr(glue, f"{verb}_column_statistics_for_{what}")(**t, **more, **given)
        assert call("update", ColumnStatisticsList=[entry])["Errors"] == []
        got = call("get", ColumnNames=["id", "note"])
        assert [s["StatisticsData"]["LongColumnStatisticsData"] for s in got["ColumnStatisticsList"]] == [data], got
        assert [e["ColumnName"] for e in got["Errors"]] == ["note"], got
        call("delete", ColumnName="id")
        assert call("get", ColumnNames=["id"])["ColumnStatisticsList"] == []


def functions():
    for name in ["once", "twice"]:
        glue.create_user_defined_function(DatabaseName="shop", FunctionInput={
            "FunctionName": name, "ClassName": "org.example." + name, "OwnerName": "ada", "OwnerType": "USER"})
    glue.update_user_defined_function(DatabaseName="shop", FunctionName="twice", FunctionInput={
        "FunctionName": "twice", "ClassName": "org.example.Other", "OwnerName": "ada", "OwnerType": "USER"})
    got = glue.get_user_defined_function(DatabaseName="shop", FunctionName="twice")["UserDefinedFunction"]
    assert got["ClassName"] == "org.example.Other", got
    assert [f["FunctionName"] for f in pages(glue.get_user_defined_functions, DatabaseName="shop", Pattern="*")] == ["once", "twice"]
    glue.delete_user_defined_function(DatabaseName="shop", FunctionName="once")
    refused("EntityNotFoundException", "", glue.get_user_defined_function, DatabaseName="shop", FunctionName="once")


def whole():
    arn = f"arn:aws:glue:{REGION}:{ACCOUNT}:table/shop/orders"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"a": "1", "b": "2"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert glue.get_catalog(CatalogId=ACCOUNT)["Catalog"]["CatalogId"] == ACCOUNT
    assert [c["CatalogId"] for c in glue.get_catalogs(IncludeRoot=True)["CatalogList"]] == [ACCOUNT]
    glue.import_catalog_to_glue()
    assert glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"] is True
    settings = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert settings["EncryptionAtRest"] == {"CatalogEncryptionMode": "DISABLED"}, settings
    assert pages(glue.get_resource_policies, least=0) == []
    absent("EntityNotFoundException", "Policy", glue.get_resource_policy)
    mapping = glue.get_mapping(Source=t)["Mapping"]
    assert [(m["SourcePath"], m["TargetType"]) for m in mapping][:2] == [("id", "bigint"), ("note", "varchar(20)")], mapping


databases()
tables()
partitions()
statistics()
functions()
whole()
