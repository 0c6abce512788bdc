"""Drives an S3 service by boto3: python boto.py ADDRESS [signed], signed where the service has keys. Prints `ok` behind the last check, or what failed."""

import base64
import concurrent.futures
import datetime
import hashlib
import io
import json
import sys
import traceback
import urllib.error
import urllib.request

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

ADDRESS = sys.argv[1]
SIGNED = sys.argv[2:] == ["signed"]
KEYS = dict(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="hidden", region_name="us-east-1")
CONFIG = Config(
    signature_version="s3v4", read_timeout=300, connect_timeout=300, retries={"max_attempts": 1},
    s3={"addressing_style": "path"}, max_pool_connections=40)


def client(**more):
    return boto3.client("s3", endpoint_url=ADDRESS, config=CONFIG.merge(Config(**more)), **KEYS)


s3 = client()
CHECKS = []


def check(body):
    CHECKS.append(body)
    return body


def bucket_of(body):
    name = body.__name__.replace("_", "-") + "-bucket"
    s3.create_bucket(Bucket=name)
    return name


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found == code, f"{found} instead of {code}: {error}"
        return error.response
    raise AssertionError(f"not refused with {code}")


def body_of(answer):
    return answer["Body"].read()


@check
def buckets(_):
    s3.create_bucket(Bucket="other-region", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.get_waiter("bucket_exists").wait(Bucket="other-region")
    assert s3.get_bucket_location(Bucket="other-region")["LocationConstraint"] == "eu-west-1"
    assert s3.head_bucket(Bucket="other-region")["BucketRegion"] == "eu-west-1"
    assert "other-region" in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket="other-region")
    refused("InvalidBucketName", s3.create_bucket, Bucket="192.168.1.1")
    s3.put_object(Bucket="other-region", Key="k", Body=b"1")
    refused("BucketNotEmpty", s3.delete_bucket, Bucket="other-region")
    s3.delete_object(Bucket="other-region", Key="k")
    s3.delete_bucket(Bucket="other-region")
    s3.get_waiter("bucket_not_exists").wait(Bucket="other-region")
    refused("404", s3.head_bucket, Bucket="other-region")
    refused("NoSuchBucket", s3.list_objects_v2, Bucket="other-region")


@check
def objects(bucket):
    data = bytes(range(256)) * 100
    put = s3.put_object(
        Bucket=bucket, Key="a/b c+d%é🙂.txt", Body=data, ContentType="text/x", Metadata={"one": "1"}, CacheControl="no-cache",
        ContentEncoding="identity", ContentDisposition="inline", Tagging="a=b&c=d%20e")
    assert put["ETag"] == f'"{hashlib.md5(data).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a/b c+d%é🙂.txt")
    assert body_of(got) == data
    assert (got["ContentType"], got["Metadata"], got["CacheControl"], got["ContentEncoding"]) == ("text/x", {"one": "1"}, "no-cache", "identity")
    assert got["TagCount"] == 2
    s3.get_waiter("object_exists").wait(Bucket=bucket, Key="a/b c+d%é🙂.txt")
    head = s3.head_object(Bucket=bucket, Key="a/b c+d%é🙂.txt")
    assert head["ContentLength"] == len(data) and head["ETag"] == put["ETag"]
    refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="none")
    refused("404", s3.head_object, Bucket=bucket, Key="none")
    s3.delete_object(Bucket=bucket, Key="a/b c+d%é🙂.txt")
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="a/b c+d%é🙂.txt")
    for size in [0, 1, 65536, 65537, 5_000_000]:
        big = bytes(size)
        s3.put_object(Bucket=bucket, Key="size", Body=big)
        assert body_of(s3.get_object(Bucket=bucket, Key="size")) == big, size
    attributes = s3.get_object_attributes(Bucket=bucket, Key="size", ObjectAttributes=["ETag", "ObjectSize", "StorageClass", "Checksum"])
    assert attributes["ObjectSize"] == 5_000_000
    tricky = ["../../x", "a//b", "/lead", "trail/", "with?question&and=x", "a/./b", "x" * 1024, "sp ace", "plus+", "percent%41"]
    for key in tricky:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in tricky:
        assert body_of(s3.get_object(Bucket=bucket, Key=key)) == key.encode(), key
    listed = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(tricky + ["size"], key=lambda k: k.encode()) == listed
    refused("KeyTooLongError", s3.put_object, Bucket=bucket, Key="x" * 1025, Body=b"")


