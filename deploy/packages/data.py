"""botocore's data, cut to the services and operations that Sentinel uses: models, endpoint rules, partitions.

Whole models are 15 MB and, for the services in use, a quarter of a megabyte that each cold start would read.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

# What is called, by botocore's names; the strict checks refuse a test's call that is not here.
OPERATIONS: Final[Mapping[str, frozenset[str]]] = {
    "dynamodb": frozenset(
        {"BatchGetItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"},
    ),
    "events": frozenset({"PutEvents"}),
    "iam": frozenset(
        {"CreatePolicyVersion", "DeletePolicyVersion", "GetPolicy", "GetPolicyVersion", "ListPolicyVersions"},
    ),
    "identitystore": frozenset({"ListGroupMemberships", "ListGroups", "ListUsers"}),
    "sns": frozenset({"Publish"}),
    "ssm": frozenset({"GetParameters", "GetParametersByPath"}),
    "sts": frozenset({"AssumeRole"}),
}
_DATA: Final = Path("botocore", "data")
_WHOLE: Final = ("_retry.json", "partitions.json", "sdk-default-configuration.json")
_REFERENCES: Final = ("input", "output", "member", "key", "value")


def write_data(installed: Path, stage: Path) -> None:
    """Write the data of an installed botocore into a folder, where botocore's loader finds it.

    Raises:
        LookupError: there is no such service or operation.

    """
    source, target = installed / _DATA, stage / _DATA
    target.mkdir(parents=True, exist_ok=True)
    for name in _WHOLE:
        (target / name).write_bytes((source / name).read_bytes())
    (target / "endpoints.json").write_bytes(_write(cut_endpoints(json.loads((source / "endpoints.json").read_bytes()))))
    for service, operations in OPERATIONS.items():
        version = max(each.parent.name for each in source.glob(f"{service}/*/service-2.json.gz"))
        folder = Path(service, version)
        (target / folder).mkdir(parents=True)
        model = cut_model(_read(source / folder / "service-2.json.gz"), operations)
        (target / folder / "service-2.json.gz").write_bytes(gzip.compress(_write(model), mtime=0))
        rules = _read(source / folder / "endpoint-rule-set-1.json.gz")
        (target / folder / "endpoint-rule-set-1.json.gz").write_bytes(gzip.compress(_write(rules), mtime=0))


def cut_endpoints(endpoints: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the services that are used, of every partition."""
    partitions = [
        {**each, "services": {name: found for name, found in each["services"].items() if name in OPERATIONS}}
        for each in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def cut_model(model: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Keep some operations of a model, with the shapes they reach."""
    operations = {name: model["operations"][name] for name in sorted(names)}
    wanted, kept = [each for operation in operations.values() for each in _shapes_of(operation)], dict[str, Any]()
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = model["shapes"][name]
            wanted += _shapes_of(kept[name])
    return {**model, "operations": operations, "shapes": dict(sorted(kept.items()))}


def _shapes_of(described: Mapping[str, Any]) -> Iterator[str]:
    """Name the shapes that an operation or a shape refers to."""
    references = [described[name] for name in _REFERENCES if name in described]
    references += [*described.get("errors", ()), *described.get("members", {}).values()]
    return (each["shape"] for each in references)


def _read(file: Path) -> dict[str, Any]:
    """Read a model, without its documentation."""
    content: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()), object_hook=_without_words)
    return content


def _without_words(found: dict[str, Any]) -> dict[str, Any]:
    # A shape may have a member of this name, which is no text.
    return {key: each for key, each in found.items() if key != "documentation" or not isinstance(each, str)}


def _write(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
