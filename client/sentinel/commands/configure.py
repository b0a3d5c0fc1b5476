from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sentinel.commands._aws_profiles import difference, profile_settings, read_text, write_text
from sentinel.commands._calls import call_api
from sentinel.credentials.aws_config import (
    AwsConfig,
    Profiles,
    config_file,
    fetch_as_aws_tools_do,
    parse_config,
)
from sentinel.credentials.base_chain import named_profile
from sentinel.errors import BaseCredentialsError, ClientError
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.lists import all_of
from sentinel.terminal.options import json_option, profile_name, vend_options
from sentinel.terminal.output import note, print_json

if TYPE_CHECKING:
    from sentinel.api.responses import ProfileAccess

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
@click.option("--no-verify", is_flag=True, help="Write without trying whether AWS tools get credentials.")
@json_option
@click.argument("profiles", nargs=-1, callback=_profile_names)
def configure(
    settings: Settings,
    profiles: tuple[str, ...],
    prefix: str,
    *,
    remove: bool,
    dry_run: bool,
    no_verify: bool,
    as_json: bool,
) -> None:
    """Write PROFILES into the AWS config, so that `aws --profile NAME` asks Sentinel.

    Sentinel's profiles are in a block of their own between two comment lines; nothing outside it is changed, and the
    block's other profiles stay. A name that is already taken is refused.

    The first profile that needs no approval is then fetched as an AWS tool fetches it, which vends once. If that fails,
    the file is put back as it was, and the exit code is 1.
    """
    path = config_file()
    old = read_text(path)
    config = parse_config(old, path)
    known = {} if remove else _catalogue(settings, profiles)
    wanted = _removed(config, profiles, prefix) if remove else _added(settings, config, known, prefix)
    new = config.with_profiles(wanted)
    verified, words = None, ""
    if not dry_run:
        if new != old:
            write_text(path, new)
        if not (remove or no_verify):
            verified = next((f"{prefix}{name}" for name, each in known.items() if each.access == "allowed"), None)
            verified, words = _verify(settings, verified, path, old, new)
    if as_json:
        report = {"file": str(path), "profiles": sorted(wanted), "changed": new != old}
        print_json({**report, "written": new != old and not dry_run, "verified": verified})
    else:
        _report(path, old, new, sorted(wanted), dry_run=dry_run)
        if words:
            note(words)


def _catalogue(settings: Settings, profiles: Sequence[str]) -> "Mapping[str, ProfileAccess]":
    """Ask for the profiles the caller may have, by right or by approval: the named ones, or all.

    Raises:
        ClientError: one that is named is not among them.

    """
    answer = all_of(call_api(settings, lambda api: api.profiles()))
    known = {profile.name: profile for profile in answer if profile.access != "denied"}
    if unknown := sorted(set(profiles) - known.keys()):
        raise ClientError(f"not a profile you may have: {', '.join(unknown)}", "`sentinel profiles` lists them")
    return {name: known[name] for name in profiles or known}


def _added(settings: Settings, config: AwsConfig, known: "Mapping[str, ProfileAccess]", prefix: str) -> Profiles:
    own = settings.aws_profile or named_profile()
    written = {
        f"{prefix}{name}": profile_settings(settings, name, profile.region, own) for name, profile in known.items()
    }
    return {**config.profiles, **written}


def _removed(config: AwsConfig, profiles: tuple[str, ...], prefix: str) -> Profiles:
    names = {f"{prefix}{name}" for name in profiles} or config.profiles.keys()
    if missing := sorted(names - config.profiles.keys()):
        raise ClientError(f"sentinel wrote no profile {', '.join(missing)}", "`--dry-run --remove` shows what it wrote")
    return {name: profile for name, profile in config.profiles.items() if name not in names}


def _verify(settings: Settings, name: str | None, path: Path, old: str, new: str) -> tuple[str | None, str]:
    """Fetch a profile as an AWS tool does; return its name, or None if it was not tried, and what to say of it.

    Raises:
        ClientError: an AWS tool would get nothing; the file is as it was.

    """
    if name is None:
        return None, "not tried: each of these profiles needs an approval first"
    if settings.base().has_asked:
        return None, "not tried: your own AWS profile asks for a one-time code (MFA), and AWS takes each code once"
    try:
        account = fetch_as_aws_tools_do(name)
    except BaseCredentialsError as error:
        _put_back(path, old, new)
        hint = "the AWS config is as it was; `--no-verify` writes the profiles all the same"
        raise ClientError(f"`aws --profile {name}` would get no credentials: {error.message}", hint) from None
    of_account = f" of account {account}" if account else ""
    return name, f"aws --profile {name} works: Sentinel vended credentials{of_account}"


def _put_back(path: Path, old: str, new: str) -> None:
    """Undo the writing, unless something else has written the file since."""
    if new == old or read_text(path) != new:
        return
    if old:
        write_text(path, old)
    else:
        path.unlink(missing_ok=True)


def _report(path: Path, old: str, new: str, names: list[str], *, dry_run: bool) -> None:
    if dry_run:
        click.echo(difference(path, old, new) or f"{path}: no change")
    elif new == old:
        note(f"{path}: no change")
    else:
        note(f"wrote {path}; sentinel's profiles in it: {', '.join(names) or 'none'}")
