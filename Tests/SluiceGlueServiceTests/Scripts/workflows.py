"""Triggers, workflows and clocks of crawlers, with an unchanged boto3 and a scheduler beside the port. The second argument is the project's folder."""

import datetime
import os
import sys
import time

from port import client, glue, refused

project = sys.argv[2]
s3 = client("s3")
s3.create_bucket(Bucket="code")
s3.put_object(Bucket="code", Key="append.py", Body=b"""
import os, sys
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
with open(given["--out"], "a") as file:
    file.write(" ".join([given["--as"], os.environ.get("SLUICE_PROPERTY_DAY", ""), given.get("--WORKFLOW_NAME", "")]).strip() + "\\n")
with open(os.environ["SLUICE_PROPERTIES"], "w") as file:
    file.write("seen=" + given["--as"] + "\\n")
sys.exit(0 if os.path.exists(given.get("--needs", "/")) else 3)
""")
out = project + "/out.txt"


def job(name, **more):
    glue.create_job(Name=name, Role="r", Command={"Name": "pythonshell", "ScriptLocation": "s3://code/append.py"},
                    DefaultArguments={"--out": out, "--as": name, **more})


def until(what, wanted):
    for _ in range(3000):
        found = what()
        if found == wanted:
            return
        time.sleep(0.02)
    raise AssertionError(f"{found} instead of {wanted}")


def lines():
    return sorted(open(out).read().splitlines()) if os.path.exists(out) else []


for name in "abcde":
    job(name)
until_ended = lambda workflow, run: until(lambda: glue.get_workflow_run(Name=workflow, RunId=run)["Run"]["Status"], "COMPLETED")

# By hand, and a chain behind it: b and c after a, d after both, e if anything fails.
glue.create_trigger(Name="go", Type="ON_DEMAND", Actions=[{"JobName": "a", "Arguments": {"--as": "A"}}], Tags={"t": "1"})
refused("AlreadyExistsException", "", glue.create_trigger, Name="go", Type="ON_DEMAND", Actions=[{"JobName": "a"}])


def condition(*jobs, state="SUCCEEDED"):
    return [{"LogicalOperator": "EQUALS", "JobName": j, "State": state} for j in jobs]


glue.create_trigger(Name="after-a", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "b"}, {"JobName": "c"}],
                    Predicate={"Conditions": condition("a")})
glue.create_trigger(Name="after-both", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "d"}],
                    Predicate={"Logical": "AND", "Conditions": condition("b", "c")})
glue.create_trigger(Name="wrong", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "e"}],
                    Predicate={"Logical": "ANY", "Conditions": condition("a", "b", state="FAILED")})
glue.create_trigger(Name="asleep", Type="CONDITIONAL", Actions=[{"JobName": "e"}], Predicate={"Conditions": condition("a")})
assert glue.get_trigger(Name="asleep")["Trigger"]["State"] == "CREATED"
assert glue.get_trigger(Name="after-a")["Trigger"]["State"] == "ACTIVATED"
glue.start_trigger(Name="go")
until(lines, ["A", "b", "c", "d"])
time.sleep(0.5)
assert lines() == ["A", "b", "c", "d"], lines()
run = glue.get_job_runs(JobName="d")["JobRuns"][0]
assert run["TriggerName"] == "after-both", run
before = glue.get_job_run(JobName="d", RunId=run["Id"], PredecessorsIncluded=True)["JobRun"]["PredecessorRuns"]
assert sorted(p["JobName"] for p in before) == ["b", "c"], before
os.remove(out)
glue.start_job_run(JobName="a", Arguments={"--needs": "/nothing"})
until(lines, ["a", "e"])
os.remove(out)

# Those that are stopped do nothing; what is changed acts as it is now.
glue.stop_trigger(Name="after-a")
assert glue.get_trigger(Name="after-a")["Trigger"]["State"] == "DEACTIVATED"
changed = glue.update_trigger(Name="wrong", TriggerUpdate={"Predicate": {"Conditions": condition("a")}, "Description": "now if all is well"})
assert changed["Trigger"]["Predicate"]["Logical"] == "AND" and changed["Trigger"]["Actions"][0]["JobName"] == "e", changed
glue.start_trigger(Name="go")
until(lines, ["A", "e"])
os.remove(out)
assert glue.list_triggers(DependentJobName="e")["TriggerNames"] == ["asleep", "wrong"]
assert glue.list_triggers(Tags={"t": "1"})["TriggerNames"] == ["go"]
assert [t["Name"] for t in glue.get_triggers(DependentJobName="d")["Triggers"]] == ["after-both"]
found = glue.batch_get_triggers(TriggerNames=["go", "nothing"])
assert [t["Name"] for t in found["Triggers"]] == ["go"] and found["TriggersNotFound"] == ["nothing"], found
for name in ["go", "after-a", "after-both", "wrong", "asleep"]:
    glue.delete_trigger(Name=name)
