"""Firehose: every operation; what was put is in the bucket, as the destination says."""

import gzip

from port import ACCOUNT, REGION, ROLE, client, refused, until

fh, s3, kinesis = client("firehose"), client("s3"), client("kinesis")
ARN = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/"
s3.create_bucket(Bucket="lake")


def destination(prefix, **more):
    return {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": prefix,
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}, **more}


def lines(prefix):
    found = []
    for entry in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", []):
        body = s3.get_object(Bucket="lake", Key=entry["Key"])["Body"].read()
        found += (gzip.decompress(body) if entry["Key"].endswith(".gz") else body).decode().splitlines()
    return sorted(found)


def arrive(prefix, wanted):
    until(lambda: lines(prefix) == wanted, f"{wanted} below {prefix}")


def described(name):
    return fh.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]


def streams():
    made = fh.create_delivery_stream(
        DeliveryStreamName="clicks", ExtendedS3DestinationConfiguration=destination("clicks/"), Tags=[{"Key": "team", "Value": "web"}])
    assert made["DeliveryStreamARN"] == ARN + "clicks", made
    told = described("clicks")
    assert (told["DeliveryStreamStatus"], told["DeliveryStreamType"], told["VersionId"]) == ("ACTIVE", "DirectPut", "1"), told
    assert told["Destinations"][0]["ExtendedS3DestinationDescription"]["Prefix"] == "clicks/", told
    refused("ResourceInUseException", "clicks", fh.create_delivery_stream, DeliveryStreamName="clicks",
            ExtendedS3DestinationConfiguration=destination("clicks/"))
    kinesis.create_stream(StreamName="source", ShardCount=1)
    fh.create_delivery_stream(
        DeliveryStreamName="followed", DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/source", "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration=destination("followed/"))
    page = fh.list_delivery_streams(Limit=1)
    assert page == page | {"DeliveryStreamNames": ["clicks"], "HasMoreDeliveryStreams": True}, page
    page = fh.list_delivery_streams(ExclusiveStartDeliveryStreamName="clicks")
    assert page == page | {"DeliveryStreamNames": ["followed"], "HasMoreDeliveryStreams": False}, page


def records():
    assert fh.put_record(DeliveryStreamName="clicks", Record={"Data": b"one\n"})["RecordId"]
    many = fh.put_record_batch(DeliveryStreamName="clicks", Records=[{"Data": b"two\n"}, {"Data": b"three\n"}])
    assert many["FailedPutCount"] == 0 and len({r["RecordId"] for r in many["RequestResponses"]}) == 2, many
    arrive("clicks/", ["one", "three", "two"])
    refused("ResourceNotFoundException", "nothing", fh.put_record, DeliveryStreamName="nothing", Record={"Data": b"x"})
    kinesis.put_record(StreamName="source", PartitionKey="k", Data=b"of a stream\n")
    arrive("followed/", ["of a stream"])
    refused("InvalidArgumentException", "", fh.put_record, DeliveryStreamName="followed", Record={"Data": b"x"})


def changes():
    told = described("clicks")
    change = dict(DeliveryStreamName="clicks", DestinationId=told["Destinations"][0]["DestinationId"])
    fh.update_destination(CurrentDeliveryStreamVersionId="1", **change,
                          ExtendedS3DestinationUpdate={"Prefix": "packed/", "CompressionFormat": "GZIP"})
    told = described("clicks")
    assert told["VersionId"] == "2", told
    assert told["Destinations"][0]["ExtendedS3DestinationDescription"]["CompressionFormat"] == "GZIP", told
    refused("ConcurrentModificationException", "", fh.update_destination, CurrentDeliveryStreamVersionId="1", **change,
            ExtendedS3DestinationUpdate={"Prefix": "x/"})
    fh.start_delivery_stream_encryption(
        DeliveryStreamName="clicks", DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"})
    assert described("clicks")["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLED"
    fh.put_record(DeliveryStreamName="clicks", Record={"Data": b"four\n"})
    arrive("packed/", ["four"])
    fh.stop_delivery_stream_encryption(DeliveryStreamName="clicks")
    assert described("clicks")["DeliveryStreamEncryptionConfiguration"]["Status"] == "DISABLED"
    fh.tag_delivery_stream(DeliveryStreamName="clicks", Tags=[{"Key": "a", "Value": "1"}])
    fh.untag_delivery_stream(DeliveryStreamName="clicks", TagKeys=["team"])
    tags = fh.list_tags_for_delivery_stream(DeliveryStreamName="clicks")
    assert tags["Tags"] == [{"Key": "a", "Value": "1"}] and not tags["HasMoreTags"], tags


def ends():
    fh.delete_delivery_stream(DeliveryStreamName="clicks")
    refused("ResourceNotFoundException", "clicks", fh.describe_delivery_stream, DeliveryStreamName="clicks")
    assert fh.list_delivery_streams()["DeliveryStreamNames"] == ["followed"]


streams()
records()
changes()
ends()
