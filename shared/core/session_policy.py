"""Session policies: they limit a vended session to less than its role.

STS intersects a session policy with the role's own policies, takes one inline document of at most 2,048 characters, and
refuses characters outside U+0009, U+000A, U+000D and U+0020-U+00FF (STS API reference, AssumeRole, `Policy`).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from shared.core.policy_syntax import check_action, check_condition, check_resource, first_wrong

MAX_LENGTH: Final = 2048
VERSION: Final = "2012-10-17"
_STATEMENT_KEYS: Final = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"},
)
_ALLOW_ALL: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# A session policy and the end of a grant do not apply to further roles: a session that may assume one escapes both.
CHAINING_ACTIONS: Final = ("sts:AssumeRole", "sts:AssumeRoot")
_DENY_CHAINING: Final = {"Effect": "Deny", "Action": list(CHAINING_ACTIONS), "Resource": "*"}
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


class UnusableSessionPolicyError(ValueError):
    """The session policy cannot be sent to STS; the message says what to change."""


def check_session_policy(policy: Mapping[str, Any]) -> None:
    """Check that STS will accept a document's session policy, with all that Sentinel may add to it.

    Raises:
        UnusableSessionPolicyError: not the structure of an IAM policy, a principal (session policies have none), or too
            long.

    """
    if policy.get("Version") != VERSION:
        raise UnusableSessionPolicyError(f'"Version" must be "{VERSION}": older versions read variables as plain text')
    if unknown := policy.keys() - {"Version", "Id", "Statement"}:
        raise UnusableSessionPolicyError(f"unknown key {min(unknown)!r} in the session policy")
    statements = policy.get("Statement")
    if not isinstance(statements, list) or not statements:
        raise UnusableSessionPolicyError('"Statement" must be a list with at least one statement')
    for index, statement in enumerate(statements):
        _check_statement(f"Statement[{index}]", statement)
    compose_session_policy([policy], not_after=_LATEST)


def _check_statement(place: str, statement: object) -> None:
    if not isinstance(statement, dict):
        raise UnusableSessionPolicyError(f"{place} must be a statement with Effect, Action and Resource")
    if unknown := statement.keys() - _STATEMENT_KEYS:
        raise UnusableSessionPolicyError(f"unknown key {min(unknown)!r} in {place}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise UnusableSessionPolicyError(f'{place}.Effect must be "Allow" or "Deny"')
    for element, check in (("Action", check_action), ("Resource", check_resource)):
        written = [key for key in (element, f"Not{element}") if key in statement]
        if len(written) != 1:
            raise UnusableSessionPolicyError(f"{place} must have exactly one of {element} and Not{element}")
        texts = _texts(f"{place}.{written[0]}", statement[written[0]])
        if wrong := first_wrong(check, texts):
            raise UnusableSessionPolicyError(f"{place}.{written[0]}: {wrong}")
    if "Condition" in statement and (wrong := check_condition(statement["Condition"])):
        raise UnusableSessionPolicyError(f"{place}.Condition: {wrong}")


def _texts(place: str, value: object) -> list[str]:
    texts: list[Any] = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise UnusableSessionPolicyError(f"{place} must be text or a list of texts that is not empty")
    return texts


def compose_session_policy(
    policies: Sequence[Mapping[str, Any]],
    *,
    not_after: datetime | None,
    under_grant: bool = False,
) -> str | None:
    """Combine the session policies of a profile and a rule, and the end of a grant, into the one document for STS.

    One document cannot intersect two that both allow, so at most one of them may have an Allow; the others may only
    deny. `not_after` (UTC) ends every permission at that instant, which limits a session to a grant shorter than STS's
    minimum of 900 s. `under_grant`: sessions of further roles would outlive the grant. A session with any limit assumes
    no further role. Returns None if nothing limits the session.

    Raises:
        UnusableSessionPolicyError: more than one document allows, or the result is too long.

    """
    if not policies and not_after is None and not under_grant:
        return None
    allowing = [policy for policy in policies if _allows(policy)]
    if len(allowing) > 1:
        raise UnusableSessionPolicyError(
            "the profile's and the rule's session policies both allow; keep Allow statements in one, Deny in the other",
        )
    statements = [_without_sid(statement) for policy in policies for statement in policy["Statement"]]
    if not allowing:
        statements.insert(0, _ALLOW_ALL)
    statements.append(_DENY_CHAINING)
    if not_after is not None:
        statements.append(_deny_after(not_after))
    text = json.dumps({"Version": VERSION, "Statement": statements}, separators=(",", ":"))
    if len(text) > MAX_LENGTH:
        raise UnusableSessionPolicyError(
            f"the session policy is {len(text)} characters with what is added to it; STS accepts {MAX_LENGTH}",
        )
    return text


def _without_sid(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a statement without its Sid: STS refuses a policy in which two are equal."""
    return {key: value for key, value in statement.items() if key != "Sid"}


def _allows(policy: Mapping[str, Any]) -> bool:
    return any(statement["Effect"] == "Allow" for statement in policy["Statement"])


def _deny_after(instant: datetime) -> Mapping[str, Any]:
    end = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateGreaterThanEquals": {"aws:CurrentTime": end}},
    }
