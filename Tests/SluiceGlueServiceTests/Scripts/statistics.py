"""Runs that compute statistics of columns, and what there is to say of the catalog, with an unchanged boto3."""

import datetime
import time

from port import client, glue, refused

s3 = client("s3")
s3.create_bucket(Bucket="lake")
rows = "".join(f"{n},{'abc'[: n % 3 + 1]},{n / 4},2024-01-{n % 28 + 1:02},{'true' if n % 4 else 'false'}\n" for n in range(100))
s3.put_object(Bucket="lake", Key="t/a.csv", Body=("id,word,share,day,flag\n,,,,\n" + rows).encode())
glue.create_database(DatabaseInput={"Name": "d"})
columns = [("id", "bigint"), ("word", "string"), ("share", "decimal(10,2)"), ("day", "date"), ("flag", "boolean")]
glue.create_table(DatabaseName="d", TableInput={
    "Name": "t", "Parameters": {"classification": "csv", "skip.header.line.count": "1"}, "StorageDescriptor": {
        "Location": "s3://lake/t", "Columns": [{"Name": n, "Type": t} for n, t in columns]}})


def ended(run):
    for _ in range(3000):
        got = glue.get_column_statistics_task_run(ColumnStatisticsTaskRunId=run)["ColumnStatisticsTaskRun"]
        if got["Status"] not in ("STARTING", "RUNNING"):
            return got
        time.sleep(0.05)
    raise AssertionError("the run does not end")


start = glue.start_column_statistics_task_run
run = start(DatabaseName="d", TableName="t", Role="r")["ColumnStatisticsTaskRunId"]
got = ended(run)
assert got["Status"] == "SUCCEEDED" and got["ColumnNameList"] == [n for n, _ in columns] and got["EndTime"] >= got["StartTime"], got
found = {s["ColumnName"]: s["StatisticsData"] for s in glue.get_column_statistics_for_table(
    DatabaseName="d", TableName="t", ColumnNames=[n for n, _ in columns])["ColumnStatisticsList"]}
assert found["id"]["LongColumnStatisticsData"] == {"MinimumValue": 0, "MaximumValue": 99, "NumberOfNulls": 1, "NumberOfDistinctValues": 100}, found
word = found["word"]["StringColumnStatisticsData"]
assert word["MaximumLength"] == 3 and word["NumberOfDistinctValues"] == 3 and abs(word["AverageLength"] - 1.99) < 0.01, found
share = found["share"]["DecimalColumnStatisticsData"]
assert share["NumberOfDistinctValues"] == 100 and int.from_bytes(share["MaximumValue"]["UnscaledValue"], "big") == 2475, found
day = found["day"]["DateColumnStatisticsData"]
assert day["MinimumValue"].date() == datetime.date(2024, 1, 1) and day["MaximumValue"].date() == datetime.date(2024, 1, 28), found
assert found["flag"]["BooleanColumnStatisticsData"] == {"NumberOfTrues": 75, "NumberOfFalses": 25, "NumberOfNulls": 1}, found

refused("InvalidInputException", "SampleSize", start, DatabaseName="d", TableName="t", Role="r", SampleSize=10.0)
refused("InvalidInputException", "nope", start, DatabaseName="d", TableName="t", Role="r", ColumnNameList=["nope"])
refused("EntityNotFoundException", "no", start, DatabaseName="d", TableName="no", Role="r")
refused("ColumnStatisticsTaskNotRunningException", "", glue.stop_column_statistics_task_run, DatabaseName="d", TableName="t")
refused("EntityNotFoundException", "x", glue.get_column_statistics_task_run, ColumnStatisticsTaskRunId="x")

# Settings say which columns a run is about that names none.
glue.create_column_statistics_task_settings(DatabaseName="d", TableName="t", Role="r", ColumnNameList=["id"])
refused("AlreadyExistsException", "", glue.create_column_statistics_task_settings, DatabaseName="d", TableName="t", Role="r")
refused("InvalidInputException", "clock", glue.update_column_statistics_task_settings, DatabaseName="d", TableName="t", Schedule="cron(0 1 * * ? *)")
second = ended(start(DatabaseName="d", TableName="t", Role="r")["ColumnStatisticsTaskRunId"])
assert second["ColumnNameList"] == ["id"], second
glue.update_column_statistics_task_settings(DatabaseName="d", TableName="t", ColumnNameList=["word", "id"])
settings = glue.get_column_statistics_task_settings(DatabaseName="d", TableName="t")["ColumnStatisticsTaskSettings"]
assert settings["ColumnNameList"] == ["word", "id"] and settings["Role"] == "r", settings
assert settings["LastExecutionAttempt"]["ColumnStatisticsTaskRunId"] == second["ColumnStatisticsTaskRunId"], settings
glue.delete_column_statistics_task_settings(DatabaseName="d", TableName="t")
refused("EntityNotFoundException", "", glue.get_column_statistics_task_settings, DatabaseName="d", TableName="t")
ids = glue.list_column_statistics_task_runs()["ColumnStatisticsTaskRunIds"]
assert ids == [second["ColumnStatisticsTaskRunId"], run], ids
page = glue.get_column_statistics_task_runs(DatabaseName="D", TableName="t", MaxResults=1)
rest = glue.get_column_statistics_task_runs(DatabaseName="d", TableName="t", MaxResults=1, NextToken=page["NextToken"])
assert [r["ColumnStatisticsTaskRunId"] for r in page["ColumnStatisticsTaskRuns"] + rest["ColumnStatisticsTaskRuns"]] == ids, rest

# The catalog itself.
account = "000000000000"
assert glue.get_catalog(CatalogId=account)["Catalog"]["CatalogId"] == account
assert glue.get_catalogs()["CatalogList"] == [] and len(glue.get_catalogs(IncludeRoot=True)["CatalogList"]) == 1
assert glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"] is True
glue.import_catalog_to_glue()
encryption = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
assert encryption["EncryptionAtRest"] == {"CatalogEncryptionMode": "DISABLED"}, encryption
assert glue.get_resource_policies()["GetResourcePoliciesResponseList"] == []
refused("EntityNotFoundException", "Policy", glue.get_resource_policy)

mapping = glue.get_mapping(Source={"DatabaseName": "d", "TableName": "t"})["Mapping"]
assert [(m["SourcePath"], m["TargetType"]) for m in mapping][:2] == [("id", "bigint"), ("word", "string")], mapping

# The difference of two versions of a schema.
old = '{"type":"record","name":"r","fields":[{"name":"a","type":"int"}]}'
new = '{"type":"record","name":"r","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}'
glue.create_schema(SchemaName="s", DataFormat="AVRO", Compatibility="BACKWARD", SchemaDefinition=old)
glue.register_schema_version(SchemaId={"SchemaName": "s"}, SchemaDefinition=new)
diff = glue.get_schema_versions_diff(SchemaId={"SchemaName": "s"}, FirstSchemaVersionNumber={"VersionNumber": 1},
                                     SecondSchemaVersionNumber={"LatestVersion": True}, SchemaDiffType="SYNTAX_DIFF")["Diff"].split("\n")
assert '+      "name": "b",' in diff and '       "name": "a",' in diff and not [line for line in diff if line.startswith("-") and '"a"' in line], diff
refused("EntityNotFoundException", "", glue.get_schema_versions_diff, SchemaId={"SchemaName": "s"}, FirstSchemaVersionNumber={"VersionNumber": 1},
        SecondSchemaVersionNumber={"VersionNumber": 9}, SchemaDiffType="SYNTAX_DIFF")
print("ok")
