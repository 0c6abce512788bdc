"""Kinesis Data Streams: every operation, with answers that are what the calls before made them."""

import datetime
import json

from port import client, pages, refused, wait

k = client("kinesis")


def iterator(shard, kind="TRIM_HORIZON", stream="orders", **more):
    return k.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]


def drain(token):
    found = []
    while token:
        page = k.get_records(ShardIterator=token, Limit=1000)
        found += page["Records"]
        token = page.get("NextShardIterator")
        if not page["Records"] and page["MillisBehindLatest"] == 0:
            break
    return found, token


def streams():
    k.create_stream(StreamName="orders", ShardCount=2, Tags={"team": "sales"})
    wait(k, "stream_exists", StreamName="orders")
    refused("ResourceInUseException", "already exists", k.create_stream, StreamName="orders", ShardCount=2)
    refused("ResourceNotFoundException", "Stream nothing under account 000000000000 not found.", k.describe_stream, StreamName="nothing")
    refused(
        "ValidationException", "'a b' at 'streamName' failed to satisfy constraint", k.create_stream, StreamName="a b", ShardCount=1)
    described = k.describe_stream(StreamName="orders")["StreamDescription"]
    arn = described["StreamARN"]
    assert arn == "arn:aws:kinesis:us-east-1:000000000000:stream/orders"
    assert described["StreamStatus"] == "ACTIVE" and len(described["Shards"]) == 2 and described["RetentionPeriodHours"] == 24
    assert described["Shards"][0]["HashKeyRange"]["StartingHashKey"] == "0"
    assert described["Shards"][1]["HashKeyRange"]["EndingHashKey"] == str(2**128 - 1)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - described["StreamCreationTimestamp"]).total_seconds()) < 3600
    summary = k.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 2 and summary["MaxRecordSizeInKiB"] == 1024 and summary["ConsumerCount"] == 0
    for name in ("a1", "a2", "a3"):
        k.create_stream(StreamName=name, ShardCount=1)
    assert pages(k.list_streams) == ["a1", "a2", "a3", "orders"]
    shards = pages(k.list_shards, StreamName="orders")
    assert [s["ShardId"] for s in shards] == ["shardId-000000000000", "shardId-000000000001"]
    assert pages(k.describe_stream, StreamName="orders") == shards
    refused("InvalidArgumentException", "NextToken", k.list_shards, NextToken="forged")
    k.delete_stream(StreamName="a3")
    wait(k, "stream_not_exists", StreamName="a3")
    assert k.describe_limits()["OpenShardCount"] == 4
    return arn


