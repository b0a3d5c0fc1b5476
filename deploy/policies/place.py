"""Where Sentinel is deployed: what every policy's ARNs are built from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.core.switch_guards import DEPLOYMENT, POLICY_NAME, Guarded

VERSION: Final = "2012-10-17"

Statement = dict[str, object]
Policy = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
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
    deployment: str = DEPLOYMENT
    kill_switch: str = POLICY_NAME

    def arn(self, service: str, resource: str) -> str:
        """Name a regional resource of this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role_arn(self, name: str, path: str = "/") -> str:
        """Name a role of this account; the path begins and ends with a slash."""
        return f"arn:{self.partition}:iam::{self.account}:role{path}{name}"

    @property
    def vend_role_arn(self) -> str:
        return self.role_arn(self.vend_role)

    @property
    def function_name_patterns(self) -> list[str]:
        """Match the functions' names, also with a version or alias behind; of authorizers there may be several."""
        exact = [name for function in (self.vend_role, self.admin_role) for name in (function, f"{function}:*")]
        return [*exact, f"{self.authorizer_role}*"]

    @property
    def function_patterns(self) -> list[str]:
        """Match the functions by ARN, with their versions and aliases: for what is denied about them."""
        return [self.arn("lambda", f"function:{name}") for name in self.function_name_patterns]

    @property
    def execution_role_arns(self) -> list[str]:
        """Match the roles the Lambdas run as, which have the functions' names."""
        return [self.vend_role_arn, self.role_arn(self.admin_role), self.role_arn(f"{self.authorizer_role}*")]

    @property
    def protected_roles(self) -> str:
        """Match every protected role, in any account: the vend role's one reach."""
        return f"arn:{self.partition}:iam::*:role{self.protected_path}*"

    @property
    def every_table_arn(self) -> list[str]:
        """Name the tables, without their indexes."""
        tables = (self.session_table, self.grant_table, self.budget_table)
        return [self.arn("dynamodb", f"table/{table}") for table in tables]

    def table_arns(self, *tables: str) -> list[str]:
        """Name tables, each with its indexes."""
        return [arn for table in tables for arn in (self.arn("dynamodb", f"table/{table}"), self._indexes(table))]

    def _indexes(self, table: str) -> str:
        return self.arn("dynamodb", f"table/{table}/index/*")

    @property
    def topic_arn(self) -> str:
        """Name the topic that tells of every change of state."""
        return self.arn("sns", self.topic)

    @property
    def kill_switch_policy_arn(self) -> str:
        """Name the policy that is the boundary of every protected role of this account."""
        return self.kill_switch_policy_in(self.account)

    def kill_switch_policy_in(self, account: str) -> str:
        """Name the same policy in another account; `*` matches all."""
        return f"arn:{self.partition}:iam::{account}:policy/{self.kill_switch}"

    @property
    def kill_switch_roles(self) -> str:
        """Match the roles that write the policy, in accounts other than this one; they are called as it is."""
        return f"arn:{self.partition}:iam::*:role/{self.kill_switch}"

    @property
    def guarded(self) -> Guarded:
        """Say what the kill switch keeps from the sessions it binds."""
        return Guarded(self.account, self.partition, self.deployment, self.parameter_prefix, self.protected_path)

    def parameters(self, pattern: str) -> str:
        """Match parameters below the prefix."""
        return self.arn("ssm", f"parameter{self.parameter_prefix}/{pattern}")


def policy(*statements: Statement) -> Policy:
    """Wrap statements as an IAM policy document."""
    return {"Version": VERSION, "Statement": list(statements)}


def deny(
    sid: str,
    actions: Sequence[str] | str,
    resources: Sequence[str] | str,
    only: Sequence[str] = (),
    unlike: Sequence[str] = (),
    **condition: object,
) -> Statement:
    """Deny where the condition holds, except to the principals of these ARNs (`only`) or ARN patterns (`unlike`)."""
    return _denying(sid, {"Action": _listed(actions)}, resources, only, unlike, condition)


def deny_rest(
    sid: str,
    let: Sequence[str],
    resources: Sequence[str] | str,
    only: Sequence[str] = (),
    unlike: Sequence[str] = (),
    **condition: object,
) -> Statement:
    """Deny every action on these resources but those that are `let`: also actions AWS adds later."""
    return _denying(sid, {"NotAction": list(let)}, resources, only, unlike, condition)


def _denying(
    sid: str,
    actions: Statement,
    resources: Sequence[str] | str,
    only: Sequence[str],
    unlike: Sequence[str],
    condition: dict[str, object],
) -> Statement:
    if only:
        condition["ArnNotEquals"] = {"aws:PrincipalArn": _listed(only)}
    if unlike:
        condition["ArnNotLike"] = {"aws:PrincipalArn": _listed(unlike)}
    statement: Statement = {"Sid": sid, "Effect": "Deny", **actions, "Resource": _listed(resources)}
    return statement | ({"Condition": condition} if condition else {})


def _listed(values: Sequence[str] | str) -> list[str] | str:
    return values if isinstance(values, str) else list(values)
