"""What leaves Sentinel besides notifications: events on a bus, and audit lines in an archive.

Options of both, the policies that each needs, and what guards them in an organization. Names, defaults and limits are
those of the Terraform module's variables `event_bus` and `audit_archive`.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from deploy.policies.deployment import Deployment, Policy, Statement, allow, deny, deny_rest, policy
from deploy.policies.exemptions import Exemptions
from deploy.policies.settings import Options
from shared.edge.audit.line import KIND

KeyArn = Annotated[str, Field(pattern=r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/")]
# What remains of a bucket's 63 characters next to an account and the longest region.
MOST_NAME: Final = 29
LINES: Final = f'{{ $.kind = "{KIND}" }}'
"""The filter pattern of what is archived (CloudWatch Logs User Guide, "Filter pattern syntax")."""
PREFIX: Final = "audit/"
FAILED_PREFIX: Final = "failed/"
DAY: Final = "!{timestamp:yyyy/MM/dd}/"
FAILURE: Final = "!{firehose:error-output-type}/"
# By these, lines go in and out. Not every action has the key of TLS's version (Service Authorization Reference).
_MOVE_LINES: Final = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject")


class EventBus(Options):
    """The bus that state changes are put on. `kms_key_arn`: the key of its events; None: a key of AWS's."""

    kms_key_arn: KeyArn | None = None


class AuditArchive(Options):
    """How long the archive's objects are locked, when they become cheaper, and when they are deleted.

    In the mode GOVERNANCE a principal with `s3:BypassGovernanceRetention` can delete one earlier; in COMPLIANCE no one
    can, the account's root included. Days; None: never.
    """

    mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    retention_days: Annotated[int, Field(ge=1, le=36500)] = 365
    glacier_after_days: Annotated[int, Field(ge=1)] | None = 90
    expire_after_days: Annotated[int, Field(ge=1)] | None = None
    kms_key_arn: KeyArn | None = None

    @model_validator(mode="after")
    def _kept_while_locked(self) -> Self:
        if self.expire_after_days is not None:
            if self.expire_after_days < self.retention_days:
                raise ValueError("expire_after_days: at least retention_days; what is locked cannot be deleted")
            if self.glacier_after_days is not None and self.expire_after_days <= self.glacier_after_days:
                raise ValueError("expire_after_days: over glacier_after_days")
        return self


@dataclass(frozen=True, slots=True)
class Archive:
    """The names of an archive's parts, which are named after the deployment."""

    deployment: Deployment

    @property
    def stream(self) -> str:
        """The Firehose stream, and its role."""
        return f"{self.deployment.name}-audit"

    @property
    def stream_arn(self) -> str:
        return self.deployment.arn("firehose", f"deliverystream/{self.stream}")

    @property
    def subscription_role(self) -> str:
        """The role by which CloudWatch Logs puts lines into the stream."""
        return f"{self.deployment.name}-audit-subscription"

    @property
    def bucket(self) -> str:
        return f"{self.deployment.name}-audit-{self.deployment.account}-{self.deployment.region}"

    @property
    def bucket_arn(self) -> str:
        return f"arn:{self.deployment.partition}:s3:::{self.bucket}"

    @property
    def log_group(self) -> str:
        """Where Firehose says why it could not deliver."""
        return f"/aws/kinesisfirehose/{self.stream}"


def event_bus_policy(deployment: Deployment) -> Policy:
    """Allow the admin Lambda to put events on the one bus."""
    return policy(allow("PutEveryChangeOnTheBus", "events:PutEvents", deployment.bus_arn))


def subscription_trust(deployment: Deployment) -> Policy:
    """Trust CloudWatch Logs, for log groups of this account and region only (CloudWatch Logs User Guide)."""
    return _trust_service("logs", deployment, deployment.arn("logs", "*"))


def subscription_policy(deployment: Deployment) -> Policy:
    """Allow to put records into the one stream."""
    actions = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    return policy(allow("PutLinesIntoTheStream", actions, Archive(deployment).stream_arn))