@check
def ranges(bucket):
    data = bytes(range(256)) * 1000
    s3.put_object(Bucket=bucket, Key="k", Body=data)

    def get(text):
        answer = s3.get_object(Bucket=bucket, Key="k", Range=text)
        return body_of(answer), answer["ResponseMetadata"]["HTTPStatusCode"], answer.get("ContentRange")

    assert get("bytes=0-9") == (data[:10], 206, f"bytes 0-9/{len(data)}")
    assert get("bytes=100-") == (data[100:], 206, f"bytes 100-{len(data) - 1}/{len(data)}")
    assert get("bytes=-7") == (data[-7:], 206, f"bytes {len(data) - 7}-{len(data) - 1}/{len(data)}")
    assert get("bytes=5-99999999")[0] == data[5:]
    assert get("bytes=9-5") == (data, 200, None)
    assert get("bytes=0-1,4-5") == (data, 200, None)
    refused("InvalidRange", s3.get_object, Bucket=bucket, Key="k", Range=f"bytes={len(data)}-")
    refused("InvalidRange", s3.get_object, Bucket=bucket, Key="k", Range="bytes=-0")


@check
def conditions(bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key="k", Body=b"2", IfMatch='"0"')
    refused("NoSuchKey", s3.put_object, Bucket=bucket, Key="none", Body=b"2", IfMatch='"0"')
    refused("PreconditionFailed", s3.get_object, Bucket=bucket, Key="k", IfMatch='"0"')
    refused("304", s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag)
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    refused("304", s3.get_object, Bucket=bucket, Key="k", IfModifiedSince=modified)
    assert body_of(s3.get_object(Bucket=bucket, Key="k", IfMatch=etag, IfUnmodifiedSince=modified)) == b"1"
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=etag)
    refused("PreconditionFailed", s3.delete_object, Bucket=bucket, Key="k", IfMatch=etag)

    def race(number):
        try:
            s3.put_object(Bucket=bucket, Key="race", Body=b"%d" % number, IfNoneMatch="*")
            return 1
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"), error
            return 0

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(race, range(32))) == 1


