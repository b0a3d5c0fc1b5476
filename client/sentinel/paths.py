"""Where the AWS configuration files are, as AWS tools find them."""

import os
from collections.abc import Mapping
from pathlib import Path


def config_file(environ: Mapping[str, str]) -> Path:
    """Name the AWS config file."""
    return expand(environ.get("AWS_CONFIG_FILE") or "~/.aws/config")


def credentials_file(environ: Mapping[str, str]) -> Path:
    """Name the shared credentials file."""
    return expand(environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials")


def expand(text: str) -> Path:
    """Expand variables, then `~`, as botocore does: no shell has done it where systemd or Docker set the variable."""
    return Path(os.path.expandvars(text)).expanduser()
