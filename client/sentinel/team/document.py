"""The team file: the few settings that the people who run Sentinel give to every laptop.

It is read as if an attacker had served it. It names a server, and those who run that server see who asks for what and
give the credentials that are then used; so the server is shown and confirmed. Nothing else in the file can do harm: it
names no program, no file, no credentials, no AWS profile to sign with and no certificates. It may name where a person
logs in: the server then gets tokens of that login, which is shown and confirmed, too.
"""

import re
import tomllib
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, ValidationError

from sentinel.errors import UsageError, printable
from sentinel.oidc.names import ISSUER_NAME, check_issuer_url, read_scopes
from sentinel.remote_server import RemoteServer, parse_remote_server
from sentinel.settings import SETTINGS
from shared.core.durations import STS_MAXIMUM, STS_MINIMUM, parse_duration
from shared.core.fields import PROFILE_NAME_PATTERN, DocumentModel, SchemaVersion

# A team's profiles are some dozens; a file of this size is read by no one before it is confirmed.
SIZE_LIMIT: Final = 64 * 1024
# The URL becomes part of a command line, which some SDKs hand to a shell: nothing in it means anything to one.
_PLAIN_URL: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~$/-]*)?")


def _is_server(value: str) -> str:
    parse_remote_server(value)
    return _plain(value)


def _is_duration(value: str) -> str:
    if not STS_MINIMUM <= parse_duration(value) <= STS_MAXIMUM:
        raise ValueError("STS issues sessions of 15m to 12h")
    return value


def _is_issuer_url(value: str) -> str:
    check_issuer_url(value)
    return _plain(value)


def _plain(value: str) -> str:
    if not _PLAIN_URL.fullmatch(value):
        raise ValueError("a team's URL is asked over https, and has letters, digits and any of . _ ~ $ / -")
    return value


def _has_openid(value: str) -> str:
    read_scopes(value)
    return value


def _is_printable(value: str) -> str:
    if printable(value) != value:
        raise ValueError("write it as one line of printable text")
    return value


_Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$")]

# The characters of a scope (RFC 6749), and spaces.
_Scopes = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e ]{1,500}$"), AfterValidator(_has_openid)]


class TeamProfile(DocumentModel):
    """A profile to write into the AWS config."""

    region: _Region | None = Field(default=None, description="The region AWS tools use with the profile.")


class TeamFile(DocumentModel):
    """What a team file may hold."""

    model_config = ConfigDict(title="Sentinel's team file, version 1")

    version: SchemaVersion = Field(description="The version of this format.")
    name: Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_is_printable)] = Field(
        description="Whose file it is, as people are shown it."
    )
    remote_server: Annotated[str, AfterValidator(_is_server)] = Field(
        description="Sentinel's base URL, https only, with the path of its stage if it has one."
    )
    region: _Region | None = Field(default=None, description="The region to sign for, if the URL names none.")
    signing_service: Literal["execute-api", "lambda"] | None = Field(
        default=None, description="The service to sign for, if the URL does not show it."
    )
    authentication: Literal["sigv4", "oidc"] | None = Field(
        default=None, description="AWS credentials or a login. Not set: a login where an issuer is set."
    )
    issuer: Annotated[str, StringConstraints(pattern=f"^{ISSUER_NAME.pattern}$")] | None = Field(
        default=None, description="The name Sentinel has for the issuer of people's logins."
    )
    oidc_issuer_url: Annotated[str, AfterValidator(_is_issuer_url)] | None = Field(
        default=None, description="The issuer's URL, https only, as the `iss` of its tokens has it."
    )
    oidc_client_id: (
        Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_is_printable)] | None
    ) = Field(default=None, description="The public client that people log in to.")
    oidc_scopes: _Scopes | None = Field(
        default=None, description="The scopes to ask for, separated by spaces; openid is one of them."
    )
    duration: Annotated[str, AfterValidator(_is_duration)] | None = Field(
        default=None, description="How long a session should last: 45m, 1h."
    )
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,32}$")] = Field(
        default="", description="Put before each profile's name in the AWS config."
    )
    profiles: Annotated[
        dict[Annotated[str, StringConstraints(pattern=f"^{PROFILE_NAME_PATTERN}$")], TeamProfile],
        Field(max_length=300),
    ] = Field(default_factory=dict, description="The profiles to write into the AWS config, by name.")

    @property
    def server(self) -> RemoteServer:
        return parse_remote_server(self.remote_server)

    def settings(self) -> dict[str, str]:
        """Return the settings it gives, as the settings file has them."""
        given = self.model_dump(include=set(SETTINGS) - {"remote_server"}, exclude_none=True)
        return {"remote_server": self.server.base, **given}


def parse_team_file(content: bytes, source: str) -> TeamFile:
    """Read a team file (TOML).

    Raises:
        UsageError: it is not one; the message names the source and the place, and repeats no value.

    """
    try:
        document: Any = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise UsageError(f"{source}: not a team file", "a team file is TOML: see docs/client.md") from None
    try:
        return TeamFile.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(printable(str(part)) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = f"it may set only {', '.join(TeamFile.model_fields)}, and `region` of a profile"
            raise UsageError(f"{source}: a team file cannot set {place}", known) from None
        raise UsageError(f"{source}: {place}: {first['msg'].removeprefix('Value error, ')}") from None
