"""`sentinel policy`: check, test, explain, and carry policies and profiles to where the service reads them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from sentinel.commands.policy_replay import replay
from sentinel.commands.policy_suggest import suggest_policy
from sentinel.policy.cases import CaseResult, load_cases, run_case
from sentinel.policy.explain import explain
from sentinel.policy.files import (
    KINDS,
    STDIN,
    check_text,
    complain,
    find_lints,
    load_file,
    load_guessed,
    read_text,
)
from sentinel.policy.folders import find_names, find_other_policies, load_catalogue, load_issuers
from sentinel.policy.lint import Known
from sentinel.policy.publish import diff, pull, push
from sentinel.policy.sign import sign
from sentinel.terminal.help import Group
from shared.core.access.schema import AccessPolicy
from shared.core.fields import DocumentModel
from shared.core.membership import GROUPS_FOLDER
from shared.core.permissions import AdminPolicy
from shared.core.ticket_lookup import TICKETS_FOLDER
from shared.documents import DocumentError, Problem

_FILE: Final = click.Path(path_type=Path)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_profiles_option = click.option(
    "--profiles", type=_FILE, metavar="DIR", help="The profiles' documents, <name>.yaml each."
)


@click.group(cls=Group)
def policy() -> None:
    """Check, test, explain and store policies and profiles."""


@policy.command
@click.argument("files", type=_FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--kind", type=click.Choice(KINDS), help="What the files are; guessed from each if not said.")
@_json_option
@click.pass_context
def validate(context: click.Context, files: Sequence[Path], kind: str | None, *, as_json: bool) -> None:
    """Say everything that is wrong with documents.

    Exit code 0: all valid; 1: some are not; 2: a file cannot be read.
    """
    texts = {file: read_text(file) for file in files}
    findings = {file: _find_problems(text, kind) for file, text in texts.items()}
    if as_json:
        _print_json([_validation_as_json(file, problems) for file, problems in findings.items()])
    else:
        for file, problems in findings.items():
            click.echo("\n".join(complain(file, problem) for problem in problems) or f"{file}: valid")
    context.exit(1 if any(findings.values()) else 0)


def _find_problems(text: str, kind: str | None) -> Sequence[Problem]:
    try:
        check_text(text, kind)
    except DocumentError as error:
        return error.problems
    return ()


def _validation_as_json(file: Path, problems: Sequence[Problem]) -> dict[str, Any]:
    found = [{"place": problem.place, "line": problem.line, "message": problem.message} for problem in problems]
    return {"file": str(file), "valid": not problems, "problems": found}


@policy.command
@click.argument("file", type=_FILE)
@_profiles_option
@click.option("--issuers", type=_FILE, metavar="DIR", help="The issuers' documents, <name>.yaml each.")
@click.option(
    "--groups", type=_FILE, metavar="DIR", help="The groups' documents, <name>.yaml each. Default: groups next to FILE."
)
@click.option(
    "--tickets",
    type=_FILE,
    metavar="DIR",
    help="The look-ups, <name>.yaml each. Default: tickets next to FILE.",
)
@_json_option
@click.pass_context
def lint(context: click.Context, /, file: Path, *, as_json: bool, **others: Path | None) -> None:
    """Point out what is valid in a policy and yet most likely not meant.

    An admin policy is compared with the other policies next to FILE.

    Exit code 0: nothing found; 1: findings; 2: a file cannot be read or is not valid.
    """
    loaded, document = load_guessed(file)
    known = _find_known(file, loaded, **others)
    findings = [(document.line_of(found.place), found) for found in find_lints(loaded, known)]
    if as_json:
        _print_json(
            [
                {"place": found.place, "line": line, "rule": found.rule, "message": found.message}
                for line, found in findings
            ],
        )
    else:
        for line, found in findings:
            click.echo(f"{file}:{line}: {found.place}: {found.message} [{found.rule}]")
    context.exit(1 if findings else 0)


def _find_known(
    file: Path,
    linted: DocumentModel,
    *,
    profiles: Path | None,
    issuers: Path | None,
    groups: Path | None,
    tickets: Path | None,
) -> Known:
    groups, tickets = groups or _next_to(file, GROUPS_FOLDER), tickets or _next_to(file, TICKETS_FOLDER)
    return Known(
        profiles=None if profiles is None else load_catalogue(profiles),
        issuers=None if issuers is None else load_issuers(issuers),
        groups=None if groups is None else find_names(groups),
        ticket_lookups=None if tickets is None else find_names(tickets),
        policies=find_other_policies(file) if isinstance(linted, AdminPolicy) and file != STDIN else (),
    )


def _next_to(file: Path, folder: str) -> Path | None:
    directory = file.parent / folder
    return directory if file != STDIN and directory.is_dir() else None


@policy.command
@click.argument("cases", type=_FILE)
@click.option("--policy", "policy_file", type=_FILE, required=True, metavar="FILE", help="The access policy to test.")
@_profiles_option
@_json_option
@click.pass_context
def test(context: click.Context, cases: Path, policy_file: Path, profiles: Path | None, *, as_json: bool) -> None:
    """Run a policy's own unit tests.

    Exit code 0: all pass; 1: some fail; 2: a file cannot be read or is not valid.
    """
    tested, _ = load_file(policy_file, AccessPolicy)
    catalogue = None if profiles is None else load_catalogue(profiles)
    results = [run_case(case, tested, catalogue) for case in load_cases(cases)]
    failed = [result for result in results if not result.passed]
    if as_json:
        _print_json([result.as_json() for result in results])
    else:
        for result in results:
            click.echo(_result_as_text(result))
        click.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    context.exit(1 if failed else 0)


def _result_as_text(result: CaseResult) -> str:
    if result.passed:
        return f"ok    {result.name}"
    wrong = [
        f"{key} {_spell(result.got[key])} (expected {_spell(value)})"
        for key, value in result.expect.items()
        if result.got[key] != value
    ]
    got = ", ".join(f"{key} {_spell(value)}" for key, value in result.got.items())
    return f"FAIL  {result.name}: {', '.join(wrong)}\n      got {got}"


def _spell(value: object) -> str:
    return "none" if value is None else str(value)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


for command in (explain, push, sign, pull, diff, replay, suggest_policy):
    policy.add_command(command)
