"""Glue's jobs: definitions, runs of programs and pipelines, bookmarks."""

from port import client, pages, project, refused, until

glue, s3 = client("glue"), client("s3")
PIPELINE = """
name: rows
source: {files: "../rows/*.csv", format: csv}
incremental: true
sink: {table: done.rows, format: csv, mode: append}
"""


def script(key, text):
    s3.put_object(Bucket="code", Key=key, Body=text.encode())
    return {"Name": "pythonshell", "ScriptLocation": "s3://code/" + key}


def ended(job, run):
    over = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")
    return until(lambda: (lambda got: got["JobRunState"] in over and got)(glue.get_job_run(JobName=job, RunId=run)["JobRun"]), job)


def definitions():
    write = script("write.py", "import sys\nopen(sys.argv[sys.argv.index('--out') + 1], 'a').write(sys.argv[sys.argv.index('--day') + 1] + '\\n')\n")
    for name in ["write", "spare"]:
        assert glue.create_job(Name=name, Role="r", Command=write, DefaultArguments={"--out": project + "/jobs.txt", "--day": "monday"})["Name"] == name
    glue.create_job(Name="sleep", Role="r", Command=script("sleep.py", "import time\ntime.sleep(600)\n"))
    glue.update_job(JobName="spare", JobUpdate={"Role": "r", "Command": write, "Description": "changed"})
    got = glue.get_job(JobName="spare")["Job"]
    assert got["Description"] == "changed" and "DefaultArguments" not in got, got
    assert [j["Name"] for j in pages(glue.get_jobs)] == ["sleep", "spare", "write"]
    assert pages(glue.list_jobs) == ["sleep", "spare", "write"]
    many = glue.batch_get_jobs(JobNames=["write", "none"])
    assert [j["Name"] for j in many["Jobs"]] == ["write"] and many["JobsNotFound"] == ["none"], many
    assert glue.delete_job(JobName="spare")["JobName"] == "spare"
    refused("EntityNotFoundException", "", glue.get_job, JobName="spare")


def runs():
    started = []
    for given in [{}, {"--day": "tuesday"}]:
        started.append(glue.start_job_run(JobName="write", Arguments=given)["JobRunId"])
        assert ended("write", started[-1])["JobRunState"] == "SUCCEEDED"
    assert open(project + "/jobs.txt").read() == "monday\ntuesday\n"
    assert [r["Id"] for r in pages(glue.get_job_runs, JobName="write")] == started[::-1]
    run = glue.start_job_run(JobName="sleep")["JobRunId"]
    refused("ConcurrentRunsExceededException", "sleep", glue.start_job_run, JobName="sleep")
    stopped = glue.batch_stop_job_run(JobName="sleep", JobRunIds=[run, "jr_none"])
    assert [s["JobRunId"] for s in stopped["SuccessfulSubmissions"]] == [run] and len(stopped["Errors"]) == 1, stopped
    assert ended("sleep", run)["JobRunState"] == "STOPPED"


def bookmarks():
    s3.put_object(Bucket="code", Key="rows/a.csv", Body=b"id\n1\n2\n")
    s3.put_object(Bucket="code", Key="jobs/rows.yaml", Body=PIPELINE.encode())
    glue.create_job(Name="rows", Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://code/jobs/rows.yaml"})
    got = ended("rows", glue.start_job_run(JobName="rows")["JobRunId"])
    assert got["JobRunState"] == "SUCCEEDED", got
    assert glue.get_table(DatabaseName="done", Name="rows")["Table"]["StorageDescriptor"]["Columns"][0]["Name"] == "id"
    assert "a.csv" in glue.get_job_bookmark(JobName="rows")["JobBookmarkEntry"]["JobBookmark"]
    assert "a.csv" in glue.reset_job_bookmark(JobName="rows")["JobBookmarkEntry"]["JobBookmark"]
    refused("EntityNotFoundException", "", glue.get_job_bookmark, JobName="rows")


s3.create_bucket(Bucket="code")
definitions()
runs()
bookmarks()
