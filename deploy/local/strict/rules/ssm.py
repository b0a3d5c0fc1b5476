"""What Parameter Store refuses and emulators accept.

Source: Systems Manager API reference, PutParameter, GetParameters, GetParametersByPath and LabelParameterVersion.
"""

import re
from typing import Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule

_BYTES_BY_TIER: Final = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}
_LABEL: Final = re.compile(r"(?![0-9])(?!aws|ssm)[A-Za-z0-9._-]{1,100}", re.IGNORECASE)
_NAME: Final = re.compile(r"/?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+){0,14}")
_RESERVED_NAME: Final = re.compile(r"/?(?:aws|ssm)", re.IGNORECASE)


@rule("ssm", "PutParameter")
def a_value_fits_its_tier(request: AwsRequest, _: StrictContext) -> str | None:
    tier = request.params.get("Tier", "Standard")
    size = len(request.params["Value"].encode())
    room = _BYTES_BY_TIER.get(tier, 0)
    return f"the value has {size} bytes; the tier {tier} holds {room}" if size > room else None


@rule("ssm", "PutParameter")
def a_value_names_no_other_parameter(request: AwsRequest, _: StrictContext) -> str | None:
    return "a value may not hold {{...}}" if "{{" in request.params["Value"] else None


@rule("ssm", "PutParameter")
def a_parameter_has_a_legal_name(request: AwsRequest, _: StrictContext) -> str | None:
    name = request.params["Name"]
    if not _NAME.fullmatch(name) or _RESERVED_NAME.match(name):
        return "a parameter's name has at most 15 levels of letters, digits, ., - and _, and never begins aws or ssm"
    return None


@rule("ssm", "LabelParameterVersion")
def a_label_is_legal(request: AwsRequest, _: StrictContext) -> str | None:
    if all(_LABEL.fullmatch(label) for label in request.params["Labels"]):
        return None
    return "a label has 1-100 of letters, digits, ., - and _, and begins with no digit, aws or ssm"


@rule("ssm", "GetParameters")
def each_parameter_is_named_once(request: AwsRequest, _: StrictContext) -> str | None:
    names = request.params["Names"]
    return "GetParameters takes each name once" if len(set(names)) != len(names) else None
