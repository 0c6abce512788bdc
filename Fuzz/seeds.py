#!/usr/bin/env python3
"""Writes the seed corpora of the fuzzers: small real files, cut from the samples and fixtures of the repository.

    seeds.py ROOT FOLDER    makes FOLDER/TARGET/NAME for each target

Some fuzzers take a few bytes of choices before the file; those are written in front. Files in Fuzz/seeds/TARGET are copied as they are;
so are those in Fuzz/regressions/TARGET, which once were findings.
"""

import gzip
import hashlib
import pathlib
import re
import sys
import zlib

ROOT = pathlib.Path(sys.argv[1])
FOLDER = pathlib.Path(sys.argv[2])
HEAD_BYTES = 2_000


def seed(target: str, content: bytes) -> None:
    folder = FOLDER / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(content).hexdigest()[:16]).write_bytes(content)


def head(path: pathlib.Path, limit: int = HEAD_BYTES) -> bytes:
    """The first whole lines."""
    content = path.read_bytes()[:limit]
    return content[: content.rfind(b"\n") + 1] or content


def samples(*patterns: str) -> list[pathlib.Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())


def csv_seeds() -> None:
    # Choices: delimiter, quote, escape, header, encoding, nulls, ragged, quotes, trim, comment, detect, one more, types, chunk.
    plain = bytes(14)
    variants = [plain, bytes([4, 3, 2, 0, 4, 0, 3, 0, 0, 0, 1, 0, 3, 1]), bytes([1, 0, 0, 1, 2, 1, 1, 1, 1, 1, 2, 4, 5, 2])]
    variants += [bytes(11) + bytes([choice, choice, choice % 4]) for choice in range(1, 7)]
    variants += [bytes([3, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 2]), bytes([2, 1, 1, 2, 0, 2, 2, 1, 0, 2, 0, 0, 0, 0])]
    files = samples("sample-data/*.csv", "sample-data/*.tab", "Tests/EndToEndTests/Scenarios/*/input.*")
    for place, path in enumerate(files):
        if path.suffix in (".csv", ".tab"):
            seed("csv", plain + head(path))
            seed("csv", variants[place % len(variants)] + head(path, 400))
    quoted = b'a,b,c\r\n1,"x, ""y""\nz",2.5\r\n-3,,NA\r\n"open,1\r\n4;5||6\t7 8,\\"9\\",10\r\nTotal,1,2\r\n'
    for variant in variants:
        seed("csv", variant + quoted)
        seed("csv", variant + "a;b\nZoë;😀\n".encode("utf-16-le"))
        seed("csv", variant + b"\xef\xbb\xbfa|b|c\n2013-01-01T10:00:00Z|18/02/2024|1.614,93\n\n|x|")


def json_seeds() -> None:
    documents = [
        b'{"a":1,"b":"x","c":1.5e3,"d":[1,2,null],"e":{"a":"y","b":[true,false]}}\n{"a":null,"a":2}\n{"a":[],"b":{}}\n',
        b'[{"id":1,"name":"Zo\\u00eb"},\n {"id":2,"name":"\\ud83d\\ude00\\n"}, 3, null, {"id":"x"}]\n',
        b'{\n  "a": 1,\n  "b": {"c": [ {"d": [[]]} ]}\n}{"a":-0.0}\n{"a": 12345678901234567890123}\n',
        b'{"a":1}\n{"a":\n{"a":tru}\n{"a":01}\n{"a":"\\x"}\n{"a":1}}\n\n{"b":"2013-01-01T10:00:00Z","c":"1.25","d":"aGk="}\n',
    ]
    documents += [head(path) for path in samples("sample-data/*.jsonl", "Tests/EndToEndTests/Scenarios/*/*.jsonl")]
    for document in documents:
        for choices in (bytes(4), bytes([0, 0, 1, 0]), bytes([2, 0, 1, 3]), bytes([3, 0, 1, 7]), bytes([1, 0, 1, 11])):
            seed("json", choices + document)
        seed("json", bytes([0, 2, 0, 0]) + document.decode().encode("utf-16-le"))


