from collections.abc import Iterator, Mapping
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from typing import Any, Final

import click

from sentinel.commands._audit_lines import Lines, lines_options
from sentinel.errors import ClientError, printable
from sentinel.evidence.replaying.duplicates import SeenLines
from sentinel.evidence.suggesting.edit import NotEditableError, PolicyText
from sentinel.evidence.suggesting.narrow import Change, RemoveRule, Suggestion, suggest
from sentinel.evidence.suggesting.uses import Uses, read_allowed
from sentinel.evidence.suggesting.verify import Requests, UnprovenError, kept_requests, verify
from sentinel.policy.files import load_file, read_text
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import Progress, note, print_json, progress
from shared.core.access.schema import AccessPolicy
from shared.documents import DocumentError, load_access_policy, unpack

_EPILOG: Final = """\b
Examples:
  sentinel policy suggest --policy access.yaml --since 90d > narrower.patch
  sentinel policy suggest --policy access.yaml --from exported/ --source-ips
"""
_FILE: Final = click.Path(path_type=Path)
_INCOMPLETE: Final = 3


class NoSuggestionError(ClientError):
    """There is nothing to base a suggestion on, or it cannot be proven."""

    code = "no_suggestion"


@click.command("suggest", cls=Command, epilog=_EPILOG)
@connection_options
@click.option("--policy", "policy_file", type=_FILE, required=True, metavar="FILE", help="The access policy.")
@lines_options("90d")
@click.option("--source-ips", "by_address", is_flag=True, help="Narrow rules to the addresses that used them, too.")
@click.option(
    "--most",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Replace a glob, or list addresses, if there are no more than so many.",
)
@json_option
def suggest_policy(
    settings: Settings, lines: Lines, policy_file: Path, most: int, *, by_address: bool, as_json: bool
) -> int:
    """Suggest a narrower policy, as a patch: rules that would still have allowed what was used.

    A glob becomes the names that used it; users and profiles that did not are left out, and so is a rule by which
    nothing was allowed; max_duration becomes what was used. A deny stays, and so does a rule whose callers would
    otherwise get more by another. Comments stay.

    The suggestion is printed only if every allowed request of the time, decided on again, is allowed by the same rule,
    in the same way and for as long.

    Exit code 0: suggested, or nothing could be narrower; 1: nothing was used, or it cannot be proven; 2: a file or the
    lines cannot be used; 3: suggested, but some of the lines could not be read.
    """
    written = read_text(policy_file)
    policy, _ = load_file(policy_file, AccessPolicy, text=written)
    text = unpack(written)
    uses = Uses(policy, most)
    with kept_requests() as requests, progress() as shown:
        _note_all(lines, settings, uses, requests, shown)
        found = suggest(policy, uses, by_address=by_address)
        shown.say("deciding on every request again")
        changed = _prove(policy, found, text, requests)
    patch = "".join(_patch(text, changed, str(policy_file)))
    if as_json:
        print_json(_describe(found, uses, patch))
    else:
        _print(found, uses, patch)
    for each in lines.remarks():
        note(each)
    if lines.unread.count:
        note(f"{lines.unread.count} records could not be read: what they used is not known")
        return _INCOMPLETE
    return 0


def _note_all(lines: Lines, settings: Settings, uses: Uses, requests: Requests, shown: Progress) -> None:
    seen = SeenLines()
    for _, record in lines.read(settings, shown):
        line = record.fields
        if seen.is_new(line.get("process"), line.get("sequence")):
            allowed = read_allowed(line)
            if allowed is not None and uses.note(allowed):
                requests.keep(line)


def _prove(policy: AccessPolicy, found: Suggestion, text: str, requests: Requests) -> str:
    """Write the suggestion, and give its text once it is proven.

    Raises:
        NoSuggestionError: it is not.

    """
    try:
        if not verify(policy, found.policy, requests):
            raise NoSuggestionError("nothing was allowed by this policy in this time", "name another time: --since")
        changed = PolicyText(text).apply(found.changes)
        written = load_access_policy(changed)
    except UnprovenError as error:
        raise NoSuggestionError(f"the suggestion is not safe: {error}", "report it; nothing is suggested") from None
    except NotEditableError as error:
        raise NoSuggestionError(str(error)) from None
    except DocumentError as error:
        raise NoSuggestionError(f"the suggestion is no valid policy: {error.problems[0]}") from None
    if written.model_dump() != found.policy.model_dump():
        raise NoSuggestionError("the policy's text cannot be changed in place", "write one entry a line, in YAML")
    return changed


def _patch(before: str, after: str, file: str) -> Iterator[str]:
    lines = unified_diff(_split(before), _split(after), file, file)
    return (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _split(text: str) -> list[str]:
    """Split as `patch` does, at line feeds alone; YAML and `str.splitlines` know other ends of a line."""
    return StringIO(text, newline="\n").readlines()


def _describe(found: Suggestion, uses: Uses, patch: str) -> Mapping[str, Any]:
    return {
        "changes": [{"rule": each.rule, "place": each.place, "reason": each.reason} for each in found.changes],
        "kept": [{"rule": rule, "reason": reason} for rule, reason in found.kept],
        "verified": uses.exact + uses.by_name,
        "verified_without_facts": uses.by_name,
        "not_by_this_policy": uses.elsewhere,
        "patch": patch,
    }


def _print(found: Suggestion, uses: Uses, patch: str) -> None:
    for each in found.changes:
        click.echo(f"# {each.rule}: {printable(_words(each))}")
    for rule, reason in found.kept:
        click.echo(f"# {rule}: stays as it is: {reason}")
    click.echo(patch, nl=False)
    note(f"{uses.exact + uses.by_name} allowed requests would still be allowed, by the same rules")
    if uses.by_name:
        note(f"of these, {uses.by_name} are known by their rule only: their lines hold not every fact")
    if uses.elsewhere:
        note(f"{uses.elsewhere} more were allowed, but would not be by this policy: they are left out")
    if not found.changes:
        note("nothing could be narrower")


def _words(change: Change) -> str:
    return f"is left out: {change.reason}" if isinstance(change, RemoveRule) else f"{change.place}: {change.reason}"
