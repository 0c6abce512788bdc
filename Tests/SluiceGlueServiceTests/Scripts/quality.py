"""Rule sets, the runs that judge tables by them, and their results, with an unchanged boto3."""

import datetime
import time

from port import client, glue, refused

s3 = client("s3")
s3.create_bucket(Bucket="lake")
rows = "".join(f"{n},{n % 3},{'' if n == 7 else 'x@y'}\n" for n in range(100))
s3.put_object(Bucket="lake", Key="orders/a.csv", Body=("id,shop,email\n" + rows).encode())
s3.put_object(Bucket="lake", Key="shops/a.csv", Body=b"id,name\n0,Oslo\n1,Lima\n")
glue.create_database(DatabaseInput={"Name": "sales"})


def table(name, columns):
    glue.create_table(DatabaseName="sales", TableInput={
        "Name": name, "Parameters": {"classification": "csv", "skip.header.line.count": "1"}, "StorageDescriptor": {
            "Location": f"s3://lake/{name}/", "Columns": [{"Name": n, "Type": t} for n, t in columns]}})


table("orders", [("id", "bigint"), ("shop", "bigint"), ("email", "string")])
table("shops", [("id", "bigint"), ("name", "string")])
source = {"GlueTable": {"DatabaseName": "sales", "TableName": "orders"}}


def ended(run):
    for _ in range(3000):
        got = glue.get_data_quality_ruleset_evaluation_run(RunId=run)
        if got["Status"] not in ("STARTING", "RUNNING", "STOPPING"):
            return got
        time.sleep(0.05)
    raise AssertionError("the run does not end")


# Rule sets.
rules = 'Rules = [ RowCount = 100, IsUnique "id", Completeness "email" > 0.999 ]'
target = {"DatabaseName": "sales", "TableName": "orders"}
assert glue.create_data_quality_ruleset(Name="orders", Ruleset=rules, Description="of orders", TargetTable=target, Tags={"team": "x"})["Name"] == "orders"
refused("AlreadyExistsException", "orders", glue.create_data_quality_ruleset, Name="orders", Ruleset=rules)
refused("InvalidInputException", "1:", glue.create_data_quality_ruleset, Name="bad", Ruleset="Rules = [ RowCont > 1 ]")
got = glue.get_data_quality_ruleset(Name="orders")
assert got["Ruleset"] == rules and got["TargetTable"] == target and got["Description"] == "of orders", got
assert glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:dataQualityRuleset/orders")["Tags"] == {"team": "x"}
glue.create_data_quality_ruleset(Name="more", Ruleset='Rules = [ ReferentialIntegrity "shop" "places.id" = 1.0, RowCount > avg(last(3)) ]\nAnalyzers = [ Mean "id" ]')
assert glue.update_data_quality_ruleset(Name="more", Description="others")["Description"] == "others"
refused("EntityNotFoundException", "none", glue.update_data_quality_ruleset, Name="none", Description="x")
refused("EntityNotFoundException", "none", glue.get_data_quality_ruleset, Name="none")
listed = glue.list_data_quality_rulesets()["Rulesets"]
assert [(r["Name"], r["RuleCount"]) for r in listed] == [("more", 2), ("orders", 3)], listed
page = glue.list_data_quality_rulesets(MaxResults=1)
assert [r["Name"] for r in glue.list_data_quality_rulesets(MaxResults=1, NextToken=page["NextToken"])["Rulesets"]] == ["orders"]
assert [r["Name"] for r in glue.list_data_quality_rulesets(Filter={"TargetTable": target})["Rulesets"]] == ["orders"]
assert glue.list_data_quality_rulesets(Filter={"Name": "ord"}, Tags={"team": "y"})["Rulesets"] == []
assert [r["Name"] for r in glue.list_data_quality_rulesets(Tags={"team": "x"})["Rulesets"]] == ["orders"]

# A run with two rule sets.
extra = {"places": {"GlueTable": {"DatabaseName": "sales", "TableName": "shops"}}}
run = glue.start_data_quality_ruleset_evaluation_run(
    DataSource=source, Role="r", RulesetNames=["orders", "more"], AdditionalDataSources=extra, NumberOfWorkers=5, Timeout=60, ClientToken="t1")["RunId"]
