"""Jobs, their runs and bookmarks, with an unchanged boto3 and a scheduler beside the port. The second argument is the project's folder."""

import json
import os
import shutil
import subprocess
import sys
import time

from port import client, glue, refused

project = sys.argv[2]
s3 = client("s3")
s3.create_bucket(Bucket="code")


def script(name, text):
    s3.put_object(Bucket="code", Key=name, Body=text.encode())
    return "s3://code/" + name


def finished(job, run, wanted=("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR")):
    for _ in range(3000):
        found = glue.get_job_run(JobName=job, RunId=run)["JobRun"]
        if found["JobRunState"] in wanted:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{job} does not end: {found}")


def shell(address, **more):
    return dict({"Role": "arn:aws:iam::000000000000:role/x", "Command": {
        "Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": address}}, **more)


# A program gets its arguments as they are: those that nothing overrides, before those of the run, before the job's.
record = script("record.py", "import json, os, sys\njson.dump([sys.argv[1:], os.environ.get('AWS_ENDPOINT_URL')], open(sys.argv[sys.argv.index('--out') + 1], 'w'))\n")
out = project + "/out.json"
made = glue.create_job(Name="record", DefaultArguments={"--out": out, "--day": "1", "--mode": "slow"},
                       NonOverridableArguments={"--mode": "safe"}, Tags={"team": "a"}, Timeout=5, **shell(record))
assert made["Name"] == "record", made
refused("AlreadyExistsException", "", glue.create_job, Name="record", **shell(record))
refused("InvalidInputException", "Max Capacity", glue.create_job, Name="both", MaxCapacity=1.0, WorkerType="G.1X", NumberOfWorkers=2, **shell(record))
refused("InvalidInputException", "0.0625", glue.create_job, Name="large", MaxCapacity=7.0, **shell(record))
etl = dict(shell(record), Command={"Name": "glueetl", "ScriptLocation": record})
for words, given in [
        ("Glue version 99", dict(etl, GlueVersion="99")), ("Worker Type and Number", dict(etl, NumberOfWorkers=2)),
        ("Worker Type and Number", dict(etl, WorkerType="G.1X")), ("2 to 100", dict(etl, MaxCapacity=0.5)), ("2 to 100", dict(etl, MaxCapacity=2.5)),
        ("FLEX", dict(etl, GlueVersion="2.0", ExecutionClass="FLEX")), ("FLEX", dict(shell(record), ExecutionClass="FLEX")),
        ("no Worker Type", dict(shell(record), WorkerType="G.1X", NumberOfWorkers=2)),
        ("Python version 2.5", dict(etl, Command=dict(etl["Command"], PythonVersion="2.5")))]:
    refused("InvalidInputException", words, glue.create_job, Name="odd", **given)
refused("ValidationException", "numberOfWorkers", glue.create_job, Name="odd", WorkerType="G.1X", NumberOfWorkers=0, **etl)
refused("InvalidInputException", "no Worker Type", glue.start_job_run, JobName="record", WorkerType="G.1X", NumberOfWorkers=2)
job = glue.get_job(JobName="record")["Job"]
assert job["Command"]["ScriptLocation"] == record and job["Timeout"] == 5 and job["MaxRetries"] == 0, job
assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1} and job["CreatedOn"] <= job["LastModifiedOn"], job
hostile = "$(touch hacked); --out=x {job} ${HOME} '\"\\ \n*"
run = glue.start_job_run(JobName="record", Arguments={"--day": hostile, "--mode": "fast", "--files": "-x"})["JobRunId"]
done = finished("record", run)
assert done["JobRunState"] == "SUCCEEDED" and done["Attempt"] == 0 and done["JobName"] == "record", done
assert done["Arguments"] == {"--day": hostile, "--mode": "fast", "--files": "-x"} and done["Timeout"] == 5, done
assert done["StartedOn"] <= done["CompletedOn"] and "ErrorMessage" not in done, done
given, endpoint = json.load(open(out))
assert given == ["--day", hostile, "--files", "-x", "--mode", "safe", "--out", out], given
assert endpoint == sys.argv[1], endpoint
assert not os.path.exists("hacked") and not os.path.exists(project + "/hacked")

# boto3 inside of a script finds the port without being told.
inside = script("inside.py", "import boto3\nprint(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])\nboto3.client('s3').put_object(Bucket='code', Key='made', Body=b'x')\n")
glue.create_job(Name="inside", **shell(inside))
if subprocess.run(["python3", "-c", "import boto3"], capture_output=True).returncode == 0:
    assert finished("inside", glue.start_job_run(JobName="inside")["JobRunId"])["JobRunState"] == "SUCCEEDED"
    assert s3.get_object(Bucket="code", Key="made")["Body"].read() == b"x"

# A job that fails is tried again, and says why; each attempt is a run.
fails = script("fails.py", "import sys\nprint('working')\nraise ValueError('no such shop: Oslo')\n")
glue.create_job(Name="fails", MaxRetries=1, **shell(fails))
first = glue.start_job_run(JobName="fails")["JobRunId"]
assert finished("fails", first)["JobRunState"] == "FAILED"
for _ in range(500):
    runs = glue.get_job_runs(JobName="fails")["JobRuns"]
    if len(runs) == 2 and runs[0]["JobRunState"] == "FAILED":
        break
    time.sleep(0.02)
