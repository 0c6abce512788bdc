"""Presigned addresses of boto3 against a port that wants signatures. Usage: presigned.py PORT"""

import http.client
import re
import sys
import urllib.parse

import boto3
from botocore.config import Config

port = int(sys.argv[1])
KEYS = dict(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="hidden", region_name="us-east-1")


def client(version, style, **changed):
    return boto3.client(
        "s3",
        endpoint_url=f"http://s3.localhost:{port}",
        config=Config(signature_version=version, s3={"addressing_style": style}, retries={"max_attempts": 0}),
        **{**KEYS, **changed},
    )


def send(method, address, body=None, headers={}, host=None):
    """Names below localhost need not be known to the system: the host is only told."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    target = parts.path + ("?" + parts.query if parts.query else "")
    connection.request(method, target, body, {"Host": host or parts.netloc, **headers})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    code = re.search(rb"<Code>(\w+)</Code>", content)
    return response.status, code.group(1).decode() if response.status >= 400 and code else content, dict(response.getheaders())


def expect(found, *wanted):
    assert found[: len(wanted)] == wanted, (found, wanted)


setup = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", **KEYS)
setup.create_bucket(Bucket="inner")
setup.create_bucket(Bucket="outer")
key = "a b/ü+&.txt"
setup.put_object(Bucket="inner", Key=key, Body=b"hello")
setup.put_object(Bucket="outer", Key="inner/" + key, Body=b"another")
plain = f"http://127.0.0.1:{port}/inner/" + urllib.parse.quote(key)
expect(send("GET", plain), 403, "AccessDenied")
expect(send("PUT", plain, b"x"), 403, "AccessDenied")

for version in ("s3v4", "s3"):
    for style in ("path", "virtual"):
        s3 = client(version, style)

        def sign(name, seconds=600, **parameters):
            return s3.generate_presigned_url(name, Params={"Bucket": "inner", "Key": key, **parameters}, ExpiresIn=seconds)

        get = sign("get_object")
        assert ("AWSAccessKeyId=" in get) == (version == "s3"), get
        expect(send("GET", get), 200, b"hello")
        expect(send("HEAD", sign("head_object")), 200)
        found = send("GET", sign("get_object", ResponseContentType="text/x-own", ResponseCacheControl="no-store, max-age=0"))
        expect(found, 200, b"hello")
        assert found[2]["Content-Type"] == "text/x-own" and found[2]["Cache-Control"] == "no-store, max-age=0", found
        put = sign("put_object", Key="put", ContentType="text/plain")
        expect(send("PUT", put, b"new", {"Content-Type": "text/plain"}), 200)
        assert setup.get_object(Bucket="inner", Key="put")["Body"].read() == b"new"
        expect(send("DELETE", sign("delete_object", Key="put")), 204)
        upload = s3.generate_presigned_url("create_multipart_upload", Params={"Bucket": "inner", "Key": "parts"}, HttpMethod="POST")
        expect(send("POST", upload), 200)
        listing = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": "inner"})
        expect(send("GET", listing), 200)

        # Of another method, key, signature, key of access, time and host.
        expect(send("PUT", get, b"x"), 403, "SignatureDoesNotMatch")
        expect(send("GET", get.replace(".txt", ".tx")), 403, "SignatureDoesNotMatch")
        expect(send("GET", re.sub(r"(Signature=)(..)", r"\1zz", get)), 403, "SignatureDoesNotMatch")
        expect(send("GET", re.sub(r"AKIDEXAMPLE", "AKIDOTHER", get)), 403, "InvalidAccessKeyId")
        late = re.sub(r"(Expires=)(\d+)", lambda found: found.group(1) + str(int(found.group(2)) + 1), get)
        expect(send("GET", late), 403, "SignatureDoesNotMatch")
        other = client(version, style, aws_secret_access_key="guessed")
        wrong = other.generate_presigned_url("get_object", Params={"Bucket": "inner", "Key": key})
        expect(send("GET", wrong), 403, "SignatureDoesNotMatch")
        expect(send("GET", get + "&versionId=null"), 403, "SignatureDoesNotMatch")
        if style == "path":
            expect(send("GET", get, host=f"outer.s3.localhost:{port}"), 403, "SignatureDoesNotMatch")
        # Whoever has an address cannot make the service do more than it says.
        more = "SignatureDoesNotMatch" if version == "s3" else "AccessDenied"
        for headers in ({"x-amz-meta-a": "b"}, {"x-amz-tagging": "a=b"}, {"x-amz-copy-source": "outer/inner/" + urllib.parse.quote(key)}):
            expect(send("PUT", sign("put_object", Key="put"), b"x", headers), 403, more)
        expect(send("HEAD", sign("head_object", Key="put")), 404)
        marked = sign("put_object", Key="put", Metadata={"a": "b"})
        expect(send("PUT", marked, b"x", {"x-amz-meta-a": "b"}), 200)
        if version == "s3":
            expect(send("GET", sign("get_object", seconds=-60)), 403, "AccessDenied")
        else:
            expect(send("GET", get, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}), 200, b"hello")
            expect(send("PUT", marked, b"x", {"x-amz-meta-a": "c"}), 403, "SignatureDoesNotMatch")
            expect(send("GET", sign("get_object", seconds=604_801)), 400, "AuthorizationQueryParametersError")
            refused = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            parts = urllib.parse.urlsplit(sign("put_object", Key="put"))
            refused.request("PUT", parts.path + "?" + parts.query, b"x", {"Host": parts.netloc, "X-Amz-Tagging": "a=b"})
            content = refused.getresponse().read()
            assert b"<HeadersNotSigned>x-amz-tagging</HeadersNotSigned>" in content, content
        expect(send("DELETE", sign("delete_object", Key="put")), 204)


def post(form, content, name="n.txt", **changed):
    """The form as a browser sends it; a field of None is left out."""
    fields = {**form["fields"], **changed}
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (field.encode(), value.encode())
        for field, value in fields.items() if value is not None)
    body += b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--b--\r\n' % (name.encode(), content)
    return send("POST", form["url"], body, {"Content-Type": "multipart/form-data; boundary=b"})


for version in ("s3v4", "s3"):
    for style in ("path", "virtual"):
        s3 = client(version, style)
        form = s3.generate_presigned_post(
            "inner", "up/${filename}", Fields={"Content-Type": "text/own", "x-amz-meta-a": "b"},
            Conditions=[{"Content-Type": "text/own"}, {"x-amz-meta-a": "b"}, ["content-length-range", 3, 100_000]], ExpiresIn=600)
        assert ("x-amz-signature" in form["fields"]) == (version == "s3v4"), form
        content = bytes(range(256)) * 300
        expect(post(form, content, "big.bin"), 204)
        stored = setup.get_object(Bucket="inner", Key="up/big.bin")
        assert stored["Body"].read() == content and stored["ContentType"] == "text/own" and stored["Metadata"] == {"a": "b"}, stored
        expect(post(form, b"ab"), 400, "EntityTooSmall")
        expect(post(form, bytes(100_001)), 400, "EntityTooLarge")
        expect(post(form, b"abc", **{"x-amz-meta-a": "c"}), 403, "AccessDenied")
        expect(post(form, b"abc", **{"x-amz-meta-more": "c"}), 403, "AccessDenied")
        expect(post(form, b"abc", key="other"), 403, "AccessDenied")
        expect(post(form, b"abc", policy=None), 403, "AccessDenied")
        signature = "x-amz-signature" if version == "s3v4" else "signature"
        expect(post(form, b"abc", **{signature: "0" * 64}), 403, "SignatureDoesNotMatch")
        expect(post(s3.generate_presigned_post("inner", "late", ExpiresIn=-60), b"abc"), 403, "AccessDenied")
        other = client(version, style, aws_secret_access_key="guessed")
        expect(post(other.generate_presigned_post("inner", "k"), b"abc"), 403, "SignatureDoesNotMatch")
        wanted = {"success_action_status": "201"}
        found = post(s3.generate_presigned_post("inner", "k", Fields=wanted, Conditions=[wanted]), b"abc")
        expect(found, 201)
        assert b"<Key>k</Key>" in found[1], found
        wanted = {"success_action_redirect": "http://localhost/done?a=b"}
        found = post(s3.generate_presigned_post("inner", "k", Fields=wanted, Conditions=[wanted]), b"abc")
        expect(found, 303)
        assert found[2]["Location"].startswith("http://localhost/done?a=b&bucket=inner&key=k&etag="), found
plain = {"url": f"http://127.0.0.1:{port}/inner", "fields": {"key": "k"}}
expect(post(plain, b"abc"), 403, "AccessDenied")

print("ok")