def codec_seeds() -> None:
    texts = [b"", b"a", head(ROOT / "sample-data/airlines.csv"), bytes(3_000), bytes(range(256)) * 3]
    # Blocks: none, snappy, gzip, zlib, deflate, zstd.
    for text in texts:
        size = bytes([min(len(text), 255), 1])
        packed = gzip.compress(text, mtime=0)
        raw = zlib.compressobj(9, zlib.DEFLATED, -15)
        blocks = {2: packed, 3: zlib.compress(text), 4: raw.compress(text) + raw.flush()}
        for codec, block in blocks.items():
            seed("codecs", bytes([2, codec]) + size + block)
        for file in (packed, packed + gzip.compress(b"more", mtime=0), packed[:-5], packed + bytes(9), zlib.compress(text)):
            seed("codecs", bytes([0]) + file)
            for cut in range(4):
                seed("codecs", bytes([1, 0 if file[:1] == b"\x1f" else 1, cut]) + file)
        for codec in range(6):
            seed("codecs", bytes([3, codec, 5]) + text)
    for path in samples("Fuzz/seeds/frames/*"):
        content = path.read_bytes()
        seed("codecs", bytes([0]) + content)
        seed("codecs", bytes([2, 5 if path.suffix == ".zst" else 1, 4, 1]) + content)
    seed("codecs", bytes([0]) + gzip.compress(bytes(64 << 20), mtime=0)[:4_000])


def parquet_seeds() -> None:
    for path in samples("Tests/SluiceParquetTests/Fixtures/*.parquet"):
        content = path.read_bytes()
        if len(content) <= 40_000:
            seed("parquet", content)
        footer = int.from_bytes(content[-8:-4], "little")
        if footer < 6_000:
            seed("parquet", content[-8 - footer : -8])
        seed("parquet", content[4:300])


def text_of_tests(pattern: str, folder: str) -> list[str]:
    """String literals of test files."""
    found = set()
    for path in samples(f"{folder}/**/*.swift"):
        for match in re.finditer(pattern, path.read_text()):
            found.add(match.group(1))
    return sorted(found)


def expression_seeds() -> None:
    texts = text_of_tests(r'"((?:[^"\\\n]|\\.){3,120})"', "Tests/SluiceExpressionsTests")
    texts += text_of_tests(r'"((?:[^"\\\n]|\\.){3,120})"', "Sources/SluiceExpressions/Functions")
    for text in texts:
        if re.search(r"[(+*/=<>|'-]|\b(AND|OR|NOT|IN|LIKE|CASE|CAST)\b", text):
            seed("expressions", text.replace('\\"', '"').encode())


def pattern_seeds() -> None:
    texts = text_of_tests(r'#"((?:[^"\n]){1,80})"#', "Tests/SluicePatternsTests")
    texts += text_of_tests(r'#"((?:[^"\n]){1,80})"#', "Tests/SluiceExpressionsTests")
    for text in texts:
        for subject in ("aabb", "2024-03-01T08:00 Zoë x_1\n-", ""):
            seed("patterns", f"{text}\n{subject}".encode())
    for line in head(ROOT / "sample-data/access.log", 600).splitlines():
        seed("patterns", rb'(\S+) (\S+) (\S+) \[([^\]]*)\] "([^"]*)" (\d{3}) (\d+|-).*' + b"\n" + line)


