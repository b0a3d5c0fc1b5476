"""The options that name the policy and the catalogue with which audit lines are compared, and these."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from sentinel.commands._audit_lines import Lines
from sentinel.evidence.reporting.gather import Known
from sentinel.policy.files import load_file
from sentinel.policy.folders import load_catalogue
from sentinel.settings import Settings
from sentinel.terminal.options import run
from shared.core.access.schema import AccessPolicy

Result = TypeVar("Result")
_UNREADABLE: Final = "The documents in Parameter Store cannot be read"
_PATH: Final = click.Path(path_type=Path)
_OPTIONS: Final = (
    click.option("--policy", "policy_file", type=_PATH, metavar="FILE", help="The access policy to compare with."),
    click.option("--profiles", type=_PATH, metavar="DIR", help="The profiles' documents, <name>.yaml each."),
    click.option(
        "--prefix",
        default="/sentinel",
        show_default=True,
        envvar="SENTINEL_PARAMETER_PREFIX",
        help="The path of the documents in Parameter Store.",
    ),
)


def known_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """Add the options, and pass the command `known` in their place. It takes `settings` and `lines` as well."""

    @functools.wraps(command)
    def with_known(
        *, settings: Settings, lines: Lines, policy_file: Path | None, profiles: Path | None, prefix: str, **rest: Any
    ) -> Result:
        stored = _read_stored(settings, prefix) if lines.is_from_logs and not (policy_file and profiles) else Known()
        known = Known(
            stored.policy if policy_file is None else load_file(policy_file, AccessPolicy)[0],
            stored.catalogue if profiles is None else load_catalogue(profiles),
            stored.problems,
        )
        return command(settings=settings, lines=lines, known=known, **rest)

    wrapped: Callable[..., Result] = with_known
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _read_stored(settings: Settings, prefix: str) -> Known:
    """Read what the functions read. What cannot be read is named, and not compared with."""
    # Only a command that asks AWS pays for its library.
    from sentinel.doctor.aws import Aws, DeniedError, UnansweredError  # noqa: PLC0415 - see above
    from sentinel.doctor.documents import read_documents  # noqa: PLC0415 - see above

    base = settings.base()
    try:
        stored = run(read_documents(Aws(base, base.region_of(settings.server())), prefix.rstrip("/")))
    except DeniedError as error:
        return Known(problems=[f"{_UNREADABLE}: your own credentials may not {error.permission}"])
    except UnansweredError as error:
        return Known(problems=[f"{_UNREADABLE}: {error}"])
    policy = stored.policies.get("access")
    problems = [f"{each.about}: {each.message}" for each in stored.problems]
    return Known(policy if isinstance(policy, AccessPolicy) else None, stored.profiles, problems)
