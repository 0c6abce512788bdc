"""Unchanged boto3 drives all operations of AppFlow: PORT, MOCK and PHASE are the address of the port, that of the mocks, and `first` or `again`."""

import csv
import io
import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

port, mock, phase = sys.argv[1:4]


def client(name):
    return boto3.client(
        name, endpoint_url=port, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1"
    )


flows, s3, glue = client("appflow"), client("s3"), client("glue")
used = set()
flows.meta.events.register("before-call.appflow", lambda model, **_: used.add(model.name))


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"{code} was expected")


def wait(name, execution):
    for _ in range(1200):
        records = flows.describe_flow_execution_records(flowName=name)["flowExecutions"]
        record = next(r for r in records if r["executionId"] == execution)
        if record["executionStatus"] not in ("InProgress", "CancelStarted"):
            return record
        time.sleep(0.25)
    raise AssertionError(f"{name} does not end")


def run(name):
    record = wait(name, flows.start_flow(flowName=name)["executionId"])
    assert record["executionStatus"] == "Successful", record
    return record


def objects(prefix):
    found = s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    return {item["Key"]: s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read() for item in found}


def bucket(prefix, kind, **more):
    properties = {"bucketName": "lake", "bucketPrefix": prefix, "s3OutputFormatConfig": {"fileType": kind, **more}}
    return [{"connectorType": "S3", "destinationConnectorProperties": {"S3": properties}}]


def service(kind, profile, entity, member=None, **more):
    return {
        "connectorType": kind,
        "connectorProfileName": profile,
        "sourceConnectorProperties": {member or kind: {"object": entity, **more}},
    }


def profile(name, kind, properties, credentials, **more):
    return dict(
        connectorProfileName=name, connectorType=kind, connectionMode="Public", **more,
        connectorProfileConfig={
            "connectorProfileProperties": {kind: properties}, "connectorProfileCredentials": {kind: credentials}
        },
    )


ON_DEMAND = {"triggerType": "OnDemand"}
MAP_ALL = [{"taskType": "Map_all", "sourceFields": [], "taskProperties": {"EXCLUDE_SOURCE_FIELDS_LIST": "Phone"}}]
SECRET = "mock-access-token"


def connect():
    made = flows.create_connector_profile(
        **profile("crm", "Salesforce", {"instanceUrl": mock + "/salesforce"}, {"accessToken": SECRET}), clientToken="p"
    )
    again = flows.create_connector_profile(
        **profile("crm", "Salesforce", {"instanceUrl": mock + "/salesforce"}, {"accessToken": SECRET}), clientToken="p"
    )
    assert made["connectorProfileArn"] == again["connectorProfileArn"]
    zendesk = profile(
        "desk@acme", "Zendesk", {"instanceUrl": mock + "/zendesk"},
        {"clientId": "i", "clientSecret": "hidden-secret", "accessToken": SECRET},
    )
    flows.create_connector_profile(**zendesk)
    refused("ConflictException", 409, flows.create_connector_profile, **zendesk)
    flows.update_connector_profile(**{k: v for k, v in zendesk.items() if k != "connectorType"})
    told = flows.describe_connector_profiles(maxResults=1)
    assert [p["connectorProfileName"] for p in told["connectorProfileDetails"]] == ["crm"], told
    rest = flows.describe_connector_profiles(maxResults=1, nextToken=told["nextToken"])
    assert [p["connectorProfileName"] for p in rest["connectorProfileDetails"]] == ["desk@acme"] and "nextToken" not in rest
    text = json.dumps([told, rest], default=str)
    assert SECRET not in text and "hidden-secret" not in text
    refused(
        "ValidationException", 400, flows.create_connector_profile,
        **profile("bad", "Salesforce", {}, {"accessToken": SECRET, "refreshToken": "r"}),
    )