@check
def checksums(bucket):
    data = b"some bytes" * 1000
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        put = s3.put_object(Bucket=bucket, Key=algorithm, Body=data, ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
        assert body_of(got) == data
        assert got["Checksum" + algorithm] == put["Checksum" + algorithm]
    # Known values, for those that need a library of their own.
    for algorithm, value in [("CRC32C", "4waSgw=="), ("CRC64NVME", "rosUhgp5mIg="), ("CRC32", "y/Q5Jg==")]:
        put = s3.put_object(Bucket=bucket, Key=algorithm, Body=b"123456789", **{"Checksum" + algorithm: value})
        assert put["Checksum" + algorithm] == value
        wrong = base64.b64encode(bytes(len(base64.b64decode(value)))).decode()
        refused("BadDigest", s3.put_object, Bucket=bucket, Key="wrong", Body=b"123456789", **{"Checksum" + algorithm: wrong})
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    refused("BadDigest", s3.put_object, Bucket=bucket, Key="wrong", Body=b"123", ContentMD5=wrong)
    refused("InvalidDigest", s3.put_object, Bucket=bucket, Key="wrong", Body=b"123", ContentMD5="short")
    refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="wrong")
    sizes = s3.get_object_attributes(Bucket=bucket, Key="SHA256", ObjectAttributes=["Checksum"])
    assert sizes["Checksum"]["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(data).digest()).decode()


@check
def listings(bucket):
    keys = [f"d{n % 7}/é{n:04}" for n in range(60)] + ["top", "zz/&<>\"'"]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b""), keys))
    keys = sorted(keys, key=lambda k: k.encode())
    for name in ["list_objects", "list_objects_v2"]:
        for size in [1, 7, 1000]:
            pages = s3.get_paginator(name).paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
            assert [o["Key"] for page in pages for o in page.get("Contents", [])] == keys, (name, size)
            pages = list(s3.get_paginator(name).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
            assert [o["Key"] for page in pages for o in page.get("Contents", [])] == ["top"]
            prefixes = [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])]
            assert prefixes == [f"d{n}/" for n in range(7)] + ["zz/"], (name, size, prefixes)
    assert s3.list_objects_v2(Bucket=bucket, Prefix="d3/", StartAfter="d3/é0010")["Contents"][0]["Key"] == "d3/é0017"
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    refused("InvalidArgument", s3.list_objects_v2, Bucket=bucket, ContinuationToken="forged!")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert len(answer["Deleted"]) == len(keys)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@check
def versions(bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    ids = [s3.put_object(Bucket=bucket, Key="k", Body=b"%d" % n)["VersionId"] for n in range(5)]
    for n, version in enumerate(ids):
        assert body_of(s3.get_object(Bucket=bucket, Key="k", VersionId=version)) == b"%d" % n
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"]
    assert refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="k")["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    refused("MethodNotAllowed", s3.get_object, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    refused("InvalidArgument", s3.get_object, Bucket=bucket, Key="k", VersionId="none")
    refused("NoSuchVersion", s3.get_object, Bucket=bucket, Key="k", VersionId="n" * 32)
    for size in [1, 2, 1000]:
        pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": size}))
        assert [v["VersionId"] for page in pages for v in page.get("Versions", [])] == ids[::-1], size
        assert [(m["VersionId"], m["IsLatest"]) for page in pages for m in page.get("DeleteMarkers", [])] == [(marker["VersionId"], True)]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    s3.delete_object(Bucket=bucket, Key="k", VersionId=ids[4])
    assert body_of(s3.get_object(Bucket=bucket, Key="k")) == b"3"
    s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k", "VersionId": ids[0]})
    assert body_of(s3.get_object(Bucket=bucket, Key="k")) == b"0"


@check
def purge(bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ["a", "a", "a", "a", "a", "b", "b"]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    s3.delete_object(Bucket=bucket, Key="a")
    seen = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2}):
        entries = page.get("Versions", []) + page.get("DeleteMarkers", [])
        seen += len(entries)
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": e["Key"], "VersionId": e["VersionId"]} for e in entries]})
    assert seen == 8, seen
    left = s3.list_object_versions(Bucket=bucket)
    assert "Versions" not in left and "DeleteMarkers" not in left, left
    for marker in ["nonsense", ""]:
        refused("InvalidArgument", s3.list_object_versions, Bucket=bucket, KeyMarker="a", VersionIdMarker=marker)


@check
def rules(bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    own = {"Bucket": bucket, "Key": "k"}
    refused("InvalidRequest", s3.copy_object, Bucket=bucket, Key="k", CopySource=own)
    s3.copy_object(Bucket=bucket, Key="k", CopySource=own, StorageClass="STANDARD")
    for place in ["foo", "ftp://x/y"]:
        refused("InvalidRedirectLocation", s3.put_object, Bucket=bucket, Key="w", WebsiteRedirectLocation=place)
    for name in ["amzn-s3-demo-1", "foo1.mrap", "foo1--table-s3"]:
        refused("InvalidBucketName", s3.create_bucket, Bucket=name)
    quiet = client(request_checksum_calculation="when_required")
    for algorithm in ["SHA1", "CRC32"]:
        upload = s3.create_multipart_upload(Bucket=bucket, Key="p", ChecksumAlgorithm=algorithm, ChecksumType="COMPOSITE")["UploadId"]
        place = {"Bucket": bucket, "Key": "p", "UploadId": upload}
        refused("InvalidRequest", quiet.upload_part, **place, PartNumber=1, Body=b"x")
        part = s3.upload_part(**place, PartNumber=1, Body=b"x", ChecksumAlgorithm=algorithm)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "Checksum" + algorithm: part["Checksum" + algorithm]}]}
        refused("InvalidRequest", s3.complete_multipart_upload, **place, ChecksumType="FULL_OBJECT", MultipartUpload=parts)
        s3.complete_multipart_upload(**place, ChecksumType="COMPOSITE", MultipartUpload=parts)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="q", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")["UploadId"]
    part = quiet.upload_part(Bucket=bucket, Key="q", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(
        Bucket=bucket, Key="q", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})


