"""What a deployment may choose, checked when the app is synthesized: every problem at once, before AWS is asked.

Names, defaults and meanings are those of the Terraform module's variables.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from deploy.cdk.settings import check_authorizer, check_settings
from shared.core.switch_guards import POLICY_NAME, switch_name
from shared.documents.envelope import DoesNotFitError, pack

# Of what CloudWatch Logs takes (API reference, PutRetentionPolicy), a month or more: the audit lines are there.
RetentionDays = Literal[30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
# Webhooks hold secrets: they are pushed with `sentinel policy push`, never through a template.
DocumentName = Annotated[
    str, Field(pattern=r"^(policies/(access|approval|break-glass|admin)|profiles/[A-Za-z0-9._-]{1,64})$")
]
# In bytes. An advanced parameter costs, and never becomes a standard one again.
_STANDARD, _ADVANCED = 4096, 8192


def as_stored(text: str) -> str:
    """Give a document as it is stored: compressed where it is over 4 KB, so that it can be a standard parameter."""
    try:
        return pack(text, _STANDARD)
    except DoesNotFitError:
        return text


def _check_text(text: str) -> str:
    if "{{" in text:
        raise ValueError('a document holds "{{", which Parameter Store keeps for itself: put a space between')
    if (size := len(text.encode())) > _ADVANCED:
        raise ValueError(f"a document has {size} bytes, over {_ADVANCED}: push it with `sentinel policy push`")
    return text


def _check_prefix(prefix: str) -> str:
    if prefix.lower().startswith(("/aws", "/ssm")):
        raise ValueError("Parameter Store keeps names that begin with aws or ssm for itself: choose another prefix")
    if prefix.count("/") > _LEVELS:
        raise ValueError(f"Parameter Store takes 15 levels, of which documents need 2: at most {_LEVELS} here")
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
# The constructs set these themselves, from what they create.
_OURS: Final = frozenset(
    {
        "api_id",
        "budget_table",
        "deployment",
        "grant_table",
        "kill_switch_policies",
        "parameter_prefix",
        "protected_path",
        "session_table",
        "topic_arn",
    }
)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Packages(_Model):
    """The three zips of `make package`."""

    vend: Path
    admin: Path
    authorizer: Path

    @model_validator(mode="after")
    def _exist(self) -> Self:
        if missing := [str(path) for path in (self.vend, self.admin, self.authorizer) if not path.is_file()]:
            raise ValueError(f"{', '.join(missing)} not found: build the zips with `make package`")
        return self

    @classmethod
    def in_folder(cls, folder: Path, architecture: str) -> Self:
        """Find the zips by the names `make package` gives them."""
        return cls(**{name: folder / f"sentinel-{name}-{architecture}.zip" for name in cls.model_fields})


# Where AWS is called instead of its regional endpoint: a FIPS one, say.
EndpointService = Literal["dynamodb", "iam", "sns", "ssm", "sts"]
EndpointUrl = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+$")]


class Environments(_Model):
    """So many execution environments of each function; None where nothing was chosen."""

    vend: Count | None = None
    admin: Count | None = None
    authorizer: Count | None = None

    def of(self, function: str) -> int | None:
        """Give one function's number."""
        found: int | None = getattr(self, function)
        return found


class Authorizer(_Model):
    """One authorizer function: the APIs it guards, and what those accept (docs/settings.md)."""

    api_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    accepted_profiles: Annotated[tuple[str, ...], Field(min_length=1)]
    max_session_age: str | None = None
    proof_binding: Literal["api", "request"] | None = None
    sts_regions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_start(self) -> Self:
        check_authorizer(self.accepts)
        return self

    @property
    def accepts(self) -> dict[str, str]:
        """Give what its APIs take, as settings by their names."""
        chosen = {
            "api_id": ",".join(self.api_ids),
            "accepted_profiles": ",".join(self.accepted_profiles),
            "max_session_age": self.max_session_age,
            "proof_binding": self.proof_binding,
            "sts_regions": ",".join(self.sts_regions) or None,
        }
        return {name: value for name, value in chosen.items() if value is not None}


class Throttle(_Model):
    """How many requests each route of an API lets through: a second, and at once."""

    rate: Annotated[float, Field(gt=0)] = 100
    burst: Annotated[int, Field(gt=0)] = 200


