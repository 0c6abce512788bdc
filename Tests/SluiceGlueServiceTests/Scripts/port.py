"""What the scripts share: clients of the port whose address is the first argument, and a look at refusals."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

address = sys.argv[1]


def client(service="glue", key="test", region="us-east-1"):
    return boto3.client(
        service, endpoint_url=address, region_name=region, aws_access_key_id=key, aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}, read_timeout=300, s3={"addressing_style": "path"}))


glue = client()


def refused(code, words, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert words in error.response["Error"]["Message"], error.response
        return
    raise AssertionError(f"{arguments} was not refused with {code}")


def without(answer, *names):
    return {name: value for name, value in answer.items() if name not in names}
