"""`aws s3` and `aws s3api`: files and folders there and back, waiters, pages, settings."""

import os
import urllib.request

from command_line import aws, folder, refuses


def read(path):
    with open(path) as file:
        return file.read()


def keys(prefix=""):
    return aws("s3api list-objects-v2 --bucket lake --query Contents[].Key", prefix=prefix) or []


def files():
    assert aws("s3 mb s3://lake") == "make_bucket: lake\n"
    aws("s3api wait bucket-exists --bucket lake")
    here = folder(a="1", b="22", c="333")
    aws(f"s3 cp {here}/a.txt s3://lake/raw/a.txt --quiet")
    aws("s3api wait object-exists --bucket lake --key raw/a.txt")
    assert aws("s3 cp s3://lake/raw/a.txt -") == "1"
    aws(f"s3 cp s3://lake/raw/a.txt {here}/again.txt --quiet")
    assert read(here + "/again.txt") == "1"
    aws("s3 cp s3://lake/raw/a.txt s3://lake/raw/copy.txt --quiet")
    aws("s3 mv s3://lake/raw/copy.txt s3://lake/moved.txt --quiet")
    aws("s3api wait object-not-exists --bucket lake --key raw/copy.txt")
    aws(f"s3 mv {here}/again.txt s3://lake/raw/again.txt --quiet")
    assert keys() == ["moved.txt", "raw/a.txt", "raw/again.txt"] and not os.path.exists(here + "/again.txt")
    listed = [line.split()[2:] for line in aws("s3 ls s3://lake/raw/").splitlines()]
    assert listed == [["1", "a.txt"], ["1", "again.txt"]], listed
    assert "PRE raw/" in aws("s3 ls s3://lake") and "lake" in aws("s3 ls")
    assert "Total Objects: 3" in aws("s3 ls s3://lake --recursive --summarize --page-size 1")
    aws("s3 rm s3://lake/moved.txt --quiet")
    assert keys() == ["raw/a.txt", "raw/again.txt"]


def folders():
    here = folder(a="1", b="22", c="333")
    aws(f"s3 sync {here} s3://lake/folder --quiet")
    assert keys("folder/") == ["folder/a.txt", "folder/b.txt", "folder/c.txt"]
    os.remove(here + "/b.txt")
    assert aws(f"s3 sync {here} s3://lake/folder --delete --dryrun").startswith("(dryrun) delete: s3://lake/folder/b.txt")
    aws(f"s3 sync {here} s3://lake/folder --delete --quiet")
    assert keys("folder/") == ["folder/a.txt", "folder/c.txt"]
    there = folder()
    aws(f"s3 sync s3://lake/folder {there} --exclude c.* --quiet")
    assert os.listdir(there) == ["a.txt"] and read(there + "/a.txt") == "1"
    aws("s3 sync s3://lake/folder s3://lake/other --quiet")
    aws(f"s3 cp s3://lake/other {there}/deep --recursive --quiet")
    assert sorted(os.listdir(there + "/deep")) == ["a.txt", "c.txt"]
    aws("s3 mv s3://lake/other s3://lake/third --recursive --quiet")
    assert keys("other/") == [] and keys("third/") == ["third/a.txt", "third/c.txt"]
    aws("s3 rm s3://lake/third --recursive --exclude a.txt --quiet")
    assert keys("third/") == ["third/a.txt"]
    with open(here + "/large", "wb") as file:
        file.write(bytes(range(256)) * (9 << 12) + b"end")
    aws(f"s3 cp {here}/large s3://lake/large --quiet --metadata kind=large --content-type text/x")
    told = aws("s3api head-object --bucket lake --key large")
    assert (told["ContentLength"], told["Metadata"], told["ContentType"]) == ((9 << 20) + 3, {"kind": "large"}, "text/x"), told
    assert told["ETag"].endswith('-2"'), told
    aws(f"s3 cp s3://lake/large {here}/back --quiet")
    with open(here + "/large", "rb") as one, open(here + "/back", "rb") as other:
        assert one.read() == other.read()


