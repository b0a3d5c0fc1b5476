"""The options of a deployment, checked when the app is synthesized. All problems are reported at once.

Names, defaults and meanings are those of the Terraform module's variables.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from deploy.cdk.release import RELEASE_URL, Packages, checksums_of, fetch_packages
from deploy.policies.delivery import MOST_NAME, AuditArchive, EventBus
from deploy.policies.groups import GroupSync
from deploy.policies.issuers import Console, Issuer, IssuerName, check_issuers
from deploy.policies.settings import OWN_SETTINGS, Authorizer, Options, check_settings
from shared.core.switch_guards import POLICY_NAME, switch_name
from shared.documents.envelope import SIGNED, DoesNotFitError, pack

# CloudWatch Logs' values (API reference, PutRetentionPolicy), from a month on: the logs contain the audit lines.
RetentionDays = Literal[30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
# Webhooks and ticket look-ups hold secrets: they are stored as SecureStrings, never through a template.
DocumentName = Annotated[
    str, Field(pattern=r"^(policies/(access|approval|break-glass|admin)|(profiles|groups)/[A-Za-z0-9._-]{1,64})$")
]
# In bytes. An advanced parameter has a price, and cannot become a standard one again.
_STANDARD, _ADVANCED = 4096, 8192


def as_stored(text: str) -> str:
    """Return a document as it is stored: compressed if over 4 KB, so that it can be a standard parameter.

    One that begins with its signature is stored as it is.
    """
    if text.startswith(SIGNED):
        return text
    try:
        return pack(text, _STANDARD)
    except DoesNotFitError:
        return text


def _check_text(text: str) -> str:
    if "{{" in text:
        raise ValueError('a document contains "{{", which Parameter Store reserves: put a space between the braces')
    if (size := len(text.encode())) > _ADVANCED:
        raise ValueError(f"a document has {size} bytes, over {_ADVANCED}: push it with `sentinel policy push`")
    return text


def _check_prefix(prefix: str) -> str:
    if prefix.lower().startswith(("/aws", "/ssm")):
        raise ValueError("Parameter Store reserves names that begin with aws or ssm: choose another prefix")
    if prefix.count("/") > _LEVELS:
        raise ValueError(f"Parameter Store allows 15 levels, of which documents need 2: at most {_LEVELS} here")
    return prefix


_LEVELS: Final = 13
DocumentText = Annotated[str, Field(min_length=1), AfterValidator(_check_text)]
ParameterPrefix = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.-]+)+$"), AfterValidator(_check_prefix)]
KillSwitchArn = Annotated[
    str, Field(pattern=rf"^arn:[a-z-]+:iam::[0-9]{{12}}:policy/{POLICY_NAME}(-[a-z][a-z0-9-]*)?$")
]
Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
AuthorizerKey = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]
# An endpoint to call instead of the regional one, for example a FIPS endpoint.
EndpointService = Literal["dynamodb", "events", "iam", "sns", "ssm", "sts"]
EndpointUrl = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+$")]


class Environments(Options):
    """A number of execution environments for each function; None: not set."""

    vend: Count | None = None
    admin: Count | None = None
    authorizer: Count | None = None

    def of(self, function: str) -> int | None:
        """Return one function's number."""
        found: int | None = getattr(self, function)
        return found


class Throttle(Options):
    """The throttling limits of each route of an API: requests per second, and burst."""

    rate: Annotated[float, Field(gt=0)] = 100
    burst: Annotated[int, Field(gt=0)] = 200


class IncidentThrottle(Throttle):
    """The limits of each incident route: sessions, revocations, lockouts, the kill switch."""

    rate: Annotated[float, Field(gt=0)] = 50
    burst: Annotated[int, Field(gt=0)] = 100


class RestApi(Options):
    """A REST API in addition to or instead of the HTTP API, which has no resource policy and no private endpoint.

    Access logs need API Gateway's CloudWatch role. There is one per account and region, so this stack does not create
    it; without it, AWS refuses a stage with logs.
    """

    type: Literal["REGIONAL", "PRIVATE"]
    vpc_endpoint_ids: tuple[str, ...] = ()
    source_ips: tuple[str, ...] = ()
    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,128}$")] = "live"
    access_logs: bool = False

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.type == "PRIVATE" and not self.vpc_endpoint_ids:
            raise ValueError("a private API is reached through VPC endpoints only: list them in vpc_endpoint_ids")
        if self.type == "REGIONAL" and not self.source_ips:
            raise ValueError(
                "a regional API needs source_ips, the addresses it may be called from; for any address use the HTTP API"
            )
        if self.type == "REGIONAL" and self.vpc_endpoint_ids:
            raise ValueError("a regional API is not reached through VPC endpoints: leave vpc_endpoint_ids out")
        return self


