"""Choosing a profile on a terminal: those used most come first, and a few letters of a name find it.

It reads lines, so it works on every terminal and over every connection, and needs no library.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import click

from sentinel.settings import Settings
from sentinel.terminal.names import Profile, known_profiles
from sentinel.terminal.output import is_terminal, note
from sentinel.terminal.uses import scores

_SHOWN: Final = 20


def pick_profile(settings: Settings, *, denied_too: bool = False) -> str:
    """Ask for one of the profiles the caller may have; with `denied_too`, of all.

    Raises:
        click.UsageError: there is no terminal to ask on, or there are no profiles.

    """
    if not is_terminal():
        raise click.UsageError("Missing argument 'PROFILE'.")
    known = known_profiles(settings)
    offered = {name: each for name, each in known.items() if denied_too or each["access"] != "denied"}
    if not offered:
        raise click.UsageError("there is no profile that you may have: see `sentinel profiles`")
    used = scores(settings)
    ordered = sorted(offered, key=lambda name: (-used.get(name, 0.0), offered[name]["access"] != "allowed", name))
    return _ask(ordered, offered)


def find_matches(text: str, names: Iterable[str]) -> Sequence[str]:
    """Find the names that have the letters of a text in its order: first those that begin with it, then those that
    contain it. Within each, the order stays. Case does not matter.
    """
    wanted = text.casefold()

    def rank(name: str) -> int | None:
        folded = name.casefold()
        if folded.startswith(wanted):
            return 0
        if wanted in folded:
            return 1
        letters = iter(folded)
        return 2 if all(letter in letters for letter in wanted) else None

    ranked = [(found, name) for name in names if (found := rank(name)) is not None]
    return [name for _, name in sorted(ranked, key=lambda pair: pair[0])]


def _ask(names: Sequence[str], profiles: Mapping[str, Profile]) -> str:
    """Show the names and read a number or letters until one is left."""
    shown = names
    while True:
        _show(shown, profiles)
        said = str(click.prompt("Profile (number, or letters of its name)", err=True)).strip()
        if said in profiles:
            return said
        if said.isdecimal() and 0 < int(said) <= len(shown):
            return shown[int(said) - 1]
        found = find_matches(said, names)
        if len(found) == 1:
            return found[0]
        if not found:
            note(f"no profile has the letters {said!r}")
        shown = found or names


def _show(names: Sequence[str], profiles: Mapping[str, Profile]) -> None:
    width = max(map(len, names[:_SHOWN]))
    for number, name in enumerate(names[:_SHOWN], 1):
        each = profiles[name]
        words = "needs an approval" if each["access"] == "approval" else each["description"]
        click.echo(f"{number:>3}  {name:<{width}}  {words}".rstrip(), err=True)
    if len(names) > _SHOWN:
        click.echo(f"     and {len(names) - _SHOWN} more: write letters of a name", err=True)
