import difflib
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from sentinel import paths
from sentinel.commands._calls import call_api
from sentinel.credentials.aws_config import ConfigText, parse_config, profile_block, refuse_conflicts, replace_file
from sentinel.credentials.base_chain import named_profile
from sentinel.errors import ClientError, UsageError
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.lists import all_of
from sentinel.terminal.options import json_option, profile_name, vend_options
from sentinel.terminal.output import note, print_json
from shared.core.durations import format_duration

_EPILOG: Final = """\b
Examples:
  sentinel configure                  every profile that is allowed to you, or by approval
  sentinel configure dev staging      these
  sentinel configure --dry-run
  sentinel configure --remove         all that sentinel wrote
"""


def _profile_names(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(profile_name(context, parameter, value) for value in values)


@click.command(cls=Command, epilog=_EPILOG)
@vend_options
@click.option("--prefix", default="", metavar="TEXT", help="Put TEXT before each profile's name in the AWS config.")
@click.option("--remove", is_flag=True, help="Remove the named profiles, or all that sentinel wrote.")
@click.option("--dry-run", is_flag=True, help="Show the difference and change nothing.")
@json_option
@click.argument("profiles", nargs=-1, callback=_profile_names)
def configure(
    settings: Settings, profiles: tuple[str, ...], prefix: str, *, remove: bool, dry_run: bool, as_json: bool
) -> None:
    """Write PROFILES into the AWS config, so that `aws --profile NAME` asks Sentinel.

    Sentinel's profiles are in a block of their own between two comment lines; nothing outside it is changed, and the
    block's other profiles stay. A name that is already taken is refused.
    """
    path = paths.config_file(os.environ)
    old = _read(path)
    config = parse_config(old, path)
    wanted = _removed(config, profiles, prefix) if remove else _added(settings, config, path, profiles, prefix)
    new = config.with_profiles(wanted)
    if not dry_run and new != old:
        _write(path, new)
    _report(path, old, new, sorted(wanted), dry_run=dry_run, as_json=as_json)


def _added(
    settings: Settings, config: ConfigText, path: Path, profiles: tuple[str, ...], prefix: str
) -> Mapping[str, str]:
    regions = _catalogue(settings)
    if unknown := sorted(set(profiles) - regions.keys()):
        raise ClientError(f"not a profile you may have: {', '.join(unknown)}", "`sentinel profiles` lists them")
    chosen = profiles or tuple(regions)
    blocks = {
        f"{prefix}{name}": profile_block(f"{prefix}{name}", credential_process(settings, name), regions[name])
        for name in chosen
    }
    refuse_conflicts(list(blocks), config, path, paths.credentials_file(os.environ))
    return {**config.profiles, **blocks}


def _removed(config: ConfigText, profiles: tuple[str, ...], prefix: str) -> Mapping[str, str]:
    names = {f"{prefix}{name}" for name in profiles} or config.profiles.keys()
    if missing := sorted(names - config.profiles.keys()):
        raise ClientError(f"sentinel wrote no profile {', '.join(missing)}", "`--dry-run --remove` shows what it wrote")
    return {name: block for name, block in config.profiles.items() if name not in names}


def credential_process(settings: Settings, profile: str) -> str:
    """Write the command an AWS tool runs. It says all it needs: the tool may run it in another environment."""
    flags = {
        "--remote-server": settings.server().base,
        "--aws-profile": settings.aws_profile or named_profile(),
        "--region": settings.region,
        "--signing-service": settings.signing_service,
        "--duration": format_duration(settings.duration) if settings.duration else None,
    }
    given = [word for flag, value in flags.items() if value for word in (flag, value)]
    return shlex.join([*_command(), "credentials", *given, profile])


def _command() -> list[str]:
    """Find this program, by a whole path: a tool started from a desktop has another PATH than a shell."""
    found = shutil.which("sentinel")
    return [sys.executable, "-m", "sentinel"] if found is None else [str(Path(found).absolute())]


def _catalogue(settings: Settings) -> dict[str, str | None]:
    """Ask for the profiles the caller may have, by right or by approval, and their regions."""
    known = all_of(call_api(settings, lambda api: api.profiles()))
    return {profile.name: profile.region for profile in known if profile.access != "denied"}


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", "make it a readable file, or set AWS_CONFIG_FILE") from None


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text)
    except OSError as error:
        raise ClientError(f"{path}: {error.strerror}", "nothing was changed; check the folder's permissions") from None


def _report(path: Path, old: str, new: str, names: list[str], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(path), "profiles": names, "changed": new != old, "written": new != old and not dry_run})
        return
    if dry_run:
        lines = difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), lineterm="")
        click.echo("\n".join(lines) or f"{path}: no change")
    elif new == old:
        note(f"{path}: no change")
    else:
        note(f"wrote {path}; sentinel's profiles in it: {', '.join(names) or 'none'}")