class ServiceOptions(Options):
    """The options of a deployment of the service."""

    # One of the two: the zips of `make package`, or a release, whose zips are fetched when the app is synthesized.
    packages: Packages | None = None
    release: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] | None = None
    # Below it, v<release>/<file> is a file of the release.
    release_url: Annotated[str, Field(pattern=r"^(https?|file)://[^ ]+[^/ ]$")] = RELEASE_URL
    # The content of the release's SHA256SUMS, if not that of deploy/terraform/releases.
    release_checksums: str | None = None
    name: Name = "sentinel"
    architecture: Literal["arm64", "x86_64"] = "arm64"
    memory_mb: Annotated[int, Field(ge=256, le=10240)] = 1024
    snap_start: bool = False
    provisioned_concurrency: Environments = Environments()
    reserved_concurrency: Environments = Environments()
    tracing: bool = True
    # None: decided by the partition.
    trust_amazon_roots_only: bool | None = None
    endpoints: Mapping[EndpointService, EndpointUrl] = {}
    permissions_boundary_arn: str | None = None

    parameter_prefix: ParameterPrefix = "/sentinel"
    documents: Mapping[DocumentName, DocumentText] = {}
    settings: Mapping[str, str] = {}
    authorizers: Mapping[AuthorizerKey, Authorizer] = {}
    issuers: Mapping[IssuerName, Issuer] = {}
    # The console under /console/ of the HTTP API; None: it is not served.
    console: Console | None = None
    group_sync: GroupSync | None = None
    # Requests in Slack: the route POST /slack, and the workspace of the document chat/slack.
    slack: bool = False
    # Changes as events, too, and the archive of audit lines; None: neither. Saved queries over lines.
    event_bus: EventBus | None = None
    audit_archive: AuditArchive | None = None
    query_pack: bool = False

    protected_path: Annotated[str, Field(pattern=r"^/([A-Za-z0-9_.-]+/)+$")] = "/sentinel/protected/"
    kill_switch: bool = True
    kill_switch_policy_arns: tuple[KillSwitchArn, ...] = ()

    http_api: bool = True
    rest_api: RestApi | None = None
    throttle: Throttle = Throttle()
    incident_throttle: IncidentThrottle = IncidentThrottle()

    deletion_protection: bool = True
    kms_key_arn: str | None = None
    log_retention_days: RetentionDays = 365
    log_kms_key_arn: str | None = None
    duration_alarm_ms: Annotated[int, Field(gt=0)] = 3000
    alarm_actions: tuple[str, ...] = ()

    @cached_property
    def zips(self) -> Packages:
        """Return the functions' zips; fetches a release's on the first use.

        Raises:
            ReleaseError: a file cannot be fetched, or has another hash.

        """
        return self.packages or fetch_packages(
            self.release or "", self.release_url, self.architecture, self.release_checksums
        )

    @property
    def function_settings(self) -> dict[str, str]:
        """Return the chosen settings of the functions by name, those of group_sync, console and slack included."""
        groups = {} if self.group_sync is None else self.group_sync.settings
        console = {} if self.console is None else self.console.settings(self.issuers)
        return {**self.settings, **groups, **console, **({"slack": "true"} if self.slack else {})}

    def endpoint_variables(self, function: str) -> dict[str, str]:
        """Return the variables that set endpoints.

        An authorizer sends STS proofs that callers signed for the regional endpoint; no other endpoint accepts them.
        """
        return {
            f"AWS_ENDPOINT_URL_{service.upper()}": url
            for service, url in self.endpoints.items()
            if function != "authorizer" or service == "dynamodb"
        }

    @model_validator(mode="after")
    def _exactly_one_source(self) -> Self:
        if (self.packages is None) == (self.release is None):
            raise ValueError("give either packages, the zips of `make package`, or release: exactly one of the two")
        if self.release is not None:
            checksums_of(self.release, self.architecture, self.release_checksums)
        return self

    @model_validator(mode="after")
    def _one_way_to_start(self) -> Self:
        provisioned = [self.provisioned_concurrency.of(name) for name in Environments.model_fields]
        if self.snap_start and any(provisioned):
            raise ValueError("Lambda allows snap_start or provisioned_concurrency, not both: leave one out")
        return self

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.http_api and self.rest_api is None:
            raise ValueError("there is no API to call: leave http_api on, or set rest_api")
        check_issuers(self.issuers, http_api=self.http_api)
        if self.slack and not self.http_api:
            raise ValueError("slack: its route is one of the HTTP API: leave http_api on")
        if self.console is not None:
            # Its issuer is one of an HTTP API.
            self.console.settings(self.issuers)
        return self

    @model_validator(mode="after")
    def _switches_are_its_own(self) -> Self:
        name = switch_name(self.name)
        if others := [arn for arn in self.kill_switch_policy_arns if not arn.endswith(f":policy/{name}")]:
            raise ValueError(f"kill_switch_policy_arns: {others[0]} is another deployment's; this one writes {name}")
        return self

    @model_validator(mode="after")
    def _bucket_has_a_name(self) -> Self:
        if self.audit_archive is not None and len(self.name) > MOST_NAME:
            raise ValueError(f"name: at most {MOST_NAME} characters with an audit_archive, so that the bucket's fits")
        return self

    @model_validator(mode="after")
    def _settings_are_known(self) -> Self:
        if ours := sorted(OWN_SETTINGS & self.settings.keys()):
            raise ValueError(f"settings: {', '.join(ours)} is set by the deployment itself: leave it out")
        check_settings(self.settings)
        return self

    def check_account(self, account: str) -> None:
        """Refuse an HTTP API that no caller could use: it admits callers of its own account only.

        Raises:
            ValueError: `account`, the account of the deployment, is not trusted.

        """
        trusted = check_settings(self.settings).trusted_accounts
        if self.http_api and trusted and account not in trusted:
            raise ValueError(
                f"trusted_accounts: the HTTP API admits callers of its own account only ({account}), which is not in "
                "the list: add it, or turn http_api off"
            )
