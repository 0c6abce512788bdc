"""S3: buckets, objects, versions, uploads in parts and listings, by every operation that there is."""

import hashlib
import io
import urllib.request

from port import client, pages, refused, wait

s3 = client("s3")


def body(key, **more):
    return s3.get_object(Bucket="lake", Key=key, **more)["Body"].read()


def buckets():
    s3.create_bucket(Bucket="lake")
    wait(s3, "bucket_exists", Bucket="lake")
    s3.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert [b["Name"] for b in pages(s3.list_buckets)] == ["far", "lake"]
    assert s3.head_bucket(Bucket="far")["BucketRegion"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="far")["LocationConstraint"] == "eu-west-1"
    s3.create_bucket(Bucket="lake")
    refused("BucketAlreadyOwnedByYou", "", s3.create_bucket, Bucket="far")
    s3.delete_bucket(Bucket="far")
    wait(s3, "bucket_not_exists", Bucket="far")
    refused("NoSuchBucket", "", s3.list_objects_v2, Bucket="far")


def objects():
    put = s3.put_object(Bucket="lake", Key="a/b c.txt", Body=b"0123456789", Metadata={"one": "1"}, ContentType="text/x", Tagging="t=u")
    assert put["ETag"] == f'"{hashlib.md5(b"0123456789").hexdigest()}"', put
    wait(s3, "object_exists", Bucket="lake", Key="a/b c.txt")
    got = s3.get_object(Bucket="lake", Key="a/b c.txt", Range="bytes=2-4")
    assert (got["Body"].read(), got["ContentRange"], got["Metadata"]) == (b"234", "bytes 2-4/10", {"one": "1"}), got
    head = s3.head_object(Bucket="lake", Key="a/b c.txt")
    assert (head["ContentLength"], head["ContentType"], head["ETag"]) == (10, "text/x", put["ETag"]), head
    told = s3.get_object_attributes(Bucket="lake", Key="a/b c.txt", ObjectAttributes=["ETag", "ObjectSize"])
    assert (told["ObjectSize"], told["ETag"]) == (10, put["ETag"].strip('"')), told
    assert s3.get_object_acl(Bucket="lake", Key="a/b c.txt")["Grants"][0]["Permission"] == "FULL_CONTROL"
    copied = s3.copy_object(Bucket="lake", Key="copy", CopySource={"Bucket": "lake", "Key": "a/b c.txt"})
    assert copied["CopyObjectResult"]["ETag"] == put["ETag"] and body("copy") == b"0123456789", copied
    assert s3.get_object_tagging(Bucket="lake", Key="copy")["TagSet"] == [{"Key": "t", "Value": "u"}]
    s3.put_object_tagging(Bucket="lake", Key="copy", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
    assert s3.get_object_tagging(Bucket="lake", Key="copy")["TagSet"] == [{"Key": "x", "Value": "y"}]
    s3.delete_object_tagging(Bucket="lake", Key="copy")
    assert s3.get_object_tagging(Bucket="lake", Key="copy")["TagSet"] == []
    s3.delete_object(Bucket="lake", Key="copy")
    wait(s3, "object_not_exists", Bucket="lake", Key="copy")
    refused("NoSuchKey", "", s3.get_object, Bucket="lake", Key="copy")


def listings():
    for key in ["d/1", "d/2", "e/3"]:
        s3.put_object(Bucket="lake", Key=key, Body=key.encode())
    keys = ["a/b c.txt", "d/1", "d/2", "e/3"]
    assert [o["Key"] for o in pages(s3.list_objects, Bucket="lake")] == keys
    assert [o["Key"] for o in pages(s3.list_objects_v2, Bucket="lake")] == keys
    folders = s3.list_objects_v2(Bucket="lake", Delimiter="/")
    assert [p["Prefix"] for p in folders["CommonPrefixes"]] == ["a/", "d/", "e/"] and "Contents" not in folders, folders
    gone = s3.delete_objects(Bucket="lake", Delete={"Objects": [{"Key": "d/1"}, {"Key": "d/2"}, {"Key": "none"}]})
    assert [d["Key"] for d in gone["Deleted"]] == ["d/1", "d/2", "none"], gone
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="lake")["Contents"]] == ["a/b c.txt", "e/3"]


def versions():
    s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket="lake")["Status"] == "Enabled"
    first, second = (s3.put_object(Bucket="lake", Key="v", Body=text)["VersionId"] for text in (b"1", b"2"))
    assert body("v", VersionId=first) == b"1" and body("v") == b"2"
    marker = s3.delete_object(Bucket="lake", Key="v")
    assert marker["DeleteMarker"], marker
    assert [v["VersionId"] for v in pages(s3.list_object_versions, Bucket="lake", Prefix="v")] == [second, first]
    s3.delete_object(Bucket="lake", Key="v", VersionId=marker["VersionId"])
    assert body("v") == b"2"


def uploads():
    part = bytes(range(256)) * (5 << 12)
    upload = dict(Bucket="lake", Key="big", UploadId=s3.create_multipart_upload(Bucket="lake", Key="big")["UploadId"])
    other = s3.create_multipart_upload(Bucket="lake", Key="other")["UploadId"]
    s3.put_object(Bucket="lake", Key="part", Body=part)
    etags = [s3.upload_part(**upload, PartNumber=1, Body=part)["ETag"]]
    copied = s3.upload_part_copy(**upload, PartNumber=2, CopySource={"Bucket": "lake", "Key": "part"}, CopySourceRange=f"bytes=1-{len(part) - 1}")
    etags.append(copied["CopyPartResult"]["ETag"])
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in pages(s3.list_parts, **upload)] == [
        (1, len(part), etags[0]), (2, len(part) - 1, etags[1])]
    assert {u["UploadId"] for u in pages(s3.list_multipart_uploads, Bucket="lake")} == {upload["UploadId"], other}
    s3.abort_multipart_upload(Bucket="lake", Key="other", UploadId=other)
    refused("NoSuchUpload", "", s3.list_parts, Bucket="lake", Key="other", UploadId=other)
    parts = [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(etags)]
    refused("InvalidPart", "", s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts + [{"PartNumber": 3, "ETag": "x"}]})
    assert s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})["ETag"].endswith('-2"')
    assert body("big") == part + part[1:]
    s3.upload_fileobj(io.BytesIO(part + part), "lake", "managed")
    target = io.BytesIO()
    s3.download_fileobj("lake", "managed", target)
    assert target.getvalue() == part + part


def addresses():
    with urllib.request.urlopen(urllib.request.Request(
            s3.generate_presigned_url("put_object", {"Bucket": "lake", "Key": "p q"}), data=b"presigned", method="PUT")) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(s3.generate_presigned_url("get_object", {"Bucket": "lake", "Key": "p q"})) as answer:
        assert answer.read() == b"presigned"
    form = s3.generate_presigned_post("lake", "formed", Fields={"success_action_status": "201"}, Conditions=[["eq", "$success_action_status", "201"]])
    fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form["fields"].items())
    text = fields + '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nof a form\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with urllib.request.urlopen(urllib.request.Request(form["url"], data=text.encode(), headers=headers)) as answer:
        assert answer.status == 201, answer.status
    assert body("formed") == b"of a form"


buckets()
objects()
listings()
versions()
uploads()
addresses()
