"""`aws glue` and `aws appflow`: the catalog by pages, crawlers, schemas, quality, jobs and a flow from bucket to bucket."""

import json

from command_line import aws, folder, refuses
from port import ACCOUNT, REGION, until

T = dict(database_name="shop", table_name="orders")
CSV = {"classification": "csv", "skip.header.line.count": "1"}


def catalog():
    for name in ["shop", "web", "x"]:
        aws("glue create-database", database_input={"Name": name})
    listed = aws("glue get-databases --page-size 1")["DatabaseList"]
    assert [d["Name"] for d in listed] == ["shop", "web", "x"], listed
    first = aws("glue get-databases --max-items 2")
    rest = aws("glue get-databases", starting_token=first["NextToken"])["DatabaseList"]
    assert [d["Name"] for d in rest] == ["x"], rest
    aws("glue delete-database --name x")
    refuses("EntityNotFoundException", "glue get-database --name x")
    storage = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://raw/orders/"}
    table = {"Name": "orders", "StorageDescriptor": storage, "PartitionKeys": [{"Name": "day", "Type": "date"}], "Parameters": CSV}
    aws("glue create-table --database-name shop", table_input=table)
    aws("glue update-table --database-name shop", table_input=table | {"Description": "changed"})
    assert aws("glue get-table --database-name shop --name orders")["Table"]["Description"] == "changed"
    assert [v["VersionId"] for v in aws("glue get-table-versions --page-size 1", **T)["TableVersions"]] == ["2", "1"]
    assert [t["Name"] for t in aws("glue get-tables --database-name shop --expression ord.*")["TableList"]] == ["orders"]
    assert [t["Name"] for t in aws("glue search-tables --search-text orders")["TableList"]] == ["orders"]
    aws("glue create-partition", **T, partition_input={"Values": ["2026-01-01"], "StorageDescriptor": storage})
    more = [{"Values": [f"2026-01-0{day}"], "StorageDescriptor": storage} for day in (2, 3)]
    assert aws("glue batch-create-partition", **T, partition_input_list=more)["Errors"] == []
    days = [p["Values"][0] for p in aws("glue get-partitions --page-size 2", **T)["Partitions"]]
    assert days == ["2026-01-01", "2026-01-02", "2026-01-03"], days
    found = aws("glue get-partitions", **T, expression="day > '2026-01-02'")["Partitions"]
    assert [p["Values"] for p in found] == [["2026-01-03"]], found
    aws("glue delete-partition --partition-values 2026-01-03", **T)
    refuses("EntityNotFoundException", "glue get-partition --partition-values 2026-01-03", **T)
    arn = f"arn:aws:glue:{REGION}:{ACCOUNT}:table/shop/orders"
    aws("glue tag-resource", resource_arn=arn, tags_to_add={"team": "web"})
    assert aws("glue get-tags", resource_arn=arn)["Tags"] == {"team": "web"}
    aws("glue delete-table --database-name shop --name orders")
    refuses("EntityNotFoundException", "glue get-table --database-name shop --name orders")
    refuses("InvalidArgumentException", "glue list-blueprints")


def crawls():
    here = folder(orders="id,name\n1,Oslo\n2,Lima\n")
    aws("s3 mb s3://raw")
    aws(f"s3 cp {here}/orders.txt s3://raw/orders/a.csv --quiet")
    aws("glue create-crawler --name lake --role r --database-name shop --targets S3Targets=[{Path=s3://raw/orders}]")
    aws("glue start-crawler --name lake")
    state = lambda: aws("glue get-crawler --name lake")["Crawler"]
    until(lambda: state()["State"] == "READY", "the crawl")
    assert state()["LastCrawl"]["Status"] == "SUCCEEDED"
    assert aws("glue list-crawlers")["CrawlerNames"] == ["lake"]
    columns = aws("glue get-table --database-name shop --name orders")["Table"]["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"]) for c in columns] == [("id", "bigint"), ("name", "string")], columns
    aws("glue create-data-quality-ruleset --name rules", ruleset="Rules = [ RowCount = 2 ]")
    run = aws("glue start-data-quality-ruleset-evaluation-run --role r --ruleset-names rules", data_source={
        "GlueTable": {"DatabaseName": "shop", "TableName": "orders"}})["RunId"]
    told = lambda: aws("glue get-data-quality-ruleset-evaluation-run", run_id=run)
    until(lambda: told()["Status"] == "SUCCEEDED", "the evaluation")
    assert aws("glue get-data-quality-result", result_id=told()["ResultIds"][0])["Score"] == 1.0
    aws("glue delete-crawler --name lake")
    refuses("EntityNotFoundException", "glue get-crawler --name lake")


