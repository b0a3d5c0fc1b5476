"""What moto holds, which runs in this process: put there without a request for each table and each document."""

from copy import deepcopy
from functools import cache
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ssm.models import ssm_backends

from tests.service.emulator import REGION, make_tables

_NOT_SAID: Final[dict[str, Any]] = {"tags": [], "data_type": "text", "tier": None, "policies": None}


def copy_tables() -> None:
    """Make the tables as copies of those that this process made first, by requests."""
    _tables().update(deepcopy(_empty_tables()))


@cache
def _empty_tables() -> dict[str, Any]:
    make_tables()
    made = dict(_tables())
    _tables().clear()
    return made


def _tables() -> dict[str, Any]:
    held: dict[str, Any] = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
    return held


def keep_parameter(name: str, value: str) -> None:
    """Store a document."""
    ssm_backends[DEFAULT_ACCOUNT_ID][REGION].put_parameter(
        name, "", value, "String", "", "", overwrite=False, **_NOT_SAID
    )
