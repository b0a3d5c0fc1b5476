"""What a role's trust policy allows one role, and everyone else.

A role that is assumed under a source identity and session tags needs three actions on both sides (IAM User Guide,
"Monitor and control actions taken with assumed roles" and "Pass session tags in AWS STS").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

TRUST_ACTIONS: Final = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
# Operators that let only what they name pass; a condition key's name ignores case, its operator does not.
_POSITIVE: Final = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trust:
    """The allowing statements: those for the role alone, and all others."""

    ours: Sequence[Statement]
    others: Sequence[Statement]

    @property
    def missing_actions(self) -> Sequence[str]:
        """List which of the three actions the role is not allowed."""
        return [action for action in TRUST_ACTIONS if not any(_allows(each, action) for each in self.ours)]

    def required(self, action: str, key: str) -> Sequence[Sequence[str]]:
        """Give, for each statement that lets the role do `action`, the values it requires of a condition key."""
        return [required_values(statement, key) for statement in self.ours if _allows(statement, action)]

    def taken(self, action: str, key: str) -> Sequence[Sequence[str]]:
        """Give, for each statement that lets the role do `action` and lists what it takes of a key, that list."""
        operator = "ForAllValues:StringEquals"
        conditions = [each.get("Condition", {}).get(operator, {}) for each in self.ours if _allows(each, action)]
        return [texts(keys[key]) for keys in conditions if key in keys]


def read_trust(document: object, role_arn: str | None) -> Trust:
    """Read a trust policy as it concerns the role of this ARN; None: it concerns none."""
    allowing = [each for each in statements_of(document) if each.get("Effect") == "Allow"]
    ours = [statement for statement in allowing if role_arn is not None and _names_only(statement, role_arn)]
    return Trust(ours, [statement for statement in allowing if statement not in ours])


def statements_of(document: object) -> Sequence[Statement]:
    """Return a policy's statements; empty for anything that is not a policy."""
    found = document.get("Statement", []) if isinstance(document, dict) else []
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def principals_of(statement: Statement) -> Sequence[str]:
    """List the principals of a statement, of every kind."""
    principal = statement.get("Principal")
    kinds: Iterable[Any] = principal.values() if isinstance(principal, dict) else [principal]
    return [text for kind in kinds for text in texts(kind)]


def required_values(statement: Statement, key: str) -> Sequence[str]:
    """Return the values a statement's conditions require of a key; empty if they do not mention it."""
    return [
        text
        for operator, keys in statement.get("Condition", {}).items()
        if operator in _POSITIVE
        for name, value in keys.items()
        if name.lower() == key.lower()
        for text in texts(value)
    ]


def texts(value: Any) -> Sequence[str]:
    """Read what a policy may write as one text or as a list of them."""
    return [value] if isinstance(value, str) else list(value or [])


def _names_only(statement: Statement, role_arn: str) -> bool:
    """Whether a statement applies to the role alone: it is the only principal, or `aws:PrincipalArn` says so."""
    principal = statement.get("Principal")
    principals = texts(principal.get("AWS")) if isinstance(principal, dict) and set(principal) == {"AWS"} else []
    return [*principals] == [role_arn] or [*required_values(statement, "aws:PrincipalArn")] == [role_arn]


def _allows(statement: Statement, action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in texts(statement.get("Action")))
