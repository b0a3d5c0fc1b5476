"""The environment of a child: our endpoint as the one source of credentials, and every other source gone.

SDKs look at keys in the environment, profiles, Identity Center logins and programs before they ask a container
endpoint. Whichever of them is left would win silently, so each is removed, and the child reads AWS configuration
files of its own (see `private_config`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sentinel.endpoint import Endpoint
from sentinel.loopback import INSIDE_EXEC, RESOLVING
from sentinel.private_config import PrivateConfig

# AWS SDKs and Tools Reference Guide, "Environment variables supported", and what older SDKs read besides.
CREDENTIAL_VARIABLES: Final = (
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_CREDENTIALS",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_EXPIRATION",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "BOTO_CONFIG",
    RESOLVING,
)


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """What differs from the caller's own environment. `put` holds the endpoint's token: it is not for logs."""

    put: Mapping[str, str]
    removed: tuple[str, ...]

    def applied_to(self, environ: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in environ.items() if name not in self.removed} | dict(self.put)

    def __repr__(self) -> str:
        return f"EnvironmentChange(put={sorted(self.put)}, removed={self.removed})"


def change_for_child(
    profile: str, endpoint: Endpoint, config: PrivateConfig, region: str | None, environ: Mapping[str, str]
) -> EnvironmentChange:
    """Work out what a child needs to run as a profile.

    `region` is the profile's, as the service names it. A region the caller's environment names wins; one in the
    caller's configuration file is only what is left when nobody else speaks, because it was written for other work.
    """
    own = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    chosen = own or region or config.region
    put = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.uri,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": endpoint.token,
        "AWS_CONFIG_FILE": str(config.config_file),
        "AWS_SHARED_CREDENTIALS_FILE": str(config.credentials_file),
        # boto's own file (~/.boto, /etc/boto.cfg) is looked at before a container endpoint, too.
        "BOTO_CONFIG": str(config.credentials_file),
        # A machine's role must not stand in when the endpoint refuses.
        "AWS_EC2_METADATA_DISABLED": "true",
        INSIDE_EXEC: profile,
    }
    regions = {"AWS_REGION": chosen, "AWS_DEFAULT_REGION": chosen} if chosen else {}
    return EnvironmentChange(put | regions, tuple(name for name in CREDENTIAL_VARIABLES if name not in put))
