"""A deployment of Sentinel: every policy's ARNs are built from its names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from shared.core.switch_guards import DEPLOYMENT, POLICY_NAME, Guarded, switch_name

VERSION: Final = "2012-10-17"
# Folders of documents that hold secrets: the admin Lambda reads them, and operators write them.
SECRET_FOLDERS: Final = ("webhooks", "tickets", "chat")
_TABLES: Final = Path(__file__).parents[1] / "definitions" / "tables.json"

Statement = dict[str, object]
Policy = dict[str, object]


@cache
def table_definitions() -> Mapping[str, Mapping[str, Any]]:
    """Read the tables' definitions, by their contents; the names are the default deployment's."""
    definitions: dict[str, dict[str, Any]] = json.loads(_TABLES.read_text(encoding="utf-8"))
    return definitions


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment's partition, region, account and names."""

    partition: str
    region: str
    account: str
    session_table: str
    grant_table: str
    budget_table: str
    parameter_prefix: str = "/sentinel"
    vend_role: str = "sentinel-vend"
    authorizer_role: str = "sentinel-authorizer"
    admin_role: str = "sentinel-admin"
    topic: str = "sentinel-events"
    protected_path: str = "/sentinel/protected/"
    name: str = DEPLOYMENT
    kill_switch: str = POLICY_NAME

    @classmethod
    def named(cls, name: str, partition: str, region: str, account: str, **others: str) -> Self:
        """Return a deployment whose tables, roles, topic and kill switch are named after it."""
        names = {f"{key}_table": table["name"].removeprefix(DEPLOYMENT) for key, table in table_definitions().items()}
        names |= {"vend_role": "-vend", "admin_role": "-admin", "topic": "-events"}
        own = {key: f"{name}{suffix}" for key, suffix in names.items()}
        return cls(partition, region, account, **own, name=name, kill_switch=switch_name(name), **others)

    @property
    def root(self) -> str:
        """The principal of this account, which lets its identity policies decide as well."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a regional resource of this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role_arn(self, name: str, path: str = "/") -> str:
        """Return the ARN of a role of this account; the path begins and ends with a slash."""
        return f"arn:{self.partition}:iam::{self.account}:role{path}{name}"

    @property
    def vend_role_arn(self) -> str:
        return self.role_arn(self.vend_role)

    @property
    def function_name_patterns(self) -> list[str]:
        """Patterns of the functions' names, with or without a version or alias. There may be several authorizers."""
        exact = [name for function in (self.vend_role, self.admin_role) for name in (function, f"{function}:*")]
        return [*exact, f"{self.authorizer_role}*"]

    @property
    def execution_role_arns(self) -> list[str]:
        """ARN patterns of the execution roles, which have the functions' names."""
        return [self.vend_role_arn, self.role_arn(self.admin_role), self.role_arn(f"{self.authorizer_role}*")]

    @property
    def protected_roles(self) -> str:
        """An ARN pattern of every protected role in any account, the only roles that vend may assume."""
        return f"arn:{self.partition}:iam::*:role{self.protected_path}*"

    @property
    def every_table_arn(self) -> list[str]:
        """Return the tables' ARNs, without their indexes."""
        return [self.table_arn(table) for table in (self.session_table, self.grant_table, self.budget_table)]

    def table_arn(self, table: str) -> str:
        """Return a table's ARN; its indexes are at `/index/<name>` below."""
        return self.arn("dynamodb", f"table/{table}")

    @property
    def topic_arn(self) -> str:
        """The ARN of the topic that every state change is published to."""
        return self.arn("sns", self.topic)

    @property
    def bus_arn(self) -> str:
        """The ARN of the event bus, which has the topic's name."""
        return self.arn("events", f"event-bus/{self.topic}")

    @property
    def kill_switch_policy_arn(self) -> str:
        """The ARN of the policy that is the boundary of every protected role of this account."""
        return self.kill_switch_policy_in(self.account)

    def kill_switch_policy_in(self, account: str) -> str:
        """Return the ARN of the same policy in another account; `*` matches all accounts."""
        return f"arn:{self.partition}:iam::{account}:policy/{self.kill_switch}"

    @property
    def kill_switch_roles(self) -> str:
        """ARN pattern of the roles that write the policy in other accounts; they have the policy's name."""
        return f"arn:{self.partition}:iam::*:role/{self.kill_switch}"

    @property
    def guarded(self) -> Guarded:
        """What the kill switch protects from the sessions that it binds."""
        return Guarded(self.account, self.partition, self.name, self.parameter_prefix, self.protected_path)

    def parameters(self, pattern: str) -> str:
        """Return ARN patterns of parameters below the prefix."""
        return self.arn("ssm", f"parameter{self.parameter_prefix}/{pattern}")


def policy(*statements: Statement) -> Policy:
    """Return an IAM policy document with these statements."""
    return {"Version": VERSION, "Statement": list(statements)}


def allow(
    sid: str,
    actions: Sequence[str] | str,
    resources: Sequence[str] | str,
    condition: Statement | None = None,
) -> Statement:
    """Allow actions on resources where the condition holds."""
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": _listed(actions), "Resource": _listed(resources)}
    return statement | ({"Condition": condition} if condition else {})


def trust(sid: str, principal: str, actions: str, condition: Statement) -> Statement:
    """Allow an AWS principal (ARN) to assume the role that has this statement in its trust policy."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": actions,
        "Condition": condition,
    }


def deny(
    sid: str,
    actions: Sequence[str] | str,
    resources: Sequence[str] | str,
    only: Sequence[str] = (),
    unlike: Sequence[str] = (),
    **condition: object,
) -> Statement:
    """Deny where the condition holds, except to the principals of these ARNs (`only`) or ARN patterns (`unlike`)."""
    if only:
        condition["ArnNotEquals"] = {"aws:PrincipalArn": _listed(only)}
    if unlike:
        condition["ArnNotLike"] = {"aws:PrincipalArn": _listed(unlike)}
    statement: Statement = {
        "Sid": sid,
        "Effect": "Deny",
        "Action": _listed(actions),
        "Resource": _listed(resources),
    }
    return statement | ({"Condition": condition} if condition else {})


def deny_rest(
    sid: str,
    let: Sequence[str],
    resources: Sequence[str] | str,
    unlike: Sequence[str] = (),
    **condition: object,
) -> Statement:
    """Deny every action on these resources except those in `let`. Actions that AWS adds later are denied too."""
    denied = deny(sid, "*", resources, only=(), unlike=unlike, **condition)
    del denied["Action"]
    return {"Sid": sid, "Effect": "Deny", "NotAction": list(let), **denied}


def _listed(values: Sequence[str] | str) -> list[str] | str:
    return values if isinstance(values, str) else list(values)
