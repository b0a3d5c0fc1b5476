"""Which deployment is examined: its names, from the options or from its functions' settings."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentinel.doctor.aws import Aws, DeniedError, UnansweredError
from shared.core.switch_guards import DEPLOYMENT, switch_name


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment's names. None: not given; taken from the functions' settings, or the default."""

    name: str
    vend_role: str | None = None
    session_table: str | None = None
    grant_table: str | None = None
    budget_table: str | None = None
    parameter_prefix: str | None = None
    authorizers: Sequence[str] = ()

    @property
    def vend(self) -> str:
        return f"{self.name}-vend"

    @property
    def admin(self) -> str:
        return f"{self.name}-admin"


@dataclass(frozen=True, slots=True)
class Known:
    """A deployment with every name known, and the account it is looked at from.

    `trusted_accounts` (the function's own where it is set to none), `lists_sso_roles`, `syncs_groups` and
    `document_keys` are the vend function's; where it cannot be read, none of them is known, and nothing is found wrong
    with them. `event_bus` (ARN; empty: none) is the admin function's. `other_keys`: the admin function wants signatures
    by others, or none.
    """

    account: str
    partition: str
    vend: str
    admin: str
    authorizers: Sequence[str]
    session_table: str
    grant_table: str
    budget_table: str
    parameter_prefix: str
    vend_role_arn: str
    trusted_accounts: Sequence[str] = ()
    lists_sso_roles: bool = True
    syncs_groups: bool = False
    document_keys: Sequence[str] = ()
    other_keys: bool = False
    event_bus: str = ""
    deployment: str = DEPLOYMENT

    def kill_switch_in(self, account: str) -> str:
        """Name the policy that is the boundary of an account's protected roles."""
        return f"arn:{self.partition}:iam::{account}:policy/{switch_name(self.deployment)}"


async def discover(aws: Aws, deployment: Deployment) -> Known:
    """Fill in the names that were not given: from the vend function if it can be read, else as deploy/ names them.

    Raises:
        UnansweredError: not even the account can be learned.
        DeniedError: AWS refuses the credentials altogether.

    """
    identity = await aws.find("sts", "get_caller_identity")
    if identity is None:
        raise UnansweredError("STS returned no identity")
    partition, account = str(identity["Arn"]).split(":")[1], str(identity["Account"])
    found, admin, authorizers = await asyncio.gather(
        _read(aws, deployment.vend), _read(aws, deployment.admin), _find_authorizers(aws, deployment)
    )
    said, keys = _said(found), _keys(_said(found))
    role = deployment.vend_role or found.get("Role") or f"arn:{partition}:iam::{account}:role/{deployment.vend}"

    def choose(option: str | None, variable: str, default: str) -> str:
        return option or said.get(f"SENTINEL_{variable}") or default

    return Known(
        account=account,
        partition=partition,
        vend=deployment.vend,
        admin=deployment.admin,
        authorizers=authorizers,
        session_table=choose(deployment.session_table, "SESSION_TABLE", f"{deployment.name}-sessions"),
        grant_table=choose(deployment.grant_table, "GRANT_TABLE", f"{deployment.name}-grants"),
        budget_table=choose(deployment.budget_table, "BUDGET_TABLE", f"{deployment.name}-budgets"),
        parameter_prefix=choose(deployment.parameter_prefix, "PARAMETER_PREFIX", "/sentinel").rstrip("/"),
        vend_role_arn=str(role),
        trusted_accounts=_trusted(said, account) if found else (),
        lists_sso_roles=bool(said.get("SENTINEL_SSO_ROLES")),
        syncs_groups=said.get("SENTINEL_GROUP_SYNC") == "true",
        document_keys=keys,
        other_keys=bool(found and admin) and set(_keys(_said(admin))) != set(keys),
        event_bus=_said(admin).get("SENTINEL_EVENT_BUS", ""),
        deployment=deployment.name,
    )


def _said(function: Mapping[str, Any]) -> Mapping[str, str]:
    variables: Mapping[str, str] = function.get("Environment", {}).get("Variables", {})
    return variables


def _keys(said: Mapping[str, str]) -> Sequence[str]:
    return [each.strip() for each in said.get("SENTINEL_DOCUMENT_KEYS", "").split(",") if each.strip()]


def _trusted(said: Mapping[str, str], own: str) -> Sequence[str]:
    return [each.strip() for each in said.get("SENTINEL_TRUSTED_ACCOUNTS", "").split(",") if each.strip()] or [own]


async def _find_authorizers(aws: Aws, deployment: Deployment) -> Sequence[str]:
    """Return the named ones, or else the one with the name deploy/ gives it, if it exists."""
    usual = f"{deployment.name}-authorizer"
    return deployment.authorizers or ((usual,) if await _read(aws, usual) else ())


async def _read(aws: Aws, function: str) -> Mapping[str, Any]:
    try:
        return await aws.find("lambda", "get_function_configuration", FunctionName=function) or {}
    except (DeniedError, UnansweredError):
        return {}  # the check of the function says so
