"""The environment and AWS configuration of a child: our endpoint is its only source of credentials.

SDKs read keys in the environment, profiles, Identity Center logins and programs before a container endpoint, and
botocore and the JavaScript SDK prefer those of a `[default]` profile too. Any one that is left wins silently. So each
variable is removed, and the child gets configuration files of its own with the caller's default settings and nothing
that yields credentials. Other profiles are left out: an SDK that is given `profile=prod` then reports that it does not
exist, where an empty profile would make it fall through to the endpoint and run as another profile than it says.
"""

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sentinel.credentials.aws_config import render_section
from sentinel.credentials.base_chain import ProfileConfig
from sentinel.credentials.endpoint import Endpoint
from sentinel.credentials.variables import CREDENTIAL_VARIABLES, INSIDE_EXEC, carries_credentials
from sentinel.errors import UsageError
from sentinel.system.files import create_owner_only

# An allow list: a setting not on it is lost to the child, where one missing from a deny list could be a credential.
# Source: AWS SDKs and Tools Reference Guide, "Settings reference"; AWS CLI User Guide for `cli_*`.
KEPT_SETTINGS: Final = frozenset(
    {
        "account_id_endpoint_mode",
        "ca_bundle",
        "cli_auto_prompt",
        "cli_binary_format",
        "cli_history",
        "cli_pager",
        "cli_timestamp_format",
        "defaults_mode",
        "disable_request_compression",
        "endpoint_discovery_enabled",
        "endpoint_url",
        "ignore_configured_endpoint_urls",
        "max_attempts",
        "output",
        "parameter_validation",
        "region",
        "request_checksum_calculation",
        "request_min_compression_size_bytes",
        "response_checksum_validation",
        "retry_mode",
        "s3",
        "sdk_ua_app_id",
        "services",
        "sigv4a_signing_region_set",
        "sts_regional_endpoints",
        "tcp_keepalive",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
    }
)


@dataclass(frozen=True, slots=True)
class PrivateConfig:
    """Two files only their owner reads: the settings, and a credentials file that is empty."""

    config_file: Path
    credentials_file: Path
    region: str | None


@contextmanager
def private_config(base: ProfileConfig, environ: Mapping[str, str]) -> Iterator[PrivateConfig]:
    """Write the child's files from the base profile's settings; they are deleted when the block ends.

    Raises:
        UsageError: no folder for them can be made.

    """
    with _private_folder(environ.get("XDG_RUNTIME_DIR") or None) as directory:
        config_file, credentials_file = Path(directory, "config"), Path(directory, "credentials")
        with open(config_file, "w", encoding="utf-8", opener=create_owner_only) as file:
            file.write(_settings(base))
        os.close(create_owner_only(str(credentials_file), os.O_WRONLY))
        yield PrivateConfig(config_file, credentials_file, base.settings.get("region"))


def _private_folder(runtime: str | None) -> tempfile.TemporaryDirectory[str]:
    """Make a folder in the runtime folder; without one (su, cron, containers), in the temporary folder."""
    for parent in (runtime, None):
        with suppress(OSError):
            # Windows keeps a file that a program has open, which is no reason to fail: no secret is in it.
            return tempfile.TemporaryDirectory(prefix="sentinel-", dir=parent, ignore_cleanup_errors=True)
    raise UsageError("there is no folder for the command's private AWS configuration", "set TMPDIR to one of yours")


def _settings(base: ProfileConfig) -> str:
    """Make the base profile's kept settings the child's `[default]`, with the `[services …]` section they name."""
    kept = {name: value for name, value in base.settings.items() if name in KEPT_SETTINGS}
    default = render_section("default", kept)
    return default + (
        render_section(f"services {shlex.quote(kept['services'])}", base.services) if base.services else ""
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
    """Return the change of environment by which a child runs as a profile.

    `region` is the profile's, as the service names it. A region in the caller's environment wins; one in the caller's
    configuration file is the last resort, because it was written for other work.
    """
    own = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    chosen = own or region or config.region
    put = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.uri,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": endpoint.token,
        "AWS_CONFIG_FILE": str(config.config_file),
        # Unset, each defaults to ~/.aws/credentials (boto: ~/.boto and /etc/boto.cfg), which is read before a container
        # endpoint.
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