@check
def multipart(bucket):
    part = bytes(5 << 20)
    for algorithm, kind in [(None, None), ("CRC32", "FULL_OBJECT"), ("CRC32", "COMPOSITE"), ("SHA256", "COMPOSITE")]:
        extra = {"ChecksumAlgorithm": algorithm, "ChecksumType": kind} if algorithm else {}
        upload = s3.create_multipart_upload(Bucket=bucket, Key="m", Metadata={"a": "b"}, **extra)["UploadId"]
        done = []
        for number, body in [(1, part), (3, part), (9, b"end")]:
            more = {"ChecksumAlgorithm": algorithm} if algorithm else {}
            answer = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=number, Body=body, **more)
            entry = {"PartNumber": number, "ETag": answer["ETag"]}
            if algorithm:
                entry["Checksum" + algorithm] = answer["Checksum" + algorithm]
            done.append(entry)
        pages = s3.get_paginator("list_parts").paginate(Bucket=bucket, Key="m", UploadId=upload, PaginationConfig={"PageSize": 2})
        assert [p["PartNumber"] for page in pages for p in page["Parts"]] == [1, 3, 9]
        uploads = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
        assert [u["UploadId"] for page in uploads for u in page.get("Uploads", [])] == [upload]
        refused("InvalidPartOrder", s3.complete_multipart_upload, Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": done[::-1]})
        refused(
            "InvalidPart", s3.complete_multipart_upload, Bucket=bucket, Key="m", UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 2, "ETag": "x"}]})
        answer = s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": done})
        etags = b"".join(bytes.fromhex(entry["ETag"].strip('"')) for entry in done)
        assert answer["ETag"] == f'"{hashlib.md5(etags).hexdigest()}-3"'
        got = s3.get_object(Bucket=bucket, Key="m", ChecksumMode="ENABLED")
        assert body_of(got) == part + part + b"end" and got["Metadata"] == {"a": "b"}
        if algorithm:
            assert got["ChecksumType"] == kind, got["ChecksumType"]
        third = s3.get_object(Bucket=bucket, Key="m", PartNumber=3, ChecksumMode="ENABLED")
        assert body_of(third) == b"end"
        if algorithm:
            name = "Checksum" + algorithm
            assert third[name] == done[2][name] == s3.head_object(Bucket=bucket, Key="m", PartNumber=3, ChecksumMode="ENABLED")[name]
        attributes = s3.get_object_attributes(Bucket=bucket, Key="m", ObjectAttributes=["ObjectParts"])
        assert attributes["ObjectParts"]["TotalPartsCount"] == 3
    upload = s3.create_multipart_upload(Bucket=bucket, Key="n")["UploadId"]
    copied = s3.upload_part_copy(
        Bucket=bucket, Key="n", UploadId=upload, PartNumber=1, CopySource={"Bucket": bucket, "Key": "m"}, CopySourceRange="bytes=1-5242881")
    s3.upload_part(Bucket=bucket, Key="n", UploadId=upload, PartNumber=2, Body=b"x")
    refused(
        "EntityTooSmall", s3.complete_multipart_upload, Bucket=bucket, Key="n", UploadId=upload, MultipartUpload={
            "Parts": [{"PartNumber": 2, "ETag": hashlib.md5(b"x").hexdigest()}, {"PartNumber": 3, "ETag": s3.upload_part(
                Bucket=bucket, Key="n", UploadId=upload, PartNumber=3, Body=b"y")["ETag"]}]})
    s3.complete_multipart_upload(
        Bucket=bucket, Key="n", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]})
    assert s3.head_object(Bucket=bucket, Key="n")["ContentLength"] == 5242881
    begun = {key: s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in ["u/a/1", "u/a/2", "u/b", "u/c/1", "v", "w/1"]}
    for prefix, size, keys, rolled in [
        ("", 10, ["v"], ["u/", "w/"]), ("", 1, ["v"], ["u/", "w/"]), ("u/", 1, ["u/b"], ["u/a/", "u/c/"]), ("u/", 2, ["u/b"], ["u/a/", "u/c/"])
    ]:
        pages = list(s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, Prefix=prefix, Delimiter="/", PaginationConfig={"PageSize": size}))
        assert [u["Key"] for page in pages for u in page.get("Uploads", [])] == keys, (prefix, size, pages)
        assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == rolled, (prefix, size, pages)
        assert all(page["Delimiter"] == "/" for page in pages)
    for key, upload in begun.items():
        started = next(u["Initiated"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"] if u["UploadId"] == upload)
        refused(
            "PreconditionFailed", s3.abort_multipart_upload, Bucket=bucket, Key=key, UploadId=upload,
            IfMatchInitiatedTime=started - datetime.timedelta(seconds=1))
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, IfMatchInitiatedTime=started)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="n")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="n", UploadId=upload)
    refused("NoSuchUpload", s3.abort_multipart_upload, Bucket=bucket, Key="n", UploadId=upload)
    s3.upload_fileobj(io.BytesIO(bytes(20 << 20)), bucket, "managed")
    target = io.BytesIO()
    s3.download_fileobj(bucket, "managed", target)
    assert target.getvalue() == bytes(20 << 20)


