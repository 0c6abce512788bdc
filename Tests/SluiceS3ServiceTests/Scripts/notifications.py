"""Notifications of a bucket by boto3: notifications.py ADDRESS. Jobs are load and tidy; prints `ok`."""

import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client(
    "s3", endpoint_url=sys.argv[1], aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="hidden", region_name="us-east-1")


def function(name, *events, **rules):
    found = {"LambdaFunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}", "Events": list(events)}
    if rules:
        found["Filter"] = {"Key": {"FilterRules": [{"Name": n, "Value": v} for n, v in rules.items()]}}
    return found


def configure(*functions, **more):
    s3.put_bucket_notification_configuration(
        Bucket="lake", NotificationConfiguration={"LambdaFunctionConfigurations": list(functions)}, **more)


s3.create_bucket(Bucket="lake")
assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket="lake")
try:
    configure(function("nobody", "s3:ObjectCreated:*"))
    raise AssertionError("a job that is not there")
except ClientError as error:
    assert error.response["Error"]["Code"] == "InvalidArgument" and "nobody" in error.response["Error"]["Message"], error
configure(function("nobody", "s3:ObjectCreated:*"), SkipDestinationValidation=True)
configure(function("load", "s3:ObjectCreated:*", prefix="in/", suffix=".csv"), function("tidy", "s3:ObjectRemoved:*"))
told = s3.get_bucket_notification_configuration(Bucket="lake")["LambdaFunctionConfigurations"]
assert [entry["Id"] for entry in told] == ["sluice-1", "sluice-2"], told
assert told[0]["Filter"]["Key"]["FilterRules"] == [{"Name": "Prefix", "Value": "in/"}, {"Name": "Suffix", "Value": ".csv"}], told

s3.put_object(Bucket="lake", Key="in/a.csv", Body=b"1")
s3.put_object(Bucket="lake", Key="in/a.txt", Body=b"1")
s3.copy_object(Bucket="lake", Key="in/b.csv", CopySource="lake/in/a.csv")
upload = s3.create_multipart_upload(Bucket="lake", Key="in/c.csv")["UploadId"]
part = s3.upload_part(Bucket="lake", Key="in/c.csv", UploadId=upload, PartNumber=1, Body=b"1")
s3.complete_multipart_upload(
    Bucket="lake", Key="in/c.csv", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
form = s3.generate_presigned_post("lake", "in/d.csv")
body = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value.encode()) for name, value in form["fields"].items())
body += b'--b\r\nContent-Disposition: form-data; name="file"; filename="d.csv"\r\nContent-Type: text/csv\r\n\r\n1\r\n--b--\r\n'
with urllib.request.urlopen(
        urllib.request.Request(form["url"], data=body, headers={"Content-Type": "multipart/form-data; boundary=b"})) as answer:
    assert answer.status == 204, answer.status
s3.delete_object(Bucket="lake", Key="in/a.csv")
s3.put_bucket_notification_configuration(Bucket="lake", NotificationConfiguration={})
assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket="lake")
s3.put_object(Bucket="lake", Key="in/late.csv", Body=b"1")
print("ok")
