"""The environment of a child: our endpoint as the one source of credentials, and every other source gone.

SDKs look at keys in the environment, profiles, Identity Center logins and programs before they ask a container
endpoint. Whichever of them is left would win silently, so each is removed, and the child reads AWS configuration
files of its own (see `private_config`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sentinel.credentials.endpoint import Endpoint
from sentinel.credentials.loopback import INSIDE_EXEC
from sentinel.credentials.private_config import PrivateConfig
from sentinel.credentials.variables import CREDENTIAL_VARIABLES, carries_credentials


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
        # Where a variable is not set, its reader takes ~/.aws/credentials (boto: ~/.boto and /etc/boto.cfg), and
        # looks there before it asks a container endpoint.
        "AWS_SHARED_CREDENTIALS_FILE": str(config.credentials_file),
        "AWS_CREDENTIAL_PROFILES_FILE": str(config.credentials_file),
        "CPL_AWS_CREDENTIALS_FILE": str(config.credentials_file),
        "BOTO_CONFIG": str(config.credentials_file),
        # A machine's role must not stand in when the endpoint refuses.
        "AWS_EC2_METADATA_DISABLED": "true",
        INSIDE_EXEC: profile,
    }
    regions = {"AWS_REGION": chosen, "AWS_DEFAULT_REGION": chosen} if chosen else {}
    found = {name for name in environ if carries_credentials(name)}
    return EnvironmentChange(put | regions, tuple(sorted((found | CREDENTIAL_VARIABLES.keys()) - put.keys())))
