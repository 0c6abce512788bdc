"""`aws kinesis` and `aws firehose`: streams, their records, waiters and pages, and deliveries into a bucket."""

import base64

from command_line import aws, refuses
from port import ACCOUNT, REGION, ROLE, until

STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/"
SHARD = "shardId-000000000000"


def text(record):
    return base64.b64decode(record["Data"]).decode()


def read(stream, shard, kind="TRIM_HORIZON"):
    iterator = aws("kinesis get-shard-iterator", stream_name=stream, shard_id=shard, shard_iterator_type=kind)["ShardIterator"]
    return [text(record) for record in aws("kinesis get-records", shard_iterator=iterator)["Records"]]


def streams():
    for name in ["a", "b", "c", "clicks"]:
        aws("kinesis create-stream --shard-count 1", stream_name=name)
        aws("kinesis wait stream-exists", stream_name=name)
    refuses("ResourceInUseException", "kinesis create-stream --stream-name a --shard-count 1")
    assert aws("kinesis list-streams --page-size 1")["StreamNames"] == ["a", "b", "c", "clicks"]
    first = aws("kinesis list-streams --max-items 3")
    rest = aws("kinesis list-streams", starting_token=first["NextToken"])
    assert (first["StreamNames"], rest["StreamNames"]) == (["a", "b", "c"], ["clicks"]), (first, rest)
    told = aws("kinesis describe-stream --stream-name clicks")["StreamDescription"]
    assert (told["StreamARN"], told["StreamStatus"], len(told["Shards"])) == (STREAM + "clicks", "ACTIVE", 1), told
    assert aws("kinesis describe-stream-summary --stream-name clicks")["StreamDescriptionSummary"]["OpenShardCount"] == 1
    assert aws("kinesis describe-limits")["OpenShardCount"] == 4
    aws("kinesis delete-stream --stream-name c")
    aws("kinesis wait stream-not-exists --stream-name c")
    refuses("ResourceNotFoundException", "kinesis describe-stream --stream-name c")


def records():
    put = aws("kinesis put-record --stream-name clicks --partition-key k --data hello")
    assert put["ShardId"] == SHARD and len(put["SequenceNumber"]) == 56, put
    assert aws("kinesis put-records --stream-name clicks --records Data=a,PartitionKey=1 Data=b,PartitionKey=2")["FailedRecordCount"] == 0
    assert read("clicks", SHARD) == ["hello", "a", "b"] and read("clicks", SHARD, "LATEST") == []
    refuses("InvalidArgumentException", "kinesis get-records --shard-iterator forged")


def shards():
    aws("kinesis split-shard --stream-name clicks", shard_to_split=SHARD, new_starting_hash_key=str(2**127))
    assert len(aws("kinesis list-shards --stream-name clicks --page-size 1")["Shards"]) == 3
    aws("kinesis merge-shards --stream-name clicks --shard-to-merge shardId-000000000001 --adjacent-shard-to-merge shardId-000000000002")
    latest = aws("kinesis list-shards --stream-name clicks --shard-filter Type=AT_LATEST")["Shards"]
    assert [shard["AdjacentParentShardId"] for shard in latest] == ["shardId-000000000002"], latest
    scaled = aws("kinesis update-shard-count --stream-name a --target-shard-count 2 --scaling-type UNIFORM_SCALING")
    assert (scaled["CurrentShardCount"], scaled["TargetShardCount"]) == (1, 2), scaled