assert [(r["Attempt"], r["JobRunState"]) for r in runs] == [(1, "FAILED"), (0, "FAILED")], runs
assert runs[0]["PreviousRunId"] == first and runs[0]["Id"] == first + "_attempt_1" and runs[1]["Id"] == first, runs
assert runs[0]["ErrorMessage"] == "ValueError: no such shop: Oslo (exit code 1)", runs
page = glue.get_job_runs(JobName="fails", MaxResults=1)
assert [r["Attempt"] for r in page["JobRuns"]] == [1] and page["NextToken"], page
page = glue.get_job_runs(JobName="fails", MaxResults=1, NextToken=page["NextToken"])
assert [r["Attempt"] for r in page["JobRuns"]] == [0] and "NextToken" not in page, page

# One run at a time, unless it may wait; a stop ends it.
sleeps = script("sleeps.py", "import sys, time\nopen(sys.argv[2], 'w').close()\ntime.sleep(600)\n")
glue.create_job(Name="sleeps", **shell(sleeps))
mark = project + "/sleeps"
run = glue.start_job_run(JobName="sleeps", Arguments={"--mark": mark})["JobRunId"]
finished("sleeps", run, ("RUNNING",))
refused("ConcurrentRunsExceededException", "sleeps", glue.start_job_run, JobName="sleeps")
waits = glue.start_job_run(JobName="sleeps", JobRunQueuingEnabled=True, Arguments={"--mark": mark})["JobRunId"]
assert finished("sleeps", waits, ("WAITING",))["JobRunState"] == "WAITING"
while not os.path.exists(mark):
    time.sleep(0.02)
stopped = glue.batch_stop_job_run(JobName="sleeps", JobRunIds=[run, waits, "jr_nothing"])
assert [s["JobRunId"] for s in stopped["SuccessfulSubmissions"]] == [run, waits], stopped
assert [e["ErrorDetail"]["ErrorCode"] for e in stopped["Errors"]] == ["EntityNotFoundException"], stopped
assert finished("sleeps", run)["JobRunState"] == "STOPPED" and finished("sleeps", waits)["JobRunState"] == "STOPPED"
assert glue.batch_stop_job_run(JobName="sleeps", JobRunIds=[run])["Errors"][0]["ErrorDetail"]["ErrorCode"] == "InvalidInputException"

# A name may be any line: it leads nowhere else.
for name in ["../../escape", "-rf", "a/b c", "${x}", "ä_x41", "load.v2"]:
    glue.create_job(Name=name, **shell(record, DefaultArguments={"--out": out}))
    assert finished(name, glue.start_job_run(JobName=name)["JobRunId"])["JobRunState"] == "SUCCEEDED", name
    assert glue.get_job(JobName=name)["Job"]["Name"] == name
assert not [f for f in os.listdir(os.path.dirname(project)) if "escape" in f]

# What cannot run is refused, with its reason.
for address, words in [("/etc/x.py", "outside"), ("../x.py", "outside"), ("s3://nowhere/x.py", "no bucket"), ("s3://code/../../x.py", ""),
                       ("s3://code/{property.x}.py", "braces"), ("s3://code/x.scala", "a pipeline"), ("s3://code/.sluice/../x.py", "")]:
    refused("InvalidInputException", words, glue.create_job, Name="x", **shell(address))
refused("InvalidInputException", "Connections", glue.create_job, Name="x", Connections={"Connections": ["c"]}, **shell(record))
refused("InvalidInputException", "is no argument", glue.create_job, Name="x", DefaultArguments={"day": "1"}, **shell(record))
refused("InvalidInputException", "is no argument", glue.start_job_run, JobName="record", Arguments={"-c": "1"})
refused("InvalidInputException", "too long", glue.create_job, Name="ä" * 100, **shell(record))
refused("EntityNotFoundException", "", glue.start_job_run, JobName="nothing")
refused("EntityNotFoundException", "", glue.get_job_run, JobName="record", RunId=first)
glue.create_job(Name="spark", Role="r", Command={"Name": "glueetl", "ScriptLocation": record})
if not shutil.which("spark-submit") and "SLUICE_SPARK_PYTHON" not in os.environ:
    refused("InvalidInputException", "spark-submit", glue.start_job_run, JobName="spark")

# A script that is not there is found missing by its run.
glue.create_job(Name="gone", **shell("s3://code/gone.py"))
assert "can't open file" in finished("gone", glue.start_job_run(JobName="gone")["JobRunId"])["ErrorMessage"]

# An update takes the place of all that there was.
glue.update_job(JobName="fails", JobUpdate=shell(record, DefaultArguments={"--out": out}, Description="works"))
job = glue.get_job(JobName="fails")["Job"]
assert (job["MaxRetries"], job["Description"], job["Command"]["ScriptLocation"]) == (0, "works", record), job
assert finished("fails", glue.start_job_run(JobName="fails")["JobRunId"])["JobRunState"] == "SUCCEEDED"
assert glue.list_jobs(Tags={"team": "a"})["JobNames"] == ["record"]
glue.tag_resource(ResourceArn="arn:aws:glue:us-east-1:000000000000:job/fails", TagsToAdd={"team": "b"})
assert glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:job/fails")["Tags"] == {"team": "b"}
names = [j["Name"] for page in glue.get_paginator("get_jobs").paginate(PaginationConfig={"PageSize": 3}) for j in page["Jobs"]]
assert len(names) == len(set(names)) == 12 and names == sorted(names, key=lambda n: n.encode()), names
found = glue.batch_get_jobs(JobNames=["record", "nothing"])
assert [j["Name"] for j in found["Jobs"]] == ["record"] and found["JobsNotFound"] == ["nothing"], found
assert glue.delete_job(JobName="fails")["JobName"] == "fails" and glue.delete_job(JobName="fails")["JobName"] == "fails"
refused("EntityNotFoundException", "", glue.get_job, JobName="fails")
refused("EntityNotFoundException", "", glue.get_job_runs, JobName="fails")
print("ok")
