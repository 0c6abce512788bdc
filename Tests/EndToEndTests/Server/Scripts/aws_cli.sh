#!/usr/bin/env bash
# Drives the port at ENDPOINT with the AWS CLI as PYTHON has it, in the folder WORK: aws_cli.sh ENDPOINT WORK PYTHON. Its last line is "ok".
set -euo pipefail
endpoint=$1 python=$3
cd "$2"
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=hidden AWS_DEFAULT_REGION=us-east-1 AWS_MAX_ATTEMPTS=1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true

# As a module: the program `aws` of a folder with a blank in its path cannot be started.
call() { "$python" -m awscli --endpoint-url "$endpoint" --cli-read-timeout 300 --cli-connect-timeout 300 --output text "$@"; }

#   is WHAT SEEN WANTED
is() {
    if [ "$2" = "$3" ]; then return; fi
    echo "$1: $2, not $3"
    exit 1
}

#   refused ERROR COMMAND...
refused() {
    local error=$1 said
    shift
    if said=$(call "$@" 2>&1); then
        echo "$* was not refused"
        exit 1
    fi
    case $said in *"($error)"*) ;; *)
        echo "$*: $said"
        exit 1
        ;;
    esac
}

# Kinesis: a stream, its waiter, records in and out, a split, its end.
call kinesis create-stream --stream-name clicks --shard-count 1
call kinesis wait stream-exists --stream-name clicks
shard=$(call kinesis put-record --stream-name clicks --partition-key k --data hello --query ShardId)
is "the shard" "$shard" shardId-000000000000
call kinesis put-records --stream-name clicks --records Data=a,PartitionKey=1 Data=b,PartitionKey=2 --query FailedRecordCount >failed
is "failed records" "$(cat failed)" 0
iterator=$(call kinesis get-shard-iterator --stream-name clicks --shard-id "$shard" --shard-iterator-type TRIM_HORIZON --query ShardIterator)
is "records" "$(call kinesis get-records --shard-iterator "$iterator" --query 'length(Records)')" 3
call kinesis split-shard --stream-name clicks --shard-to-split "$shard" --new-starting-hash-key 170141183460469231731687303715884105728
is "shards" "$(call kinesis list-shards --stream-name clicks --query 'length(Shards)')" 3
is "streams, by pages" "$(call kinesis list-streams --page-size 1 --query 'StreamNames[0]')" clicks
refused ResourceNotFoundException kinesis describe-stream-summary --stream-name none
refused InvalidArgumentException kinesis get-records --shard-iterator forged
call kinesis delete-stream --stream-name clicks
call kinesis wait stream-not-exists --stream-name clicks

# S3: files of one part and of many there and back, a folder in step with a bucket, presigned addresses, errors.
printf 'id,name\n1,a\n' >one.csv
head -c 20000000 /dev/urandom >many
call s3 mb s3://lake >said
call s3 cp one.csv s3://lake/raw/one.csv --quiet
call s3 cp many s3://lake/many --quiet
is "what was copied" "$(call s3 cp s3://lake/raw/one.csv -)" "$(cat one.csv)"
call s3 cp s3://lake/many again --quiet
cmp many again
is "objects below raw/" "$(call s3 ls s3://lake/raw/ | awk '{print $3, $4}')" "12 one.csv"
mkdir folder
for name in a b c; do echo "$name" >"folder/$name.txt"; done
call s3 sync folder s3://lake/folder --quiet
rm folder/b.txt
call s3 sync folder s3://lake/folder --delete --quiet
is "after a sync" "$(call s3 ls s3://lake/folder/ | awk '{print $4}' | tr '\n' ' ')" "a.txt c.txt "
is "an object's length" "$(call s3api head-object --bucket lake --key many --query ContentLength)" 20000000
is "a range" "$(call s3api get-object --bucket lake --key raw/one.csv --range bytes=0-1 part --query ContentRange)" "bytes 0-1/12"
is "a presigned address" "$("$python" -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode(), end="")' \
    "$(call s3 presign s3://lake/raw/one.csv)")" "$(cat one.csv)"
refused NoSuchKey s3api get-object --bucket lake --key none none
refused BucketNotEmpty s3api delete-bucket --bucket lake
call s3 rb s3://lake --force >said
echo ok
