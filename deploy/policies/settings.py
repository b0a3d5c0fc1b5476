"""Each function's environment variables (docs/settings.md). Options that are not set keep the function's default."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deploy.policies.deployment import Deployment
from services.authorizer.settings import AuthorizerSettings
from shared.edge.common_settings import PREFIX, CommonSettings, InvalidSettingsError, read_settings
from shared.edge.settings import Settings, load_settings

# API Gateway waits 10 seconds for an authorizer (API Gateway guide, "Quotas for configuring and running an HTTP API").
_AUTHORIZER_TIMEOUT_S: Final = 10
# Between the deadline and Lambda's timeout: time for the init phase and for the audit line.
_SPARE_S: Final = 4
# Rate limits each belong to one function; settings common to all functions apply to an authorizer too.
_ONLY_VEND: Final = frozenset({"vend_budget"})
_READING_GROUPS: Final = frozenset(
    {"groups_believed_for", "identity_store", "identity_store_region", "identity_store_role"}
)
GROUP_SETTINGS: Final = _READING_GROUPS | {"group_sync"}
"""The settings that the option `group_sync` gives."""
_ONLY_ADMIN: Final = (
    frozenset({"admin_budget", "console", "console_url", "event_bus", "lasting_keys", "slack", "slack_api"})
    | _READING_GROUPS
)
# Long enough to list an Identity Center of thousands of groups. The API's requests keep their deadline.
_SYNC_TIMEOUT_S: Final = 300
# All variables of a function, names included; the quota cannot be raised (Lambda Developer Guide, "Lambda quotas").
_MOST_BYTES: Final = 4096
# The length assumed for values that CloudFormation fills in: the longest account id, API id or ARN.
_UNKNOWN_YET: Final = re.compile(r"\$\{Token\[[^\]]*\]\}")
_AS_LONG: Final = "x" * 80
_EVERYWHERE: Final = CommonSettings.model_fields.keys()
_STAND_IN: Final = {"SENTINEL_API_ID": "api", "SENTINEL_SESSION_TABLE": "sessions", "SENTINEL_GRANT_TABLE": "grants"}
_COUNTING: Final = {"SENTINEL_BUDGET_TABLE": "budgets"}


def check_settings(chosen: Mapping[str, str]) -> Settings:
    """Parse the chosen settings as the functions do.

    Raises:
        ValueError: a setting is unknown or malformed; the message lists every problem.

    """
    try:
        return load_settings({**_STAND_IN, **_COUNTING, **_variables(chosen)})
    except InvalidSettingsError as error:
        raise ValueError(f"settings: {error}") from None


class Options(BaseModel):
    """Options of which none is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Authorizer(Options):
    """One authorizer function: the APIs it guards, and the sessions they accept (docs/settings.md)."""

    api_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    accepted_profiles: Annotated[tuple[str, ...], Field(min_length=1)]
    max_session_age: str | None = None
    proof_binding: Literal["api", "request"] | None = None
    sts_regions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_start(self) -> Self:
        try:
            read_settings({**_STAND_IN, **_variables(self.accepts)}, AuthorizerSettings)
        except InvalidSettingsError as error:
            raise ValueError(f"settings: {error}") from None
        return self

    @property
    def accepts(self) -> dict[str, str]:
        """Return what its APIs accept, as settings by name."""
        chosen = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in self if value}
        return {"api_id": chosen.pop("api_ids"), **chosen}


def vend_environment(deployment: Deployment, api_ids: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the vend function's variables. Its events come from the APIs of these ids."""
    return {**_documented(deployment, api_ids), **_variables(chosen, but=_ONLY_ADMIN)}


def admin_environment(
    deployment: Deployment,
    api_ids: Sequence[str],
    chosen: Mapping[str, str],
    *,
    topic: str,
    switches: Sequence[str],
    event_bus: str | None = None,
) -> dict[str, str]:
    """Return the admin function's variables.

    `topic` and `event_bus`: ARNs; `switches`: the accounts with a kill switch.
    """
    return {
        **_documented(deployment, api_ids),
        "SENTINEL_PROTECTED_PATH": deployment.protected_path,
        "SENTINEL_TOPIC_ARN": topic,
        **({} if event_bus is None else {"SENTINEL_EVENT_BUS": event_bus}),
        **({"SENTINEL_KILL_SWITCH_POLICIES": ",".join(switches)} if switches else {}),
        **_variables(chosen, but=_ONLY_VEND),
    }


def authorizer_environment(
    deployment: Deployment, chosen: Mapping[str, str], accepts: Mapping[str, str]
) -> dict[str, str]:
    """Return an authorizer's variables; `accepts`: what its APIs accept. The deadline is within its timeout."""
    shared = {name: value for name, value in chosen.items() if name in _EVERYWHERE}
    deadline_s = min(check_settings(chosen).deadline, _AUTHORIZER_TIMEOUT_S - 1)
    return {
        **_tables(deployment),
        **_variables(shared),
        "SENTINEL_DEADLINE": f"{deadline_s:g}",
        **_variables(accepts),
    }


def check_environment(function: str, environment: Mapping[str, str]) -> None:
    """Check before the deployment that Lambda accepts the size of a function's variables.

    Raises:
        ValueError: they are too large; the message names the largest.

    """
    sizes = {name: len(name) + len(_UNKNOWN_YET.sub(_AS_LONG, value)) for name, value in environment.items()}
    if (size := sum(sizes.values())) > _MOST_BYTES:
        largest = sorted(sizes, key=lambda name: -sizes[name])[:2]
        raise ValueError(
            f"the environment of {function} has {size} bytes; Lambda allows {_MOST_BYTES}, names included. Largest: "
            + " and ".join(f"{name} ({sizes[name]})" for name in largest)
            + ". Name fewer accounts or roles, or divide the deployment by account (docs/capacity.md)",
        )


def timeout_s(function: str, chosen: Mapping[str, str]) -> int:
    """Return Lambda's timeout for a function in seconds, which is later than the deadline of every request."""
    if function == "authorizer":
        return _AUTHORIZER_TIMEOUT_S
    settings = check_settings(chosen)
    return _SYNC_TIMEOUT_S if function == "admin" and settings.group_sync else math.ceil(settings.deadline) + _SPARE_S


def _documented(deployment: Deployment, api_ids: Sequence[str]) -> dict[str, str]:
    return {
        **_tables(deployment),
        "SENTINEL_BUDGET_TABLE": deployment.budget_table,
        "SENTINEL_API_ID": ",".join(api_ids),
        "SENTINEL_PARAMETER_PREFIX": deployment.parameter_prefix,
    }


def _tables(deployment: Deployment) -> dict[str, str]:
    return {
        "SENTINEL_DEPLOYMENT": deployment.name,
        "SENTINEL_SESSION_TABLE": deployment.session_table,
        "SENTINEL_GRANT_TABLE": deployment.grant_table,
    }


def _variables(chosen: Mapping[str, str], but: frozenset[str] = frozenset()) -> dict[str, str]:
    return {PREFIX + name.upper(): value for name, value in chosen.items() if name not in but}


_ANY_DEPLOYMENT: Final = Deployment.named("any", "aws", "eu-central-1", "111122223333")
_OWN_VARIABLES: Final = admin_environment(_ANY_DEPLOYMENT, ["api"], {}, topic="topic", switches=["111122223333"])
OWN_SETTINGS: Final = frozenset(
    {"console", "event_bus", "slack", "slack_api", *GROUP_SETTINGS}
    | {name.removeprefix(PREFIX).lower() for name in _OWN_VARIABLES}
)
"""The settings that the constructs set themselves, from what they create and from the options of their names."""
