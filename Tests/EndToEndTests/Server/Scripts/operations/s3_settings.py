"""S3: the settings of a bucket, and what its settings that never change are told as."""

import json

from port import ACCOUNT, absent, client, refused

s3 = client("s3")
s3.create_bucket(Bucket="set")
s3.put_object(Bucket="set", Key="k", Body=b"1")
here = {"Bucket": "set"}


def kept(name, code, member, value, read=None, delete=None):
    """A setting that is put, told as it came, and deleted; `read` and `delete` where they are called otherwise."""
    get, put = getattr(s3, f"get_{read or name}"), getattr(s3, f"put_{name}")
    refused(code, "", get, **here)
    put(**here, **value)
    told = get(**here)
    inner = next(iter(value.values()))
    wanted = inner if member is None else inner[member]
    assert (told[next(iter(value))] if member is None else told[member]) == wanted, (name, told)
    getattr(s3, f"delete_{delete or name}")(**here)
    refused(code, "", get, **here)


def settings():
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["http://localhost:*"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 5}
    kept("bucket_cors", "NoSuchCORSConfiguration", "CORSRules", {"CORSConfiguration": {"CORSRules": [rule]}})
    kept("bucket_tagging", "NoSuchTagSet", "TagSet", {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}})
    kept("bucket_website", "NoSuchWebsiteConfiguration", "IndexDocument",
         {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}})
    kept("public_access_block", "NoSuchPublicAccessBlockConfiguration", None, {"PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": True}})
    lifecycle = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 3}}]
    kept("bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration", "Rules", {"LifecycleConfiguration": {"Rules": lifecycle}},
         delete="bucket_lifecycle")
    older = [{"ID": "r", "Status": "Enabled", "Prefix": "x/", "Expiration": {"Days": 3}}]
    kept("bucket_lifecycle", "NoSuchLifecycleConfiguration", "Rules", {"LifecycleConfiguration": {"Rules": older}})
    absent("NoSuchBucketPolicy", "", s3.get_bucket_policy_status, **here)
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::set/*"}]}
    s3.put_bucket_policy(**here, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(**here)["Policy"]) == policy
    assert s3.get_bucket_policy_status(**here)["PolicyStatus"]["IsPublic"] is True
    s3.delete_bucket_policy(**here)
    refused("NoSuchBucketPolicy", "", s3.get_bucket_policy, **here)


def notifications():
    told = s3.get_bucket_notification_configuration(**here)
    assert "LambdaFunctionConfigurations" not in told, told
    function = {"Id": "n", "LambdaFunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:load", "Events": ["s3:ObjectCreated:*"]}
    refused("InvalidArgument", "", s3.put_bucket_notification_configuration, **here,
            NotificationConfiguration={"LambdaFunctionConfigurations": [function]})
    s3.put_bucket_notification_configuration(**here, SkipDestinationValidation=True,
                                             NotificationConfiguration={"LambdaFunctionConfigurations": [function]})
    assert s3.get_bucket_notification_configuration(**here)["LambdaFunctionConfigurations"] == [function]
    # The older operations have one configuration of a kind; one without any takes them all away.
    assert s3.get_bucket_notification(**here)["CloudFunctionConfiguration"]["CloudFunction"] == function["LambdaFunctionArn"]
    s3.put_bucket_notification(**here, NotificationConfiguration={})
    assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(**here)


def fixed():
    assert s3.get_bucket_acl(**here)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert s3.get_bucket_ownership_controls(**here)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_request_payment(**here)["Payer"] == "BucketOwner"
    assert "LoggingEnabled" not in s3.get_bucket_logging(**here)
    assert "Status" not in s3.get_bucket_accelerate_configuration(**here)
    absent("ServerSideEncryptionConfigurationNotFoundError", "", s3.get_bucket_encryption, **here)
    absent("ReplicationConfigurationNotFoundError", "", s3.get_bucket_replication, **here)
    absent("ObjectLockConfigurationNotFoundError", "", s3.get_object_lock_configuration, **here)
    absent("InvalidRequest", "Object Lock", s3.get_object_legal_hold, **here, Key="k")
    absent("InvalidRequest", "Object Lock", s3.get_object_retention, **here, Key="k")


settings()
notifications()
fixed()
