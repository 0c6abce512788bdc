"""Jobs of Glue that run pipelines, against a whole `sluice up`. Arguments: the port's address, the project's folder, and a part of the test."""

import os
import sys
import time

import boto3
from botocore.config import Config

address, project, part = sys.argv[1:4]


def client(name):
    return boto3.client(name, endpoint_url=address, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1",
                        config=Config(retries={"max_attempts": 0}))


glue, s3 = client("glue"), client("s3")


def finished(job, run, wanted=("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")):
    for _ in range(3000):
        found = glue.get_job_run(JobName=job, RunId=run)["JobRun"]
        if found["JobRunState"] in wanted:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{job} does not end: {found}")


def until(holds):
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it does not come to that")


def put(key, text):
    s3.put_object(Bucket="lake", Key=key, Body=text.encode())
    return "s3://lake/" + key


PIPELINE = """
name: orders
parameters: {least: {type: integer}}
incremental: true
source: {files: "../raw/*.csv", format: csv}
steps:
  - filter: amount >= ${least}
sink: {table: shop.orders, format: csv, mode: append}
"""


def pipelines():
    s3.create_bucket(Bucket="lake")
    put("raw/a.csv", "id,amount\n1,5\n2,50\n3,500\n")
    command = {"Name": "glueetl", "ScriptLocation": put("jobs/orders.yaml", PIPELINE)}
    glue.create_job(Name="orders", Role="r", Command=command, DefaultArguments={"--least": "10", "--TempDir": "s3://x/", "--job-language": "python"})
    done = finished("orders", glue.start_job_run(JobName="orders")["JobRunId"])
    assert done["JobRunState"] == "SUCCEEDED", done
    assert [c["Name"] for c in glue.get_table(DatabaseName="shop", Name="orders")["Table"]["StorageDescriptor"]["Columns"]] == ["id", "amount"]
    entry = glue.get_job_bookmark(JobName="orders")["JobBookmarkEntry"]
    assert "a.csv" in entry["JobBookmark"] and entry["RunId"] == done["Id"] and entry["Run"] == 1, entry

    # What is new is read, and behind a reset all of it.
    put("raw/b.csv", "id,amount\n4,100\n5,1\n")
    assert finished("orders", glue.start_job_run(JobName="orders", Arguments={"--least": "1"})["JobRunId"])["JobRunState"] == "SUCCEEDED"
    assert "b.csv" in glue.get_job_bookmark(JobName="orders")["JobBookmarkEntry"]["JobBookmark"]
    assert "b.csv" in glue.reset_job_bookmark(JobName="orders")["JobBookmarkEntry"]["JobBookmark"]
    try:
        glue.get_job_bookmark(JobName="orders")
        raise AssertionError("the bookmark is still there")
    except glue.exceptions.EntityNotFoundException:
        pass

    # A pipeline whose definition is wrong says what; it is not tried again.
    wrong = {"Name": "glueetl", "ScriptLocation": put("jobs/wrong.yaml", PIPELINE.replace("amount >=", "amuont >="))}
    glue.create_job(Name="wrong", Role="r", Command=wrong, DefaultArguments={"--least": "1"}, MaxRetries=2)
    failed = finished("wrong", glue.start_job_run(JobName="wrong")["JobRunId"])
    assert 'unknown column "amuont"' in failed["ErrorMessage"] and "did you mean" in failed["ErrorMessage"], failed
    assert len(glue.get_job_runs(JobName="wrong")["JobRuns"]) == 1
    failed = finished("orders", glue.start_job_run(JobName="orders", Arguments={"--nothing": "1"})["JobRunId"])
    assert failed["JobRunState"] == "FAILED" and '"nothing"' in failed["ErrorMessage"], failed

    # A workflow crawls, and reads what the crawl found; objects are reached as those of the port.
    put("new/shops/s.csv", "id,name\n1,Oslo\n2,Lima\n")
    glue.create_database(DatabaseInput={"Name": "shop2"})
    glue.create_crawler(Name="-new shops", Role="r", DatabaseName="shop2", Targets={"S3Targets": [{"Path": "s3://lake/new/shops"}]})
    names = "name: names\nsource: {files: 's3://lake/new/shops/*.csv', format: csv}\nsteps:\n  - filter: name <> '${env:SLUICE_PROPERTY_WITHOUT}'\nsink: {table: shop.names, format: csv}\n"
    glue.create_job(Name="names", Role="r", Command={"Name": "glueetl", "ScriptLocation": put("jobs/names.yaml", names)})
    glue.create_workflow(Name="nightly", DefaultRunProperties={"without": "Lima"})
    glue.create_trigger(Name="crawl", WorkflowName="nightly", Type="ON_DEMAND", Actions=[{"CrawlerName": "-new shops"}])
    glue.create_trigger(Name="read", WorkflowName="nightly", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "names"}],
                        Predicate={"Conditions": [{"LogicalOperator": "EQUALS", "CrawlerName": "-new shops", "CrawlState": "SUCCEEDED"}]})
    run = glue.start_workflow_run(Name="nightly")["RunId"]
    until(lambda: glue.get_workflow_run(Name="nightly", RunId=run)["Run"]["Status"] == "COMPLETED")
    got = glue.get_workflow_run(Name="nightly", RunId=run, IncludeGraph=True)["Run"]
    assert got["Statistics"]["SucceededActions"] == 2, got
    assert [t["Name"] for t in glue.get_tables(DatabaseName="shop2")["TableList"]] == ["shops"]


def begins():
    s3.create_bucket(Bucket="lake")
    waits = "import os, sys, time\nopen(sys.argv[2] + '/begun', 'a').write('x')\nwhile not os.path.exists(sys.argv[2] + '/go'): time.sleep(0.02)\n"
    marks = "import sys\nopen(sys.argv[2] + '/marked', 'a').write('x')\n"
    for name, text in [("waits", waits), ("marks", marks)]:
        glue.create_job(Name=name, Role="r", Command={"Name": "pythonshell", "ScriptLocation": put(name + ".py", text)},
                        DefaultArguments={"--project": project})
    glue.create_trigger(Name="next", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "marks"}],
                        Predicate={"Conditions": [{"LogicalOperator": "EQUALS", "JobName": "waits", "State": "SUCCEEDED"}]})
    run = glue.start_job_run(JobName="waits")["JobRunId"]
    finished("waits", run, ("RUNNING",))
    until(lambda: os.path.exists(project + "/begun"))


def ends():
    run = glue.get_job_runs(JobName="waits")["JobRuns"][0]
    assert run["JobRunState"] == "RUNNING", run
    open(project + "/go", "w").close()
    done = finished("waits", run["Id"])
    assert done["JobRunState"] == "SUCCEEDED" and done["Attempt"] == 0, done
    until(lambda: os.path.exists(project + "/marked"))
    runs = glue.get_job_runs(JobName="marks")["JobRuns"]
    assert [(r["TriggerName"], finished("marks", r["Id"])["JobRunState"]) for r in runs] == [("next", "SUCCEEDED")], runs
    assert open(project + "/begun").read() == "x" and open(project + "/marked").read() == "x"


def refused():
    try:
        glue.start_job_run(JobName="waits")
        raise AssertionError("the run was taken")
    except glue.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "OperationNotSupportedException" and "--no-schedule" in str(error), error


{"pipelines": pipelines, "begins": begins, "ends": ends, "refused": refused}[part]()
print("ok")