def text_seeds() -> None:
    # Choices: chunk, check, pattern, definitions, record start, null texts, date and timestamp pattern, encoding, detection.
    lines = {
        13: head(ROOT / "sample-data/access.log", 600),
        14: b"Mar  1 10:00:48 web-1 sshd[4711]: Accepted publickey for root\nMar 10 00:00:00 web-1 kernel: odd\n\nno log line\n",
        15: b"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed\n",
        18: b"[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187] File not there\n",
        19: b"2024-03-01 10:00:48,123 ERROR [main] com.example.Main - failed\njava.io.IOException: gone\n\tat a.B.c(B.java:1)\n\n"
        b"2024-03-01 10:00:49,001 INFO  [w-1] com.example.Job - ok\r\n",
        20: b"1 2.5 3.25 true\n007 -1e3 2.7512 no\n2.75 - x -\n99999999999999999999 0 0 false\n",
        21: b"18/02/2024,\"a \\\" b\"\n31/02/2024,'x'\n",
        22: b"https://example.com/a?b=c#d\n::1\nzoe@example.com\n123e4567-e89b-12d3-a456-426614174000\n",
        23: b"aab\nab\n\nba\n",
    }
    for pattern, text in lines.items():
        for chunk in range(4):
            seed("text", bytes([chunk, chunk, pattern, 0, 0, 0, 0, 0, 0, 0]) + text)
        seed("text", bytes([2, 1, pattern, 0, 5, 1, 1, 1, 0, 0]) + text)
        seed("text", bytes([1, 3, pattern, 0, 6, 2, 0, 0, 0, 0]) + text)
        seed("text", bytes([1, 0, 10, 0, 0, 0, 0, 0, 0, 0]) + text)
        seed("text", bytes([0, 0, pattern, 0, 0, 0, 0, 0, 3, 0]) + text.decode().encode("utf-16-le"))
        own = b"OWN [a-z0-9]{2,4}\n%{OWN:o}%{DATA:d:int} %{GREEDYDATA:rest}\n"
        seed("text", bytes([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + own + text)
        seed("text", bytes([2, 1, 0, 1, 4, 0, 0, 0, 0, 0]) + b"OWN \\d+\n(?<first>.*?)(?: %{OWN:n:int})?\n%{OWN}[-/]\n" + text)
    for pattern in text_of_tests(r'"pattern": \.texts?\(\[?#?"((?:[^"\n]){1,200})"', "Tests/SluiceFormatsTests/Grok"):
        seed("text", bytes([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]) + pattern.encode() + b"\n" + lines[19] + lines[20])


def inspect_seeds() -> None:
    # Choices: the name, what is detected.
    files = samples("sample-data/*", "Tests/EndToEndTests/Scenarios/*/input.*", "Fuzz/seeds/avro/*")
    files += samples("Tests/SluiceParquetTests/Fixtures/*.parquet")
    for place, path in enumerate(files):
        content = path.read_bytes()
        if len(content) > 4_000:
            if path.suffix in (".parquet", ".avro"):
                continue
            content = head(path)
        for plain in (bytes([0, 0]), bytes([place % 11, 1])):
            seed("inspect", plain + content)
        seed("inspect", bytes([0, 1]) + gzip.compress(content, mtime=0))
        seed("inspect", bytes([8, 0]) + zlib.compress(content))
    for path in samples("Fuzz/seeds/frames/*"):
        seed("inspect", bytes([0, 0]) + path.read_bytes())
    quoted = "a;b;c\r\nZoë;\"x;y\";1.614,93\r\n18/02/2024;NA;😀\r\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"):
        seed("inspect", bytes([0, 1]) + quoted.encode(encoding))
        seed("inspect", bytes([2, 0]) + quoted.encode(encoding))
    seed("inspect", bytes([2, 1]) + quoted.replace("😀", "€").encode("cp1252"))


def copied() -> None:
    for folder in ("seeds", "regressions"):
        for path in samples(f"Fuzz/{folder}/*/*"):
            if path.parent.name != "frames":
                seed(path.parent.name, path.read_bytes())


def skipping_seeds() -> None:
    # Choices: eleven for the writer, four for the condition and one for batches; rows of three to six bytes.
    rows = bytes((place * 37 + place // 5) % 256 for place in range(240))
    for writer in (bytes(11), bytes([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1]), bytes([2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2])):
        for relation in range(8):
            seed("skipping", writer + bytes([relation % 2, 140, 20, relation, relation % 3]) + rows)
            seed("skipping", writer + bytes([0, 2, 5, relation, 1]) + bytes([0, 2, 2, 15, 39, 4, 7, 8, 3]) * 20)


def spill_seeds() -> None:
    for first in range(13):
        for fields in range(4):
            for rows in range(7):
                seed("spill", bytes([first, fields, rows]) + bytes(64))
                seed("spill", bytes([first, fields, rows]) + bytes([1]) + bytes([255] * 8) + bytes(300))


def blocks_of_tests(folder: str) -> list[str]:
    """Texts of several lines and raw strings of test files."""
    found = set()
    for path in samples(f"{folder}/**/*.swift"):
        content = path.read_text()
        found.update(re.sub(r"(?m)^ +", "", match) for match in re.findall(r'"""\n(.*?)\n *"""', content, re.DOTALL))
        found.update(re.findall(r'#"([^"\n].{2,400}?)"#', content))
    return sorted(found)


def registry_seeds() -> None:
    # The first byte is the format: Avro, JSON Schema, Protobuf. Two schemas follow, and a payload.
    folders = ("Avro", "JSONSchema", "Protobuf")
    for number, name in enumerate(folders):
        texts = [text for text in blocks_of_tests(f"Tests/SluiceRegistryTests/{name}") if len(text) < 1_500]
        for place, text in enumerate(texts):
            other = texts[(place + 1) % len(texts)]
            seed("registry", bytes([number]) + text.encode())
            seed("registry", bytes([number]) + f"{text}\n--\n{other}\n--\n".encode() + b'{"id": 1, "name": "x"}')
            seed("registry", bytes([number]) + f"{text}\n--\n{text}\n--\n".encode() + bytes([2, 6, 97, 98, 99, 0]))


def sql_seeds() -> None:
    texts = re.findall(r'"((?:SELECT|WITH|CREATE|INSERT|VALUES)[^"\n]{5,400})"', "\n".join(p.read_text() for p in samples("Tests/SluiceQueryTests/**/*.swift")))
    texts += blocks_of_tests("Tests/SluiceQueryTests")
    for text in sorted(set(texts)):
        seed("sql", text.encode()[:1_000])


def xml_seeds() -> None:
    for text in blocks_of_tests("Tests/SluiceAWSTests") + text_of_tests(r'"(<(?:[^"\\\n]|\\.){3,400})"', "Tests/SluiceAWSTests"):
        if "<" in text:
            seed("xml", text.replace('\\"', '"').encode()[:4_000])
    seed("xml", b'<?xml version="1.0" encoding="UTF-8"?>\n<L xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><!-- c --><K>a&amp;b&#x41;</K><E/></L>')


def records_seeds() -> None:
    document = b'{"meta": {"n": 2}, "items": [{"id": 1, "l": [{"x": 1}, 2]}, {"id": 2, "l": []}, 3, "a\\"b"],\n "o": {"i d": {"items": [{"y": null}]}}}\n'
    for path in ("$", "$[*]", "$.items", "$.items[*]", "$.items[1]", "$.items[*].l[*]", "$['o']['i d'].items", "$.o", "$.meta.n", "$[0].id"):
        seed("records", path.encode() + b"\n" + document)
        seed("records", path.encode() + b"\n[" + document.strip() + b", " + document.strip() + b"]")


def wire_seeds() -> None:
    documents = [
        b'{"StreamName":"s","Records":[{"Data":"aGVsbG8=","PartitionKey":"k","ExplicitHashKey":"0"}],"Limit":1e2,"A":[1,null,true]}',
        b'{"a":{"b":{"c":["\\ud83d\\ude00",-0.0,12345678901234567890]}},"a":1}', b"[]", b"1e999",
    ]
    for document in documents:
        seed("wire", b"\0" + document)
    # CBOR: integers, floats of 16, 32 and 64 bits, texts and bytes in chunks, indefinite lists and maps, times, nesting.
    for text in (
        "a2616101616282f97e00fa3f800000", "bf6153c1fb41d452d9e8000000ff", "a16144430102036153", "9f0118641903e81a000f42401b7fffffffffffffff20ff",
        "5f42010243030405ff", "7f61616162ff", "a1617ac11b0000018bcfe56800", "818181818180", "bf6141f66142f5ff", "a161611bffffffffffffffff",
    ):
        seed("wire", b"\1" + bytes.fromhex(text))


def requests_seeds() -> None:
    scope = "Credential=KEY/20260101/us-east-1/s3/aws4_request"
    header = f"Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}\nX-Amz-Date: 20260101T000000Z\n"
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-{scope.replace('/', '%2F')}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60"
    for start in (
        "GET /bucket/a%20b/../%C3%BC+.txt?versionId=null&acl", f"PUT /b/k?{query}&X-Amz-SignedHeaders=host&X-Amz-Signature={'a' * 64}",
        "GET /b/k?AWSAccessKeyId=KEY&Expires=1767229200&Signature=AAAA%2BAAA%3D&response-content-type=a%2Fb", "GET http://h/x?y", "POST /",
    ):
        seed("requests", f"{start}\nHost: b.s3.localhost:4566\n{header}Range: bytes=1-2\n\nbody".encode())
        seed("requests", f"{start}\nHost: localhost\nRange: bytes=-5\nDate: Sat, 31 Jan 2026 12:00:00 GMT\nContent-Type: a\n\n".encode())
    seed("requests", b"GET /\nAuthorization: AWS4-HMAC-SHA256 Credential=ASIAQNZGKIQY56JQ7WML/20260101/eu-central-1/kinesis/aws4_request\n")


def chunks_seeds() -> None:
    for kind in range(3):
        for size in (0, 3, 63):
            mark = b";chunk-signature=" + b"0" * 64 if kind else b""
            body = b"5" + mark + b"\r\nhello\r\n" + b"A" + mark + b"\r\n0123456789\r\n0" + mark + b"\r\n"
            seed("chunks", bytes([kind, size]) + body + b"\r\n")
            seed("chunks", bytes([kind, size]) + body + b"x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:00\r\n\r\n")
            seed("chunks", bytes([kind, size]) + b"fffffffffffffff\r\nx")


def documents_seeds() -> None:
    for text in blocks_of_tests("Tests/SluiceS3ServiceTests") + text_of_tests(r'"(<(?:[^"\\\n]|\\.){3,400})"', "Tests/SluiceS3ServiceTests"):
        seed("documents", text.replace('\\"', '"').encode()[:4_000])
    for text in (
        "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
        "<ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></And></Filter><Expiration><Days>1</Days></Expiration><NoncurrentVersionExpiration>"
        "<NoncurrentDays>2</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>"
        "<Rule><Status>Disabled</Status><Prefix/><Expiration><Date>2026-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>",
        "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.a</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>x-*</AllowedHeader>"
        "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>",
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>e</Key></ErrorDocument></WebsiteConfiguration>",
        "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag><Tag><Key>\u00e9</Key><Value/></Tag></TagSet></Tagging>",
        "<CreateBucketConfiguration><LocationConstraint>EU</LocationConstraint></CreateBucketConfiguration>",
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"s3:Get*","Resource":["arn:aws:s3:::a/?*"]},'
        '{"Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":"*","Condition":{}}]}',
    ):
        seed("documents", text.encode())


def forms_seeds() -> None:
    part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    body = part.format("key", "", "a/${filename}") + part.format("Content-Type", "", "text/plain") + part.format("file", '; filename="a\\"b.txt"', "1\r\n-2")
    for size in (0, 1, 7, 63):
        for head in ('multipart/form-data; boundary=b', 'Multipart/Form-Data; charset=a; boundary="b"'):
            seed("forms", bytes([size]) + f"{head}\n{body}--b--\r\n".encode())
            seed("forms", bytes([size]) + f"{head}\nbefore\r\n{body}".encode())
    seed("forms", b"\x03multipart/form-data; boundary=b\n--b--\r\n")


def puts_seeds() -> None:
    record = '{"Data":"aGVsbG8=","PartitionKey":"k%s"%s}'
    for more in ("", ',"ExplicitHashKey":"340282366920938463463374607431768211455"'):
        records = ",".join(record % (number, more if number % 2 else "") for number in range(3))
        for name in ('"StreamName":"s"', '"StreamARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s"'):
            seed("puts", ("{" + name + ',"Records":[' + records + "]}").encode())
            seed("puts", ('{"Records" : [ ' + records + " ] ,\n" + name + "}").encode())
    seed("puts", b'{"StreamName":"s","Records":[{"PartitionKey":"\\u0061","Data":"aGVs\\/w=="}],"DryRun":true}')
    seed("puts", b'{"StreamName":"s","Records":[{"PartitionKey":"a","Data":""},{"PartitionKey":"b","Data":"YQ"}]}')


def aggregates_seeds() -> None:
    key, number = b"\x0a\x01k", b"\x12\x013"
    seed("aggregates", key + number + b"\x1a\x09\x08\x00\x10\x00\x1a\x03abc" + b"\x1a\x05\x08\x00\x1a\x01d")
    seed("aggregates", b"\x0a\x02k1\x0a\x02k2\x1a\x04\x08\x01\x1a\x00\x1a\x04\x08\x00\x1a\x00")


makers = (csv_seeds, json_seeds, codec_seeds, parquet_seeds, skipping_seeds, text_seeds, inspect_seeds)
for make in makers + (expression_seeds, pattern_seeds, spill_seeds, registry_seeds, sql_seeds, xml_seeds, records_seeds) + (
    wire_seeds, requests_seeds, chunks_seeds, documents_seeds, forms_seeds, puts_seeds, aggregates_seeds,
    copied,
):
    make()
