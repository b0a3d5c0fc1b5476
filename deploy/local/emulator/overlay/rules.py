"""AssumeRole's rules that the emulator does not check, as pure functions from a request to a refusal or None.

Source: STS API reference, AssumeRole; IAM User Guide, "Rules for tagging in IAM and STS", "Role chaining" and
"Monitor and control actions taken with assumed roles".
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

Form = Mapping[str, Sequence[str]]
_CHAINING_LIMIT_S = 3600
_DEFAULT_DURATION_S = 3600
_DURATIONS_S = range(900, 43_201)
_TAG_LIMIT = 50


@dataclass(frozen=True, slots=True)
class _Format:
    """The lengths of a text, and the pattern as AWS writes it, with the check for it here."""

    lengths: range
    pattern: str
    holds: Callable[[str], object]


def _has_tag_characters(text: str) -> bool:
    return all(character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN" for character in text)


_NAME = _Format(range(2, 65), r"[\w+=,.@-]*", re.compile(r"[\w+=,.@-]*", re.ASCII).fullmatch)
_LATIN = r"[\u0009\u000A\u000D\u0020-\u00FF]"
_POLICY = _Format(range(2049), f"{_LATIN}+", re.compile(f"{_LATIN}*").fullmatch)
_TAG = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"
_TAG_KEY = _Format(range(1, 129), _TAG, _has_tag_characters)
_TAG_VALUE = _Format(range(257), _TAG, _has_tag_characters)


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
    """Read the parameters without checking them; the checks below do that."""
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """An STS error."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Caller:
    """What a new session inherits from the caller's session. Nothing from an IAM user, whose call is not chained."""

    arn: str
    chained: bool
    source_identity: str | None
    transitive_tags: tuple[tuple[str, str], ...]


def check_request(request: AssumeRole) -> Refusal | None:
    """Check the parameters' formats; the refusal lists every problem, as AWS does."""
    texts = [
        ("roleSessionName", request.session_name, _NAME),
        ("sourceIdentity", request.source_identity, _NAME),
        ("policy", request.policy, _POLICY),
        *(("tags.member.key", key, _TAG_KEY) for key, _ in request.tags),
        *(("tags.member.value", value, _TAG_VALUE) for _, value in request.tags),
    ]
    problems = [problem for text in texts for problem in _text_problems(*text)]
    problems += [*_duration_problems(request.duration_s), *_count_problems(request)]
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        return _invalid(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
    return _check_tag_meaning(request)


def check_chain(request: AssumeRole, caller: Caller, role_maximum_s: int) -> Refusal | None:
    """Check the request against the caller's session and the role."""
    duration_s = int(request.duration_s or _DEFAULT_DURATION_S)
    if duration_s > role_maximum_s:
        return _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if caller.chained and duration_s > _CHAINING_LIMIT_S:
        return _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    inherited = {key.lower() for key, _ in caller.transitive_tags}
    if inherited & {key.lower() for key, _ in request.tags}:
        return _meaningless("One of the specified transitive tag keys can't be set.")
    if caller.source_identity and request.source_identity not in (None, caller.source_identity):
        return access_denied(caller.arn, "sts:SetSourceIdentity", request.role_arn)
    return None


def access_denied(caller_arn: str, action: str, role_arn: str) -> Refusal:
    """Return a denial in STS's wording."""
    message = f"User: {caller_arn} is not authorized to perform: {action} on resource: {role_arn}"
    return Refusal(403, "AccessDenied", message)


def _invalid(message: str) -> Refusal:
    return Refusal(400, "ValidationError", message)


def _problem(field: str, value: str, constraint: str) -> str:
    return f"Value '{value:.256}' at '{field}' failed to satisfy constraint: Member must {constraint}"


def _text_problems(field: str, value: str | None, form: _Format) -> Iterator[str]:
    if value is None:
        return
    if len(value) > form.lengths[-1]:
        yield _problem(field, value, f"have length less than or equal to {form.lengths[-1]}")
    if len(value) < form.lengths[0]:
        yield _problem(field, value, f"have length greater than or equal to {form.lengths[0]}")
    if not form.holds(value):
        yield _problem(field, value, f"satisfy regular expression pattern: {form.pattern}")


def _duration_problems(value: str | None) -> Iterator[str]:
    if value is None:
        return
    if not (value.isascii() and value.isdigit()):
        yield _problem("durationSeconds", value, "be an integer")
    elif int(value) < _DURATIONS_S[0]:
        yield _problem("durationSeconds", value, f"have value greater than or equal to {_DURATIONS_S[0]}")
    elif int(value) > _DURATIONS_S[-1]:
        yield _problem("durationSeconds", value, f"have value less than or equal to {_DURATIONS_S[-1]}")


def _count_problems(request: AssumeRole) -> Iterator[str]:
    for field, members in (("tags", request.tags), ("transitiveTagKeys", request.transitive_keys)):
        if len(members) > _TAG_LIMIT:
            yield _problem(field, "(list)", f"have length less than or equal to {_TAG_LIMIT}")


def _check_tag_meaning(request: AssumeRole) -> Refusal | None:
    texts = [request.source_identity or "", *(text for tag in request.tags for text in tag)]
    if any(text.lower().startswith("aws:") for text in texts):
        return _meaningless("A source identity, tag keys and tag values beginning with aws: are reserved.")
    keys = [key.lower() for key, _ in request.tags]
    if len(set(keys)) < len(keys):
        return _meaningless("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if {key.lower() for key in request.transitive_keys} - set(keys):
        return _meaningless("The specified transitive tag key must be included in the requested tags.")
    return None


def _meaningless(message: str) -> Refusal:
    return Refusal(400, "InvalidParameterValue", message)
