"""The syntax of IAM policy elements, as far as STS checks it (IAM User Guide, "JSON policy elements reference").

Named actions and resources need not exist: STS does not check that either. Each check returns the problem and its
remedy, or None.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Final

from shared.core.arn import PARTITIONS
from shared.core.globs import matches

# A wildcard may be the whole action, or part of the name after the colon; never of the service's prefix.
_ACTION: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
# IAM completes an ARN of fewer than six fields with wildcards.
_RESOURCE: Final = re.compile(r"arn:(?P<partition>[^:]+):[A-Za-z0-9*?-]+(?::.*)?")
_CONDITION_KEY: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[^:]*)?:.+")
_COMPARISONS: Final = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_OPERATORS: Final = frozenset(
    {
        *(f"String{each}" for each in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase")),
        *("StringLike", "StringNotLike", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress"),
        *(f"{kind}{each}" for kind in ("Numeric", "Date") for each in _COMPARISONS),
        *(f"Arn{each}" for each in ("Equals", "NotEquals", "Like", "NotLike")),
    },
)
_NULL: Final = "Null"
_SETS: Final = ("ForAllValues:", "ForAnyValue:")
_FLAG: Final = re.compile(r"true|false", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_NETWORK: Final = re.compile(r"[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?")
# Invisible characters that Unicode puts into visible categories.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_DATE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?|\d+", re.ASCII
)


def check_action(text: str) -> str | None:
    """Check an action: `service:Action`, `service:*`, or `*`."""
    if text == "*" or _ACTION.fullmatch(text):
        return None
    return f"{text!a} is not an action: write service:Action, as s3:GetObject or s3:Get*, or * for every one"


def check_resource(text: str) -> str | None:
    """Check a resource: an ARN, wildcards in it allowed, or `*`."""
    if text == "*":
        return None
    found = _RESOURCE.fullmatch(text)
    if found is None or _holds_hidden(text):
        return f"{text!a} is not a resource: write an ARN, as arn:aws:s3:::bucket/*, or * for every one"
    if not any(matches(found["partition"], each) for each in PARTITIONS):
        return f"{text!a} is of no partition AWS has: it begins arn:aws:, arn:aws-cn: or arn:aws-us-gov:"
    return None


def check_condition(condition: object) -> str | None:
    """Check a condition block: operators with keys, and for each key the values it is compared with."""
    if not isinstance(condition, dict):
        return "must be a map of operators, such as StringEquals"
    for operator, block in condition.items():
        if wrong := _check_operator(operator):
            return wrong
        if not isinstance(block, dict) or not block:
            return f"{operator}: must be a map of condition keys and values"
        for key, values in block.items():
            if wrong := _check_comparison(operator, key, values):
                return f"{operator}: {wrong}"
    return None


def _check_operator(operator: object) -> str | None:
    name = _bare(str(operator))
    if str(operator) == _NULL or (name in _OPERATORS and name != _NULL):
        return None
    close = get_close_matches(name, [*_OPERATORS, _NULL], n=1)
    remedy = f"did you mean {close[0]}?" if close else "see the list in the IAM User Guide, such as StringEquals"
    return f"{operator!a} is not a condition operator; {remedy}"


def _bare(operator: str) -> str:
    """Give an operator without its set prefix (`ForAllValues:`, `ForAnyValue:`) and without `IfExists`."""
    prefix = next((each for each in _SETS if operator.startswith(each)), "")
    return operator.removeprefix(prefix).removesuffix("IfExists")


def _check_comparison(operator: str, key: object, values: object) -> str | None:
    if not isinstance(key, str) or not _CONDITION_KEY.fullmatch(key) or _holds_hidden(key):
        return f"{key!a} is not a condition key: it reads like aws:SourceIp or s3:prefix"
    listed = values if isinstance(values, list) else [values]
    if not listed:
        return f"{key}: an empty list compares with nothing: write a value, or take the key out"
    for value in listed:
        if not isinstance(value, str | bool | int | float):
            return f"{key}: a value must be text, a number or true or false"
        if not _VALUES.get(_kind(operator), _is_any)(str(value)):
            return f"{key}: {str(value)!a} is not a value that {operator} compares with"
    return None


def _kind(operator: str) -> str:
    name = _bare(operator)
    return next((kind for kind in _VALUES if name.startswith(kind)), "")


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return _NETWORK.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    if _DATE.fullmatch(text) is None:
        return False
    try:
        return text.isdecimal() or bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_any(text: str) -> bool:
    return not _holds_hidden(text)


# Only values of string and ARN operators may have policy variables.
_VALUES: Final[Mapping[str, Callable[[str], bool]]] = {
    "Bool": lambda text: _FLAG.fullmatch(text) is not None,
    _NULL: lambda text: _FLAG.fullmatch(text) is not None,
    "Numeric": lambda text: _NUMBER.fullmatch(text) is not None,
    "Date": _is_date,
    "IpAddress": _is_network,
    "NotIpAddress": _is_network,
}


def _holds_hidden(text: str) -> bool:
    """Whether a text has invisible characters or unusual spaces, which no name in AWS has on purpose."""
    if text != text.strip() or _BLANK.search(text):
        return True
    return any(character != " " and unicodedata.category(character)[0] in "CZ" for character in text)


def first_wrong(check: Callable[[str], str | None], texts: Iterable[str]) -> str | None:
    """Give the problem of the first text that has one."""
    return next(filter(None, map(check, texts)), None)
