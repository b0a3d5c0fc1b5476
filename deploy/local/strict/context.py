"""A rule, the request that it checks, and what it must know of the deployment: tables, vend role, protected roles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias


@dataclass(frozen=True, slots=True)
class TableKeys:
    """The key attributes of a table and of each of its indexes, and which indexes are local."""

    keys: frozenset[str]
    indexes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    local_indexes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StrictContext:
    """`access_tables`: names of the tables that decide access. A Lambda's own credentials are always a role session."""

    access_tables: Mapping[str, TableKeys] = field(default_factory=dict)
    vend_role_arn: str | None = None
    protected_roles: frozenset[str] = frozenset()
    caller_is_role_session: bool = True


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """One AWS call: service (`sts`), operation (`AssumeRole`), and the parameters before serialization."""

    service: str
    operation: str
    params: Mapping[str, Any]


# What is wrong with a request, or None.
Rule: TypeAlias = Callable[[AwsRequest, StrictContext], str | None]
RULES: Final[dict[tuple[str, str], list[Rule]]] = {}
"""Every rule by service and operation."""


def rule(service: str, *operations: str) -> Callable[[Rule], Rule]:
    """Check these operations' requests by the decorated function."""

    def register(check: Rule) -> Rule:
        for operation in operations:
            RULES.setdefault((service, operation), []).append(check)
        return check

    return register


def read_context(
    tables: Mapping[str, Any],
    *,
    vend_role_arn: str | None = None,
    protected_roles: frozenset[str] = frozenset(),
) -> StrictContext:
    """Read the context from `deploy/definitions/tables.json`."""
    access_tables = {str(definition["name"]): _table_keys(definition["create"]) for definition in tables.values()}
    return StrictContext(access_tables, vend_role_arn, protected_roles)


def _table_keys(create: Mapping[str, Any]) -> TableKeys:
    local = create.get("LocalSecondaryIndexes", [])
    indexes = [*local, *create.get("GlobalSecondaryIndexes", [])]
    return TableKeys(
        keys=_key_attributes(create),
        indexes={index["IndexName"]: _key_attributes(index) for index in indexes},
        local_indexes=frozenset(index["IndexName"] for index in local),
    )


def _key_attributes(definition: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(key["AttributeName"] for key in definition["KeySchema"])
