"""AppFlow: connectors, profiles and flows from a mock of Salesforce into a bucket, by every operation."""

import json

from port import ACCOUNT, client, mocks, refused, until

flows, s3 = client("appflow"), client("s3")
SECRET = "mock-access-token"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:stripe"
CRM = dict(
    connectorProfileName="crm", connectionMode="Public", connectorProfileConfig={
        "connectorProfileProperties": {"Salesforce": {"instanceUrl": mocks + "/salesforce"}},
        "connectorProfileCredentials": {"Salesforce": {"accessToken": SECRET}}})
SOURCE = {"connectorType": "Salesforce", "connectorProfileName": "crm", "sourceConnectorProperties": {"Salesforce": {"object": "Account"}}}
MAP_ALL = [{"taskType": "Map_all", "sourceFields": []}]
ON_DEMAND = {"triggerType": "OnDemand"}


def bucket(prefix):
    return [{"connectorType": "S3", "destinationConnectorProperties": {"S3": {
        "bucketName": "lake", "bucketPrefix": prefix, "s3OutputFormatConfig": {"fileType": "JSON"}}}}]


def connectors():
    kinds = flows.describe_connectors()["connectorConfigurations"]
    assert {"S3", "Salesforce", "Zendesk"} <= set(kinds), kinds
    assert flows.describe_connector(connectorType="Salesforce")["connectorConfiguration"]["canUseAsSource"] is True
    made = flows.register_connector(connectorLabel="payments", connectorProvisioningType="LAMBDA",
                                    connectorProvisioningConfig={"lambda": {"lambdaArn": FUNCTION}})
    assert made["connectorArn"], made
    flows.update_connector_registration(connectorLabel="payments", description="the shop")
    mine = lambda: [c["connectorDescription"] for c in flows.list_connectors()["connectors"] if c.get("connectorLabel") == "payments"]
    assert mine() == ["the shop"]
    flows.unregister_connector(connectorLabel="payments")
    assert mine() == []


def profiles():
    flows.create_connector_profile(connectorType="Salesforce", **CRM)
    refused("ConflictException", "crm", flows.create_connector_profile, connectorType="Salesforce", **CRM)
    flows.update_connector_profile(**CRM)
    told = flows.describe_connector_profiles()["connectorProfileDetails"]
    assert [p["connectorProfileName"] for p in told] == ["crm"] and SECRET not in json.dumps(told, default=str), told
    entities = flows.list_connector_entities(connectorProfileName="crm")["connectorEntityMap"]["Objects"]
    assert "accounts" in {e["name"] for e in entities}, entities
    fields = flows.describe_connector_entity(connectorProfileName="crm", connectorEntityName="Account")["connectorEntityFields"]
    assert {f["identifier"]: f for f in fields}["Id"]["isPrimaryKey"], fields
    flows.reset_connector_metadata_cache(connectorProfileName="crm", connectorEntityName="Account")


def executions(name):
    return flows.describe_flow_execution_records(flowName=name)["flowExecutions"]


def rows(prefix):
    listed = s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    return [json.loads(line) for o in listed for line in s3.get_object(Bucket="lake", Key=o["Key"])["Body"].read().splitlines()]


def pulls():
    made = flows.create_flow(flowName="accounts", triggerConfig=ON_DEMAND, sourceFlowConfig=SOURCE, destinationFlowConfigList=bucket("one"),
                             tasks=MAP_ALL, tags={"team": "crm"})
    assert made["flowStatus"] == "Active", made
    run = flows.start_flow(flowName="accounts")["executionId"]
    done = until(lambda: [e for e in executions("accounts") if e["executionStatus"] not in ("InProgress", "CancelStarted")], "the execution")
    assert [(e["executionId"], e["executionStatus"]) for e in done] == [(run, "Successful")], done
    assert len(rows("one/accounts/")) == done[0]["executionResult"]["recordsProcessed"] > 10, done
    flows.update_flow(flowName="accounts", description="changed", triggerConfig=ON_DEMAND, sourceFlowConfig=SOURCE,
                      destinationFlowConfigList=bucket("two"), tasks=MAP_ALL)
    told = flows.describe_flow(flowName="accounts")
    assert (told["description"], told["schemaVersion"], told["tags"]) == ("changed", 2, {"team": "crm"}), told
    flows.tag_resource(resourceArn=made["flowArn"], tags={"owner": "ada"})
    flows.untag_resource(resourceArn=made["flowArn"], tagKeys=["team"])
    assert flows.list_tags_for_resource(resourceArn=made["flowArn"])["tags"] == {"owner": "ada"}
    assert flows.cancel_flow_executions(flowName="accounts", executionIds=["none"])["invalidExecutions"] == ["none"]


def schedules():
    yearly = {"triggerType": "Scheduled", "triggerProperties": {"Scheduled": {"scheduleExpression": "cron(0 3 1 1 ? *)", "dataPullMode": "Complete"}}}
    flows.create_flow(flowName="yearly", triggerConfig=yearly, sourceFlowConfig=SOURCE, destinationFlowConfigList=bucket("year"), tasks=MAP_ALL)
    assert flows.start_flow(flowName="yearly")["flowStatus"] == "Active"
    assert flows.stop_flow(flowName="yearly")["flowStatus"] == "Suspended"
    assert [f["flowName"] for f in flows.list_flows()["flows"]] == ["accounts", "yearly"]
    for name in ["accounts", "yearly"]:
        flows.delete_flow(flowName=name, forceDelete=True)
    refused("ResourceNotFoundException", "", flows.describe_flow, flowName="accounts")
    flows.delete_connector_profile(connectorProfileName="crm")
    assert not flows.list_flows()["flows"] and not flows.describe_connector_profiles()["connectorProfileDetails"]


s3.create_bucket(Bucket="lake")
connectors()
profiles()
pulls()
schedules()
