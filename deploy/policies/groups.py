"""The synchronization of groups: its options, and what it lets the admin Lambda and a role in another account read.

A schedule invokes the admin Lambda with a constant event. Names, defaults and limits are those of the Terraform
module's variable `group_sync`.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from deploy.policies.deployment import Deployment, Policy, allow, policy
from deploy.policies.settings import Options, check_settings
from shared.core.durations import format_duration
from shared.core.switch_guards import DEPLOYMENT

SYNC_EVENT: Final = json.dumps({"task": "sync-groups"})
"""The event of the schedule, as text."""
AGE_METRIC: Final = "groups_age_s"
READER_ROLE: Final = "SentinelGroups"
# A sync does not write a row again that lasts for over half the time: after it, a membership may last no longer.
# One sync may fail then without an end of memberships, and the alarm, at a quarter, comes before any.
INTERVALS_BELIEVED: Final = 5
ALARM_AT: Final = 1 / 4
# A sync may begin or report that much later than the one before.
ALARM_SLACK: Final = timedelta(minutes=5)


class GroupSync(Options):
    """When groups are synchronized, how long a membership is believed, and the Identity Center it is read from."""

    # Minutes.
    interval: Annotated[int, Field(ge=5, le=60)] = 15
    believed_for: str = "2h"
    # None: group documents only.
    identity_store_id: str | None = None
    identity_store_region: str | None = None
    identity_store_role_arn: str | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The functions' settings by name."""
        chosen = {
            "groups_believed_for": self.believed_for,
            "identity_store": self.identity_store_id,
            "identity_store_region": self.identity_store_region,
            "identity_store_role": self.identity_store_role_arn,
        }
        return {"group_sync": "true", **{name: value for name, value in chosen.items() if value is not None}}

    @property
    def believed(self) -> timedelta:
        """How long a membership is believed without a refresh."""
        return check_settings(self.settings).groups_believed_for

    @model_validator(mode="after")
    def _outlives_failures(self) -> Self:
        if self.believed < (least := timedelta(minutes=self.interval * INTERVALS_BELIEVED)):
            raise ValueError(
                f"believed_for: at least {format_duration(least)}, five times the interval, or memberships could end "
                "before the alarm on a sync that fails"
            )
        return self


def reader_role_name(deployment: str) -> str:
    """Return the name of the role that reads Identity Center for a deployment of this name."""
    return READER_ROLE if deployment == DEPLOYMENT else f"{READER_ROLE}-{deployment}"


def group_policies(deployment: Deployment, sync: GroupSync) -> Mapping[str, Policy]:
    """Return the policies that a synchronization adds to the admin role, by name."""
    found = {"groups": group_documents_policy(deployment)}
    if sync.identity_store_role_arn is not None:
        found["identity-center"] = identity_center_role_policy(sync.identity_store_role_arn)
    elif sync.identity_store_id is not None:
        found["identity-center"] = identity_center_policy(deployment.partition, sync.identity_store_id)
    return found


def group_documents_policy(deployment: Deployment) -> Policy:
    """Allow reading the group documents. GetParametersByPath is authorized on the path alone."""
    reading = ["ssm:GetParameters", "ssm:GetParametersByPath"]
    return policy(allow("ReadGroups", reading, [deployment.parameters("groups"), deployment.parameters("groups/*")]))


def identity_center_policy(partition: str, identity_store_id: str) -> Policy:
    """Allow listing the users, groups and memberships of one identity store, and nothing else of Identity Center.

    Each list action requires the store and the kind of what it lists, whose ARNs name neither account nor store
    (Service Authorization Reference, "AWS Identity Store"). A delegated administrator reads a store that the management
    account owns, so the account is open; the store's id is unique.
    """
    kinds = [f"arn:{partition}:identitystore:::{kind}/*" for kind in ("group", "membership", "user")]
    store = f"arn:{partition}:identitystore::*:identitystore/{identity_store_id}"
    listing = ["identitystore:ListGroupMemberships", "identitystore:ListGroups", "identitystore:ListUsers"]
    return policy(allow("ListGroupsOfIdentityCenter", listing, [store, *kinds]))


def identity_center_role_policy(role_arn: str) -> Policy:
    """Allow assuming the one role that reads the identity store of another account."""
    return policy(allow("BecomeTheReaderOfIdentityCenter", "sts:AssumeRole", role_arn))
