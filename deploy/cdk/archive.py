"""The archive of audit lines: log groups, a Firehose stream, and a bucket whose objects are locked."""

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import RemovalPolicy, aws_iam, aws_kinesisfirehose, aws_logs, aws_s3
from constructs import Construct

from deploy.cdk.deployment import construct_name
from deploy.cdk.function import log_group
from deploy.cdk.monitoring import archive_alarm
from deploy.cdk.options import ServiceOptions
from deploy.cdk.roles import create_role
from deploy.policies.delivery import (
    DAY,
    FAILED_PREFIX,
    FAILURE,
    LINES,
    PREFIX,
    Archive,
    AuditArchive,
    archive_key_policy,
    bucket_policy,
    stream_policy,
    stream_trust,
    subscription_policy,
    subscription_trust,
)
from deploy.policies.deployment import Deployment

# Firehose reads what CloudWatch Logs sends, gzip and envelope, and writes each line as the function wrote it, and a
# newline: the documentation does not say that a line's own is kept, and an empty line is nothing.
_PROCESSORS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("Decompression", {"CompressionFormat": "GZIP"}),
    ("CloudWatchLogProcessing", {"DataMessageExtraction": "true"}),
    ("AppendDelimiterToRecord", {}),
)
_BUFFER_MB, _BUFFER_S = 64, 300
_SKIPPED: Final = {"id": "CKV_AWS_18", "comment": "CloudTrail's data events say who read it; Athena reads through them"}


class AuditArchiveStore(Construct):
    """The archive of the functions' audit lines, whose log groups have keys. Bucket and policy outlive the stack."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        options: ServiceOptions,
        chosen: AuditArchive,
        deployment: Deployment,
        log_groups: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._options, self._chosen, self._deployment = options, chosen, deployment
        self._names = Archive(deployment)
        self.bucket = self._create_bucket()
        stream = self._create_stream()
        self._subscribe(stream, log_groups)
        archive_alarm(self, options, self._names.stream)

    def _create_bucket(self) -> aws_s3.CfnBucket:
        kept = aws_s3.CfnBucket.DefaultRetentionProperty(mode=self._chosen.mode, days=self._chosen.retention_days)
        bucket = aws_s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=self._names.bucket,
            object_lock_enabled=True,
            object_lock_configuration=aws_s3.CfnBucket.ObjectLockConfigurationProperty(
                object_lock_enabled="Enabled",
                rule=aws_s3.CfnBucket.ObjectLockRuleProperty(default_retention=kept),
            ),
            versioning_configuration=aws_s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
            bucket_encryption=_encryption(self._chosen.kms_key_arn),
            public_access_block_configuration=aws_s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
            ),
            ownership_controls=aws_s3.CfnBucket.OwnershipControlsProperty(
                rules=[aws_s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
            ),
            lifecycle_configuration=aws_s3.CfnBucket.LifecycleConfigurationProperty(rules=[_aging(self._chosen)]),
        )
        bucket.apply_removal_policy(RemovalPolicy.RETAIN)
        bucket.add_metadata("checkov", {"skip": [_SKIPPED]})
        guarding = aws_s3.CfnBucketPolicy(
            self, "BucketPolicy", bucket=bucket.ref, policy_document=bucket_policy(self._deployment)
        )
        guarding.apply_removal_policy(RemovalPolicy.RETAIN)
        return bucket

    def _create_stream(self) -> aws_kinesisfirehose.CfnDeliveryStream:
        group = log_group(self, "Log", self._names.log_group, self._options)
        log = aws_logs.CfnLogStream(self, "LogStream", log_group_name=group.ref, log_stream_name="delivery")
        return aws_kinesisfirehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_name=self._names.stream,
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=(
                aws_kinesisfirehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
                    key_type="AWS_OWNED_CMK"
                )
            ),
            extended_s3_destination_configuration={
                "roleArn": self._create_stream_role().attr_arn,
                "bucketArn": self.bucket.attr_arn,
                "prefix": PREFIX + DAY,
                "errorOutputPrefix": FAILED_PREFIX + FAILURE + DAY,
                "compressionFormat": "GZIP",
                "bufferingHints": {"sizeInMBs": _BUFFER_MB, "intervalInSeconds": _BUFFER_S},
                "processingConfiguration": {"enabled": True, "processors": [_processor(*each) for each in _PROCESSORS]},
                "cloudWatchLoggingOptions": {"enabled": True, "logGroupName": group.ref, "logStreamName": log.ref},
            },
        )

    def _create_stream_role(self) -> aws_iam.CfnRole:
        key = self._chosen.kms_key_arn
        encrypting = {} if key is None else {"audit-key": archive_key_policy(self._deployment, key)}
        return create_role(
            self,
            "StreamRole",
            name=self._names.stream,
            description="Sentinel: Firehose delivers audit lines to the archive",
            trust=stream_trust(self._deployment),
            policies={"audit-stream": stream_policy(self._deployment), **encrypting},
            boundary_arn=self._options.permissions_boundary_arn,
        )

    def _subscribe(self, stream: aws_kinesisfirehose.CfnDeliveryStream, log_groups: Mapping[str, str]) -> None:
        role = create_role(
            self,
            "SubscriptionRole",
            name=self._names.subscription_role,
            description="Sentinel: CloudWatch Logs sends audit lines to the archive's stream",
            trust=subscription_trust(self._deployment),
            policies={"audit-subscription": subscription_policy(self._deployment)},
            boundary_arn=self._options.permissions_boundary_arn,
        )
        for key, name in log_groups.items():
            aws_logs.CfnSubscriptionFilter(
                self,
                construct_name(key, "Lines"),
                filter_name=self._names.stream,
                log_group_name=name,
                filter_pattern=LINES,
                destination_arn=stream.attr_arn,
                role_arn=role.attr_arn,
            )


def _encryption(kms_key_arn: str | None) -> aws_s3.CfnBucket.BucketEncryptionProperty:
    default = aws_s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
        sse_algorithm="AES256" if kms_key_arn is None else "aws:kms", kms_master_key_id=kms_key_arn
    )
    rule = aws_s3.CfnBucket.ServerSideEncryptionRuleProperty(
        server_side_encryption_by_default=default, bucket_key_enabled=kms_key_arn is not None
    )
    return aws_s3.CfnBucket.BucketEncryptionProperty(server_side_encryption_configuration=[rule])


def _aging(chosen: AuditArchive) -> dict[str, Any]:
    """Return the lifecycle rule.

    Athena reads Glacier Instant Retrieval at once; the other Glacier classes need a restore first. An expired version
    becomes noncurrent first, and S3 deletes none that is locked.
    """
    rule: dict[str, Any] = {
        "id": "age",
        "status": "Enabled",
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
    }
    if chosen.glacier_after_days is not None:
        rule["transitions"] = [{"transitionInDays": chosen.glacier_after_days, "storageClass": "GLACIER_IR"}]
    if chosen.expire_after_days is not None:
        rule["expirationInDays"] = chosen.expire_after_days
        rule["noncurrentVersionExpiration"] = {"noncurrentDays": 1}
    return rule


def _processor(kind: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"parameterName": name, "parameterValue": value} for name, value in parameters.items()]
    return {"type": kind} | ({"parameters": listed} if listed else {})
