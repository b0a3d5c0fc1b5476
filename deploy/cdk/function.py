"""One function: its role, log, published version with the alias `live`, alarms, and the authorities it trusts."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Aws, CfnCondition, Duration, Fn, RemovalPolicy, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from deploy.cdk.monitoring import function_alarms
from deploy.cdk.options import ServiceOptions
from deploy.cdk.roles import create_role
from deploy.packages.roots import PARTITIONS, ROOTS_PATH
from deploy.policies.deployment import Policy
from deploy.policies.execution import lambda_trust
from deploy.policies.settings import check_environment, timeout_s

_DESCRIPTIONS: Final = {
    "vend": "Sentinel: decides who gets credentials, and issues them from STS",
    "admin": "Sentinel: approvals, break-glass, sessions and revocation",
    "authorizer": "Sentinel: checks that a request's session is active and its caller's own",
}
_ARCHITECTURES: Final = {"arm64": aws_lambda.Architecture.ARM_64, "x86_64": aws_lambda.Architecture.X86_64}
# Names the authorities that a function trusts for calls to AWS, a file in its zip.
# The second is for the HTTP library, which reads all authorities while it is imported.
_VARIABLES: Final = ("AWS_CA_BUNDLE", "SSL_CERT_FILE")


def trusted_authorities(scope: Construct, *, amazon_only: bool | None) -> dict[str, str]:
    """Return the variables that name the authorities in the zip; `None` decides by the stack's partition."""
    match amazon_only:
        case True:
            return dict.fromkeys(_VARIABLES, ROOTS_PATH)
        case False:
            return {}
        case None:
            known = [Fn.condition_equals(Aws.PARTITION, partition) for partition in PARTITIONS]
            chained = CfnCondition(scope, "ChainsToAmazonRoots", expression=Fn.condition_or(*known))
            file = Fn.condition_if(chained.logical_id, ROOTS_PATH, Aws.NO_VALUE).to_string()
            return dict.fromkeys(_VARIABLES, file)


class SentinelFunction(Construct):
    """A function that is invoked through its alias only. `kind` is vend, admin or authorizer."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        options: ServiceOptions,
        *,
        kind: str,
        name: str,
        environment: Mapping[str, str],
        policies: Mapping[str, Policy],
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = name
        self.function = self._create_function(options, kind, environment, self._create_role(options, policies))
        self.alias = aws_lambda.Alias(
            self,
            "Live",
            alias_name="live",
            description="The version that serves",
            version=self.function.current_version,
            provisioned_concurrent_executions=options.provisioned_concurrency.of(kind) or None,
        )
        function_alarms(self, name, options)

    def _create_role(self, options: ServiceOptions, policies: Mapping[str, Policy]) -> aws_iam.IRole:
        role = create_role(
            self,
            "Role",
            name=self.name,
            description=f"Execution role of {self.name}",
            trust=lambda_trust(),
            policies=policies,
            boundary_arn=options.permissions_boundary_arn,
        )
        # Immutable, so that no other construct adds statements to the generated policies.
        return aws_iam.Role.from_role_arn(self, "ImportedRole", role.attr_arn, mutable=False)

    def _create_function(
        self, options: ServiceOptions, kind: str, environment: Mapping[str, str], role: aws_iam.IRole
    ) -> aws_lambda.Function:
        check_environment(self.name, environment)
        log = log_group(self, "Log", f"/aws/lambda/{self.name}", options)
        self.log_group_name: str = log.ref
        return aws_lambda.Function(
            self,
            "Function",
            function_name=self.name,
            description=_DESCRIPTIONS[kind],
            role=role,
            code=aws_lambda.Code.from_asset(str(options.zips.of(kind))),
            handler=f"services.{kind}.handler.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
            architecture=_ARCHITECTURES[options.architecture],
            memory_size=options.memory_mb,
            timeout=Duration.seconds(timeout_s(kind, options.function_settings)),
            environment=environment,
            reserved_concurrent_executions=options.reserved_concurrency.of(kind),
            # Text format: audit and metric lines are JSON already, and Lambda's JSON format would filter them.
            logging_format=aws_lambda.LoggingFormat.TEXT,
            log_group=aws_logs.LogGroup.from_log_group_name(self, "ImportedLog", log.ref),
            tracing=aws_lambda.Tracing.ACTIVE if options.tracing else aws_lambda.Tracing.PASS_THROUGH,
            snap_start=aws_lambda.SnapStartConf.ON_PUBLISHED_VERSIONS if options.snap_start else None,
        )


def log_group(scope: Construct, construct_id: str, name: str, options: ServiceOptions) -> aws_logs.CfnLogGroup:
    """Create a log group that is deleted with the stack; the options set its retention."""
    group = aws_logs.CfnLogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention_in_days=options.log_retention_days,
        kms_key_id=options.log_kms_key_arn,
    )
    group.apply_removal_policy(RemovalPolicy.DESTROY)
    return group