class IncidentThrottle(Throttle):
    """The same for each route of incidents: sessions, revocations, lockouts, the kill switch."""

    rate: Annotated[float, Field(gt=0)] = 50
    burst: Annotated[int, Field(gt=0)] = 100


class RestApi(_Model):
    """A REST API beside or instead of the HTTP API, for what that lacks: a resource policy, and a private endpoint.

    Access logs need the CloudWatch role of API Gateway, which is one an account and region and so not this stack's:
    where it is not set, AWS refuses a stage with logs.
    """

    type: Literal["REGIONAL", "PRIVATE"]
    vpc_endpoint_ids: tuple[str, ...] = ()
    source_ips: tuple[str, ...] = ()
    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,128}$")] = "live"
    access_logs: bool = False

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.type == "PRIVATE" and not self.vpc_endpoint_ids:
            raise ValueError("a private API is reached through VPC endpoints only: name them in vpc_endpoint_ids")
        if self.type == "REGIONAL" and not self.source_ips:
            raise ValueError(
                "a regional API needs source_ips, whence it may be called; for any address use the HTTP API"
            )
        if self.type == "REGIONAL" and self.vpc_endpoint_ids:
            raise ValueError(
                "a regional API is not reached through endpoints of execute-api: leave vpc_endpoint_ids out"
            )
        return self


class ServiceOptions(_Model):
    """Everything a deployment of the service may choose."""

    packages: Packages
    name: Name = "sentinel"
    architecture: Literal["arm64", "x86_64"] = "arm64"
    memory_mb: Annotated[int, Field(ge=256, le=10240)] = 1024
    snap_start: bool = False
    provisioned_concurrency: Environments = Environments()
    reserved_concurrency: Environments = Environments()
    tracing: bool = True
    # None: by the partition.
    trust_amazon_roots_only: bool | None = None
    endpoints: Mapping[EndpointService, EndpointUrl] = {}
    permissions_boundary_arn: str | None = None

    parameter_prefix: ParameterPrefix = "/sentinel"
    documents: Mapping[DocumentName, DocumentText] = {}
    settings: Mapping[str, str] = {}
    authorizers: Mapping[AuthorizerKey, Authorizer] = {}

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

    def endpoint_variables(self, function: str) -> dict[str, str]:
        """Give the variables that name endpoints.

        An authorizer has STS confirm what callers signed for its regional endpoint, so another would confirm nothing.
        """
        return {
            f"AWS_ENDPOINT_URL_{service.upper()}": url
            for service, url in self.endpoints.items()
            if function != "authorizer" or service == "dynamodb"
        }

    @model_validator(mode="after")
    def _one_way_to_start(self) -> Self:
        provisioned = [self.provisioned_concurrency.of(name) for name in Environments.model_fields]
        if self.snap_start and any(provisioned):
            raise ValueError("Lambda takes snap_start or provisioned_concurrency, not both: leave one out")
        return self

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.http_api and self.rest_api is None:
            raise ValueError("nobody could call: leave http_api on, or describe a rest_api")
        return self

    @model_validator(mode="after")
    def _switches_are_its_own(self) -> Self:
        name = switch_name(self.name)
        if others := [arn for arn in self.kill_switch_policy_arns if not arn.endswith(f":policy/{name}")]:
            raise ValueError(f"kill_switch_policy_arns: {others[0]} is another deployment's; this one writes {name}")
        return self

    @model_validator(mode="after")
    def _settings_are_known(self) -> Self:
        if ours := sorted(_OURS & self.settings.keys()):
            raise ValueError(f"settings: {', '.join(ours)} follows from what is deployed: leave it out")
        check_settings(self.settings)
        return self

    def check_account(self, account: str) -> None:
        """Refuse an HTTP API that would let nobody in: IAM lets callers of the API's own account through, and no other.

        Raises:
            ValueError: the account, which this is deployed to, is not trusted.

        """
        trusted = check_settings(self.settings).trusted_accounts
        if self.http_api and trusted and account not in trusted:
            raise ValueError(
                f"trusted_accounts: the HTTP API takes callers of its own account only ({account}), which is not among "
                "them: add it, or turn http_api off"
            )
