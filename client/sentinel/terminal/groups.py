"""Groups on a terminal: those of a user, and who is pushed into one."""

from datetime import datetime
from typing import Final

import click

from sentinel.api.grants import Action
from sentinel.api.groups import GroupOfUser, GroupsOfUser, PushedGroup
from sentinel.terminal.grants import action_words
from sentinel.terminal.lists import all_of
from sentinel.terminal.output import note, print_json
from sentinel.terminal.tables import print_table
from sentinel.terminal.times import absolute, relative

_HEAD: Final = ("group", "source", "until")
_NOT_ALL: Final = "a rule for another one does not apply, but a deny does"


def print_groups(found: GroupsOfUser, now: datetime, *, is_own: bool, as_json: bool) -> None:
    """Print the groups of a user: a table for people, one JSON object for scripts."""
    rows = all_of(found)
    if as_json:
        groups = [each.model_dump(mode="json") for each in rows]
        print_json({"user": found.user, "groups": groups, "is_complete": found.is_complete})
        return
    if rows:
        print_table(_HEAD, (_cells(each, now) for each in rows))
    elif is_own:
        note("no group of yours is known")
    else:
        note(f"no group of {found.user} is known: users are named as `sentinel whoami` shows them")
    if not found.is_complete:
        whose = "your groups" if is_own else f"the groups of {found.user}"
        note(f"not all of {whose} are known: {_NOT_ALL}")


def print_pushed(pushed: PushedGroup, now: datetime, *, as_json: bool) -> None:
    """Print who is pushed into a group, until when, and why."""
    if as_json:
        print_json(pushed.model_dump(mode="json"))
        return
    by = Action(by=pushed.pushed_by, at=pushed.pushed_at, comment=pushed.reason)
    facts = {"group": pushed.name, "members": ", ".join(pushed.members), "until": _until(pushed.until, now)}
    for name, value in {**facts, "pushed": action_words(by, now)}.items():
        click.echo(f"{name:<14} {value}")


def _cells(group: GroupOfUser, now: datetime) -> tuple[str, ...]:
    return group.name, group.source, "" if group.until is None else _until(group.until, now)


def _until(at: datetime, now: datetime) -> str:
    return f"{relative(at, now)} ({absolute(at)})"