def stream_trust(deployment: Deployment) -> Policy:
    """Trust Firehose, for the one stream only (Firehose Developer Guide, "Cross-service confused deputy")."""
    return _trust_service("firehose", deployment, Archive(deployment).stream_arn)


def stream_policy(deployment: Deployment) -> Policy:
    """Allow to deliver to the one bucket, and to log failures (Firehose Developer Guide, "Controlling access")."""
    archive = Archive(deployment)
    buckets = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    objects = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    group = deployment.arn("logs", f"log-group:{archive.log_group}:log-stream:*")
    return policy(
        allow("FindTheBucket", buckets, archive.bucket_arn),
        allow("DeliverObjects", objects, [f"{archive.bucket_arn}/{prefix}*" for prefix in (PREFIX, FAILED_PREFIX)]),
        allow("LogFailures", "logs:PutLogEvents", group),
    )


def archive_key_policy(deployment: Deployment, key_arn: str) -> Policy:
    """Allow Firehose's role to use the bucket's key, through S3 and for this bucket only."""
    condition: Statement = {
        "StringLike": {
            "kms:ViaService": f"s3.{deployment.region}.*",
            "kms:EncryptionContext:aws:s3:arn": f"{Archive(deployment).bucket_arn}*",
        }
    }
    return policy(allow("EncryptObjects", ["kms:Decrypt", "kms:GenerateDataKey"], key_arn, condition))


def bucket_policy(deployment: Deployment) -> Policy:
    """Deny every request without TLS, lines by an old one, and the way around a retention in the mode GOVERNANCE."""
    bucket = Archive(deployment).bucket_arn
    everything = [bucket, f"{bucket}/*"]
    statements = (
        deny("OnlyTls", "s3:*", everything, Bool={"aws:SecureTransport": "false"}),
        deny("OnlyModernTls", _MOVE_LINES, f"{bucket}/*", NumericLessThan={"s3:TlsVersion": "1.2"}),
        deny("NoWayAroundRetention", "s3:BypassGovernanceRetention", f"{bucket}/*"),
    )
    return policy(*({**statement, "Principal": "*"} for statement in statements))


def protect_delivery(deployment: Deployment, exempt: Exemptions) -> Policy:
    """Protect bus and archive: only the admin Lambda puts events, and only CloudWatch Logs archives lines."""
    archive, keepers = Archive(deployment), exempt.role_arns
    firehose, subscription = deployment.role_arn(archive.stream), deployment.role_arn(archive.subscription_role)
    records = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    reading = ["firehose:Describe*", "firehose:List*"]
    objects = ["s3:AbortMultipartUpload", "s3:PutObject"]
    buckets = [archive.bucket_arn, f"{archive.bucket_arn}/*"]
    return policy(
        deny("OnlyAdminPutsEvents", "events:PutEvents", deployment.bus_arn, only=[_admin(deployment)]),
        # Rules of a bus have its name in theirs, so that OnlyExemptChangeSchedules is about them too.
        deny_rest(
            "OnlyExemptChangeBus",
            ["events:Describe*", "events:List*", "events:PutEvents"],
            deployment.bus_arn,
            unlike=keepers,
        ),
        deny("OnlyLogsAreArchived", records, archive.stream_arn, only=[subscription]),
        deny_rest("OnlyExemptChangeStream", [*reading, *records], archive.stream_arn, unlike=keepers),
        deny("OnlyFirehoseArchives", objects, buckets, only=[firehose]),
        deny_rest("OnlyExemptChangeArchive", ["s3:Get*", "s3:List*", *objects], buckets, unlike=keepers),
    )


def _admin(deployment: Deployment) -> str:
    return deployment.role_arn(deployment.admin_role)


def _trust_service(service: str, deployment: Deployment, source: str) -> Policy:
    """Trust a service that acts for a resource of this account, not for another account's (confused deputy)."""
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": deployment.account},
                "ArnLike": {"aws:SourceArn": source},
            },
        }
    )