refused("EntityNotFoundException", "", glue.get_trigger, Name="go")

# By the clock, to the next minute, in a workflow or without one.
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=65)
struck = project + "/clock.txt"
clock = f"cron({soon.minute} {soon.hour} * * ? *)"
glue.create_trigger(Name="clock", Type="SCHEDULED", Schedule=clock, StartOnCreation=True, 
                    Actions=[{"JobName": "a", "Arguments": {"--as": "clock", "--out": struck}}])
glue.create_trigger(Name="never", Type="SCHEDULED", Schedule=clock, Actions=[{"JobName": "b"}])
refused("InvalidInputException", "in state: CREATED", glue.stop_trigger, Name="never")
assert glue.get_trigger(Name="clock")["Trigger"]["Schedule"] == clock
# The same clock finds as many runs of its workflow as may go on.
s3.put_object(Bucket="code", Key="sleep.py", Body=b"import time\ntime.sleep(600)\n")
glue.create_job(Name="sleeps", Role="r", Command={"Name": "pythonshell", "ScriptLocation": "s3://code/sleep.py"})
glue.create_workflow(Name="crowded", MaxConcurrentRuns=1)
glue.create_trigger(Name="crowd", WorkflowName="crowded", Type="SCHEDULED", Schedule=clock, StartOnCreation=True, Actions=[{"JobName": "sleeps"}])
crowding = glue.start_workflow_run(Name="crowded")["RunId"]

# A workflow: properties go in and come out, triggers fire once in each run.
glue.create_workflow(Name="w", Description="all of it", DefaultRunProperties={"day": "monday", "x": "1"}, MaxConcurrentRuns=1, Tags={"t": "2"})
refused("AlreadyExistsException", "", glue.create_workflow, Name="w")
refused("InvalidInputException", "no trigger that starts it", glue.start_workflow_run, Name="w")
glue.create_trigger(Name="w-go", WorkflowName="w", Type="ON_DEMAND", Actions=[{"JobName": "a"}, {"JobName": "b"}])
glue.create_trigger(Name="w-next", WorkflowName="w", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "c"}],
                    Predicate={"Logical": "AND", "Conditions": condition("a", "b")})
glue.create_trigger(Name="w-any", WorkflowName="w", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "d", "Arguments": {
    "--needs": project + "/repaired"}}], Predicate={"Logical": "ANY", "Conditions": condition("a", "b")})
glue.create_trigger(Name="w-last", WorkflowName="w", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "e"}],
                    Predicate={"Logical": "AND", "Conditions": condition("c", "d")})
refused("InvalidInputException", "starting trigger", glue.create_trigger, Name="second", WorkflowName="w", Type="ON_DEMAND", Actions=[{"JobName": "a"}])
run = glue.start_workflow_run(Name="w", RunProperties={"day": "tuesday"})["RunId"]
refused("ConcurrentRunsExceededException", "w", glue.start_workflow_run, Name="w")
until_ended("w", run)
assert lines() == ["a tuesday w", "b tuesday w", "c tuesday w", "d tuesday w"], lines()
got = glue.get_workflow_run(Name="w", RunId=run, IncludeGraph=True)["Run"]
assert got["Statistics"] == {"TotalActions": 4, "TimeoutActions": 0, "FailedActions": 1, "StoppedActions": 0, "SucceededActions": 3,
                             "RunningActions": 0, "ErroredActions": 0, "WaitingActions": 0}, got
assert got["WorkflowRunProperties"]["day"] == "tuesday" and got["WorkflowRunProperties"]["seen"] in "abcd", got
nodes = {n["Name"]: n for n in got["Graph"]["Nodes"]}
assert sorted(nodes) == ["a", "b", "c", "d", "e", "w-any", "w-go", "w-last", "w-next"], sorted(nodes)
assert nodes["d"]["JobDetails"]["JobRuns"][0]["JobRunState"] == "FAILED" and nodes["e"]["JobDetails"]["JobRuns"] == [], nodes["d"]
edges = [(e["SourceId"], e["DestinationId"]) for e in got["Graph"]["Edges"]]
assert (nodes["w-go"]["UniqueId"], nodes["a"]["UniqueId"]) in edges and (nodes["d"]["UniqueId"], nodes["w-last"]["UniqueId"]) in edges, edges
glue.put_workflow_run_properties(Name="w", RunId=run, RunProperties={"x": "2"})
properties = glue.get_workflow_run_properties(Name="w", RunId=run)["RunProperties"]
assert properties["x"] == "2" and properties["day"] == "tuesday", properties

