"""Prepares an emulator from the same definitions the deployment uses."""

from deploy.local.deployment import table_definitions
from shared.aws.clients import Clients


def table_name(which: str) -> str:
    """Name the `session`, the `grant` or the `budget` table."""
    return str(table_definitions()[which]["name"])


async def create_tables(clients: Clients) -> None:
    for definition in table_definitions().values():
        await clients.dynamodb.create_table(TableName=definition["name"], **definition["create"])
        await clients.dynamodb.update_time_to_live(
            TableName=definition["name"],
            TimeToLiveSpecification=definition["time_to_live"],
        )
