"""The parameters, items and attributes that a request names.

Service Authorization Reference, DynamoDB: `dynamodb:LeadingKeys` are the partition keys a request names,
`dynamodb:Attributes` every attribute it names at the top level, keys and conditions included.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Keys = dict[str, list[str]]

_EXPRESSIONS = ("UpdateExpression", "ConditionExpression")
_NAME = re.compile(r"(?<![:\w#.])#?[A-Za-z_]\w*(?!\w|\s*\()")
_WORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})


def read_json(body: bytes) -> Mapping[str, Any]:
    """Read a request's JSON object; empty for any other body."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def parameter_names(body: bytes) -> list[str]:
    """List the parameters or the path in a GetParameters or GetParametersByPath body; empty for any other body."""
    request = read_json(body)
    names = request.get("Names") or [request.get("Path")]
    return [name for name in names if isinstance(name, str) and name]


def keys_of(request: Mapping[str, Any], partition_key: str) -> Keys:
    """List the attributes that one write or read of one item names, as the values of condition keys."""
    key = request.get("Key") or {}
    item = request.get("Item") or {}
    leading = (key or item).get(partition_key) or {}
    found = {
        "dynamodb:leadingkeys": [str(value) for value in leading.values()],
        "dynamodb:attributes": sorted({*key, *item, *_named(request)}),
    }
    return {name: values for name, values in found.items() if values}


def _named(request: Mapping[str, Any]) -> Iterator[str]:
    placeholders = request.get("ExpressionAttributeNames") or {}
    for expression in _EXPRESSIONS:
        for word in _NAME.findall(request.get(expression) or ""):
            if word.upper() not in _WORDS:
                yield placeholders.get(word, word)
