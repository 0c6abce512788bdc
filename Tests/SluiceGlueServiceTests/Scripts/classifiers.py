"""Classifiers, and crawlers that name them, with an unchanged boto3."""

import time

from port import client, glue, refused

s3 = client("s3")
s3.create_bucket(Bucket="lake")
s3.put_object(Bucket="lake", Key="raw/app/a.log", Body=b"".join(b"[WARN] job-%d took %d ms\n" % (n, n * 3) for n in range(80)))
s3.put_object(Bucket="lake", Key="raw/pipes/a.txt", Body=b"".join(b"%d|'a|b'|x\n" % n for n in range(80)))
s3.put_object(Bucket="lake", Key="raw/answers/a.json", Body=(
    '{"status": "ok", "result": {"items": [' + ",".join('{"id": %d, "name": "n%d"}' % (n, n) for n in range(80)) + "]}}").encode())
glue.create_database(DatabaseInput={"Name": "raw"})

glue.create_classifier(GrokClassifier={
    "Name": "app", "Classification": "app-log", "GrokPattern": r"\[%{WORD:level}\] %{JOB:job} took %{NUMBER:ms:int64} ms", "CustomPatterns": "JOB job-[0-9]+\n"})
glue.create_classifier(JsonClassifier={"Name": "answers", "JsonPath": "$.result.items[*]"})
glue.create_classifier(CsvClassifier={
    "Name": "pipes", "Delimiter": "|", "QuoteSymbol": "'", "ContainsHeader": "ABSENT", "Header": ["n", "pair", "letter"]})
refused("AlreadyExistsException", "app", glue.create_classifier, JsonClassifier={"Name": "app", "JsonPath": "$[*]"})
refused("InvalidInputException", "XML", glue.create_classifier, XMLClassifier={"Name": "x", "Classification": "xml", "RowTag": "r"})
refused("InvalidInputException", "one of", glue.create_classifier)
refused("InvalidInputException", "", glue.create_classifier, JsonClassifier={"Name": "y", "JsonPath": "items"})
refused("InvalidInputException", "NOPE", glue.create_classifier, GrokClassifier={"Name": "y", "Classification": "c", "GrokPattern": "%{NOPE:a}"})
refused("InvalidInputException", "ContainsHeader", glue.create_classifier, CsvClassifier={"Name": "y", "Header": ["a"]})
refused("InvalidInputException", "CustomDatatypes", glue.create_classifier, CsvClassifier={"Name": "y", "CustomDatatypeConfigured": True, "CustomDatatypes": ["INT"]})

grok = glue.get_classifier(Name="app")["Classifier"]["GrokClassifier"]
assert grok["Version"] == 1 and grok["Classification"] == "app-log" and grok["CustomPatterns"] == "JOB job-[0-9]+\n", grok
glue.update_classifier(GrokClassifier={"Name": "app", "Classification": "app"})
grok = glue.get_classifier(Name="app")["Classifier"]["GrokClassifier"]
assert grok["Version"] == 2 and grok["Classification"] == "app" and "JOB" in grok["GrokPattern"], grok
refused("InvalidInputException", "GrokClassifier", glue.update_classifier, CsvClassifier={"Name": "app"})
refused("EntityNotFoundException", "none", glue.update_classifier, CsvClassifier={"Name": "none"})
names = [next(iter(c.values()))["Name"] for p in glue.get_paginator("get_classifiers").paginate(PaginationConfig={"PageSize": 1}) for c in p["Classifiers"]]
assert names == ["answers", "app", "pipes"], names

targets = {"S3Targets": [{"Path": "s3://lake/raw/"}]}
refused("InvalidInputException", "none", glue.create_crawler, Name="c", Role="r", DatabaseName="raw", Targets=targets, Classifiers=["none"])
glue.create_crawler(Name="c", Role="r", DatabaseName="raw", Targets=targets, Classifiers=["app", "pipes", "answers"])
assert glue.get_crawler(Name="c")["Crawler"]["Classifiers"] == ["app", "pipes", "answers"]
glue.start_crawler(Name="c")
for _ in range(3000):
    crawler = glue.get_crawler(Name="c")["Crawler"]
    if crawler["State"] == "READY":
        break
    time.sleep(0.1)
assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler
tables = {t["Name"]: [(c["Name"], c["Type"]) for c in t["StorageDescriptor"]["Columns"]] for t in glue.get_tables(DatabaseName="raw")["TableList"]}
assert tables["app"] == [("level", "string"), ("job", "string"), ("ms", "bigint")], tables
assert tables["pipes"] == [("n", "bigint"), ("pair", "string"), ("letter", "string")], tables
assert tables["answers"] == [("id", "bigint"), ("name", "string")], tables

# They are told with the classes that read them, and stay what they are when a client says them again.
app = glue.get_table(DatabaseName="raw", Name="app")["Table"]
serde = app["StorageDescriptor"]["SerdeInfo"]
assert serde["SerializationLibrary"] == "com.amazonaws.glue.serde.GrokSerDe" and app["Parameters"]["classification"] == "app", app
assert "%{JOB:job}" in serde["Parameters"]["input.format"] and "JOB job-[0-9]+" in serde["Parameters"]["input.grokCustomPatterns"], serde
assert app["StorageDescriptor"]["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat", app
answers = glue.get_table(DatabaseName="raw", Name="answers")["Table"]
assert answers["Parameters"]["jsonPath"] == "$.result.items[*]" and answers["Parameters"]["classification"] == "json", answers
assert answers["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe", answers
for table in [app, answers]:
    said = {key: table[key] for key in ["Name", "StorageDescriptor", "PartitionKeys", "Parameters", "TableType"]}
    glue.update_table(DatabaseName="raw", TableInput=said)
    again = glue.get_table(DatabaseName="raw", Name=table["Name"])["Table"]
    assert {key: again[key] for key in said} == said, (again, said)

glue.delete_classifier(Name="answers")
refused("EntityNotFoundException", "answers", glue.delete_classifier, Name="answers")
refused("EntityNotFoundException", "answers", glue.get_classifier, Name="answers")
refused("InvalidInputException", "answers", glue.start_crawler, Name="c")
glue.update_crawler(Name="c", Classifiers=["app"])
assert glue.get_crawler(Name="c")["Crawler"]["Classifiers"] == ["app"]
print("ok")
