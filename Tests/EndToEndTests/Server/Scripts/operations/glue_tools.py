"""Glue's crawlers and their clocks, classifiers, connections and what is behind them."""

from port import client, mocks, pages, refused, until

glue, s3 = client("glue"), client("s3")
CLOCK = "cron(0 3 * * ? *)"


def classifiers():
    glue.create_classifier(GrokClassifier={"Name": "log", "Classification": "app", "GrokPattern": r"\[%{WORD:level}\] %{NUMBER:ms:int64} ms"})
    glue.create_classifier(JsonClassifier={"Name": "answers", "JsonPath": "$.items[*]"})
    glue.update_classifier(GrokClassifier={"Name": "log", "Classification": "mine"})
    got = glue.get_classifier(Name="log")["Classifier"]["GrokClassifier"]
    assert (got["Classification"], got["Version"]) == ("mine", 2) and "WORD" in got["GrokPattern"], got
    assert [next(iter(c.values()))["Name"] for c in pages(glue.get_classifiers)] == ["answers", "log"]
    glue.delete_classifier(Name="answers")
    refused("EntityNotFoundException", "answers", glue.get_classifier, Name="answers")


def crawl(name, status):
    glue.start_crawler(Name=name)
    return until(lambda: status == last(name), f"{status} of {name}")


def last(name):
    crawler = glue.get_crawler(Name=name)["Crawler"]
    return crawler["State"] == "READY" and crawler["LastCrawl"]["Status"]


def crawlers():
    s3.create_bucket(Bucket="raw")
    s3.put_object(Bucket="raw", Key="in/orders/a.csv", Body=b"id,name\n1,Oslo\n2,Lima\n")
    s3.put_object(Bucket="raw", Key="in/logs/a.log", Body=b"".join(b"[WARN] %d ms\n" % n for n in range(60)))
    s3.put_object(Bucket="raw", Key="large/a.csv", Body=b"a,b\n" + b"123456,some text\n" * 600_000)
    glue.create_database(DatabaseInput={"Name": "raw"})
    for name, path, more in [("lake", "in/", {"Classifiers": ["log"]}), ("large", "large/", {"Schedule": CLOCK})]:
        glue.create_crawler(Name=name, Role="r", DatabaseName="raw", Targets={"S3Targets": [{"Path": "s3://raw/" + path}]}, **more)
    crawl("lake", "SUCCEEDED")
    found = {t["Name"]: [c["Name"] for c in t["StorageDescriptor"]["Columns"]] for t in glue.get_tables(DatabaseName="raw")["TableList"]}
    assert found == {"orders": ["id", "name"], "logs": ["level", "ms"]}, found
    assert [c["State"] for c in glue.list_crawls(CrawlerName="lake")["Crawls"]] == ["COMPLETED"]
    metrics = pages(glue.get_crawler_metrics)
    assert {m["CrawlerName"]: m["TablesCreated"] for m in metrics} == {"lake": 2, "large": 0}, metrics
    glue.start_crawler(Name="large")
    refused("CrawlerRunningException", "", glue.start_crawler, Name="large")
    glue.stop_crawler(Name="large")
    until(lambda: last("large") == "CANCELLED", "the end of the crawl")
    glue.update_crawler(Name="lake", Description="all of it")
    assert glue.get_crawler(Name="lake")["Crawler"]["Description"] == "all of it"
    assert [c["Name"] for c in pages(glue.get_crawlers)] == ["lake", "large"]
    assert glue.list_crawlers()["CrawlerNames"] == ["lake", "large"]
    got = glue.batch_get_crawlers(CrawlerNames=["lake", "none"])
    assert [c["Name"] for c in got["Crawlers"]] == ["lake"] and got["CrawlersNotFound"] == ["none"], got
    clock = lambda: tuple(glue.get_crawler(Name="large")["Crawler"]["Schedule"].values())
    assert clock() == (CLOCK, "SCHEDULED")
    glue.stop_crawler_schedule(CrawlerName="large")
    assert clock() == (CLOCK, "NOT_SCHEDULED")
    glue.start_crawler_schedule(CrawlerName="large")
    assert clock() == (CLOCK, "SCHEDULED")
    glue.update_crawler_schedule(CrawlerName="large", Schedule="cron(0 4 * * ? *)")
    assert clock() == ("cron(0 4 * * ? *)", "SCHEDULED")
    glue.delete_crawler(Name="large")
    refused("EntityNotFoundException", "large", glue.get_crawler, Name="large")


def connection(name, **more):
    return {"Name": name, "ConnectionType": "ZENDESK", "ConnectionProperties": {"INSTANCE_URL": mocks + "/zendesk"},
            "AuthenticationConfiguration": {"AuthenticationType": "BASIC", "BasicAuthenticationCredentials": {
                "Username": "etl@example.com", "Password": "sup3r-s3cret"}}, **more}


def connections():
    for name in ["acme", "other", "third"]:
        assert glue.create_connection(ConnectionInput=connection(name))["CreateConnectionStatus"] == "READY"
    glue.update_connection(Name="acme", ConnectionInput=connection("acme", Description="tickets"))
    got = glue.get_connection(Name="acme")["Connection"]
    assert got["Description"] == "tickets" and "s3cret" not in str(got), got
    glue.test_connection(ConnectionName="acme")
    assert [c["Name"] for c in pages(glue.get_connections)] == ["acme", "other", "third"]
    types = [kind["ConnectionType"] for kind in pages(glue.list_connection_types)]
    assert "ZENDESK" in types and types == sorted(types), types
    assert glue.describe_connection_type(ConnectionType="ZENDESK")["Capabilities"]["SupportedAuthenticationTypes"]
    assert "tickets" in [e["EntityName"] for e in pages(glue.list_entities, ConnectionName="acme")]
    fields = {f["FieldName"]: f for f in pages(glue.describe_entity, ConnectionName="acme", EntityName="tickets")}
    assert fields["id"]["IsPrimaryKey"] and fields["id"]["FieldType"] == "BIGINT", fields
    given = dict(ConnectionName="acme", EntityName="tickets", Limit=20, SelectedFields=["id"])
    first = glue.get_entity_records(**given)
    second = glue.get_entity_records(**given, NextToken=first["NextToken"])
    ids = [r["id"] for r in first["Records"] + second["Records"]]
    assert len(ids) == len(set(ids)) == 40, ids
    glue.delete_connection(ConnectionName="other")
    gone = glue.batch_delete_connection(ConnectionNameList=["other", "third"])
    assert gone["Succeeded"] == ["third"] and list(gone["Errors"]) == ["other"], gone
    assert [c["Name"] for c in glue.get_connections()["ConnectionList"]] == ["acme"]


classifiers()
crawlers()
connections()
