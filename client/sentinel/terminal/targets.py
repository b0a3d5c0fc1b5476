"""The target of a revocation or a lockout: its options, and the warning where it is a name never seen."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from sentinel.api.sessions import KnownName, Target, target_words
from sentinel.terminal.completing import complete_profile
from sentinel.terminal.options import optional_profile_name
from sentinel.terminal.output import note

Result = TypeVar("Result")
# The exit code of a command that succeeded for a name never seen.
NEVER_SEEN: Final = 3


def target_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """Add `--user`, `--profile` and `--all`; `find_target` reads what they say."""
    for option in (
        click.option("--all", "everyone", is_flag=True, help="Everyone."),
        click.option(
            "--profile",
            metavar="NAME",
            callback=optional_profile_name,
            shell_complete=complete_profile,
            help="One profile, for every user.",
        ),
        click.option("--user", metavar="USER", help="One user, on every profile."),
    ):
        command = option(command)
    return command


def find_target(*, user: str | None, profile: str | None, everyone: bool) -> Target | None:
    """Read the options; None if none was given.

    Raises:
        click.UsageError: more than one was given, or an empty user.

    """
    if user == "":
        raise click.UsageError("--user was given an empty name")
    said: dict[str, Any] = {"user": user, "profile": profile, "all": everyone}
    given = [kind for kind, value in said.items() if value]
    if len(given) > 1:
        raise click.UsageError("name one target: --user, --profile or --all")
    if not given:
        return None
    kind = given[0]
    return Target(kind, "" if kind == "all" else said[kind])


def require_target(*, user: str | None, profile: str | None, everyone: bool) -> Target:
    """As `find_target`, and insist on one.

    Raises:
        click.UsageError: none or several were given.

    """
    target = find_target(user=user, profile=profile, everyone=everyone)
    if target is None:
        raise click.UsageError("name a target: --user USER, --profile NAME or --all")
    return target


def warn_unseen(known: KnownName | None, kind: str, name: str | None) -> int:
    """Warn of a name never seen, with similar ones. Return the exit code: 0 or `NEVER_SEEN`."""
    if known is None or known.seen:
        return 0
    if known.seen is None:
        note(f"done, but whether {target_words(kind, name)} is known could not be looked up")
        return 0
    note(
        f"done, but {target_words(kind, name)} was never seen: no session, request or event has that name, and no "
        "policy mentions it"
    )
    if known.near:
        note(f"did you mean {' or '.join(known.near)}?")
    return NEVER_SEEN
