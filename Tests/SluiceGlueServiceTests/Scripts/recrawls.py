"""Crawls over data that goes and comes back, under all policies, and over what is in no table, with an unchanged boto3."""

import time

from port import client, glue, refused

s3 = client("s3")
s3.create_bucket(Bucket="lake")


def crawl(name):
    glue.start_crawler(Name=name)
    for _ in range(3000):
        crawler = glue.get_crawler(Name=name)["Crawler"]
        if crawler["State"] == "READY":
            assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler
            return crawler["LastCrawl"]
        time.sleep(0.05)
    raise AssertionError("the crawl does not end")


def put(prefix, folder):
    for name in "ab":
        s3.put_object(Bucket="lake", Key=f"{prefix}/{folder}/{name}.csv", Body=b"id,price\n1,2.5\n2,3.5\n")


def remove(prefix):
    for entry in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", []):
        s3.delete_object(Bucket="lake", Key=entry["Key"])


def tables(database):
    found = glue.get_tables(DatabaseName=database)["TableList"]
    return {t["Name"]: "DEPRECATED_BY_CRAWLER" in t["Parameters"] for t in found}


def days(database):
    return [p["Values"][0] for p in glue.get_partitions(DatabaseName=database, TableName="parts")["Partitions"]]


for update in ["UPDATE_IN_DATABASE", "LOG"]:
    for delete in ["DEPRECATE_IN_DATABASE", "DELETE_FROM_DATABASE", "LOG"]:
        name = f"{update}_{delete}".lower()
        for folder in ["plain", "parts/day=1", "parts/day=2"]:
            put(name, folder)
        glue.create_database(DatabaseInput={"Name": name})
        glue.create_crawler(Name=name, Role="r", DatabaseName=name, Targets={"S3Targets": [{"Path": f"s3://lake/{name}/"}]},
                            SchemaChangePolicy={"UpdateBehavior": update, "DeleteBehavior": delete})
        crawl(name)
        assert tables(name) == {"plain": False, "parts": False} and days(name) == ["1", "2"], (name, tables(name))
        before = glue.get_table(DatabaseName=name, Name="plain")["Table"]
        for gone in [f"{name}/plain/", f"{name}/parts/", f"{name}/"]:
            remove(gone)
            crawl(name)
            here = {t for t in ("plain", "parts") if not gone.endswith("/" + t + "/") and gone != f"{name}/"}
            expected = {
                "DEPRECATE_IN_DATABASE": {t: t not in here for t in ("plain", "parts")},
                "DELETE_FROM_DATABASE": {t: False for t in here}, "LOG": {"plain": False, "parts": False}}[delete]
            assert tables(name) == expected, (name, gone, tables(name))
            crawl(name)
            for folder in ["plain", "parts/day=1", "parts/day=2"]:
                put(name, folder)
            crawl(name)
            assert tables(name) == {"plain": False, "parts": False} and days(name) == ["1", "2"], (name, gone, tables(name))
        now = glue.get_table(DatabaseName=name, Name="plain")["Table"]
        assert now["StorageDescriptor"] == before["StorageDescriptor"] and now["Parameters"] == before["Parameters"], (before, now)
        remove(f"{name}/parts/day=2/")
        crawl(name)
        assert days(name) == (["1", "2"] if delete == "LOG" else ["1"]), (name, days(name))
        put(name, "parts/day=2")
        crawl(name)
        assert days(name) == ["1", "2"], (name, days(name))
        # Whoever drops a table does not keep it from coming back.
        glue.delete_table(DatabaseName=name, Name="plain")
        crawl(name)
        assert tables(name) == {"plain": False, "parts": False}, (name, tables(name))

# Where nothing lies there are no tables; a bucket that is not there is named.
glue.create_database(DatabaseInput={"Name": "empty"})
for path in ["s3://lake/nothing/here", "s3://lake/nothing/here/", "s3://hollow"]:
    if path.endswith("hollow"):
        s3.create_bucket(Bucket="hollow")
    glue.create_crawler(Name="empty", Role="r", DatabaseName="empty", Targets={"S3Targets": [{"Path": path}]})
    for _ in range(2):
        assert "ErrorMessage" not in crawl("empty")
    assert tables("empty") == {}
    glue.delete_crawler(Name="empty")
glue.create_crawler(Name="hollow", Role="r", DatabaseName="empty", Targets={"S3Targets": [{"Path": "s3://hollow/x"}]})
s3.delete_bucket(Bucket="hollow")
refused("InvalidInputException", "s3://hollow/x", glue.start_crawler, Name="hollow")

# Files that are in no table are told, with the reason.
for number in range(11):
    s3.put_object(Bucket="lake", Key=f"mixed/t/{number:02}.csv", Body=b"id,price\n1,2.5\n2,3.5\n")
s3.put_object(Bucket="lake", Key="mixed/t/odd.csv", Body=b"name,city,age,mail\nAnn,Ulm,3,x\nBob,Bonn,4,y\n")
s3.put_object(Bucket="lake", Key="mixed/blob.bin", Body=bytes(range(256)) * 8)
glue.create_database(DatabaseInput={"Name": "odd"})
glue.create_crawler(Name="odd", Role="r", DatabaseName="odd", Targets={"S3Targets": [{"Path": "s3://lake/mixed"}]})
for _ in range(2):
    last = crawl("odd")
    assert "2 files" in last["ErrorMessage"] and "s3://lake/mixed/t/odd.csv: it is not like" in last["ErrorMessage"], last
    assert "s3://lake/mixed/blob.bin: " in last["ErrorMessage"], last
    run = glue.list_crawls(CrawlerName="odd")["Crawls"][0]
    assert run["State"] == "COMPLETED" and run["ErrorMessage"] == last["ErrorMessage"] and '"LEFT_OUT":2' in run["Summary"], run
    assert glue.get_table(DatabaseName="odd", Name="t")["Table"]["Parameters"]["filesLeftOut"] == "1"
s3.delete_object(Bucket="lake", Key="mixed/t/odd.csv")
s3.delete_object(Bucket="lake", Key="mixed/blob.bin")
assert "ErrorMessage" not in crawl("odd")
assert "filesLeftOut" not in glue.get_table(DatabaseName="odd", Name="t")["Table"]["Parameters"]
print("ok")