# What failed is done again, and what follows from it; what succeeded counts.
os.remove(out)
open(project + "/repaired", "w").close()
refused("InvalidInputException", "no node", glue.resume_workflow_run, Name="w", RunId=run, NodeIds=["x"])
resumed = glue.resume_workflow_run(Name="w", RunId=run, NodeIds=[nodes["d"]["UniqueId"]])
assert resumed["NodeIds"] == [nodes["d"]["UniqueId"]], resumed
until_ended("w", resumed["RunId"])
assert lines() == ["d tuesday w", "e tuesday w"], lines()
got = glue.get_workflow_run(Name="w", RunId=resumed["RunId"])["Run"]
assert got["PreviousRunId"] == run and got["WorkflowRunProperties"]["x"] == "2", got
assert [r["WorkflowRunId"] for r in glue.get_workflow_runs(Name="w")["Runs"]] == [resumed["RunId"], run]
first = glue.get_workflow_runs(Name="w", MaxResults=1)
assert [r["WorkflowRunId"] for r in glue.get_workflow_runs(Name="w", NextToken=first["NextToken"])["Runs"]] == [run]
refused("IllegalWorkflowStateException", "", glue.stop_workflow_run, Name="w", RunId=run)

# A run that is stopped ends, and nothing follows from it.
glue.create_workflow(Name="long")
glue.create_job(Name="sleeps too", Role="r", Command={"Name": "pythonshell", "ScriptLocation": "s3://code/sleep.py"})
glue.create_trigger(Name="l-go", WorkflowName="long", Type="ON_DEMAND", Actions=[{"JobName": "sleeps too"}])
glue.create_trigger(Name="l-next", WorkflowName="long", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "a"}],
                    Predicate={"Conditions": condition("sleeps too", state="STOPPED")})
run = glue.start_workflow_run(Name="long")["RunId"]
until(lambda: glue.get_workflow_run(Name="long", RunId=run)["Run"]["Statistics"]["RunningActions"], 1)
glue.stop_workflow_run(Name="long", RunId=run)
until(lambda: glue.get_workflow_run(Name="long", RunId=run)["Run"]["Status"], "STOPPED")
assert glue.get_workflow_run(Name="long", RunId=run)["Run"]["Statistics"]["TotalActions"] == 1
workflow = glue.get_workflow(Name="w", IncludeGraph=True)["Workflow"]
assert workflow["LastRun"]["WorkflowRunId"] == resumed["RunId"] and len(workflow["Graph"]["Nodes"]) == 9, workflow
glue.update_workflow(Name="w", Description="less")
assert glue.get_workflow(Name="w")["Workflow"]["DefaultRunProperties"] == {"day": "monday", "x": "1"}
assert glue.list_workflows()["Workflows"] == ["crowded", "long", "w"]
found = glue.batch_get_workflows(Names=["w", "nothing"])
assert [w["Name"] for w in found["Workflows"]] == ["w"] and found["MissingWorkflows"] == ["nothing"], found
assert glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:workflow/w")["Tags"] == {"t": "2"}
glue.delete_workflow(Name="long")
refused("EntityNotFoundException", "", glue.get_workflow_run, Name="long", RunId=run)

