"""Every operation of S3, Firehose and Kinesis that the port has, by an unchanged client; what it has not is refused, and nothing else.

every_operation.py ENDPOINT boto3|cli: the calls are the same for both; the AWS CLI is called in this process, by its own entry. The last line is
"ok". Waiters and paginators are all those that botocore's models declare.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time

import boto3
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

ENDPOINT, CLIENT = sys.argv[1:3]
# Each client has an account of its own, and so its own streams; names of buckets are taken once.
KEY = {"boto3": "111111111111", "cli": "222222222222"}[CLIENT]
LAKE = "lake-of-" + CLIENT
ROLE, FUNCTION = f"arn:aws:iam::{KEY}:role/r", f"arn:aws:lambda:us-east-1:{KEY}:function:load"
os.environ.update(
    AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY="hidden", AWS_DEFAULT_REGION="us-east-1", AWS_MAX_ATTEMPTS="1", AWS_CONFIG_FILE="/dev/null",
    AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_EC2_METADATA_DISABLED="true", AWS_CLI_FILE_ENCODING="utf-8")
session = botocore.session.get_session()
clients = {
    name: boto3.client(name, endpoint_url=ENDPOINT, config=Config(read_timeout=300, connect_timeout=300, s3={"addressing_style": "path"}))
    for name in ("s3", "firehose", "kinesis")}
called = {name: set() for name in clients}


class Refused(Exception):
    pass


def cli(words):
    """What the AWS CLI prints, as JSON."""
    from awscli.clidriver import create_clidriver

    out, err = io.StringIO(), io.StringIO()
    out.buffer = io.BytesIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = create_clidriver().main(["--endpoint-url", ENDPOINT, "--cli-read-timeout", "300", "--output", "json", *words])
    if status:
        raise Refused(err.getvalue())
    text = out.getvalue() or out.buffer.getvalue().decode()
    return json.loads(text) if text.strip() else {}


def call(service, operation, body=None, **parameters):
    """Calls an operation; its answer, with what was in a streamed body under "Body"."""
    called[service].add(operation)
    if CLIENT == "boto3":
        if body is not None:
            parameters["Body"] = body
        answer = getattr(clients[service], xform_name(operation))(**parameters)
        if hasattr(answer.get("Body"), "read"):
            answer["Body"] = answer["Body"].read()
        return answer
    words = ["s3api" if service == "s3" else service, xform_name(operation, "-")]
    with tempfile.TemporaryDirectory() as folder:
        if body is not None:
            with open(folder + "/body", "wb") as file:
                file.write(body)
            words += ["--body", folder + "/body"]
        words += ["--cli-input-json", json.dumps(parameters)]
        if operation == "GetObject":
            words.append(folder + "/got")
        answer = cli(words)
        if operation == "GetObject":
            with open(folder + "/got", "rb") as file:
                answer["Body"] = file.read()
    return answer


def wait(service, waiter, **parameters):
    if CLIENT == "boto3":
        return clients[service].get_waiter(waiter).wait(**parameters)
    words = [word for name, value in parameters.items() for word in ("--" + xform_name(name, "-"), value)]
    return cli(["s3api" if service == "s3" else service, "wait", waiter.replace("_", "-"), *words])


def pages(service, operation, size, **parameters):
    """All entries by pages of a size, merged by the client."""
    called[service].add(operation)
    if CLIENT == "boto3":
        paginator = clients[service].get_paginator(xform_name(operation))
        return paginator.paginate(PaginationConfig={"PageSize": size}, **parameters).build_full_result()
    words = [word for name, value in parameters.items() for word in ("--" + xform_name(name, "-"), str(value))]
    return cli(["s3api" if service == "s3" else service, xform_name(operation, "-"), "--page-size", str(size), *words])


def eventually(look):
    end = time.time() + 300
    while not (found := look()):
        assert time.time() < end, "nothing came"
        time.sleep(0.2)
    return found


def kinesis():
    k = lambda operation, **parameters: call("kinesis", operation, **parameters)
    stream = {"StreamName": "clicks"}
    for name in ("clicks", "other", "third"):
        k("CreateStream", StreamName=name, ShardCount=1)
    wait("kinesis", "stream_exists", **stream)
    assert pages("kinesis", "ListStreams", 1)["StreamNames"] == ["clicks", "other", "third"]
    arn = k("DescribeStreamSummary", **stream)["StreamDescriptionSummary"]["StreamARN"]
    shard = k("PutRecord", Data="a", PartitionKey="k", **stream)["ShardId"]
    assert k("PutRecords", Records=[{"Data": "b", "PartitionKey": "k"}], **stream)["FailedRecordCount"] == 0
    token = k("GetShardIterator", ShardId=shard, ShardIteratorType="TRIM_HORIZON", **stream)["ShardIterator"]
    assert len(k("GetRecords", ShardIterator=token)["Records"]) == 2
    k("SplitShard", ShardToSplit=shard, NewStartingHashKey=str(2**127), **stream)
    assert len(pages("kinesis", "ListShards", 1, **stream)["Shards"]) == 3
    k("MergeShards", ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002", **stream)
    assert len(pages("kinesis", "DescribeStream", 1, **stream)["StreamDescription"]["Shards"]) == 4
    k("UpdateShardCount", TargetShardCount=2, ScalingType="UNIFORM_SCALING", **stream)
    consumer = k("RegisterStreamConsumer", StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    k("RegisterStreamConsumer", StreamARN=arn, ConsumerName="d")
    assert len(pages("kinesis", "ListStreamConsumers", 1, **{"StreamARN": arn})["Consumers"]) == 2
    k("DescribeStreamConsumer", ConsumerARN=consumer)
    if CLIENT == "boto3":
        answer = k("SubscribeToShard", ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "TRIM_HORIZON"})
        assert any(event["SubscribeToShardEvent"]["Records"] for event in answer["EventStream"])
    k("DeregisterStreamConsumer", ConsumerARN=consumer)
    k("AddTagsToStream", Tags={"a": "b"}, **stream)
    assert k("ListTagsForStream", **stream)["Tags"] == [{"Key": "a", "Value": "b"}]
    k("RemoveTagsFromStream", TagKeys=["a"], **stream)
    k("TagResource", ResourceARN=arn, Tags={"c": "d"})
    assert k("ListTagsForResource", ResourceARN=arn)["Tags"] == [{"Key": "c", "Value": "d"}]
    k("UntagResource", ResourceARN=arn, TagKeys=["c"])
    k("IncreaseStreamRetentionPeriod", RetentionPeriodHours=48, **stream)
    k("DecreaseStreamRetentionPeriod", RetentionPeriodHours=24, **stream)
    k("EnableEnhancedMonitoring", ShardLevelMetrics=["ALL"], **stream)
    k("DisableEnhancedMonitoring", ShardLevelMetrics=["ALL"], **stream)
    k("StartStreamEncryption", EncryptionType="KMS", KeyId="alias/aws/kinesis", **stream)
    k("StopStreamEncryption", EncryptionType="KMS", KeyId="alias/aws/kinesis", **stream)
    k("UpdateStreamMode", StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    k("UpdateStreamWarmThroughput", StreamARN=arn, WarmThroughputMiBps=10)
    k("UpdateMaxRecordSize", StreamARN=arn, MaxRecordSizeInKiB=2048)
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": KEY}, "Action": "kinesis:GetRecords", "Resource": arn}]}
    k("PutResourcePolicy", ResourceARN=arn, Policy=json.dumps(policy))
    assert json.loads(k("GetResourcePolicy", ResourceARN=arn)["Policy"]) == policy
    k("DeleteResourcePolicy", ResourceARN=arn)
    k("DescribeLimits")
    k("DescribeAccountSettings")
    k("UpdateAccountSettings", MinimumThroughputBillingCommitment={"Status": "DISABLED"})
    k("DeleteStream", StreamName="other")
    wait("kinesis", "stream_not_exists", StreamName="other")


def firehose():
    f = lambda operation, **parameters: call("firehose", operation, **parameters)
    call("s3", "CreateBucket", Bucket="delivered-by-" + CLIENT)
    stream = {"DeliveryStreamName": "d"}
    where = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::delivered-by-" + CLIENT, "Prefix": "one/",
             "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}}
    f("CreateDeliveryStream", ExtendedS3DestinationConfiguration=where, **stream)
    assert f("ListDeliveryStreams")["DeliveryStreamNames"] == ["d"]
    f("PutRecord", Record={"Data": "a"}, **stream)
    assert f("PutRecordBatch", Records=[{"Data": "b"}, {"Data": "c"}], **stream)["FailedPutCount"] == 0
    eventually(lambda: call("s3", "ListObjectsV2", Bucket="delivered-by-" + CLIENT).get("Contents"))
    f("TagDeliveryStream", Tags=[{"Key": "a", "Value": "b"}], **stream)
    assert f("ListTagsForDeliveryStream", **stream)["Tags"] == [{"Key": "a", "Value": "b"}]
    f("UntagDeliveryStream", TagKeys=["a"], **stream)
    f("StartDeliveryStreamEncryption", DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"}, **stream)
    f("StopDeliveryStreamEncryption", **stream)
    told = f("DescribeDeliveryStream", **stream)["DeliveryStreamDescription"]
    f("UpdateDestination", CurrentDeliveryStreamVersionId=told["VersionId"], DestinationId=told["Destinations"][0]["DestinationId"],
      ExtendedS3DestinationUpdate={"Prefix": "two/"}, **stream)
    f("DeleteDeliveryStream", **stream)


def s3():
    s = lambda operation, body=None, **parameters: call("s3", operation, body, Bucket=LAKE, **parameters)
    s("CreateBucket")
    wait("s3", "bucket_exists", Bucket=LAKE)
    assert LAKE in [bucket["Name"] for bucket in pages("s3", "ListBuckets", 1)["Buckets"]]
    s("HeadBucket")
    s("GetBucketLocation")
    etag = s("PutObject", b"hello", Key="k")["ETag"]
    wait("s3", "object_exists", Bucket=LAKE, Key="k")
    assert s("GetObject", Key="k")["Body"] == b"hello" and s("HeadObject", Key="k")["ETag"] == etag
    assert s("GetObjectAttributes", Key="k", ObjectAttributes=["ObjectSize"])["ObjectSize"] == 5
    s("GetObjectAcl", Key="k")
    s("CopyObject", Key="copy", CopySource=f"{LAKE}/k")
    s("PutObjectTagging", Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s("GetObjectTagging", Key="k")["TagSet"] == [{"Key": "a", "Value": "b"}]
    s("DeleteObjectTagging", Key="k")
    for operation, names in ("ListObjects", "Contents"), ("ListObjectsV2", "Contents"), ("ListObjectVersions", "Versions"):
        assert [entry["Key"] for entry in pages("s3", operation, 1, Bucket=LAKE)[names]] == ["copy", "k"], operation
    upload = s("CreateMultipartUpload", Key="parts")["UploadId"]
    others = [s("CreateMultipartUpload", Key=f"other-{n}")["UploadId"] for n in range(2)]
    assert len(pages("s3", "ListMultipartUploads", 1, Bucket=LAKE)["Uploads"]) == 3
    one = s("UploadPart", bytes(5 << 20), Key="parts", UploadId=upload, PartNumber=1)["ETag"]
    two = s("UploadPartCopy", Key="parts", UploadId=upload, PartNumber=2, CopySource=f"{LAKE}/k")["CopyPartResult"]["ETag"]
    found = pages("s3", "ListParts", 1, **{"Bucket": LAKE, "Key": "parts", "UploadId": upload})["Parts"]
    assert [part["PartNumber"] for part in found] == [1, 2]
    s("CompleteMultipartUpload", Key="parts", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": one}, {"PartNumber": 2, "ETag": two}]})
    for n, other in enumerate(others):
        s("AbortMultipartUpload", Key=f"other-{n}", UploadId=other)
    settings(s)
    s("DeleteObject", Key="copy")
    wait("s3", "object_not_exists", Bucket=LAKE, Key="copy")
    call("s3", "DeleteObjects", Bucket=LAKE, Delete={"Objects": [{"Key": "k"}, {"Key": "parts"}]})
    s("DeleteBucket")
    wait("s3", "bucket_not_exists", Bucket=LAKE)


def settings(s):
    rules = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 7}}]
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)
    allow = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{LAKE}/open/*"}]})
    for name, suffixes, given in (
        ("BucketCors", ("",), {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}}),
        ("BucketLifecycle", ("Configuration",), {"LifecycleConfiguration": {"Rules": rules}}),
        ("BucketPolicy", ("", "Status"), {"Policy": allow}),
        ("BucketTagging", ("",), {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
        ("BucketWebsite", ("",), {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}}),
        ("PublicAccessBlock", ("",), {"PublicAccessBlockConfiguration": block}),
    ):
        s(f"Put{name}{suffixes[0]}", **given)
        for suffix in suffixes:
            s(f"Get{name}{suffix}")
        s(f"Delete{name}")
    function = {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}
    s("PutBucketNotificationConfiguration", NotificationConfiguration={"LambdaFunctionConfigurations": [function]})
    assert s("GetBucketNotificationConfiguration")["LambdaFunctionConfigurations"][0]["LambdaFunctionArn"] == FUNCTION
    s("PutBucketNotificationConfiguration", NotificationConfiguration={})
    s("PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"})
    s("GetBucketVersioning")
    for name in ("BucketAcl", "BucketOwnershipControls", "BucketLogging", "BucketRequestPayment", "BucketAccelerateConfiguration"):
        s("Get" + name)


def value(shape, name):
    """The least that a member may be."""
    if shape.type_name == "structure":
        return {key: value(shape.members[key], key) for key in shape.required_members}
    if shape.type_name == "list":
        return [value(shape.member, name)]
    if shape.type_name == "map":
        return {"k": value(shape.value, name)}
    if shape.type_name in ("integer", "long"):
        return max(1, int(shape.metadata.get("min", 1)))
    if shape.type_name in ("boolean", "double", "float"):
        return {"boolean": True}.get(shape.type_name, 1.0)
    if shape.type_name == "timestamp":
        return "2026-01-01T00:00:00Z"
    if shape.enum:
        return shape.enum[0]
    return {"Bucket": "kept-by-" + CLIENT, "StreamName": "clicks", "RenameSource": "/k", "RequestRoute": "r"}.get(
        name, f"arn:aws:kinesis:us-east-1:{KEY}:stream/clicks" if "ARN" in name else "k")


# Those that S3 does not answer at a bucket's address, or that only another host has.
ELSEWHERE = {"s3": {"WriteGetObjectResponse", "CreateSession", "ListDirectoryBuckets"}}
# Older names of operations that act; and of those that never fail here, as nothing is there to be removed or told.
SAME = {"s3": {
    "GetBucketLifecycle", "PutBucketLifecycle", "GetBucketNotification", "PutBucketNotification", "SelectObjectContent", "GetObjectTorrent"}}


def others():
    """What was not called is refused by its name, and changes nothing."""
    s3_client = clients["s3"]
    s3_client.create_bucket(Bucket="kept-by-" + CLIENT)
    s3_client.put_object(Bucket="kept-by-" + CLIENT, Key="k", Body=b"kept")
    for service, client in clients.items():
        for operation in client.meta.service_model.operation_names:
            if operation in called[service] | ELSEWHERE.get(service, set()) | SAME.get(service, set()):
                continue
            model = client.meta.service_model.operation_model(operation)
            try:
                getattr(client, xform_name(operation))(**(value(model.input_shape, "") if model.input_shape else {}))
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404, 405, 501), (operation, error.response)
                continue
            except ParamValidationError as error:
                raise AssertionError(f"{operation}: {error}") from error
            raise AssertionError(f"{service} {operation} was neither called nor refused")
    assert s3_client.get_object(Bucket="kept-by-" + CLIENT, Key="k")["Body"].read() == b"kept"


def declared():
    """Every waiter and paginator that the models declare, of operations that are here, was used above."""
    loader = session.get_component("data_loader")
    for service in clients:
        found = set(loader.load_service_model(service, "paginators-1")["pagination"])
        missing = found - called[service] - {"ListDirectoryBuckets", "ListObjectAnnotations", "ListChannels", "ListQueues"}
        assert not missing, (service, missing)


for scenario in (kinesis, firehose, s3, declared) + ((others,) if CLIENT == "boto3" else ()):
    scenario()
print("ok")