assert glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["orders"], ClientToken="t1")["RunId"] == run
got = ended(run)
assert got["Status"] == "SUCCEEDED" and got["RulesetNames"] == ["orders", "more"] and len(got["ResultIds"]) == 2, got
assert got["DataSource"] == source and got["CompletedOn"] >= got["StartedOn"] and got["Timeout"] == 60, got
first, second = glue.batch_get_data_quality_result(ResultIds=got["ResultIds"] + ["dqresult-999", "x"])["Results"]
assert [r["Result"] for r in first["RuleResults"]] == ["PASS", "PASS", "FAIL"], first
assert abs(first["Score"] - 2 / 3) < 1e-9 and first["RulesetName"] == "orders" and first["RulesetEvaluationRunId"] == run, first
assert first["RuleResults"][0]["EvaluatedMetrics"] == {"Dataset.*.RowCount": 100.0}, first
assert first["RuleResults"][2]["EvaluatedMetrics"] == {"Column.email.Completeness": 0.99}, first
assert "0.99" in first["RuleResults"][2]["EvaluationMessage"] and first["AggregatedMetrics"]["TotalRowsProcessed"] == 100.0, first
assert [r["Result"] for r in second["RuleResults"]] == ["FAIL", "PASS"] and second["RuleResults"][1]["EvaluationMessage"].startswith("skipped"), second
assert second["AnalyzerResults"][0]["EvaluatedMetrics"] == {"Column.id.Mean": 49.5}, second
assert glue.get_data_quality_result(ResultId=got["ResultIds"][0])["Score"] == first["Score"]
refused("EntityNotFoundException", "dqresult-999", glue.get_data_quality_result, ResultId="dqresult-999")
assert glue.batch_get_data_quality_result(ResultIds=["dqresult-999"])["ResultsNotFound"] == ["dqresult-999"]

# A rule that cannot be judged fails alone and tells why; what cannot be read at all is refused at once.
glue.create_data_quality_ruleset(Name="wrong", Ruleset="""Rules = [ IsComplete "nothing", RowCount = 100, Mean "email" > 1, RowCountMatch "nowhere" = 1.0,
    (IsComplete "nothing") or (IsComplete "id"), IsUnique "id" where "nothing > 1" ] Analyzers = [ Mean "nothing", Mean "id" ]""")
failed = ended(glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["wrong"])["RunId"])
assert failed["Status"] == "SUCCEEDED", failed
judged = glue.get_data_quality_result(ResultId=failed["ResultIds"][0])
assert [r["Result"] for r in judged["RuleResults"]] == ["FAIL", "PASS", "FAIL", "FAIL", "PASS", "FAIL"], judged
assert ["nothing" in r.get("EvaluationMessage", "") for r in judged["RuleResults"]] == [True, False, False, False, False, True], judged
assert "email" in judged["RuleResults"][2]["EvaluationMessage"] and "nowhere" in judged["RuleResults"][3]["EvaluationMessage"], judged
assert [a["EvaluatedMetrics"] for a in judged["AnalyzerResults"]] == [{"Column.id.Mean": 49.5}], judged
start = glue.start_data_quality_ruleset_evaluation_run
refused("EntityNotFoundException", "none", start, DataSource=source, Role="r", RulesetNames=["none"])
refused("EntityNotFoundException", "", start, DataSource={"GlueTable": {"DatabaseName": "sales", "TableName": "no"}}, Role="r", RulesetNames=["orders"])
refused("InvalidInputException", "AdditionalOptions", start, Role="r", RulesetNames=["orders"],
        DataSource={"GlueTable": {"DatabaseName": "sales", "TableName": "orders", "AdditionalOptions": {"pushDownPredicate": "a = 1"}}})
refused("InvalidInputException", "ResultsS3Prefix", start, DataSource=source, Role="r", RulesetNames=["orders"], AdditionalRunOptions={"ResultsS3Prefix": "s3://lake/x"})
glue.create_table(DatabaseName="sales", TableInput={"Name": "etc", "Parameters": {"classification": "csv"}, "StorageDescriptor": {
    "Location": "/etc", "Columns": [{"Name": "a", "Type": "string"}]}})
refused("InvalidInputException", "outside", start, DataSource={"GlueTable": {"DatabaseName": "sales", "TableName": "etc"}}, Role="r", RulesetNames=["orders"])
refused("InvalidInputException", "outside", start, DataSource=source, Role="r", RulesetNames=["orders"],
        AdditionalDataSources={"e": {"GlueTable": {"DatabaseName": "sales", "TableName": "etc"}}})

# Rows are judged one by one where that is asked for.
glue.create_data_quality_ruleset(Name="both", Ruleset='Rules = [ (ColumnValues "shop" > 0) or (ColumnValues "id" in [0, 3, 6]) ]')
by = {way: ended(start(DataSource=source, Role="r", RulesetNames=["both"], AdditionalRunOptions={"CompositeRuleEvaluationMethod": way})["RunId"])
      for way in ("COLUMN", "ROW")}
assert all(r["Status"] == "SUCCEEDED" for r in by.values()), by