# Clocks of crawlers, and triggers that wait for a crawl.
s3.create_bucket(Bucket="lake")
s3.put_object(Bucket="lake", Key="raw/a.csv", Body=b"id,name\n1,x\n2,y\n")
glue.create_database(DatabaseInput={"Name": "raw"})
glue.create_crawler(Name="raw", Role="r", DatabaseName="raw", Targets={"S3Targets": [{"Path": "s3://lake/raw"}]}, Schedule="cron(0 3 * * ? *)")
assert glue.get_crawler(Name="raw")["Crawler"]["Schedule"] == {"ScheduleExpression": "cron(0 3 * * ? *)", "State": "SCHEDULED"}
refused("SchedulerRunningException", "", glue.start_crawler_schedule, CrawlerName="raw")
glue.stop_crawler_schedule(CrawlerName="raw")
refused("SchedulerNotRunningException", "", glue.stop_crawler_schedule, CrawlerName="raw")
assert glue.get_crawler(Name="raw")["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
glue.update_crawler_schedule(CrawlerName="raw", Schedule="cron(0 4 * * ? *)")
assert glue.get_crawler(Name="raw")["Crawler"]["Schedule"] == {"ScheduleExpression": "cron(0 4 * * ? *)", "State": "SCHEDULED"}
refused("InvalidInputException", "no cron expression", glue.update_crawler_schedule, CrawlerName="raw", Schedule="cron(61 * * * ? *)")
glue.create_crawler(Name="bare", Role="r", DatabaseName="raw", Targets={"S3Targets": [{"Path": "s3://lake/raw"}]})
refused("NoScheduleException", "", glue.start_crawler_schedule, CrawlerName="bare")
if os.path.exists(out):
    os.remove(out)
glue.create_trigger(Name="crawled", Type="CONDITIONAL", StartOnCreation=True, Actions=[{"JobName": "b"}],
                    Predicate={"Conditions": [{"LogicalOperator": "EQUALS", "CrawlerName": "raw", "CrawlState": "SUCCEEDED"}]})
glue.start_crawler(Name="raw")
until(lambda: "b" in lines(), True)

# What can never act is refused, with its reason.
act = [{"JobName": "a"}]
refused("InvalidInputException", "WorkflowName", glue.create_trigger, Name="x", Type="EVENT", Actions=act)
refused("InvalidInputException", "for EVENT triggers", glue.create_trigger, Name="x", Type="ON_DEMAND", Actions=act, EventBatchingCondition={"BatchSize": 1})
refused("ValidationException", "batchSize", glue.create_trigger, Name="x", Type="EVENT", Actions=act, EventBatchingCondition={"BatchSize": 101})
refused("InvalidInputException", "has a Schedule", glue.create_trigger, Name="x", Type="SCHEDULED", Actions=act)
refused("InvalidInputException", "no cron expression", glue.create_trigger, Name="x", Type="SCHEDULED", Schedule="rate(1 day)", Actions=act)
refused("InvalidInputException", "Conditions", glue.create_trigger, Name="x", Type="CONDITIONAL", Actions=act)
refused("InvalidInputException", "no actions", glue.create_trigger, Name="x", Type="ON_DEMAND", Actions=[])
refused("InvalidInputException", "StartOnCreation", glue.create_trigger, Name="x", Type="ON_DEMAND", Actions=act, StartOnCreation=True)
refused("EntityNotFoundException", "", glue.create_trigger, Name="x", Type="ON_DEMAND", Actions=[{"JobName": "nothing"}])
refused("EntityNotFoundException", "", glue.create_trigger, Name="x", WorkflowName="nothing", Type="ON_DEMAND", Actions=act)
refused("InvalidInputException", "a job or a crawler", glue.create_trigger, Name="x", Type="ON_DEMAND", Actions=[{"JobName": "a", "CrawlerName": "raw"}])

# The clock has struck by now, once, for the trigger that was activated.
until(lambda: os.path.exists(struck), True)
assert [r.get("TriggerName") for r in glue.get_job_runs(JobName="b")["JobRuns"]].count("never") == 0
assert open(struck).read() == "clock\n"
until(lambda: [r["Status"] for r in glue.get_workflow_runs(Name="crowded")["Runs"]], ["ERROR", "RUNNING"])
lost = glue.get_workflow_runs(Name="crowded")["Runs"][0]
assert lost["ErrorMessage"] == "Concurrent runs exceeded for workflow: crowded." and lost["Statistics"]["TotalActions"] == 0, lost
glue.stop_workflow_run(Name="crowded", RunId=crowding)

# Events start a workflow: the trigger is neither turned on nor off.
glue.create_workflow(Name="told")
batch = {"BatchSize": 2, "BatchWindow": 60}
refused("InvalidInputException", "StartOnCreation", glue.create_trigger, Name="e", WorkflowName="told", Type="EVENT", Actions=act, StartOnCreation=True)
glue.create_trigger(Name="e", WorkflowName="told", Type="EVENT", EventBatchingCondition=batch, Actions=act, StartOnCreation=False)
got = glue.get_trigger(Name="e")["Trigger"]
assert (got["State"], got["EventBatchingCondition"]) == ("CREATED", batch), got
refused("InvalidInputException", "EVENT cannot be started", glue.start_trigger, Name="e")
refused("InvalidInputException", "in state: CREATED", glue.stop_trigger, Name="e")
changed = glue.update_trigger(Name="e", TriggerUpdate={"EventBatchingCondition": {"BatchSize": 3}})["Trigger"]
assert changed["EventBatchingCondition"] == {"BatchSize": 3, "BatchWindow": 900}, changed
print("ok")
