"""Whom a revocation or a lockout is for: one user, one profile, or everyone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from sentinel.terminal.options import optional_profile_name

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Target:
    """Exactly one of the three; `name` is empty for everyone."""

    kind: str
    name: str = ""

    def as_body(self) -> dict[str, str | bool]:
        return {self.kind: self.name or True}

    def as_query(self) -> dict[str, str]:
        return {self.kind: self.name or "true"}

    def __str__(self) -> str:
        return target_words(self.kind, self.name)


def target_words(kind: str, name: str | None) -> str:
    """Name a target in a sentence."""
    return "everyone" if kind == "all" else f"the {kind} {name}"


def target_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """Add `--user`, `--profile` and `--all`; `find_target` reads what they say."""
    for option in (
        click.option("--all", "everyone", is_flag=True, help="Everyone."),
        click.option("--profile", metavar="NAME", callback=optional_profile_name, help="One profile, for every user."),
        click.option("--user", metavar="USER", help="One user, on every profile."),
    ):
        command = option(command)
    return command


def find_target(*, user: str | None, profile: str | None, everyone: bool) -> Target | None:
    """Read the options; None where none was given.

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