@check
def copies(bucket):
    s3.put_object(Bucket=bucket, Key="a b/é", Body=b"1", Metadata={"x": "y"}, ContentType="text/a", Tagging="t=u")
    copy = s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "a b/é"})
    assert copy["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"1").hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="c")
    assert (body_of(got), got["Metadata"], got["ContentType"]) == (b"1", {"x": "y"}, "text/a")
    s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/c", MetadataDirective="REPLACE", Metadata={"n": "m"})
    assert s3.head_object(Bucket=bucket, Key="c")["Metadata"] == {"n": "m"}
    refused("InvalidRequest", s3.copy_object, Bucket=bucket, Key="c", CopySource=f"{bucket}/c")
    refused("NoSuchKey", s3.copy_object, Bucket=bucket, Key="d", CopySource=f"{bucket}/none")
    refused("PreconditionFailed", s3.copy_object, Bucket=bucket, Key="d", CopySource=f"{bucket}/c", CopySourceIfMatch='"0"')


@check
def settings(bucket):
    tags = [{"Key": "a", "Value": "b"}]
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == tags
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    refused("InvalidTag", s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": tags * 2})
    refused("NoSuchTagSet", s3.get_bucket_tagging, Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    rule = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["http://localhost:*"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 5}
    refused("NoSuchCORSConfiguration", s3.get_bucket_cors, Bucket=bucket)
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    preflight = urllib.request.Request(f"{ADDRESS}/{bucket}/k", method="OPTIONS", headers={
        "Origin": "http://localhost:80", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-amz-date"})
    with urllib.request.urlopen(preflight) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:80"
        assert answer.headers["Access-Control-Allow-Headers"] == "x-amz-date"
    s3.delete_bucket_cors(Bucket=bucket)
    rules = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 3}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    nameless = [{"Status": "Enabled", "Filter": {"And": {"Prefix": "a & <b>", "Tags": [{"Key": "k", "Value": ""}]}}, "Expiration": {"Days": 3}},
                rules[0], {"ID": "", "Status": "Disabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": nameless})
    given = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    names = [rule.pop("ID") for rule in given]
    assert len(set(names)) == 3 and all(names) and names[1] == "r", names
    assert given == [{k: v for k, v in rule.items() if k != "ID"} for rule in nameless], given
    transition = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 3, "StorageClass": "GLACIER"}]}]
    refused("NotImplemented", s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration={"Rules": transition})
    s3.delete_bucket_lifecycle(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"]
    refused("MalformedPolicy", s3.put_bucket_policy, Bucket=bucket, Policy="{}")
    for action, resource, words in [
        ("s3:Gett", "/*", "Policy has invalid action"), ("ec2:Run", "/*", "Policy has invalid action"),
        ("s3:GetObject", "", "Action does not apply to any resource(s) in statement"), (["s3:GetObject", "s3:ListBucket"], "/*", "Action does not"),
        ("s3:listbucket", "", None), ("s3:*", "/x", None), ("S3:Get*", "", None), (["s3:PutObject", "s3:ListBucketVersions"], "*", None),
    ]:
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}{resource}"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        if words is None:
            s3.put_bucket_policy(Bucket=bucket, Policy=text)
        else:
            assert words in refused("MalformedPolicy", s3.put_bucket_policy, Bucket=bucket, Policy=text)["Error"]["Message"]
    s3.delete_bucket_policy(Bucket=bucket)
    refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "e"}})
    s3.put_object(Bucket=bucket, Key="sub/index.html", Body=b"page", ContentType="text/html")
    s3.put_object(Bucket=bucket, Key="e", Body=b"error")
    page = urllib.request.Request(f"{ADDRESS}/sub/", headers={"Host": f"{bucket}.s3-website.localhost"})
    with urllib.request.urlopen(page) as answer:
        assert answer.read() == b"page" and answer.headers["Content-Type"] == "text/html"
    try:
        urllib.request.urlopen(urllib.request.Request(f"{ADDRESS}/none", headers={"Host": f"{bucket}.s3-website.localhost"}))
        raise AssertionError("a page that is not there")
    except urllib.error.HTTPError as error:
        assert error.code == 404 and error.read() == b"error"
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced"
    refused("ServerSideEncryptionConfigurationNotFoundError", s3.get_bucket_encryption, Bucket=bucket)
    refused("ObjectLockConfigurationNotFoundError", s3.get_object_lock_configuration, Bucket=bucket)
    refused("AccessControlListNotSupported", s3.put_bucket_acl, Bucket=bucket, ACL="public-read")
    refused("NotImplemented", s3.put_object, Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms")
    refused("InvalidStorageClass", s3.put_object, Bucket=bucket, Key="k", Body=b"", StorageClass="GLACIER")
    s3.put_object(Bucket=bucket, Key="k", Body=b"whole", Metadata={"a": " b  c\t "})
    refused("NotImplemented", s3.put_object, Bucket=bucket, Key="k", Body=b"more", WriteOffsetBytes=5)
    for address, code in [("k?partNumber=2", "InvalidArgument"), ("k%zz", "InvalidURI"), ("k%2", "InvalidURI")]:
        try:
            urllib.request.urlopen(urllib.request.Request(f"{ADDRESS}/{bucket}/{address}", data=b"part", method="PUT"))
            raise AssertionError(address)
        except urllib.error.HTTPError as error:
            status, code = (403, "AccessDenied") if SIGNED else (400, code)
            assert error.code == status and code.encode() in error.read(), address
    refused("InvalidArgument", s3.get_object, Bucket=bucket, Key="k", ResponseContentDisposition="a\r\nX-Evil: 1")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert body_of(got) == b"whole" and got["Metadata"] == {"a": "b  c"}, got
    refused("AccessDenied", s3.list_objects_v2, Bucket=bucket, ExpectedBucketOwner="111111111111")


@check
def presigned(bucket):
    address = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "p q"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(address, data=b"presigned", method="PUT")).read()
    address = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "p q", "ResponseContentType": "text/z"}, ExpiresIn=60)
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"presigned" and answer.headers["Content-Type"] == "text/z"
    form = s3.generate_presigned_post(bucket, "f")
    body = b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nf\r\n--b--\r\n"
    try:
        urllib.request.urlopen(urllib.request.Request(form["url"], data=body, headers={"Content-Type": "multipart/form-data; boundary=b"}))
        raise AssertionError("a form without a file")
    except urllib.error.HTTPError as error:
        assert error.code == 400, error.read()


def main():
    for body in CHECKS:
        try:
            body(bucket_of(body))
        except Exception:
            print(f"{body.__name__} failed")
            traceback.print_exc(file=sys.stdout)
            sys.exit(1)
    print("ok")


main()
