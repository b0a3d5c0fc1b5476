"""botocore's data, trimmed: the models of the services a Lambda calls, down to the operations its modules name.

Reading the whole models is most of what a client costs at a cold start. What stays is botocore's own, word for word,
but for the documentation: nothing is written here that AWS did not publish.
"""

import ast
import gzip
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final

from botocore import xform_name

from shared.aws.clients import Service

DATA: Final = Path("botocore/data")
# Where endpoints are built from, see shared/aws/wire/endpoints.py.
_PARTITIONS: Final = "partitions.json"
_MODEL: Final = "service-2.json"


def write_data(installed: Path, stage: Path, services: Iterable[Service], sources: Iterable[Path]) -> None:
    """Write what `services` need of the installed botocore's data, for the operations the `sources` name."""
    data = stage / DATA
    data.mkdir(parents=True)
    (data / _PARTITIONS).write_bytes((installed / DATA / _PARTITIONS).read_bytes())
    names = find_attributes(sources)
    for service in services:
        # botocore's loader takes the latest version, too.
        latest = max(each for each in (installed / DATA / service.value).iterdir() if each.is_dir())
        model = json.loads(gzip.decompress((latest / f"{_MODEL}.gz").read_bytes()))
        folder = data / service.value / latest.name
        folder.mkdir(parents=True)
        # Plain: unpacking takes longer than reading what is left.
        text = json.dumps(trim(model, names), separators=(",", ":"))
        (folder / _MODEL).write_text(text, encoding="utf-8")


def find_attributes(sources: Iterable[Path]) -> frozenset[str]:
    """Collect every attribute name of some source files: an operation none of them names is called by none."""
    trees = (ast.parse(source.read_text(encoding="utf-8")) for source in sources)
    return frozenset(node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def trim(model: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Keep the operations whose method names are among `names`, and the shapes they reach, their errors' too.

    Raises:
        ValueError: there is no such operation.

    """
    operations = {name: value for name, value in model["operations"].items() if xform_name(name) in names}
    if not operations:
        raise ValueError(f"no operation of {model['metadata']['serviceId']} is named: why is its model asked for?")
    reached: set[str] = set()
    waiting = list(_shape_names(operations))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _shape_names(model["shapes"][name])
    shapes = {name: value for name, value in model["shapes"].items() if name in reached}
    trimmed: dict[str, Any] = _without_documentation(model | {"operations": operations, "shapes": shapes})
    return trimmed


def _shape_names(value: Any) -> Iterable[str]:
    """Give every name that is referred to as a shape."""
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for each in value.values():
            yield from _shape_names(each)
    elif isinstance(value, list):
        for each in value:
            yield from _shape_names(each)


def _without_documentation(value: Any) -> Any:
    # A member may be called documentation, too; its value is an object.
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name != "documentation" or not isinstance(each, str)}
        return {name: _without_documentation(each) for name, each in kept.items()}
    if isinstance(value, list):
        return [_without_documentation(each) for each in value]
    return value
