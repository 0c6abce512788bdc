#!/usr/bin/env bash
# A flow from bucket to bucket by commands of the AWS CLI: appflow_cli.sh ADDRESS PYTHON
set -euo pipefail
export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=""
address=$1
python=$2
aws() { "$python" -m awscli --endpoint-url "$address" --output text "$@"; }

aws s3api create-bucket --bucket raw > /dev/null
aws s3api create-bucket --bucket lake > /dev/null
echo '{"id": 1, "name": "Ada"}' | aws s3 cp --quiet - s3://raw/in/a.json
aws appflow create-flow --flow-name copy --trigger-config triggerType=OnDemand \
    --source-flow-config '{"connectorType": "S3", "sourceConnectorProperties": {"S3": {"bucketName": "raw", "bucketPrefix": "in",
        "s3InputFormatConfig": {"s3InputFileType": "JSON"}}}}' \
    --destination-flow-config-list '[{"connectorType": "S3", "destinationConnectorProperties": {"S3": {"bucketName": "lake",
        "s3OutputFormatConfig": {"fileType": "CSV"}}}}]' \
    --tasks '[{"taskType": "Map_all", "sourceFields": []}]' > /dev/null
execution=$(aws appflow start-flow --flow-name copy --query executionId)
for _ in $(seq 600); do
    status=$(aws appflow describe-flow-execution-records --flow-name copy --query 'flowExecutions[0].executionStatus')
    [ "$status" = InProgress ] || break
    sleep 0.2
done
[ "$status" = Successful ]
key=$(aws s3api list-objects-v2 --bucket lake --query 'Contents[0].Key')
case $key in copy/"$execution"-*.csv) ;; *) exit 1 ;; esac
[ "$(aws s3 cp --quiet "s3://lake/$key" - | tail -n 1)" = 1,Ada ]
[ "$(aws appflow list-flows --query 'flows[0].flowName')" = copy ]
if aws appflow delete-flow --flow-name none 2> error.txt; then exit 1; fi
grep -q ResourceNotFoundException error.txt
rm error.txt
aws appflow delete-flow --flow-name copy
echo ok
