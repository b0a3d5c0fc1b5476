"""Prepares an emulator from the same definitions the deployment uses."""

import json
from pathlib import Path
from typing import Any, Final

from shared.aws.clients import Clients

DEFINITIONS: Final = Path(__file__).parents[2] / "deploy" / "definitions"


def table_definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = json.loads((DEFINITIONS / "tables.json").read_text(encoding="utf-8"))
    return definitions


def table_name(which: str) -> str:
    """Name the `session` or the `grant` table."""
    return str(table_definitions()[which]["name"])


async def create_tables(clients: Clients) -> None:
    for definition in table_definitions().values():
        await clients.dynamodb.create_table(TableName=definition["name"], **definition["create"])
        await clients.dynamodb.update_time_to_live(
            TableName=definition["name"],
            TimeToLiveSpecification=definition["time_to_live"],
        )
