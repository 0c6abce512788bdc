"""Operations that the port refuses, each called with as little as its model demands."""

from botocore.exceptions import ClientError

# What an operation is refused with that neither list has: the ways in which services say that they do not know it.
UNKNOWN = {"UnknownOperationException", "NotImplemented", "MethodNotAllowed", "404"}


def minimal(shape, within=()):
    """The smallest value that botocore takes for a shape."""
    kind, least = shape.type_name, max(1, int(shape.metadata.get("min", 1)))
    if kind == "structure":
        if shape.name in within:
            return {}
        names = shape.required_members or list(shape.members)[: 1 if getattr(shape, "is_tagged_union", False) else 0]
        return {name: minimal(shape.members[name], (*within, shape.name)) for name in names}
    if kind == "list":
        return [minimal(shape.member, within)] * least
    if kind == "map":
        return {minimal(shape.key, within): minimal(shape.value, within)}
    if kind == "string":
        return shape.enum[0] if shape.enum else "x" * least
    return {"boolean": True, "blob": b"x", "timestamp": 0}.get(kind, least)


def arguments(model):
    given = minimal(model.input_shape) if model.input_shape else {}
    # A bucket and an object that are there: nothing but the operation itself can be the reason.
    return {name: {"Bucket": "kept", "Key": "kept"}.get(name, value) for name, value in given.items()}


def objects(calling):
    """What no refusal may have changed."""
    if calling.meta.service_model.service_name != "s3":
        return []
    if "kept" not in [bucket["Name"] for bucket in calling.list_buckets()["Buckets"]]:
        calling.create_bucket(Bucket="kept")
        calling.put_object(Bucket="kept", Key="kept", Body=b"as it was")
    keys = [entry["Key"] for entry in calling.list_objects_v2(Bucket="kept")["Contents"]]
    return [(key, calling.get_object(Bucket="kept", Key=key)["Body"].read()) for key in keys]


def check_refusals(calling, refused, others):
    methods = {name: method for method, name in calling.meta.method_to_api_mapping.items()}
    before = objects(calling)
    for name in sorted(set(refused) | others):
        wanted = {refused[name]} if name in refused else UNKNOWN
        try:
            getattr(calling, methods[name])(**arguments(calling.meta.service_model.operation_model(name)))
        except ClientError as error:
            assert error.response["Error"]["Code"] in wanted, (name, wanted, error.response)
            assert name not in refused or error.response["Error"]["Message"], (name, error.response)
            continue
        raise AssertionError(f"{name} was not refused")
    assert objects(calling) == before, objects(calling)