def records():
    token = iterator("shardId-000000000000", "LATEST")
    one = k.put_record(StreamName="orders", Data=b"\x00\xff one", PartitionKey="k", ExplicitHashKey="0")
    assert one["ShardId"] == "shardId-000000000000" and len(one["SequenceNumber"]) == 56 and one["SequenceNumber"].startswith("49")
    two = k.put_record(
        StreamName="orders", Data=b"two", PartitionKey="k", ExplicitHashKey="0", SequenceNumberForOrdering=one["SequenceNumber"])
    assert int(two["SequenceNumber"]) > int(one["SequenceNumber"])
    last = k.put_record(StreamName="orders", Data=b"", PartitionKey="schl\u00fcssel \"q\"", ExplicitHashKey=str(2**128 - 1))
    assert last["ShardId"] == "shardId-000000000001"
    refused("InvalidArgumentException", "2^128-1", k.put_record, StreamName="orders", Data=b"x", PartitionKey="k", ExplicitHashKey=str(2**128))
    refused("ValidationException", "explicitHashKey", k.put_record, StreamName="orders", Data=b"x", PartitionKey="k", ExplicitHashKey="007")
    # LATEST was fixed when the iterator was made, and an iterator can be used twice.
    for _ in range(2):
        page = k.get_records(ShardIterator=token)
        assert [r["Data"] for r in page["Records"]] == [b"\x00\xff one", b"two"], page
        assert page["MillisBehindLatest"] == 0 and page["Records"][0]["SequenceNumber"] == one["SequenceNumber"]
    assert drain(iterator("shardId-000000000001"))[0][0]["PartitionKey"] == "schl\u00fcssel \"q\""
    many = k.put_records(StreamName="orders", Records=[{"Data": bytes([i % 256]) * i, "PartitionKey": str(i)} for i in range(500)])
    assert many["FailedRecordCount"] == 0 and len({r["SequenceNumber"] for r in many["Records"]}) == 500
    got = drain(iterator("shardId-000000000000"))[0] + drain(iterator("shardId-000000000001"))[0]
    assert sorted(len(r["Data"]) for r in got if r["PartitionKey"].isdigit()) == list(range(500))
    at = drain(iterator("shardId-000000000000", "AT_SEQUENCE_NUMBER", StartingSequenceNumber=two["SequenceNumber"]))[0]
    after = drain(iterator("shardId-000000000000", "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=one["SequenceNumber"]))[0]
    assert at[0]["Data"] == b"two" and [r["SequenceNumber"] for r in at] == [r["SequenceNumber"] for r in after]
    start = k.list_shards(StreamName="orders")["Shards"][0]["SequenceNumberRange"]["StartingSequenceNumber"]
    assert drain(iterator("shardId-000000000000", "AT_SEQUENCE_NUMBER", StartingSequenceNumber=start))[0][0]["Data"] == b"\x00\xff one"
    assert drain(iterator("shardId-000000000000", "AT_TIMESTAMP", Timestamp=0))[0][0]["Data"] == b"\x00\xff one"
    refused("InvalidArgumentException", "Invalid ShardIterator.", k.get_records, ShardIterator="A" * 60)
    refused("InvalidArgumentException", "did not come from this stream", iterator, shard="shardId-000000000001", kind="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=one["SequenceNumber"])
    refused("ResourceNotFoundException", "shardId-000000000009", iterator, shard="shardId-000000000009")
    refused("ValidationException", "enum value set", iterator, shard="shardId-000000000000", kind="NEWEST")
    if "DryRun" in k.meta.service_model.operation_model("PutRecord").input_shape.members:
        refused("DryRunOperationException", "", k.put_record, StreamName="orders", Data=b"x", PartitionKey="k", DryRun=True)


def sizes(arn):
    mebibyte = 1 << 20
    refused("InvalidArgumentException", "maximum record size", k.put_record, StreamName="orders", Data=b"x" * mebibyte, PartitionKey="k")
    k.put_record(StreamName="orders", Data=b"x" * (mebibyte - 1), PartitionKey="k")
    k.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=10240)
    k.put_record(StreamName="orders", Data=b"x" * (10 * mebibyte - 1), PartitionKey="k", ExplicitHashKey="0")
    refused("InvalidArgumentException", "10 MB limit", k.put_records, StreamName="orders",
            Records=[{"Data": b"x" * (6 * mebibyte), "PartitionKey": "k"}] * 2)
    k.put_records(StreamName="orders", Records=[{"Data": b"y" * mebibyte, "PartitionKey": "k", "ExplicitHashKey": "0"}] * 9)
    token = iterator("shardId-000000000000")
    seen = 0
    while token:
        page = k.get_records(ShardIterator=token)
        size = sum(len(r["Data"]) + len(r["PartitionKey"].encode()) for r in page["Records"])
        assert size <= 10 * mebibyte
        assert page["MillisBehindLatest"] >= 0
        seen += len(page["Records"])
        token = page["NextShardIterator"]
        if not page["Records"]:
            break
    assert seen > 10
    refused("ValidationException", "less than or equal to 500", k.put_records, StreamName="orders",
            Records=[{"Data": b"x", "PartitionKey": "k"}] * 501)


def shards(arn):
    k.create_stream(StreamName="split", ShardCount=1)
    k.put_record(StreamName="split", Data=b"before", PartitionKey="k")
    refused("InvalidArgumentException", "NewStartingHashKey", k.split_shard, StreamName="split", ShardToSplit="shardId-000000000000",
            NewStartingHashKey="0")
    k.split_shard(StreamName="split", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    wait(k, "stream_exists", StreamName="split")
    closed = k.list_shards(StreamName="split")["Shards"]
    assert len(closed) == 3 and closed[1]["ParentShardId"] == closed[0]["ShardId"] and closed[0]["SequenceNumberRange"]["EndingSequenceNumber"]
    page = k.get_records(ShardIterator=iterator("shardId-000000000000", stream="split"))
    assert [r["Data"] for r in page["Records"]] == [b"before"]
    assert page.get("NextShardIterator") is None and len(page["ChildShards"]) == 2
    assert page["ChildShards"][0]["ParentShards"] == ["shardId-000000000000"]
    refused("InvalidArgumentException", "already been merged or split", k.split_shard, StreamName="split",
            ShardToSplit="shardId-000000000000", NewStartingHashKey="7")
    k.merge_shards(StreamName="split", ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002")
    assert k.list_shards(StreamName="split", ShardFilter={"Type": "AT_LATEST"})["Shards"][0]["AdjacentParentShardId"]
    scaled = k.update_shard_count(StreamName="split", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    assert scaled["CurrentShardCount"] == 1 and scaled["TargetShardCount"] == 2
    refused("InvalidArgumentException", "double", k.update_shard_count, StreamName="split", TargetShardCount=9, ScalingType="UNIFORM_SCALING")
    split = "arn:aws:kinesis:us-east-1:000000000000:stream/split"
    k.update_stream_mode(StreamARN=split, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    refused("ValidationException", "On-Demand", k.update_shard_count, StreamName="split", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    assert k.update_stream_warm_throughput(StreamName="split", WarmThroughputMiBps=8)["WarmThroughput"]["TargetMiBps"] == 8


def settings(arn):
    k.increase_stream_retention_period(StreamName="orders", RetentionPeriodHours=48)
    refused("InvalidArgumentException", "shorter than existing", k.increase_stream_retention_period, StreamName="orders", RetentionPeriodHours=24)
    k.decrease_stream_retention_period(StreamName="orders", RetentionPeriodHours=24)
    refused("InvalidArgumentException", "Maximum allowed", k.increase_stream_retention_period, StreamName="orders", RetentionPeriodHours=8761)
    k.add_tags_to_stream(StreamName="orders", Tags={"a": "1", "b": ""})
    assert k.list_tags_for_stream(StreamName="orders", Limit=2)["HasMoreTags"]
    k.remove_tags_from_stream(StreamName="orders", TagKeys=["a"])
    k.tag_resource(ResourceARN=arn, Tags={"c": "3"})
    k.untag_resource(ResourceARN=arn, TagKeys=["b"])
    assert {t["Key"]: t["Value"] for t in k.list_tags_for_resource(ResourceARN=arn)["Tags"]} == {"team": "sales", "c": "3"}
    k.start_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId="alias/mine")
    assert k.put_record(StreamName="orders", Data=b"secret", PartitionKey="k")["EncryptionType"] == "KMS"
    assert k.describe_stream(StreamName="orders")["StreamDescription"]["KeyId"] == "alias/mine"
    k.stop_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId="alias/mine")
    k.put_record(StreamName="orders", Data=b"open again", PartitionKey="k")
    told = {}
    for shard in k.list_shards(StreamName="orders")["Shards"]:
        place = k.get_shard_iterator(StreamName="orders", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        for record in k.get_records(ShardIterator=place)["Records"]:
            told[record["Data"]] = record.get("EncryptionType", "NONE")
    # What holds is how a record was put, not what the stream does now.
    assert told.pop(b"secret") == "KMS" and set(told.values()) == {"NONE"}, told
    assert k.enable_enhanced_monitoring(StreamName="orders", ShardLevelMetrics=["ALL"])["CurrentShardLevelMetrics"] == []
    left = k.disable_enhanced_monitoring(StreamName="orders", ShardLevelMetrics=["IncomingBytes"])
    assert len(left["DesiredShardLevelMetrics"]) == 6
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    k.put_resource_policy(ResourceARN=arn, Policy=policy)
    assert k.get_resource_policy(ResourceARN=arn)["Policy"] == policy
    k.delete_resource_policy(ResourceARN=arn)
    assert k.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"] == "DISABLED"
    assert k.update_account_settings(MinimumThroughputBillingCommitment={"Status": "ENABLED"})["MinimumThroughputBillingCommitment"]["StartedAt"]


def consumers(arn):
    made = k.register_stream_consumer(StreamARN=arn, ConsumerName="fan")["Consumer"]
    refused("ResourceInUseException", "already exists", k.register_stream_consumer, StreamARN=arn, ConsumerName="fan")
    k.register_stream_consumer(StreamARN=arn, ConsumerName="other")
    listed = pages(k.list_stream_consumers, StreamARN=arn)
    assert [c["ConsumerName"] for c in listed] == ["fan", "other"]
    assert k.describe_stream_consumer(ConsumerARN=made["ConsumerARN"])["ConsumerDescription"]["StreamARN"] == arn
    k.create_stream(StreamName="pushed", ShardCount=1)
    pushed = "arn:aws:kinesis:us-east-1:000000000000:stream/pushed"
    consumer = k.register_stream_consumer(StreamARN=pushed, ConsumerName="push")["Consumer"]["ConsumerARN"]
    subscription = k.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition={"Type": "LATEST"})
    events = iter(subscription["EventStream"])
    got = []
    # It keeps pushing: each record is put after the one before was seen.
    for number in range(3):
        k.put_record(StreamName="pushed", Data=b"%d" % number, PartitionKey="k")
        while len(got) <= number:
            event = next(events)["SubscribeToShardEvent"]
            got += [r["Data"] for r in event["Records"]]
            assert event["ContinuationSequenceNumber"] and event["MillisBehindLatest"] >= 0
    assert got == [b"0", b"1", b"2"]
    k.split_shard(StreamName="pushed", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    last = [e["SubscribeToShardEvent"] for e in events][-1]
    # By what is not there clients know the end of the shard.
    assert len(last["ChildShards"]) == 2 and "ContinuationSequenceNumber" not in last, last
    refused("ResourceInUseException", "has consumers", k.delete_stream, StreamName="orders")
    k.deregister_stream_consumer(StreamARN=arn, ConsumerName="other")
    k.deregister_stream_consumer(ConsumerARN=made["ConsumerARN"])
    refused("ResourceNotFoundException", "Consumer", k.describe_stream_consumer, ConsumerARN=made["ConsumerARN"])


def apart():
    other = client("kinesis", key="111122223333")
    assert other.list_streams()["StreamNames"] == []
    other.create_stream(StreamName="orders", ShardCount=1)
    assert other.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"].split(":")[4] == "111122223333"
    there = client("kinesis", region="eu-central-1")
    assert there.list_streams()["StreamNames"] == []
    refused("ResourceNotFoundException", "not found", there.describe_stream, StreamName="orders")
    token = other.get_shard_iterator(StreamName="orders", ShardId="shardId-000000000000", ShardIteratorType="LATEST")["ShardIterator"]
    refused("InvalidArgumentException", "Invalid ShardIterator.", k.get_records, ShardIterator=token)


arn = streams()
records()
sizes(arn)
shards(arn)
settings(arn)
consumers(arn)
apart()
