"""Glue's data quality and statistics runs, over a table of the port's buckets."""

from port import client, refused, until

glue, s3 = client("glue"), client("s3")
SOURCE = {"GlueTable": {"DatabaseName": "judged", "TableName": "orders"}}
ORDERS = {"DatabaseName": "judged", "TableName": "orders"}
LARGE = {"DatabaseName": "judged", "TableName": "large"}


def table(name, rows):
    s3.put_object(Bucket="judged", Key=f"{name}/a.csv", Body=b"id,email\n" + rows)
    glue.create_table(DatabaseName="judged", TableInput={
        "Name": name, "Parameters": {"classification": "csv", "skip.header.line.count": "1"}, "StorageDescriptor": {
            "Location": f"s3://judged/{name}/", "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "email", "Type": "string"}]}})


def ended(get, **run):
    return until(lambda: (lambda got: got["Status"] not in ("STARTING", "RUNNING", "STOPPING") and got)(get(**run)), "the end of the run")


def rulesets():
    glue.create_data_quality_ruleset(Name="rules", Ruleset='Rules = [ RowCount = 90, IsUnique "id", Completeness "email" > 0.999 ]')
    glue.create_data_quality_ruleset(Name="spare", Ruleset="Rules = [ RowCount > 1 ]")
    glue.update_data_quality_ruleset(Name="spare", Description="kept apart")
    assert glue.get_data_quality_ruleset(Name="spare")["Description"] == "kept apart"
    assert [(r["Name"], r["RuleCount"]) for r in glue.list_data_quality_rulesets()["Rulesets"]] == [("rules", 3), ("spare", 1)]
    glue.delete_data_quality_ruleset(Name="spare")
    refused("EntityNotFoundException", "spare", glue.get_data_quality_ruleset, Name="spare")


def evaluations():
    run = glue.start_data_quality_ruleset_evaluation_run(DataSource=SOURCE, Role="r", RulesetNames=["rules"])["RunId"]
    got = ended(glue.get_data_quality_ruleset_evaluation_run, RunId=run)
    assert got["Status"] == "SUCCEEDED" and len(got["ResultIds"]) == 1, got
    result = glue.get_data_quality_result(ResultId=got["ResultIds"][0])
    assert [r["Result"] for r in result["RuleResults"]] == ["PASS", "PASS", "FAIL"] and abs(result["Score"] - 2 / 3) < 1e-9, result
    many = glue.batch_get_data_quality_result(ResultIds=got["ResultIds"] + ["dqresult-999"])
    assert [r["ResultId"] for r in many["Results"]] == got["ResultIds"] and many["ResultsNotFound"] == ["dqresult-999"], many
    assert [r["ResultId"] for r in glue.list_data_quality_results()["Results"]] == got["ResultIds"]
    large = {"GlueTable": LARGE}
    stopped = glue.start_data_quality_ruleset_evaluation_run(DataSource=large, Role="r", RulesetNames=["rules"])["RunId"]
    glue.cancel_data_quality_ruleset_evaluation_run(RunId=stopped)
    assert ended(glue.get_data_quality_ruleset_evaluation_run, RunId=stopped)["Status"] == "STOPPED"
    assert [r["RunId"] for r in glue.list_data_quality_ruleset_evaluation_runs()["Runs"]] == [stopped, run]
    many = glue.batch_get_data_quality_ruleset_evaluation_run(RunIds=[run, "none"])
    assert [r["RunId"] for r in many["Runs"]] == [run] and many["RunsNotFound"] == ["none"], many


def recommendations():
    run = glue.start_data_quality_rule_recommendation_run(DataSource=SOURCE, Role="r", CreatedRulesetName="advice")["RunId"]
    got = ended(glue.get_data_quality_rule_recommendation_run, RunId=run)
    assert got["Status"] == "SUCCEEDED" and 'IsUnique "id"' in got["RecommendedRuleset"], got
    assert glue.get_data_quality_ruleset(Name="advice")["Ruleset"] == got["RecommendedRuleset"]
    stopped = glue.start_data_quality_rule_recommendation_run(DataSource={"GlueTable": LARGE}, Role="r")["RunId"]
    glue.cancel_data_quality_rule_recommendation_run(RunId=stopped)
    assert ended(glue.get_data_quality_rule_recommendation_run, RunId=stopped)["Status"] == "STOPPED"
    assert [r["RunId"] for r in glue.list_data_quality_rule_recommendation_runs()["Runs"]] == [stopped, run]


def statistics():
    status = lambda **given: glue.get_column_statistics_task_run(**given)["ColumnStatisticsTaskRun"]
    glue.create_column_statistics_task_settings(**ORDERS, Role="r", ColumnNameList=["email"])
    glue.update_column_statistics_task_settings(**ORDERS, ColumnNameList=["id"])
    run = glue.start_column_statistics_task_run(**ORDERS, Role="r")["ColumnStatisticsTaskRunId"]
    got = ended(status, ColumnStatisticsTaskRunId=run)
    assert got["Status"] == "SUCCEEDED" and got["ColumnNameList"] == ["id"], got
    found = glue.get_column_statistics_for_table(**ORDERS, ColumnNames=["id"])["ColumnStatisticsList"][0]["StatisticsData"]
    assert found["LongColumnStatisticsData"]["MaximumValue"] == 89, found
    settings = glue.get_column_statistics_task_settings(**ORDERS)["ColumnStatisticsTaskSettings"]
    assert settings["LastExecutionAttempt"]["ColumnStatisticsTaskRunId"] == run, settings
    glue.delete_column_statistics_task_settings(**ORDERS)
    refused("EntityNotFoundException", "", glue.get_column_statistics_task_settings, **ORDERS)
    stopped = glue.start_column_statistics_task_run(**LARGE, Role="r")["ColumnStatisticsTaskRunId"]
    glue.stop_column_statistics_task_run(**LARGE)
    assert ended(status, ColumnStatisticsTaskRunId=stopped)["Status"] == "STOPPED"
    assert glue.list_column_statistics_task_runs()["ColumnStatisticsTaskRunIds"] == [stopped, run]
    runs = glue.get_column_statistics_task_runs(**ORDERS)["ColumnStatisticsTaskRuns"]
    assert [r["ColumnStatisticsTaskRunId"] for r in runs] == [run], runs


s3.create_bucket(Bucket="judged")
glue.create_database(DatabaseInput={"Name": "judged"})
table("orders", b"".join(b"%d,%b\n" % (n, b"" if n == 7 else b"x@y") for n in range(90)))
table("large", b"".join(b"%d,x@y\n" % n for n in range(400_000)))
rulesets()
evaluations()
recommendations()
statistics()
