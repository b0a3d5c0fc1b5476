import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from sentinel.commands._aws_profiles import difference, profile_settings, read_text, write_text
from sentinel.credentials.aws_config import AwsConfig, config_file, parse_config, server_of
from sentinel.credentials.base_chain import login_example, named_profile
from sentinel.errors import UsageError
from sentinel.remote_server import parse_remote_server
from sentinel.settings import SETTINGS, Settings, load_settings
from sentinel.team.document import TeamFile, parse_team_file
from sentinel.team.fetching import check_digest, fetch, is_url, read_file, without_query
from sentinel.team.kept import KeptTeam, forget, keep, load_kept
from sentinel.terminal.help import Command
from sentinel.terminal.options import json_option, run
from sentinel.terminal.output import is_terminal, note, print_json
from shared.core.durations import parse_duration

_EPILOG: Final = """\b
Examples:
  sentinel setup https://intranet.example/sentinel.toml
  sentinel setup --aws-profile work ./sentinel.toml
  sentinel setup --yes --sha256 9f86d0…0a08 https://intranet.example/sentinel.toml      in a script
  sentinel setup --remove
"""
_WARNING: Final = (
    "requests signed with your own AWS credentials, or tokens of your login, go there, and AWS tools use the "
    "credentials it gives"
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a run would change. `replaced` are the servers that something was asked of until now."""

    path: Path
    old: str
    new: str
    before: KeptTeam | None
    after: KeptTeam | None
    replaced: frozenset[str] = frozenset()

    @property
    def is_one(self) -> bool:
        return self.old != self.new or self.before != self.after

    @property
    def changes_the_server(self) -> bool:
        """Whether requests would go where none went until now."""
        after = self.after
        return after is not None and (self.before is None or self.before.server != after.server or bool(self.replaced))

    def lines(self) -> Iterator[str]:
        """Show it to the person who confirms it."""
        old, new = (team.settings if team else {} for team in (self.before, self.after))
        for name in SETTINGS:
            if old.get(name) != new.get(name):
                yield f"  {name:<16} {old.get(name, 'not set')} -> {new.get(name, 'not set')}"
        if self.changes_the_server:
            yield f"  {_WARNING}"
        yield from (f"  this takes the place of {server}" for server in sorted(self.replaced))
        if self.new != self.old:
            yield difference(self.path, self.old, self.new)


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--aws-profile", metavar="NAME", help="Your own AWS profile to sign with; it is kept.")
@click.option("--sha256", metavar="HEX", help="Refuse a file with another SHA-256.")
@click.option("--yes", is_flag=True, help="Change without asking. A server that is set already is not replaced.")
@click.option("--accept-server", metavar="URL", help="With --yes: let the file replace the server by this one.")
@click.option("--remove", is_flag=True, help="Remove a team's settings and the profiles they brought.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@json_option
@click.argument("source", required=False, metavar="[URL_OR_FILE]")
def setup(
    aws_profile: str | None,
    sha256: str | None,
    source: str | None,
    accept_server: str | None,
    *,
    yes: bool,
    remove: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take a team's settings and profiles from URL_OR_FILE, and show what that changes before it does.

    A team file (TOML) may set the server, the region and service to sign for, the duration, and profiles for the AWS
    config; nothing else. It comes by https or from a local path. Its settings are kept in a file of their own, and
    yours win over them. Running it again takes the present file.
    """
    if remove == (source is not None):
        raise click.UsageError("name the team file, or pass --remove")
    settings = load_settings({"aws_profile": aws_profile}, os.environ)
    if source is None:
        change = _removal()
    else:
        content = run(fetch(source, settings.base().ca_bundle())) if is_url(source) else read_file(Path(source))
        shown = f"{without_query(source)}, sha256 {check_digest(content, sha256)}"
        team = parse_team_file(content, without_query(source))
        change = _change(settings, team, without_query(source))
        note(f"team file of {team.name} ({shown})")
    if change.is_one and not (yes and as_json):
        click.echo("\n".join(change.lines()), err=not dry_run)
    if change.is_one and not dry_run:
        _confirm(change, accept_server, yes=yes)
        _apply(change)
    _report(change, dry_run=dry_run, as_json=as_json)


def _change(settings: Settings, team: TeamFile, source: str) -> Change:
    config, before = _aws_config(), load_kept(os.environ)
    own = settings.aws_profile or named_profile()
    after = KeptTeam.of(team, source, own)
    asked = Settings(
        settings.config_file,
        remote_server=team.server,
        region=team.region,
        signing_service=team.signing_service,
        duration=parse_duration(team.duration) if team.duration else None,
        authentication=team.authentication,
        issuer=team.issuer,
    )
    written = {
        f"{team.prefix}{name}": profile_settings(asked, name, profile.region, own)
        for name, profile in team.profiles.items()
    }
    servers = {server_of(config.profiles[name]) for name in written if name in config.profiles}
    servers |= {settings.remote_server.base if settings.remote_server else None, before.server if before else None}
    replaced = frozenset(server for server in servers if server not in {None, after.server})
    new = config.with_profiles({**_without(config, before), **written})
    return Change(config.path, config.text, new, before, after, replaced)


def _removal() -> Change:
    config, before = _aws_config(), load_kept(os.environ)
    return Change(config.path, config.text, config.with_profiles(_without(config, before)), before, None)


def _aws_config() -> AwsConfig:
    path = config_file()
    return parse_config(read_text(path), path)


def _without(config: AwsConfig, team: KeptTeam | None) -> dict[str, dict[str, str]]:
    """Leave out the profiles that a team brought, as far as they are still its own."""
    brought = (
        {name for name in team.profiles if server_of(config.profiles.get(name, {})) == team.server} if team else ()
    )
    return {name: dict(profile) for name, profile in config.profiles.items() if name not in brought}


def _confirm(change: Change, accepted: str | None, *, yes: bool) -> None:
    new = change.after.server if change.after else ""
    if not yes:
        if not is_terminal():
            raise UsageError(
                "nothing was changed: there is no terminal to ask on", "pass --yes to change without asking"
            )
        # Last, so that it is on the screen: the lines above can be many.
        asked = f", and send signed requests to {new}" if change.changes_the_server else ""
        click.confirm(f"Change this{asked}?", abort=True, err=True)
        return
    if change.replaced and (accepted is None or _base_of(accepted) != new):
        raise UsageError(
            f"nothing was changed: {new} would take the place of {', '.join(sorted(change.replaced))}",
            f"if that is meant, pass --accept-server {new} as well",
        )


def _base_of(url: str) -> str:
    try:
        return parse_remote_server(url).base
    except ValueError as error:
        raise UsageError(f"--accept-server: {error}") from None


def _apply(change: Change) -> None:
    if change.new != change.old:
        write_text(change.path, change.new)
    if change.after is None:
        forget(os.environ)
    else:
        keep(change.after, os.environ)


def _next_step(settings: Mapping[str, str]) -> str:
    if "issuer" in settings and settings.get("authentication") != "sigv4":
        return "log in: sentinel login"
    return f"log in with your own AWS credentials ({login_example(settings.get('aws_profile'))})"


def _report(change: Change, *, dry_run: bool, as_json: bool) -> None:
    after = change.after
    if as_json:
        team = (
            {"name": after.name, "source": after.source, **after.settings, "profiles": after.profiles}
            if after
            else None
        )
        print_json({"team": team, "changed": change.is_one, "written": change.is_one and not dry_run})
        return
    if not change.is_one:
        note("nothing to change")
    elif not dry_run and after is None:
        note(f"removed the settings of {change.before.name if change.before else 'the team'} and their profiles")
    elif not dry_run and after is not None:
        note(f"set up for {after.name}; profiles in {change.path}: {', '.join(after.profiles) or 'none'}")
        note(f"{_next_step(after.settings)}, then: sentinel profiles")
    if after is not None and not dry_run and (server := load_settings({}, os.environ).server().base) != after.server:
        note(
            f"a setting of your own names {server}, which wins: SENTINEL_REMOTE_SERVER, or remote_server in config.toml"
        )
