"""Partitions, their indexes and statistics, with an unchanged boto3."""

from datetime import datetime, timezone
from decimal import Decimal

from port import glue, refused

storage = {"Columns": [{"Name": "n", "Type": "bigint"}, {"Name": "s", "Type": "string"}, {"Name": "p", "Type": "decimal(9,2)"},
                       {"Name": "d", "Type": "date"}, {"Name": "b", "Type": "boolean"}, {"Name": "f", "Type": "double"}],
           "Location": "s3://lake/t/", "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}}
where = {"DatabaseName": "d", "TableName": "t"}
glue.create_database(DatabaseInput={"Name": "d"})
glue.create_table(DatabaseName="d", TableInput={
    "Name": "t", "StorageDescriptor": storage, "PartitionKeys": [{"Name": "year", "Type": "int"}, {"Name": "city", "Type": "string"}]},
    PartitionIndexes=[{"IndexName": "by_year", "Keys": ["year"]}])


def made(year, city, **more):
    return {"Values": [str(year), city], "StorageDescriptor": storage | {"Location": f"s3://lake/t/year={year}/city={city}/"}} | more


first = made(2024, "Oslo", Parameters={"k": "v"}, LastAccessTime=datetime(2026, 1, 1, tzinfo=timezone.utc))
glue.create_partition(**where, PartitionInput=first)
refused("AlreadyExistsException", "Partition already exists.", glue.create_partition, **where, PartitionInput=first)
refused("InvalidInputException", "number of partition keys", glue.create_partition, **where, PartitionInput={"Values": ["1"]})
got = glue.get_partition(**where, PartitionValues=["2024", "Oslo"])["Partition"]
for name in ["Values", "Parameters", "LastAccessTime"]:
    assert got[name] == first[name], (name, got)
for name, value in first["StorageDescriptor"].items():
    assert got["StorageDescriptor"][name] == (value | {"Parameters": {}} if name == "SerdeInfo" else value), (name, got)
refused("EntityNotFoundException", "Cannot find partition.", glue.get_partition, **where, PartitionValues=["1", "x"])

# A partition keeps its columns when the table gets others.
changed = storage | {"Columns": storage["Columns"][:-1] + [{"Name": "g", "Type": "int"}]}
keys = [{"Name": "year", "Type": "int"}, {"Name": "city", "Type": "string"}]
for descriptor in [changed, storage]:
    glue.update_table(DatabaseName="d", TableInput={"Name": "t", "StorageDescriptor": descriptor, "PartitionKeys": keys})
    got = glue.get_partition(**where, PartitionValues=["2024", "Oslo"])["Partition"]["StorageDescriptor"]["Columns"]
    assert got == storage["Columns"], got

many = [made(year, city) for year in range(2000, 2025) for city in ["Oslo", "Lima"]]
for start in range(0, 50, 25):
    errors = glue.batch_create_partition(**where, PartitionInputList=many[start:start + 25])["Errors"]
    assert [e["PartitionValues"] for e in errors] == ([["2024", "Oslo"]] if start == 25 else []), errors
refused("ValidationException", "'partitionInputList' failed to satisfy constraint", glue.batch_create_partition, **where,
        PartitionInputList=[made(n, "x") for n in range(101)])


def values(**more):
    pages = glue.get_paginator("get_partitions").paginate(**where, PaginationConfig={"PageSize": 7}, **more)
    return [p["Values"] for page in pages for p in page["Partitions"]]


assert len(values()) == 50
assert values(Expression="year BETWEEN 2003 AND 2004 AND city LIKE 'O%'") == [["2003", "Oslo"], ["2004", "Oslo"]]
assert values(Expression="(year = '2001' or year in (2002)) and not city = 'Oslo'") == [["2001", "Lima"], ["2002", "Lima"]]
assert len(values(Expression="year >= 2010")) == 30 and values(Expression="city is null") == []
refused("InvalidInputException", "", glue.get_partitions, **where, Expression="n = 1")
refused("InvalidInputException", "", glue.get_partitions, **where, Expression="year = ")
parts = [values(Segment={"SegmentNumber": n, "TotalSegments": 3}) for n in range(3)]
assert sorted(sum(parts, [])) == sorted(values()) and all(parts), parts
answer = glue.get_partitions(**where, ExcludeColumnSchema=True, MaxResults=1)
assert "Columns" not in answer["Partitions"][0]["StorageDescriptor"] and answer["NextToken"]

found = glue.batch_get_partition(**where, PartitionsToGet=[{"Values": ["2001", "Oslo"]}, {"Values": ["1", "x"]}])
assert [p["Values"] for p in found["Partitions"]] == [["2001", "Oslo"]] and found["UnprocessedKeys"] == [], found
glue.update_partition(**where, PartitionValueList=["2001", "Oslo"], PartitionInput=made(1901, "Oslo", Parameters={"moved": "yes"}))
assert values(Expression="year < 2000") == [["1901", "Oslo"]]
refused("EntityNotFoundException", "", glue.update_partition, **where, PartitionValueList=["2001", "Oslo"], PartitionInput=made(1901, "Oslo"))
refused("AlreadyExistsException", "", glue.update_partition, **where, PartitionValueList=["1901", "Oslo"], PartitionInput=made(2002, "Oslo"))
errors = glue.batch_update_partition(**where, Entries=[
    {"PartitionValueList": ["1901", "Oslo"], "PartitionInput": made(2001, "Oslo")},
    {"PartitionValueList": ["1", "x"], "PartitionInput": made(2, "x")}])["Errors"]
assert [e["PartitionValueList"] for e in errors] == [["1", "x"]], errors
glue.delete_partition(**where, PartitionValues=["2001", "Oslo"])
refused("EntityNotFoundException", "", glue.delete_partition, **where, PartitionValues=["2001", "Oslo"])
errors = glue.batch_delete_partition(**where, PartitionsToDelete=[{"Values": ["2002", "Oslo"]}, {"Values": ["2001", "Oslo"]}])["Errors"]
assert [e["PartitionValues"] for e in errors] == [["2001", "Oslo"]] and len(values()) == 48, errors
refused("InvalidInputException", "partitions", glue.update_table, DatabaseName="d", TableInput={"Name": "t", "StorageDescriptor": storage})

# Indexes.
glue.create_partition_index(**where, PartitionIndex={"IndexName": "both", "Keys": ["year", "city"]})
refused("AlreadyExistsException", "", glue.create_partition_index, **where, PartitionIndex={"IndexName": "both", "Keys": ["year"]})
refused("InvalidInputException", "no partition key", glue.create_partition_index, **where, PartitionIndex={"IndexName": "x", "Keys": ["n"]})
found = glue.get_partition_indexes(**where)["PartitionIndexDescriptorList"]
assert [(i["IndexName"], [k["Name"] for k in i["Keys"]], i["IndexStatus"]) for i in found] == [
    ("by_year", ["year"], "ACTIVE"), ("both", ["year", "city"], "ACTIVE")], found
glue.delete_partition_index(**where, IndexName="both")
glue.create_partition_index(**where, PartitionIndex={"IndexName": "back", "Keys": ["city", "year"]})
found = glue.get_partition_indexes(**where)["PartitionIndexDescriptorList"]
assert [[k["Name"] for k in i["Keys"]] for i in found if i["IndexName"] == "back"] == [["city", "year"]], found
glue.delete_partition_index(**where, IndexName="back")
refused("EntityNotFoundException", "", glue.delete_partition_index, **where, IndexName="both")

# Statistics.
counts = {"NumberOfNulls": 1, "NumberOfDistinctValues": 5}
data = {
    "n": ("bigint", "LONG", {"MinimumValue": -3, "MaximumValue": 9} | counts),
    "s": ("string", "STRING", {"MaximumLength": 7, "AverageLength": 2.5} | counts),
    "p": ("decimal(9,2)", "DECIMAL", {"MinimumValue": {"UnscaledValue": (-1234).to_bytes(3, "big", signed=True), "Scale": 2},
                                      "MaximumValue": {"UnscaledValue": (99999).to_bytes(4, "big"), "Scale": 2}} | counts),
    "d": ("date", "DATE", {"MinimumValue": datetime(2020, 2, 29, tzinfo=timezone.utc), "MaximumValue": datetime(2021, 1, 1, tzinfo=timezone.utc)} | counts),
    "b": ("boolean", "BOOLEAN", {"NumberOfTrues": 4, "NumberOfFalses": 5, "NumberOfNulls": 6}),
    "f": ("double", "DOUBLE", {"MinimumValue": -0.5, "MaximumValue": 1e9} | counts),
}
analyzed = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
entries = [{"ColumnName": column, "ColumnType": hive, "AnalyzedTime": analyzed,
            "StatisticsData": {"Type": kind, kind.capitalize() + "ColumnStatisticsData": content}} for column, (hive, kind, content) in data.items()]
wrong = entries[0] | {"ColumnName": "s"}
for suffix, more in [("table", {}), ("partition", {"PartitionValues": ["2003", "Oslo"]})]:
    call = lambda verb, **arguments: getattr(glue, f"{verb}_column_statistics_for_{suffix}")(**where, **more, **arguments)
    assert call("update", ColumnStatisticsList=entries)["Errors"] == []
    errors = call("update", ColumnStatisticsList=[wrong])["Errors"]
    assert errors[0]["Error"]["ErrorCode"] == "InvalidInputException", errors
    answer = call("get", ColumnNames=list(data) + ["none"])
    assert [e["ColumnName"] for e in answer["Errors"]] == ["none"], answer
    for entry in answer["ColumnStatisticsList"]:
        hive, kind, content = data[entry["ColumnName"]]
        got = entry["StatisticsData"][kind.capitalize() + "ColumnStatisticsData"]
        if kind == "DECIMAL":
            number = lambda value: Decimal(int.from_bytes(value["UnscaledValue"], "big", signed=True)).scaleb(-value["Scale"])
            got = {k: number(v) if isinstance(v, dict) else v for k, v in got.items()}
            content = {k: number(v) if isinstance(v, dict) else v for k, v in content.items()}
        assert (entry["ColumnType"], got) == (hive, content), (entry, content)
        assert entry["AnalyzedTime"] == analyzed, entry
    other = call("get", ColumnNames=["N"])["ColumnStatisticsList"]
    assert [(e["ColumnName"], e["AnalyzedTime"]) for e in other] == [("n", analyzed)], other
    call("delete", ColumnName="n")
    try:
        call("delete", ColumnName="n")
        raise AssertionError("deleted twice")
    except glue.exceptions.EntityNotFoundException:
        pass
refused("EntityNotFoundException", "Cannot find partition.", glue.get_column_statistics_for_partition, **where, PartitionValues=["1", "x"], ColumnNames=["n"])
print("ok")
