"""Prepares an emulator from the same definitions the deployment uses."""

import os
from functools import cache
from typing import Any, Final

import boto3

from deploy.local.deployment import PATIENCE
from deploy.policies.deployment import table_definitions
from tests.gateway_events import API_ID

REGION: Final = "eu-central-1"
_WHO: Final = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def aws(service: str) -> Any:
    """Give a client of the emulator that the environment names, with the environment's keys.

    Every test of a process shares it: making a client takes botocore longer than most calls take the emulator.
    """
    return _client(service, *(os.environ.get(name) for name in _WHO))


@cache
def _client(service: str, endpoint: str | None, key: str | None, secret: str | None, token: str | None) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )


def table_name(which: str) -> str:
    """Name the `session`, the `grant` or the `budget` table."""
    return str(table_definitions()[which]["name"])


def function_settings() -> dict[str, str]:
    """Give the settings of a vend or admin function on the emulator's tables, which reads documents at each request."""
    return {
        **PATIENCE,
        "AWS_REGION": REGION,
        "SENTINEL_API_ID": API_ID,
        "SENTINEL_SESSION_TABLE": table_name("session"),
        "SENTINEL_GRANT_TABLE": table_name("grant"),
        "SENTINEL_BUDGET_TABLE": table_name("budget"),
        "SENTINEL_DOCUMENT_TTL": "0",
        "SENTINEL_DOCUMENT_MAX_STALE": "0",
    }


def make_tables() -> None:
    """Make the tables by requests, with their time to live."""
    for definition in table_definitions().values():
        name, made = definition["name"], aws("dynamodb")
        made.create_table(TableName=name, **definition["create"])
        made.update_time_to_live(TableName=name, TimeToLiveSpecification=definition["time_to_live"])
