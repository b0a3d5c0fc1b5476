"""Settings of the authorizer: which APIs it guards, and what those accept."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from shared.core.durations import CHAINING_MAXIMUM, parse_duration
from shared.edge.common_settings import CommonSettings
from shared.edge.setting_fields import Names

_GLOB: Final = re.compile(r"[A-Za-z0-9._*?-]{1,64}")


class ProofBinding(StrEnum):
    """What a proof is good for: any request to its API, or one method, path and query of it."""

    API = "api"
    REQUEST = "request"


def _parse_age(value: Any) -> timedelta:
    age = value if isinstance(value, timedelta) else parse_duration(value)
    if age > CHAINING_MAXIMUM:
        raise ValueError("nothing vended lives longer than an hour: leave it out, or set less")
    return age


def _check_globs(globs: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [glob for glob in globs if not _GLOB.fullmatch(glob)]:
        raise ValueError(f"{wrong[0]!r} is not a glob on profiles: letters, digits, `.`, `_`, `-`, `*` and `?`")
    return globs


class AuthorizerSettings(CommonSettings):
    """What the authorizer is deployed with."""

    accepted_profiles: Annotated[
        Names,
        AfterValidator(_check_globs),
        Field(
            min_length=1,
            description="Globs on the profiles whose sessions may call these APIs, separated by commas.",
        ),
    ]
    max_session_age: Annotated[
        timedelta,
        BeforeValidator(_parse_age),
        Field(description="How long ago a session may have been issued (`15m`). Nothing vended lives over an hour."),
    ] = CHAINING_MAXIMUM
    sts_regions: Annotated[
        Names,
        Field(
            description="Regions, in addition to the function's own, for which a proof may be signed, separated by "
            "commas. Each is one more STS that anyone on the internet can make the function call.",
        ),
    ] = ()
    proof_binding: Annotated[
        ProofBinding,
        Field(
            description="`api`: a proof is good for every request to its API for a minute. `request`: only for the "
            "method, path and query it was made for.",
        ),
    ] = ProofBinding.API
