"""Settings of every Lambda, read from the environment and validated at start, with all problems in one error."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.core.revocation import LONGEST_REQUEST
from shared.core.switch_guards import DEPLOYMENT
from shared.edge.setting_fields import Names, TableName

PREFIX: Final = "SENTINEL_"


class InvalidSettingsError(Exception):
    """The environment is invalid; the message lists every problem."""


class CommonSettings(BaseModel):
    """Settings of every Lambda. Field `x` is the variable `SENTINEL_X`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_id: Annotated[
        Names,
        Field(
            min_length=1,
            description="Ids of the APIs (or Function URLs) whose events are accepted, separated by commas. An event "
            "of any other, and a direct invocation, is refused.",
        ),
    ]
    session_table: Annotated[TableName, Field(description="Name of the session table.")]
    grant_table: Annotated[TableName, Field(description="Name of the grant table.")]
    deadline: Annotated[
        float,
        # Vends that decide before a revocation and issue after it are covered by the revocation's margin only.
        Field(gt=0, le=LONGEST_REQUEST.total_seconds(), description="Time limit of every request, in seconds."),
    ] = 8
    call_timeout: Annotated[
        float,
        Field(
            gt=0,
            le=10,
            description="Timeout of one attempt of a call to AWS, in seconds. A call without an answer is repeated "
            "once if it is idempotent.",
        ),
    ] = 1.5
    deployment: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9-]{1,30}$",
            description="Name of the deployment, the prefix of the names of its functions, tables and roles. A name "
            "other than the default is part of the kill switch's name, too: SentinelRevocations-<name>.",
        ),
    ] = DEPLOYMENT
    hedge_ratio: Annotated[
        float,
        Field(
            ge=0,
            le=0.2,
            description="Fraction of the calls to AWS that may be hedged: reads and AssumeRole that take longer than "
            "the 90th percentile of their kind are sent a second time. 0 disables hedging.",
        ),
    ] = 0.1

    @property
    def own_name(self) -> str | None:
        """The deployment's name, unless it is the default."""
        return None if self.deployment == DEPLOYMENT else self.deployment


Model = TypeVar("Model", bound=CommonSettings)


def read_settings(environ: Mapping[str, str], model: type[Model]) -> Model:
    """Load the settings of one Lambda.

    Raises:
        InvalidSettingsError: a variable is missing or malformed, or begins with `SENTINEL_` and is unknown.

    """
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value.strip()
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [_describe(problem) for problem in error.errors(include_url=False, include_input=False)]
        raise InvalidSettingsError("\n".join(["the environment is not usable:", *problems])) from None


def _describe(problem: Any) -> str:
    name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else "settings"
    match problem["type"]:
        case "missing":
            words = "is required"
        case "extra_forbidden":
            words = "is not a setting of this service; see docs/settings.md"
        case _:
            words = problem["msg"].removeprefix("Value error, ")
    return f"  {name}: {words}"
