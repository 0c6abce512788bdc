"""What the parts share: clients of the port that note what was answered, looks at refusals and pages, and waiting."""

import os
import time

import boto3
import botocore.session
import jmespath
from botocore.config import Config
from botocore.exceptions import ClientError

address = os.environ["SLUICE_PORT_ADDRESS"]
# Mocks of services, beside the port, and the folder in which the server was started.
mocks = os.environ.get("SLUICE_MOCKS_ADDRESS")
project = os.environ.get("SLUICE_PROJECT_FOLDER")
ACCOUNT, REGION, ROLE = "000000000000", "us-east-1", "arn:aws:iam::000000000000:role/r"

# By service: operations that the port has answered, and what boto3 builds upon them.
answered, paged, waited = {}, {}, {}


def note(http_response, model, **_):
    if http_response.status_code < 300:
        answered.setdefault(model.service_model.service_name, set()).add(model.name)


session = boto3.Session()
session.events.register("after-call", note)


def client(service, key="test", region=REGION):
    # What a client puts in front of the name of a host leads nowhere here.
    config = Config(
        retries={"max_attempts": 0}, read_timeout=300, connect_timeout=300, s3={"addressing_style": "path"}, inject_host_prefix=False)
    return session.client(
        service, endpoint_url=address, aws_access_key_id=key, aws_secret_access_key="secret", region_name=region, config=config)


def operation(call):
    """The operation behind a method of a client."""
    return call.__self__.meta.method_to_api_mapping[call.__name__]


def refused(code, words, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert words in error.response["Error"]["Message"], error.response
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return
    raise AssertionError(f"{arguments} was not refused with {code}")


def absent(code, words, call, **arguments):
    """Asks for what never is there: the error is the answer that the operation has."""
    refused(code, words, call, **arguments)
    answered.setdefault(call.__self__.meta.service_model.service_name, set()).add(operation(call))


def until(look, what="it"):
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} does not come")


def models(service, kind):
    """What botocore has of a service beside its operations, by name."""
    loader = botocore.session.get_session().get_component("data_loader")
    if service not in loader.list_available_services(kind):
        return {}
    return loader.load_service_model(service, kind)[{"paginators-1": "pagination", "waiters-2": "waiters"}[kind]]


def pages(call, least=2, **arguments):
    """The elements of a listing by boto3's paginator: the same in one piece, one by one, and from the token of the first on."""
    service, name = call.__self__.meta.service_model.service_name, operation(call)
    model = models(service, "paginators-1")[name]
    key = model["result_key"] if isinstance(model["result_key"], str) else model["result_key"][0]
    paginator = call.__self__.get_paginator(call.__name__)

    def gather(**paging):
        found = [jmespath.search(key, page) or [] for page in paginator.paginate(**arguments, PaginationConfig=paging)]
        return [element for elements in found for element in elements]

    whole = gather()
    assert len(whole) >= least, (name, whole)
    if "limit_key" in model:
        assert gather(PageSize=1) == whole, (name, gather(PageSize=1), whole)
    first = paginator.paginate(**arguments, PaginationConfig={"MaxItems": 1}).build_full_result()
    rest = gather(StartingToken=first["NextToken"]) if "NextToken" in first else []
    assert (jmespath.search(key, first) or []) + rest == whole, (name, first, rest, whole)
    paged.setdefault(service, set()).add(name)
    return whole


def wait(waiting, name, **arguments):
    waiting.get_waiter(name).wait(**arguments, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    waited.setdefault(waiting.meta.service_model.service_name, set()).add(waiting.get_waiter(name).name)