runs = glue.list_data_quality_ruleset_evaluation_runs()["Runs"]
assert [r["RunId"] for r in runs][-2:] == [failed["RunId"], run] and len(runs) == 4, runs
page = glue.list_data_quality_ruleset_evaluation_runs(MaxResults=3)
assert [r["RunId"] for r in glue.list_data_quality_ruleset_evaluation_runs(MaxResults=3, NextToken=page["NextToken"])["Runs"]] == [run]
about = glue.list_data_quality_ruleset_evaluation_runs(Filter={"DataSource": source, "RulesetName": "more"})["Runs"]
assert [r["RunId"] for r in about] == [run], about
assert glue.batch_get_data_quality_ruleset_evaluation_run(RunIds=[run, "x"])["RunsNotFound"] == ["x"]
refused("InvalidInputException", "ended", glue.cancel_data_quality_ruleset_evaluation_run, RunId=run)
refused("EntityNotFoundException", "x", glue.cancel_data_quality_ruleset_evaluation_run, RunId="x")
results = glue.list_data_quality_results()["Results"]
assert len(results) == 5 and results[-1]["ResultId"] == got["ResultIds"][0] and results[-1]["DataSource"]["GlueTable"]["TableName"] == "orders", results
page = glue.list_data_quality_results(MaxResults=3)
assert len(glue.list_data_quality_results(MaxResults=3, NextToken=page["NextToken"])["Results"]) == 2
later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
assert glue.list_data_quality_results(Filter={"StartedAfter": later})["Results"] == []

# Rules about keys have the figures of both things that a key is; aggregates are those of other tables, too.
glue.create_data_quality_ruleset(Name="keys", Ruleset="""Rules = [ IsPrimaryKey "id", IsPrimaryKey "shop", IsPrimaryKey "id" "email",
    AggregateMatch "sum(id)" "places.sum(id)" = 4950, AggregateMatch "sum(id)" "sum(places.id)" = 4950, AggregateMatch "avg(id)" "avg(sales.shops.id)" > 98,
    AggregateMatch "sum(shop)" "sum(none.id)" = 1 ]""")
keys = ended(start(DataSource=source, Role="r", RulesetNames=["keys"], AdditionalDataSources=extra)["RunId"])
assert keys["Status"] == "SUCCEEDED", keys
keys = glue.get_data_quality_result(ResultId=keys["ResultIds"][0])["RuleResults"]
assert [r["Result"] for r in keys] == ["PASS", "FAIL", "FAIL", "PASS", "PASS", "PASS", "FAIL"], keys
assert keys[0]["EvaluatedMetrics"] == {"Column.id.Uniqueness": 1.0, "Column.id.Completeness": 1.0}, keys
assert keys[1]["EvaluatedMetrics"] == {"Column.shop.Uniqueness": 0.0, "Column.shop.Completeness": 1.0}, keys
assert keys[2]["EvaluatedMetrics"] == {
    "Multicolumn.id,email.Uniqueness": 1.0, "Column.id.Completeness": 1.0, "Column.email.Completeness": 0.99}, keys
assert "0.99" in keys[2]["EvaluationMessage"] and "none" in keys[6]["EvaluationMessage"], keys

# Recommended rules are such that the table keeps them.
start = glue.start_data_quality_rule_recommendation_run
recommended = start(DataSource=source, Role="r", NumberOfWorkers=5, Timeout=2880, CreatedRulesetName="advice", ClientToken="r1")["RunId"]
for _ in range(3000):
    got = glue.get_data_quality_rule_recommendation_run(RunId=recommended)
    if got["Status"] != "RUNNING":
        break
    time.sleep(0.05)
assert got["Status"] == "SUCCEEDED" and got["CreatedRulesetName"] == "advice", got
for rule in ["RowCount between 50 and 201", 'IsUnique "id"', 'Completeness "email" >= 0.99', 'ColumnValues "shop" >= 0',
             'ColumnValues "email" in ["x@y"] where "email IS NOT NULL"']:
    assert rule in got["RecommendedRuleset"], got
assert glue.get_data_quality_ruleset(Name="advice")["Ruleset"] == got["RecommendedRuleset"]
kept = ended(glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["advice"])["RunId"])
assert glue.get_data_quality_result(ResultId=kept["ResultIds"][0])["Score"] == 1.0, kept
assert [r["RunId"] for r in glue.list_data_quality_rule_recommendation_runs(Filter={"DataSource": source})["Runs"]] == [recommended]
refused("EntityNotFoundException", "x", glue.get_data_quality_rule_recommendation_run, RunId="x")
refused("InvalidInputException", "ended", glue.cancel_data_quality_rule_recommendation_run, RunId=recommended)
refused("InvalidInputException", "ADVANCED", start, DataSource=source, Role="r", RecommendationMode="ADVANCED")
glue.delete_data_quality_ruleset(Name="wrong")
refused("EntityNotFoundException", "wrong", glue.delete_data_quality_ruleset, Name="wrong")
print("ok")
