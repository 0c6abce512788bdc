"""Crawlers over buckets of the port and folders of the project, with an unchanged boto3. The second argument is the project's folder."""

import os
import sys
import time

from port import client, glue, refused

project = sys.argv[2]
s3 = client("s3")
s3.create_bucket(Bucket="lake")
for day in ["2026-01-01", "2026-01-02"]:
    rows = "".join(f"{n},{n * 1.5},shop {n % 3}\n" for n in range(200))
    s3.put_object(Bucket="lake", Key=f"raw/orders/day={day}/a.csv", Body=("id,price,shop\n" + rows).encode())
s3.put_object(Bucket="lake", Key="raw/clicks/c.json", Body=b"".join(b'{"user": %d, "page": "/p"}\n' % n for n in range(50)))
glue.create_database(DatabaseInput={"Name": "raw"})


def finished(name):
    for _ in range(3000):
        crawler = glue.get_crawler(Name=name)["Crawler"]
        if crawler["State"] == "READY":
            return crawler
        time.sleep(0.1)
    raise AssertionError("the crawl does not end")


targets = {"S3Targets": [{"Path": "s3://lake/raw/", "Exclusions": ["**.tmp"]}]}
glue.create_crawler(Name="lake", Role="arn:aws:iam::000000000000:role/x", DatabaseName="raw", Targets=targets, TablePrefix="r_",
                    SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DELETE_FROM_DATABASE"}, Tags={"t": "1"})
refused("AlreadyExistsException", "", glue.create_crawler, Name="lake", Role="r", Targets=targets)
got = glue.get_crawler(Name="lake")["Crawler"]
assert got["Targets"]["S3Targets"] == targets["S3Targets"] and got["State"] == "READY" and "LastCrawl" not in got, got
assert glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:crawler/lake")["Tags"] == {"t": "1"}
glue.start_crawler(Name="lake")
got = finished("lake")
assert got["LastCrawl"]["Status"] == "SUCCEEDED", got
tables = {t["Name"]: t for t in glue.get_tables(DatabaseName="raw")["TableList"]}
assert sorted(tables) == ["r_clicks", "r_orders"], tables
orders = tables["r_orders"]
assert orders["StorageDescriptor"]["Location"] == "s3://lake/raw/orders", orders
assert [(c["Name"], c["Type"]) for c in orders["StorageDescriptor"]["Columns"]][0] == ("id", "bigint"), orders
assert [k["Name"] for k in orders["PartitionKeys"]] == ["day"] and orders["Parameters"]["classification"] == "csv", orders
partitions = glue.get_partitions(DatabaseName="raw", TableName="r_orders", Expression="day = '2026-01-02'")["Partitions"]
assert [p["StorageDescriptor"]["Location"] for p in partitions] == ["s3://lake/raw/orders/day=2026-01-02"], partitions
statistics = glue.get_column_statistics_for_table(DatabaseName="raw", TableName="r_orders", ColumnNames=["id", "shop"])
data = statistics["ColumnStatisticsList"][0]["StatisticsData"]["LongColumnStatisticsData"]
assert len(statistics["ColumnStatisticsList"]) == 1 and data["MaximumValue"] == 199, statistics
# A crawl measures no lengths.
error, = statistics["Errors"]
assert error["ColumnName"] == "shop" and error["Error"]["ErrorCode"] == "EntityNotFoundException" and "MaximumLength" in error["Error"]["ErrorMessage"], error

s3.put_object(Bucket="lake", Key="raw/orders/day=2026-01-03/a.csv", Body=b"id,price,shop\n1,2.5,x\n2,3.5,y\n")
glue.start_crawler(Name="lake")
finished("lake")
assert len(glue.get_partitions(DatabaseName="raw", TableName="r_orders")["Partitions"]) == 3
crawls = glue.list_crawls(CrawlerName="lake")["Crawls"]
assert [c["State"] for c in crawls] == ["COMPLETED", "COMPLETED"] and crawls[0]["StartTime"] >= crawls[1]["StartTime"], crawls
assert glue.list_crawls(CrawlerName="lake", Filters=[{"FieldName": "STATE", "FilterOperator": "EQ", "FieldValue": "FAILED"}])["Crawls"] == []
metrics = glue.get_crawler_metrics(CrawlerNameList=["lake"])["CrawlerMetricsList"]
assert metrics[0]["TablesCreated"] == 2 and metrics[0]["LastRuntimeSeconds"] > 0, metrics

# Tables of one file each in one folder are told by their files, also after a client has said them again.
s3.put_object(Bucket="lake", Key="mixed/a.json", Body=b'{"at": "2024-01-05T10:00:00Z", "n": 1}\n')
s3.put_object(Bucket="lake", Key="mixed/b.json", Body=b'{"name": "Ann", "age": 30, "city": "Ulm"}\n')
glue.create_database(DatabaseInput={"Name": "mixed"})
glue.create_crawler(Name="mixed", Role="r", DatabaseName="mixed", Targets={"S3Targets": [{"Path": "s3://lake/mixed"}]})
for _ in range(2):
    glue.start_crawler(Name="mixed")
    finished("mixed")
    for name in "ab":
        table = glue.get_table(DatabaseName="mixed", Name=name)["Table"]
        assert table["StorageDescriptor"]["Location"] == f"s3://lake/mixed/{name}.json", table
        assert not [key for key in table["Parameters"] if key.startswith("sluice")], table
        glue.update_table(DatabaseName="mixed", TableInput={
            key: table[key] for key in ["Name", "StorageDescriptor", "PartitionKeys", "Parameters", "TableType"]})
        assert glue.get_table(DatabaseName="mixed", Name=name)["Table"]["StorageDescriptor"]["Location"] == f"s3://lake/mixed/{name}.json"
glue.delete_crawler(Name="mixed")
glue.delete_database(Name="mixed")

# A target that is one object makes a table of it alone; a member without a name is no column.
s3.put_object(Bucket="lake", Key="mixed/c.json", Body=b'{"k": 1, "": 2}\n')
glue.create_database(DatabaseInput={"Name": "alone"})
glue.create_crawler(Name="alone", Role="r", DatabaseName="alone", Targets={"S3Targets": [{"Path": "s3://lake/mixed/c.json"}]})
for _ in range(2):
    glue.start_crawler(Name="alone")
    finished("alone")
    table, = glue.get_tables(DatabaseName="alone")["TableList"]
    assert table["Name"] == "c" and table["StorageDescriptor"]["Location"] == "s3://lake/mixed/c.json", table
    assert [column["Name"] for column in table["StorageDescriptor"]["Columns"]] == ["k"], table
glue.delete_crawler(Name="alone")
glue.delete_database(Name="alone")

# Policies that do not go together are refused when the crawler is made or changed, as the service does.
refused("InvalidInputException", "new folders only", glue.create_crawler, Name="p", Role="r", DatabaseName="raw", Targets=targets,
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
refused("InvalidInputException", "Catalog target", glue.create_crawler, Name="p", Role="r",
        Targets={"CatalogTargets": [{"DatabaseName": "raw", "Tables": ["r_clicks"]}]})
refused("InvalidInputException", "new folders only", glue.update_crawler, Name="lake",
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})

# A folder of the project, and what no crawl may see.
os.makedirs(project + "/data/notes")
with open(project + "/data/notes/n.csv", "w") as file:
    file.write("a,b\n1,x\n2,y\n")
glue.create_crawler(Name="notes", Role="r", DatabaseName="local", Targets={"S3Targets": [{"Path": "data/notes"}]})
glue.start_crawler(Name="notes")
assert finished("notes")["LastCrawl"]["Status"] == "SUCCEEDED"
assert [t["Name"] for t in glue.get_tables(DatabaseName="local")["TableList"]] == ["notes"]
for path in ["/etc", "../x", "s3://nowhere/x", "s3://lake/../../x"]:
    refused("InvalidInputException", "", glue.create_crawler, Name="x", Role="r", Targets={"S3Targets": [{"Path": path}]})
refused("InvalidInputException", "JdbcTargets are not supported", glue.create_crawler, Name="x", Role="r",
        Targets={"JdbcTargets": [{"ConnectionName": "c", "Path": "d/%"}]})
refused("InvalidInputException", "no cron expression", glue.create_crawler, Name="x", Role="r", Targets=targets, Schedule="hourly")
for level in [-2**63, 2**63 - 1, 0]:
    refused("InvalidInputException", "TableLevelConfiguration", glue.create_crawler, Name="x", Role="r", Targets=targets,
            Configuration='{"Version": 1.0, "Grouping": {"TableLevelConfiguration": %d}}' % level)
refused("InvalidInputException", "no target", glue.create_crawler, Name="x", Role="r", Targets={})
refused("CrawlerNotRunningException", "", glue.stop_crawler, Name="lake")
refused("EntityNotFoundException", "", glue.start_crawler, Name="nothing")

# A crawl that fails says so; one that is stopped ends.
glue.create_crawler(Name="gone", Role="r", Targets={"S3Targets": [{"Path": "data/nothing"}]})
glue.start_crawler(Name="gone")
got = finished("gone")
assert got["LastCrawl"]["Status"] == "FAILED" and got["LastCrawl"]["ErrorMessage"], got
with open(project + "/data/big.csv", "w") as file:
    file.write("a,b\n" + "123456,some text\n" * 2_000_000)
glue.create_crawler(Name="big", Role="r", Targets={"S3Targets": [{"Path": "data/big.csv"}]})
glue.start_crawler(Name="big")
refused("CrawlerRunningException", "", glue.start_crawler, Name="big")
refused("CrawlerRunningException", "", glue.delete_crawler, Name="big")
glue.stop_crawler(Name="big")
assert finished("big")["LastCrawl"]["Status"] == "CANCELLED"

glue.update_crawler(Name="lake", Description="all of it", TablePrefix="s_")
got = glue.get_crawler(Name="lake")["Crawler"]
assert (got["Description"], got["TablePrefix"], got["Version"], got["DatabaseName"]) == ("all of it", "s_", 2, "raw"), got
assert glue.list_crawlers(Tags={"t": "1"})["CrawlerNames"] == ["lake"]
names = [n for page in glue.get_paginator("get_crawlers").paginate(PaginationConfig={"PageSize": 2}) for n in [c["Name"] for c in page["Crawlers"]]]
assert names == ["big", "gone", "lake", "notes"], names
found = glue.batch_get_crawlers(CrawlerNames=["lake", "nothing"])
assert [c["Name"] for c in found["Crawlers"]] == ["lake"] and found["CrawlersNotFound"] == ["nothing"], found
glue.delete_crawler(Name="lake")
refused("EntityNotFoundException", "", glue.get_crawler, Name="lake")

# A table that a client described over a bucket's folder has the address that was given, whatever the catalog keeps.
glue.create_table(DatabaseName="raw", TableInput={"Name": "own", "StorageDescriptor": {
    "Columns": [{"Name": "user", "Type": "int"}], "Location": "s3a://lake/raw/clicks/"}, "Parameters": {"classification": "json"}})
assert glue.get_table(DatabaseName="raw", Name="own")["Table"]["StorageDescriptor"]["Location"] == "s3a://lake/raw/clicks/"

# A crawler of tables reads their data again, and follows no table to a place that crawlers may not see.
glue.create_crawler(Name="again", Role="r", Targets={"CatalogTargets": [{"DatabaseName": "raw", "Tables": ["r_clicks"]}]},
                    SchemaChangePolicy={"DeleteBehavior": "LOG"})
glue.start_crawler(Name="again")
assert finished("again")["LastCrawl"]["Status"] == "SUCCEEDED"
for place in ["/etc", project + "/../x", "s3://nowhere/x"]:
    glue.create_table(DatabaseName="raw", TableInput={"Name": "far", "StorageDescriptor": {"Location": place}})
    refused("InvalidInputException", "outside", glue.create_crawler, Name="far", Role="r",
            SchemaChangePolicy={"DeleteBehavior": "LOG"}, Targets={"CatalogTargets": [{"DatabaseName": "raw", "Tables": ["far"]}]})
    glue.delete_table(DatabaseName="raw", Name="far")
print("ok")