def connectors():
    kinds = flows.describe_connectors()["connectorConfigurations"]
    assert set(kinds) == {"S3", "Salesforce", "Slack", "Servicenow", "Marketo", "Zendesk"}, set(kinds)
    assert flows.describe_connector(connectorType="Salesforce")["connectorConfiguration"]["canUseAsDestination"]
    function = "arn:aws:lambda:us-east-1:000000000000:function:"
    refused(
        "ConnectorServerException", 400, flows.register_connector, connectorLabel="payments", connectorProvisioningType="LAMBDA",
        connectorProvisioningConfig={"lambda": {"lambdaArn": function + "anything"}},
    )
    made = flows.register_connector(
        connectorLabel="payments", description="our shop", connectorProvisioningType="LAMBDA",
        connectorProvisioningConfig={"lambda": {"lambdaArn": function + "stripe"}},
    )
    flows.update_connector_registration(connectorLabel="payments", description="the shop")
    listed = flows.list_connectors()["connectors"]
    assert [c["connectorDescription"] for c in listed if c.get("connectorLabel") == "payments"] == ["the shop"], listed
    flows.tag_resource(resourceArn=made["connectorArn"], tags={"a": "b"})
    custom = profile(
        "shop", "CustomConnector", {"profileProperties": {"instanceUrl": mock + "/stripe"}},
        {"authenticationType": "APIKEY", "apiKey": {"apiKey": "sk_" + SECRET}}, connectorLabel="payments",
    )
    flows.create_connector_profile(**custom)
    refused("ConflictException", 409, flows.unregister_connector, connectorLabel="payments")
    entities = flows.list_connector_entities(connectorProfileName="crm")["connectorEntityMap"]["Objects"]
    assert {"accounts", "contacts"} <= {e["name"] for e in entities}, entities
    fields = flows.describe_connector_entity(connectorProfileName="crm", connectorEntityName="Account")["connectorEntityFields"]
    named = {f["identifier"]: f for f in fields}
    assert named["Id"]["isPrimaryKey"] and named["SystemModstamp"]["sourceProperties"]["isTimestampFieldForIncrementalQueries"]
    assert named["Name"]["destinationProperties"]["isCreatable"]
    flows.reset_connector_metadata_cache(connectorProfileName="crm", connectorEntityName="Account")
    refused(
        "ResourceNotFoundException", 404, flows.describe_connector_entity, connectorProfileName="crm", connectorEntityName="Nothing"
    )


def salesforce():
    made = flows.create_flow(
        flowName="accounts", description="Accounts", triggerConfig=ON_DEMAND, sourceFlowConfig=service("Salesforce", "crm", "Account"),
        destinationFlowConfigList=bucket("crm", "PARQUET"), tasks=MAP_ALL, tags={"team": "crm"}, clientToken="c",
        metadataCatalogConfig={
            "glueDataCatalog": {"roleArn": "arn:aws:iam::000000000000:role/r", "databaseName": "sales", "tablePrefix": "sf"}
        },
    )
    assert made["flowStatus"] == "Active"
    record = run("accounts")
    assert record["executionResult"]["recordsProcessed"] > 100 and record["executionResult"]["bytesWritten"] > 0, record
    assert record["metadataCatalogDetails"][0]["tableRegistrationOutput"]["status"] == "Successful", record
    assert [key for key in objects("crm/accounts/") if key.endswith(".parquet") and record["executionId"] in key]
    table = glue.get_table(DatabaseName="sales", Name="sf_accounts")["Table"]
    columns = {c["Name"] for c in table["StorageDescriptor"]["Columns"]}
    assert "Name" in columns and "Phone" not in columns, columns
    told = flows.describe_flow(flowName="accounts")
    assert told["lastRunExecutionDetails"]["mostRecentExecutionStatus"] == "Successful" and told["tags"] == {"team": "crm"}, told
    flows.untag_resource(resourceArn=made["flowArn"], tagKeys=["team"])
    flows.tag_resource(resourceArn=made["flowArn"], tags={"owner": "ada"})
    assert flows.list_tags_for_resource(resourceArn=made["flowArn"])["tags"] == {"owner": "ada"}


def zendesk():
    tasks = [
        {"taskType": "Filter", "sourceFields": ["id", "subject"], "connectorOperator": {"Zendesk": "PROJECTION"}},
        {"taskType": "Map", "sourceFields": ["id"], "destinationField": "ticket", "connectorOperator": {"Zendesk": "NO_OP"}},
        {"taskType": "Map", "sourceFields": ["subject"], "destinationField": "subject", "connectorOperator": {"Zendesk": "NO_OP"}},
        {
            "taskType": "Mask", "sourceFields": ["subject"], "destinationField": "subject",
            "connectorOperator": {"Zendesk": "MASK_LAST_N"}, "taskProperties": {"MASK_VALUE": "#", "MASK_LENGTH": "4"},
        },
    ]
    schedule = {
        "scheduleExpression": "rate(1minutes)", "dataPullMode": "Incremental", "timezone": "Europe/Berlin",
        "scheduleStartTime": time.time() - 3600,
    }
    flows.create_flow(
        flowName="tickets", triggerConfig={"triggerType": "Scheduled", "triggerProperties": {"Scheduled": schedule}},
        sourceFlowConfig={**service("Zendesk", "desk@acme", "tickets"), "incrementalPullConfig": {"datetimeTypeFieldName": "updated_at"}},
        destinationFlowConfigList=bucket("", "CSV", prefixConfig={"prefixType": "PATH", "prefixFormat": "YEAR"}), tasks=tasks,
    )
    assert flows.describe_flow(flowName="tickets")["flowStatus"] == "Draft"
    assert "executionId" not in flows.start_flow(flowName="tickets")
    for _ in range(1200):
        records = flows.describe_flow_execution_records(flowName="tickets")["flowExecutions"]
        if records and records[-1]["executionStatus"] not in ("InProgress",):
            break
        time.sleep(0.25)
    first = records[-1]
    assert first["executionStatus"] == "Successful" and first["dataPullEndTime"], first
    assert flows.stop_flow(flowName="tickets")["flowStatus"] == "Suspended"
    rows = [row for text in objects("tickets/").values() for row in csv.DictReader(io.StringIO(text.decode()))]
    assert len(rows) == first["executionResult"]["recordsProcessed"] > 100, (len(rows), first)
    assert set(rows[0]) == {"ticket", "subject"} and all(row["subject"].endswith("####") for row in rows)
    year = time.strftime("%Y", time.gmtime())
    assert all(key.startswith(f"tickets/{year}/") for key in objects("tickets/"))


