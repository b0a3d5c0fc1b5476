"""Where configuration is: the AWS files as AWS tools find them, and Sentinel's folders."""

import os
from collections.abc import Mapping
from pathlib import Path


def config_file(environ: Mapping[str, str]) -> Path:
    """Name the AWS config file."""
    return expand(environ.get("AWS_CONFIG_FILE") or "~/.aws/config")


def credentials_file(environ: Mapping[str, str]) -> Path:
    """Name the shared credentials file."""
    return expand(environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials")


def xdg_directory(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Name Sentinel's folder under an XDG base directory; a relative one is ignored, as the standard says."""
    base = Path(environ.get(variable) or "")
    return (base if base.is_absolute() else Path.home() / default) / "sentinel"


def expand(text: str) -> Path:
    """Expand variables, then `~`, as botocore does: systemd and Docker set variables without a shell to do it."""
    return Path(os.path.expandvars(text)).expanduser()