def settings():
    aws("kinesis increase-stream-retention-period --stream-name a --retention-period-hours 48")
    aws("kinesis add-tags-to-stream --stream-name a --tags team=web")
    assert aws("kinesis list-tags-for-stream --stream-name a")["Tags"] == [{"Key": "team", "Value": "web"}]
    aws("kinesis remove-tags-from-stream --stream-name a --tag-keys team")
    aws("kinesis tag-resource --tags owner=ada", resource_arn=STREAM + "a")
    assert aws("kinesis list-tags-for-resource", resource_arn=STREAM + "a")["Tags"] == [{"Key": "owner", "Value": "ada"}]
    aws("kinesis start-stream-encryption --stream-name a --encryption-type KMS --key-id alias/mine")
    told = aws("kinesis describe-stream --stream-name a")["StreamDescription"]
    assert (told["RetentionPeriodHours"], told["EncryptionType"], told["KeyId"]) == (48, "KMS", "alias/mine"), told
    aws("kinesis stop-stream-encryption --stream-name a --encryption-type KMS --key-id alias/mine")
    aws("kinesis decrease-stream-retention-period --stream-name a --retention-period-hours 24")
    aws("kinesis update-stream-mode --stream-mode-details StreamMode=ON_DEMAND", stream_arn=STREAM + "b")
    assert aws("kinesis describe-stream-summary --stream-name b")["StreamDescriptionSummary"]["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    for name in ["fan", "out"]:
        aws("kinesis register-stream-consumer", stream_arn=STREAM + "a", consumer_name=name)
    listed = aws("kinesis list-stream-consumers --page-size 1", stream_arn=STREAM + "a")["Consumers"]
    assert [consumer["ConsumerName"] for consumer in listed] == ["fan", "out"], listed
    aws("kinesis describe-stream-consumer", consumer_arn=listed[0]["ConsumerARN"])
    for consumer in listed:
        aws("kinesis deregister-stream-consumer", consumer_arn=consumer["ConsumerARN"])
    refuses("ResourceNotFoundException", "kinesis describe-stream-consumer", consumer_arn=listed[0]["ConsumerARN"])
    refuses("InvalidArgumentException", "kinesis list-channels")


def deliveries():
    aws("s3 mb s3://delivered")
    aws("firehose create-delivery-stream --delivery-stream-name out", extended_s3_destination_configuration={
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::delivered", "Prefix": "out/", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}})
    assert aws("firehose list-delivery-streams")["DeliveryStreamNames"] == ["out"]
    aws("firehose put-record --delivery-stream-name out", record={"Data": "one\n"})
    assert aws("firehose put-record-batch --delivery-stream-name out", records=[{"Data": "two\n"}, {"Data": "three\n"}])["FailedPutCount"] == 0
    keys = lambda: aws("s3api list-objects-v2 --bucket delivered --query Contents[].Key") or []
    delivered = lambda: sorted("".join(aws(f"s3 cp s3://delivered/{key} -") for key in keys()).split())
    until(lambda: delivered() == ["one", "three", "two"], "the delivery")
    told = aws("firehose describe-delivery-stream --delivery-stream-name out")["DeliveryStreamDescription"]
    aws("firehose update-destination --delivery-stream-name out --extended-s3-destination-update Prefix=later/",
        current_delivery_stream_version_id=told["VersionId"], destination_id=told["Destinations"][0]["DestinationId"])
    told = aws("firehose describe-delivery-stream --delivery-stream-name out")["DeliveryStreamDescription"]
    assert told["Destinations"][0]["ExtendedS3DestinationDescription"]["Prefix"] == "later/", told
    aws("firehose tag-delivery-stream --delivery-stream-name out --tags Key=a,Value=1 Key=b,Value=2")
    aws("firehose untag-delivery-stream --delivery-stream-name out --tag-keys a")
    assert aws("firehose list-tags-for-delivery-stream --delivery-stream-name out")["Tags"] == [{"Key": "b", "Value": "2"}]
    aws("firehose start-delivery-stream-encryption --delivery-stream-name out")
    aws("firehose stop-delivery-stream-encryption --delivery-stream-name out")
    aws("firehose delete-delivery-stream --delivery-stream-name out")
    refuses("ResourceNotFoundException", "firehose describe-delivery-stream --delivery-stream-name out")


streams()
records()
shards()
settings()
deliveries()
