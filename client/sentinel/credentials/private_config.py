"""AWS configuration files for a child: the caller's default settings without anything that yields credentials.

botocore and the JavaScript SDK prefer a `[default]` profile's keys, role, login or program to a container endpoint.
The child therefore gets files of its own, and other profiles are left out: an SDK told `profile=prod` then says that
there is none, where an empty one would make it fall through to the endpoint and run as somebody else than it says.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from configparser import Error, RawConfigParser
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sentinel import paths as aws_files
from sentinel.errors import UsageError

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
def private_config(base_profile: str, environ: Mapping[str, str]) -> Iterator[PrivateConfig]:
    """Write the child's files from the base profile's settings; they are gone when the block ends.

    Raises:
        UsageError: there is no folder for them.

    """
    settings = _settings(_read(aws_files.config_file(environ)), base_profile)
    with _private_folder(environ.get("XDG_RUNTIME_DIR") or None) as directory:
        config_file, credentials_file = Path(directory, "config"), Path(directory, "credentials")
        with open(config_file, "w", encoding="utf-8", opener=_owner_only) as file:
            settings.write(file)
        os.close(_owner_only(str(credentials_file), os.O_WRONLY))
        region = settings.get("default", "region", fallback=None)
        yield PrivateConfig(config_file, credentials_file, region)


def _private_folder(runtime: str | None) -> tempfile.TemporaryDirectory[str]:
    """Make a folder; where the runtime folder is not there (su, cron, containers), among the temporary files."""
    for parent in (runtime, None):
        with suppress(OSError):
            return tempfile.TemporaryDirectory(prefix="sentinel-", dir=parent)
    raise UsageError("there is no folder for the command's private AWS configuration", "set TMPDIR to one of yours")


def _settings(own: RawConfigParser, base_profile: str) -> RawConfigParser:
    """Make the base profile's kept settings the child's `[default]`, with the `[services …]` section they name."""
    kept = _parser()
    section = "default" if base_profile == "default" else f"profile {base_profile}"
    values = dict(own.items(section)) if own.has_section(section) else {}
    kept["default"] = {name: value for name, value in values.items() if name in KEPT_SETTINGS}
    services = f"services {values.get('services', '')}"
    if own.has_section(services):
        kept[services] = dict(own.items(services))
    return kept


def _read(path: Path) -> RawConfigParser:
    parser = _parser()
    try:
        parser.read(path, encoding="utf-8")
    except (Error, UnicodeDecodeError):
        return _parser()  # botocore has refused the same file by now, unless nothing in it was needed
    return parser


def _parser() -> RawConfigParser:
    return RawConfigParser(strict=False, default_section="there is no section all others inherit from")


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