def writes():
    s3.put_object(Bucket="raw", Key="people/a.csv", Body=b"name,email\nAda,ada@example.com\nBob,bob@example.com\n")
    destination = {
        "connectorType": "CustomConnector", "connectorProfileName": "shop",
        "destinationConnectorProperties": {
            "CustomConnector": {
                "entityName": "customers", "writeOperationType": "INSERT",
                "errorHandlingConfig": {"bucketName": "lake", "bucketPrefix": "refused"},
            }
        },
    }
    source = {
        "connectorType": "S3",
        "sourceConnectorProperties": {
            "S3": {"bucketName": "raw", "bucketPrefix": "people", "s3InputFormatConfig": {"s3InputFileType": "CSV"}}
        },
    }
    flows.create_flow(
        flowName="people", triggerConfig=ON_DEMAND, sourceFlowConfig=source, destinationFlowConfigList=[destination],
        tasks=[{"taskType": "Map_all", "sourceFields": []}],
    )
    assert run("people")["executionResult"]["recordsProcessed"] == 2
    flows.update_flow(
        flowName="people", triggerConfig=ON_DEMAND, sourceFlowConfig=source,
        destinationFlowConfigList=bucket("copy", "JSON"), tasks=[{"taskType": "Map_all", "sourceFields": []}],
    )
    assert flows.describe_flow(flowName="people")["schemaVersion"] == 2
    run("people")
    rows = [json.loads(line) for text in objects("copy/people/").values() for line in text.decode().splitlines()]
    assert sorted(row["name"] for row in rows) == ["Ada", "Bob"], rows


def mistakes():
    refused("ResourceNotFoundException", 404, flows.start_flow, flowName="nothing")
    refused("UnsupportedOperationException", 400, flows.stop_flow, flowName="accounts")
    told = refused(
        "ValidationException", 400, flows.create_flow, flowName="events", triggerConfig={"triggerType": "Event"},
        sourceFlowConfig=service("Salesforce", "crm", "accounts"), destinationFlowConfigList=bucket("x", "CSV"), tasks=MAP_ALL,
    )
    assert "Event" in told
    refused(
        "ConflictException", 409, flows.create_flow, flowName="accounts", triggerConfig=ON_DEMAND,
        sourceFlowConfig=service("Salesforce", "crm", "accounts"), destinationFlowConfigList=bucket("x", "CSV"), tasks=MAP_ALL,
    )
    refused("ConflictException", 409, flows.delete_connector_profile, connectorProfileName="crm")
    refused("ResourceNotFoundException", 404, flows.cancel_flow_executions, flowName="nothing")
    assert flows.cancel_flow_executions(flowName="accounts", executionIds=["x"])["invalidExecutions"] == ["x"]


def cleared():
    for name in ("accounts", "tickets", "people"):
        flows.delete_flow(flowName=name, forceDelete=True)
    for name in ("crm", "desk@acme", "shop"):
        flows.delete_connector_profile(connectorProfileName=name)
    flows.unregister_connector(connectorLabel="payments")
    assert not flows.list_flows()["flows"] and not flows.describe_connector_profiles()["connectorProfileDetails"]


if phase == "first":
    for name in ("lake", "raw"):
        s3.create_bucket(Bucket=name)
    glue.create_database(DatabaseInput={"Name": "sales"})
    connect()
    connectors()
    salesforce()
    zendesk()
    writes()
    mistakes()
else:
    listed = flows.list_flows(maxResults=2)
    names = [f["flowName"] for f in listed["flows"]]
    names += [f["flowName"] for f in flows.list_flows(nextToken=listed["nextToken"])["flows"]]
    assert names == ["accounts", "people", "tickets"], names
    before = flows.describe_flow_execution_records(flowName="accounts")["flowExecutions"]
    assert len(before) == 1, before
    run("accounts")
    after = flows.describe_flow_execution_records(flowName="accounts", maxResults=1)
    assert after["flowExecutions"][0]["executionId"] != before[0]["executionId"]
    assert flows.describe_flow_execution_records(flowName="accounts", nextToken=after["nextToken"])["flowExecutions"] == before
    cleared()
print(phase, *sorted(used))