def addresses():
    with urllib.request.urlopen(aws("s3 presign s3://lake/raw/a.txt --expires-in 60").strip()) as answer:
        assert answer.read() == b"1"
    aws("s3 website s3://lake/ --index-document index.html --error-document error.html")
    assert aws("s3api get-bucket-website --bucket lake") == {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    aws("s3api delete-bucket-website --bucket lake")
    refuses("NoSuchWebsiteConfiguration", "s3api get-bucket-website --bucket lake")


def pages():
    for number in range(5):
        aws(f"s3api put-object --bucket lake --key p/{number}")
    listing = "s3api list-objects-v2 --bucket lake --prefix p/"
    assert len(aws(listing + " --page-size 2")["Contents"]) == 5
    first = aws(listing + " --max-items 2")
    second = aws(listing + " --max-items 2", starting_token=first["NextToken"])
    third = aws(listing, starting_token=second["NextToken"])
    found = [entry["Key"] for page in (first, second, third) for entry in page["Contents"]]
    assert found == [f"p/{number}" for number in range(5)] and "NextToken" not in third, found
    assert len(aws("s3api list-objects --bucket lake --prefix p/ --page-size 1")["Contents"]) == 5
    assert aws("s3api list-objects-v2 --bucket lake --prefix p/ --no-paginate --max-keys 1")["IsTruncated"] is True


def versions():
    bucket = "--bucket kept"
    aws(f"s3api create-bucket {bucket}")
    aws(f"s3api put-bucket-versioning {bucket} --versioning-configuration Status=Enabled")
    assert aws(f"s3api get-bucket-versioning {bucket}") == {"Status": "Enabled"}
    here = folder(one="1", two="2")
    made = [aws(f"s3api put-object {bucket} --key k --body {here}/{name}.txt")["VersionId"] for name in ("one", "two")]
    aws(f"s3api get-object {bucket} --key k {here}/old", version_id=made[0])
    assert read(here + "/old") == "1"
    marker = aws(f"s3api delete-object {bucket} --key k")["VersionId"]
    listed = aws(f"s3api list-object-versions {bucket} --page-size 1")
    assert [v["VersionId"] for v in listed["Versions"]] == made[::-1] and listed["DeleteMarkers"][0]["VersionId"] == marker, listed
    # A bucket that has had versions is not empty before they and the markers are gone.
    refuses("BucketNotEmpty", f"s3api delete-bucket {bucket}")
    gone = aws(f"s3api delete-objects {bucket}", delete={"Objects": [{"Key": "k", "VersionId": v} for v in made + [marker]]})
    assert len(gone["Deleted"]) == 3, gone
    aws(f"s3api delete-bucket {bucket}")
    aws(f"s3api wait bucket-not-exists {bucket}")


def parts():
    here = folder(one="1", two="2")
    upload = aws("s3api create-multipart-upload --bucket lake --key parts")["UploadId"]
    named = dict(upload_id=upload)
    etag = aws(f"s3api upload-part --bucket lake --key parts --part-number 1 --body {here}/one.txt", **named)["ETag"]
    assert [p["Size"] for p in aws("s3api list-parts --bucket lake --key parts --page-size 1", **named)["Parts"]] == [1]
    assert [u["UploadId"] for u in aws("s3api list-multipart-uploads --bucket lake")["Uploads"]] == [upload]
    aws("s3api complete-multipart-upload --bucket lake --key parts", **named, multipart_upload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert aws("s3 cp s3://lake/parts -") == "1"
    upload = aws("s3api create-multipart-upload --bucket lake --key parts")["UploadId"]
    aws("s3api abort-multipart-upload --bucket lake --key parts", upload_id=upload)
    assert aws("s3api list-multipart-uploads --bucket lake --query Uploads") is None


def settings():
    aws("s3api put-bucket-tagging --bucket lake --tagging TagSet=[{Key=a,Value=b}]")
    assert aws("s3api get-bucket-tagging --bucket lake")["TagSet"] == [{"Key": "a", "Value": "b"}]
    aws("s3api put-object-tagging --bucket lake --key large --tagging TagSet=[{Key=x,Value=y}]")
    assert aws("s3api get-object-tagging --bucket lake --key large")["TagSet"] == [{"Key": "x", "Value": "y"}]
    copied = aws("s3api copy-object --bucket lake --key twin --copy-source lake/raw/a.txt")
    assert copied["CopyObjectResult"]["ETag"] == aws("s3api head-object --bucket lake --key raw/a.txt")["ETag"], copied
    told = aws("s3api get-object-attributes --bucket lake --key large --object-attributes ObjectSize ObjectParts")
    assert (told["ObjectSize"], told["ObjectParts"]["TotalPartsCount"]) == ((9 << 20) + 3, 2), told
    rules = {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}]}
    aws("s3api put-bucket-lifecycle-configuration --bucket lake", lifecycle_configuration=rules)
    assert aws("s3api get-bucket-lifecycle-configuration --bucket lake")["Rules"] == rules["Rules"]
    assert aws("s3api get-bucket-location --bucket lake") == {"LocationConstraint": None}
    refuses("NotImplemented", "s3api put-bucket-encryption --bucket lake", server_side_encryption_configuration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    refuses("NoSuchKey", f"s3api get-object --bucket lake --key none {folder()}/x")


files()
folders()
addresses()
pages()
versions()
parts()
settings()
assert aws("s3 rb s3://lake --force").endswith("remove_bucket: lake\n")
aws("s3api wait bucket-not-exists --bucket lake")
