"""The tables: keys, indexes, recovery and expiry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.findings import Finding, fail, unless

# A test compares these with deploy/definitions/tables.json.
TTL_ATTRIBUTE: Final = "expires_at"
_DEFINITION: Final = "deploy/definitions/tables.json"


@dataclass(frozen=True, slots=True)
class TableKind:
    """What a table must have: its keys in order, its indexes, and whether its rows must be recoverable."""

    keys: tuple[str, ...]
    indexes: frozenset[str]
    is_evidence: bool = True


SESSIONS: Final = TableKind(("session_id",), frozenset({"by-user", "by-profile", "by-day"}))
GRANTS: Final = TableKind(
    ("subject", "item"),
    frozenset({"serving", "by-id", "open-by-kind", "by-kind", "by-user", "by-profile"}),
)
# Counters of the last minutes: what is lost is counted from nothing.
BUDGETS: Final = TableKind(("subject",), frozenset(), is_evidence=False)


async def check_table(aws: Aws, name: str, kind: TableKind) -> list[Finding]:
    """Examine a table, its recovery and its expiry."""
    about = f"table {name}"
    found = await aws.find("dynamodb", "describe_table", TableName=name)
    if found is None:
        return [
            fail(
                about,
                "there is no such table",
                "deploy it, or name yours: --session-table, --grant-table, --budget-table",
            )
        ]
    recovery = await aws.find("dynamodb", "describe_continuous_backups", TableName=name)
    expiry = await aws.find("dynamodb", "describe_time_to_live", TableName=name)
    problems = [
        *_shape(about, found["Table"], kind),
        *_protection(about, name, found["Table"]),
        *(_recovery(about, name, recovery or {}) if kind.is_evidence else ()),
        *_expiry(about, name, expiry or {}),
    ]
    kept = "recovery, expiry" if kind.is_evidence else "expiry"
    return unless(problems, about, f"keys and indexes are right; {kept} and deletion protection are on")


def _shape(about: str, table: Mapping[str, Any], kind: TableKind) -> Iterator[Finding]:
    if table.get("TableStatus") not in ("ACTIVE", "UPDATING"):
        yield fail(about, f"its status is {table.get('TableStatus')}", "wait until it is active")
    keys = tuple(
        key["AttributeName"] for key in sorted(table.get("KeySchema", ()), key=lambda key: key["KeyType"] == "RANGE")
    )
    if keys != kind.keys:
        yield fail(
            about,
            f"its keys are {', '.join(keys)}, not {', '.join(kind.keys)}",
            f"recreate it as {_DEFINITION} says",
        )
    every = [*table.get("GlobalSecondaryIndexes", ()), *table.get("LocalSecondaryIndexes", ())]
    missing = kind.indexes - {index["IndexName"] for index in every}
    if missing:
        yield fail(about, f"it lacks the indexes {', '.join(sorted(missing))}", f"add them as {_DEFINITION} says")


def _protection(about: str, name: str, table: Mapping[str, Any]) -> Iterator[Finding]:
    if not table.get("DeletionProtectionEnabled"):
        yield fail(
            about,
            "deletion protection is off",
            f"aws dynamodb update-table --table-name {name} --deletion-protection-enabled",
        )


def _recovery(about: str, name: str, answer: Mapping[str, Any]) -> Iterator[Finding]:
    described = answer.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
    if described.get("PointInTimeRecoveryStatus") != "ENABLED":
        yield fail(
            about,
            "point-in-time recovery is off",
            f"aws dynamodb update-continuous-backups --table-name {name} "
            "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        )


def _expiry(about: str, name: str, answer: Mapping[str, Any]) -> Iterator[Finding]:
    described = answer.get("TimeToLiveDescription", {})
    on = described.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    if not on or described.get("AttributeName") != TTL_ATTRIBUTE:
        yield fail(
            about,
            "old rows are not removed: time to live is off, or on another attribute",
            f"aws dynamodb update-time-to-live --table-name {name} "
            f"--time-to-live-specification Enabled=true,AttributeName={TTL_ATTRIBUTE}",
        )