def schemas():
    avro = lambda *names: json.dumps({"type": "record", "name": "R", "fields": [{"name": n, "type": "long", "default": 0} for n in names]})
    named = dict(schema_id={"RegistryName": "mine", "SchemaName": "orders"})
    aws("glue create-registry --registry-name mine")
    aws("glue create-schema --registry-id RegistryName=mine --schema-name orders --data-format AVRO --compatibility BACKWARD",
        schema_definition=avro("a"))
    assert aws("glue register-schema-version", **named, schema_definition=avro("a", "b"))["VersionNumber"] == 2
    assert [v["VersionNumber"] for v in aws("glue list-schema-versions --page-size 1", **named)["Schemas"]] == [1, 2]
    assert aws("glue get-schema", **named)["LatestSchemaVersion"] == 2
    aws("glue delete-schema", **named)
    refuses("EntityNotFoundException", "glue get-schema", **named)


def jobs():
    here = folder(script="print('done')\n")
    aws(f"s3 cp {here}/script.txt s3://raw/code/job.py --quiet")
    aws("glue create-job --name job --role r --command Name=pythonshell,ScriptLocation=s3://raw/code/job.py")
    run = aws("glue start-job-run --job-name job")["JobRunId"]
    until(lambda: aws("glue get-job-run --job-name job", run_id=run)["JobRun"]["JobRunState"] == "SUCCEEDED", "the job")
    assert [r["Id"] for r in aws("glue get-job-runs --job-name job --page-size 1")["JobRuns"]] == [run]
    aws("glue create-workflow --name nightly")
    aws("glue create-trigger --name go --workflow-name nightly --type ON_DEMAND --actions JobName=job")
    run = aws("glue start-workflow-run --name nightly")["RunId"]
    until(lambda: aws("glue get-workflow-run --name nightly", run_id=run)["Run"]["Status"] == "COMPLETED", "the workflow")
    assert aws("glue list-triggers")["TriggerNames"] == ["go"] and aws("glue list-jobs --page-size 1")["JobNames"] == ["job"]
    aws("glue delete-job --job-name job")
    refuses("EntityNotFoundException", "glue get-job --job-name job")


def flows():
    bucket = {"bucketName": "raw", "bucketPrefix": "orders", "s3InputFormatConfig": {"s3InputFileType": "CSV"}}
    target = {"bucketName": "raw", "bucketPrefix": "out", "s3OutputFormatConfig": {"fileType": "JSON"}}
    aws("appflow create-flow --flow-name copy --trigger-config triggerType=OnDemand",
        source_flow_config={"connectorType": "S3", "sourceConnectorProperties": {"S3": bucket}},
        destination_flow_config_list=[{"connectorType": "S3", "destinationConnectorProperties": {"S3": target}}],
        tasks=[{"taskType": "Map_all", "sourceFields": []}])
    run = aws("appflow start-flow --flow-name copy")["executionId"]
    records = lambda: aws("appflow describe-flow-execution-records --flow-name copy")["flowExecutions"]
    until(lambda: records()[0]["executionStatus"] == "Successful", "the flow")
    assert (records()[0]["executionId"], records()[0]["executionResult"]["recordsProcessed"]) == (run, 2)
    keys = aws("s3api list-objects-v2 --bucket raw --prefix out/ --query Contents[].Key")
    rows = [json.loads(line)["name"] for key in keys for line in aws(f"s3 cp s3://raw/{key} -").splitlines()]
    assert sorted(rows) == ["Lima", "Oslo"], rows
    assert [f["flowName"] for f in aws("appflow list-flows")["flows"]] == ["copy"]
    arn = aws("appflow describe-flow --flow-name copy")["flowArn"]
    aws("appflow tag-resource --tags team=web", resource_arn=arn)
    assert aws("appflow list-tags-for-resource", resource_arn=arn)["tags"] == {"team": "web"}
    assert "S3" in aws("appflow describe-connectors")["connectorConfigurations"]
    aws("appflow delete-flow --flow-name copy")
    refuses("ResourceNotFoundException", "appflow describe-flow --flow-name copy")


catalog()
crawls()
schemas()
jobs()
flows()
