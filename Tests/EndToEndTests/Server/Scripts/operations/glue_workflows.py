"""Glue's triggers and workflows, upon the jobs of `glue_jobs`."""

from glue_jobs import glue, script
from port import pages, project, refused, until


def trigger(name, kind, job, **more):
    return glue.create_trigger(Name=name, Type=kind, Actions=[{"JobName": job}], **more)


def behind(job):
    return {"StartOnCreation": True, "Predicate": {"Conditions": [{"LogicalOperator": "EQUALS", "JobName": job, "State": "SUCCEEDED"}]}}


def runs(job):
    return glue.get_job_runs(JobName=job)["JobRuns"]


def triggers():
    trigger("go", "ON_DEMAND", "first")
    trigger("next", "CONDITIONAL", "second", **behind("first"))
    trigger("spare", "SCHEDULED", "first", Schedule="cron(0 3 1 1 ? *)")
    glue.start_trigger(Name="go")
    until(lambda: [(r["TriggerName"], r["JobRunState"]) for r in runs("second")] == [("next", "SUCCEEDED")], "the second job")
    glue.start_trigger(Name="spare")
    assert glue.get_trigger(Name="spare")["Trigger"]["State"] == "ACTIVATED"
    glue.stop_trigger(Name="spare")
    assert glue.get_trigger(Name="spare")["Trigger"]["State"] == "DEACTIVATED"
    changed = glue.update_trigger(Name="spare", TriggerUpdate={"Description": "seldom", "Schedule": "cron(0 4 1 1 ? *)"})["Trigger"]
    assert (changed["Description"], changed["Schedule"]) == ("seldom", "cron(0 4 1 1 ? *)"), changed
    assert pages(glue.list_triggers) == ["go", "next", "spare"]
    assert [t["Name"] for t in pages(glue.get_triggers)] == ["go", "next", "spare"]
    many = glue.batch_get_triggers(TriggerNames=["go", "none"])
    assert [t["Name"] for t in many["Triggers"]] == ["go"] and many["TriggersNotFound"] == ["none"], many
    for name in ["go", "next", "spare"]:
        assert glue.delete_trigger(Name=name)["Name"] == name
    refused("EntityNotFoundException", "", glue.get_trigger, Name="go")


def over(run, status="COMPLETED"):
    return until(lambda: (lambda got: got["Status"] == status and got)(glue.get_workflow_run(Name="nightly", RunId=run, IncludeGraph=True)["Run"]), run)


def workflows():
    for name in ["nightly", "spare"]:
        glue.create_workflow(Name=name, DefaultRunProperties={"day": "monday"})
    glue.update_workflow(Name="nightly", Description="each night")
    got = glue.get_workflow(Name="nightly")["Workflow"]
    assert (got["Description"], got["DefaultRunProperties"]) == ("each night", {"day": "monday"}), got
    assert pages(glue.list_workflows) == ["nightly", "spare"]
    many = glue.batch_get_workflows(Names=["nightly", "none"])
    assert [w["Name"] for w in many["Workflows"]] == ["nightly"] and many["MissingWorkflows"] == ["none"], many
    glue.delete_workflow(Name="spare")
    refused("EntityNotFoundException", "", glue.get_workflow, Name="spare")
    trigger("begin", "ON_DEMAND", "needs", WorkflowName="nightly")
    trigger("then", "CONDITIONAL", "first", WorkflowName="nightly", **behind("needs"))
    run = glue.start_workflow_run(Name="nightly", RunProperties={"day": "tuesday"})["RunId"]
    failed = over(run)
    assert failed["Statistics"]["FailedActions"] == 1 and failed["Statistics"]["TotalActions"] == 1, failed
    glue.put_workflow_run_properties(Name="nightly", RunId=run, RunProperties={"more": "1"})
    told = glue.get_workflow_run_properties(Name="nightly", RunId=run)["RunProperties"]
    assert told == {"day": "tuesday", "more": "1"}, told

    # What failed is done again once its reason has gone, and what waits for it follows.
    open(project + "/needed", "w").close()
    node = next(n["UniqueId"] for n in failed["Graph"]["Nodes"] if n["Name"] == "needs")
    again = glue.resume_workflow_run(Name="nightly", RunId=run, NodeIds=[node])
    assert again["NodeIds"] == [node], again
    assert over(again["RunId"])["Statistics"]["SucceededActions"] == 2
    assert [r["WorkflowRunId"] for r in pages(glue.get_workflow_runs, Name="nightly")] == [again["RunId"], run]

    glue.update_trigger(Name="begin", TriggerUpdate={"Actions": [{"JobName": "sleep"}]})
    run = glue.start_workflow_run(Name="nightly")["RunId"]
    until(lambda: glue.get_workflow_run(Name="nightly", RunId=run)["Run"]["Statistics"]["RunningActions"] == 1, "the sleeping job")
    glue.stop_workflow_run(Name="nightly", RunId=run)
    assert over(run, "STOPPED")["Statistics"]["StoppedActions"] == 1


for name in ["first", "second"]:
    glue.create_job(Name=name, Role="r", Command=script("nothing.py", ""))
needs = script("needs.py", "import os, sys\nsys.exit(0 if os.path.exists(sys.argv[sys.argv.index('--file') + 1]) else 3)\n")
glue.create_job(Name="needs", Role="r", Command=needs, DefaultArguments={"--file": project + "/needed"})
triggers()
workflows()
