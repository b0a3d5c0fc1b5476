"""An AssumeRole request as the STS query protocol spells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

DEFAULT_DURATION_S = 3600

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """The parameters the rules check; `duration_s` is the text as sent, None where STS's default applies."""

    role_arn: str
    session_name: str
    source_identity: str | None
    duration_s: str | None
    policy: str
    tags: tuple[tuple[str, str], ...]
    transitive_keys: tuple[str, ...]

    @property
    def role_name(self) -> str:
        return self.role_arn.rpartition("/")[2]

    @property
    def role_account(self) -> str:
        fields = self.role_arn.split(":")
        return fields[4] if len(fields) > 4 else ""  # noqa: PLR2004 - an ARN's fifth field is its account


def read_form(body: bytes, query: Form) -> Form:
    """Join a POST form and the query string. Blank values are kept: an empty parameter is not an absent one."""
    return {**query, **parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True)}


def action_of(form: Form) -> str:
    """Return the STS action; empty if there is no such parameter."""
    return _first(form, "Action") or ""


def parse_assume_role(form: Form) -> AssumeRole:
    """Read the parameters without checking them; `rules.py` does that."""
    return AssumeRole(
        role_arn=_first(form, "RoleArn") or "",
        session_name=_first(form, "RoleSessionName") or "",
        source_identity=_first(form, "SourceIdentity"),
        duration_s=_first(form, "DurationSeconds"),
        policy=_first(form, "Policy") or "",
        tags=tuple(
            (key, _first(form, f"Tags.member.{index}.Value") or "")
            for index, key in _members(form, "Tags.member.{}.Key")
        ),
        transitive_keys=tuple(key for _, key in _members(form, "TransitiveTagKeys.member.{}")),
    )


def _first(form: Form, name: str) -> str | None:
    values = form.get(name)
    return values[0] if values else None


def _members(form: Form, pattern: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    index = 1
    while (value := _first(form, pattern.format(index))) is not None:
        found.append((index, value))
        index += 1
    return found
