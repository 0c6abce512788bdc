"""Every paginator that boto3 has for Glue, with pages of one element. The third argument is the address of a mock of Zendesk."""

import sys
import time

import botocore.session
from botocore.exceptions import ClientError
from port import client, glue

mock = sys.argv[3]
s3 = client("s3")
s3.create_bucket(Bucket="lake")
for table in "abc":
    s3.put_object(Bucket="lake", Key=f"raw/{table}/x.csv", Body=f"id,{table}\n1,2\n".encode())
    glue.create_database(DatabaseInput={"Name": table})
for name in ["t", "u", "v"]:
    columns = [{"Name": "x", "Type": "int"}]
    for version in range(3):
        descriptor = {"Columns": columns + [{"Name": f"c{version}", "Type": "int"}], "Location": "s3://lake/raw/a"}
        table = {"Name": name, "StorageDescriptor": descriptor, "PartitionKeys": [{"Name": "day", "Type": "string"}]}
        if version:
            glue.update_table(DatabaseName="a", TableInput=table)
        else:
            glue.create_table(DatabaseName="a", TableInput=table)
glue.create_table(DatabaseName="a", TableInput={
    "Name": "judged", "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
    "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}, {"Name": "a", "Type": "int"}], "Location": "s3://lake/raw/a/"}})
for day in ["1", "2", "3"]:
    glue.create_partition(DatabaseName="a", TableName="t", PartitionInput={"Values": [day], "StorageDescriptor": descriptor})
for name in ["f", "g", "h"]:
    glue.create_user_defined_function(DatabaseName="a", FunctionInput={"FunctionName": name, "ClassName": "c", "OwnerName": "o", "OwnerType": "USER"})
    glue.create_classifier(JsonClassifier={"Name": name, "JsonPath": "$[*]"})
    glue.create_crawler(Name=name, Role="r", DatabaseName="a", Targets={"S3Targets": [{"Path": "s3://lake/raw"}]})
    glue.create_connection(ConnectionInput={
        "Name": name, "ConnectionType": "ZENDESK", "ConnectionProperties": {"INSTANCE_URL": mock},
        "AuthenticationConfiguration": {"AuthenticationType": "BASIC", "BasicAuthenticationCredentials": {"Username": "a@b.c", "Password": "s3cret-token"}}})
    glue.create_registry(RegistryName=name)
    glue.create_schema(RegistryId={"RegistryName": "f"} if name != "f" else {"RegistryName": "f"}, SchemaName=name, DataFormat="AVRO", Compatibility="NONE",
                       SchemaDefinition='{"type":"record","name":"r","fields":[{"name":"a","type":"int"}]}')
for field in "bc":
    glue.register_schema_version(SchemaId={"RegistryName": "f", "SchemaName": "f"}, SchemaDefinition=(
        '{"type":"record","name":"r","fields":[{"name":"%s","type":"int"}]}' % field))

arguments = {
    "GetPartitions": {"DatabaseName": "a", "TableName": "t"}, "GetTableVersions": {"DatabaseName": "a", "TableName": "t"},
    "GetTables": {"DatabaseName": "a"}, "GetUserDefinedFunctions": {"DatabaseName": "a", "Pattern": "*"},
    "GetPartitionIndexes": {"DatabaseName": "a", "TableName": "t"}, "ListSchemaVersions": {"SchemaId": {"RegistryName": "f", "SchemaName": "f"}},
    "ListSchemas": {"RegistryId": {"RegistryName": "f"}}, "DescribeEntity": {"ConnectionName": "f", "EntityName": "tickets"},
    "ListEntities": {"ConnectionName": "f"}, "GetJobRuns": {"JobName": "j"}, "GetWorkflowRuns": {"Name": "w"},
    "ListTableOptimizerRuns": {"CatalogId": "000000000000", "DatabaseName": "a", "TableName": "t", "Type": "compaction"},
    "ListMaterializedViewRefreshTaskRuns": {"CatalogId": "000000000000", "DatabaseName": "a", "TableName": "t"},
    "ListIterableForms": {"AssetIdentifier": "a", "IterableFormName": "f"}, "ListGlossaryTerms": {"GlossaryIdentifier": "g"},
}
filled = {
    "GetPartitions", "GetDatabases", "GetClassifiers", "GetTableVersions", "GetCrawlers", "GetTables", "GetUserDefinedFunctions",
    "GetCrawlerMetrics", "GetConnections", "ListRegistries", "ListSchemaVersions", "ListSchemas", "ListConnectionTypes", "DescribeEntity",
    "ListEntities",
}


def method(operation):
    return next(name for name, known in glue.meta.method_to_api_mapping.items() if known == operation)


def collect(operation, key, **paging):
    pages = list(glue.get_paginator(method(operation)).paginate(**arguments.get(operation, {}), **paging))
    return [element for page in pages for element in page.get(key, [])], len(pages)


model = botocore.session.get_session().get_component("data_loader").load_service_model("glue", "paginators-1")["pagination"]
refused, seen = [], []
for operation, paginator in sorted(model.items()):
    try:
        whole, _ = collect(operation, paginator["result_key"])
        if "limit_key" in paginator:
            single, pages = collect(operation, paginator["result_key"], PaginationConfig={"PageSize": 1})
            assert single == whole and pages == max(1, len(whole)), (operation, single, whole, pages)
            limited, _ = collect(operation, paginator["result_key"], PaginationConfig={"PageSize": 2, "MaxItems": 1})
            assert limited == whole[:1] or len(limited) >= 1, (operation, limited)
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("InvalidArgumentException", "EntityNotFoundException"), (operation, error)
        refused.append(operation)
        continue
    except Exception as error:
        raise AssertionError(f"{operation}: {error}") from error
    seen.append(operation)
    assert operation not in filled or len(whole) >= 3, (operation, whole)
assert filled <= set(seen), sorted(filled - set(seen))

# What lists without a paginator in boto3, page by page.
for name, key, more in [
    ("list_crawlers", "CrawlerNames", {}), ("list_data_quality_rulesets", "Rulesets", {}),
    ("list_data_quality_ruleset_evaluation_runs", "Runs", {}), ("list_data_quality_results", "Results", {}),
    ("list_column_statistics_task_runs", "ColumnStatisticsTaskRunIds", {}),
    ("get_column_statistics_task_runs", "ColumnStatisticsTaskRuns", {"DatabaseName": "a", "TableName": "judged"}),
]:
    if name.endswith("rulesets"):
        for ruleset in ["a", "b", "c"]:
            glue.create_data_quality_ruleset(Name=ruleset, Ruleset="RowCount > 0")
    if name.endswith("evaluation_runs"):
        source = {"GlueTable": {"DatabaseName": "a", "TableName": "judged"}}
        runs = [glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["a"])["RunId"] for _ in range(3)]
        while any(glue.get_data_quality_ruleset_evaluation_run(RunId=run)["Status"] == "RUNNING" for run in runs):
            time.sleep(0.05)
    if name == "list_column_statistics_task_runs":
        for _ in range(3):
            run = glue.start_column_statistics_task_run(DatabaseName="a", TableName="judged", Role="r")["ColumnStatisticsTaskRunId"]
            while glue.get_column_statistics_task_run(ColumnStatisticsTaskRunId=run)["ColumnStatisticsTaskRun"]["Status"] == "RUNNING":
                time.sleep(0.05)
    operation = getattr(glue, name)
    whole, single, token = operation(**more)[key], [], {}
    while True:
        page = operation(MaxResults=1, **more, **token)
        single += page[key]
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    assert single == whole and len(whole) >= 3, (name, single, whole)
print("ok")
