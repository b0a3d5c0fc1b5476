"""The schedule that synchronizes groups, its alarm, and the role that reads Identity Center in another account."""

from datetime import timedelta
from typing import Final

from aws_cdk import Aws
from constructs import Construct

from deploy.cdk.function import SentinelFunction
from deploy.cdk.monitoring import groups_alarm
from deploy.cdk.options import ServiceOptions
from deploy.cdk.roles import create_role
from deploy.cdk.schedule import create_schedule
from deploy.policies.deployment import Deployment
from deploy.policies.groups import SYNC_EVENT, GroupSync, identity_center_policy, reader_role_name
from deploy.policies.protected import admin_trust

_WORDS: Final = "Sentinel: synchronizes groups"


class GroupSchedule(Construct):
    """A rule that invokes the admin function with the constant event, and the alarm on memberships that grow old."""

    def __init__(
        self, scope: Construct, construct_id: str, options: ServiceOptions, sync: GroupSync, admin: SentinelFunction
    ) -> None:
        super().__init__(scope, construct_id)
        name, interval = f"{options.name}-groups", timedelta(minutes=sync.interval)
        create_schedule(self, name=name, words=_WORDS, interval=interval, event=SYNC_EVENT, admin=admin)
        groups_alarm(self, options, sync)


class IdentityCenterReader(Construct):
    """The role that lists users and groups of Identity Center, in its account or its delegated administrator's.

    `sentinel` is the service's deployment. `role_arn` goes into the option `identity_store_role_arn`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, sentinel: Deployment, identity_store_id: str) -> None:
        super().__init__(scope, construct_id)
        role = create_role(
            self,
            "Role",
            name=reader_role_name(sentinel.name),
            description="Sentinel: lists the users, groups and memberships of Identity Center",
            trust=admin_trust(sentinel),
            policies={"identity-center": identity_center_policy(Aws.PARTITION, identity_store_id)},
        )
        self.role_arn: str = role.attr_arn
