"""The document Configuration of crawlers: what acts, and what is refused, with an unchanged boto3."""

import json
import time

from port import client, glue, refused

s3 = client("s3")
s3.create_bucket(Bucket="lake")
s3.put_object(Bucket="lake", Key="raw/day=1/a.csv", Body=b"id,price\n1,2.5\n2,3.5\n")
s3.put_object(Bucket="lake", Key="raw/day=2/a.csv", Body=b"id,price\n1,2.5\n2,3.5\n")
for name, columns in [("x", "id,price"), ("y", "name,city,mail,age"), ("z", "n,text,kind,size")]:
    s3.put_object(Bucket="lake", Key=f"three/{name}/a.csv", Body=(columns + "\n" + ",".join("1" for _ in columns.split(",")) + "\n").encode() * 2)
version = {"Version": 1.0}


def crawl(name, status="SUCCEEDED"):
    glue.start_crawler(Name=name)
    for _ in range(3000):
        crawler = glue.get_crawler(Name=name)["Crawler"]
        if crawler["State"] == "READY":
            assert crawler["LastCrawl"]["Status"] == status, crawler
            return crawler["LastCrawl"]
        time.sleep(0.05)
    raise AssertionError("the crawl does not end")


def make(name, path, configuration, **more):
    glue.create_crawler(Name=name, Role="r", DatabaseName=name, Targets={"S3Targets": [{"Path": path}]},
                        Configuration=json.dumps(version | configuration), **more)


# All of it together.
make("all", "s3://lake/raw", {"CrawlerOutput": {
    "Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}, "Tables": {"AddOrUpdateBehavior": "MergeNewColumns", "TableThreshold": 2}},
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas", "TableLevelConfiguration": 2}, "CreatePartitionIndex": True})
crawl("all")
table = glue.get_table(DatabaseName="all", Name="raw")["Table"]
assert [k["Name"] for k in table["PartitionKeys"]] == ["day"], table
index, = glue.get_partition_indexes(DatabaseName="all", TableName="raw")["PartitionIndexDescriptorList"]
assert index["IndexName"] == "crawler_partition_index" and [k["Name"] for k in index["Keys"]] == ["day"] and index["IndexStatus"] == "ACTIVE", index

# Partitions are described as the table, new columns are added, and none is taken away.
part = glue.get_partition(DatabaseName="all", TableName="raw", PartitionValues=["1"])["Partition"]
other = part["StorageDescriptor"] | {"Columns": [{"Name": "other", "Type": "int"}]}
glue.update_partition(DatabaseName="all", TableName="raw", PartitionValueList=["1"], PartitionInput={
    "Values": ["1"], "StorageDescriptor": other, "Parameters": {"mine": "1"}})
assert glue.get_partition(DatabaseName="all", TableName="raw", PartitionValues=["1"])["Partition"]["StorageDescriptor"]["Columns"] == other["Columns"]
s3.put_object(Bucket="lake", Key="raw/day=2/a.csv", Body=b"id,size\n1,2\n2,3\n")
s3.put_object(Bucket="lake", Key="raw/day=1/a.csv", Body=b"id,size\n1,2\n2,3\n")
crawl("all")
columns = [c["Name"] for c in glue.get_table(DatabaseName="all", Name="raw")["Table"]["StorageDescriptor"]["Columns"]]
assert columns == ["id", "price", "size"], columns
part = glue.get_partition(DatabaseName="all", TableName="raw", PartitionValues=["1"])["Partition"]
assert [c["Name"] for c in part["StorageDescriptor"]["Columns"]] == columns and part["Parameters"] == {"mine": "1"}, part

# More tables than the threshold are none at all.
make("few", "s3://lake/three", {"CrawlerOutput": {"Tables": {"TableThreshold": 2}}})
last = crawl("few", "FAILED")
assert "3 tables" in last["ErrorMessage"] and "threshold of 2" in last["ErrorMessage"], last
refused("EntityNotFoundException", "", glue.get_tables, DatabaseName="few")
glue.update_crawler(Name="few", Configuration=json.dumps(version | {"CrawlerOutput": {"Tables": {"TableThreshold": 3}}}))
crawl("few")
assert [t["Name"] for t in glue.get_tables(DatabaseName="few")["TableList"]] == ["x", "y", "z"]
make("one", "s3://lake/three", {"Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}})
crawl("one")
assert [t["Name"] for t in glue.get_tables(DatabaseName="one")["TableList"]] == ["three"]
for text in ['{"Version": "1.0"}', "{}", ""]:
    glue.update_crawler(Name="one", Configuration=text)

# What no crawl does, and what is no such document.
for text, words in [
    ("{", "no JSON object"), ("[]", "no JSON object"), ('{"Version": 2.0}', "Version"), ('{"Version": 1.0, "Groups": {}}', "Groups"),
    ('{"Grouping": {"TableGroupingPolicy": "Other"}}', "CombineCompatibleSchemas"), ('{"Grouping": {"TableLevelConfiguration": "2"}}', "number"),
    ('{"Grouping": {"TableLevelConfiguration": 1}}', "above the target"), ('{"Grouping": {"Level": 1}}', "Level"), ('{"Grouping": 1}', "Grouping"),
    ('{"CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "InheritFromTable"}}}', "MergeNewColumns"),
    ('{"CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "MergeNewColumns"}}}', "InheritFromTable"),
    ('{"CrawlerOutput": {"Partitions": {"TableThreshold": 1}}}', "TableThreshold"), ('{"CrawlerOutput": {"Views": {}}}', "Views"),
    ('{"CrawlerOutput": {"Tables": {"TableThreshold": 0}}}', "TableThreshold"), ('{"CreatePartitionIndex": "true"}', "CreatePartitionIndex"),
]:
    targets = {"S3Targets": [{"Path": "s3://lake/three"}]}
    refused("InvalidInputException", words, glue.create_crawler, Name="bad", Role="r", Targets=targets, Configuration=text)
    refused("InvalidInputException", words, glue.update_crawler, Name="one", Configuration=text)
print("ok")
