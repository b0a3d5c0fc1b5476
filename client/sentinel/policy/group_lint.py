"""What is valid in a rule about groups and yet most likely not meant."""

from collections.abc import Iterable, Iterator
from typing import Final

from sentinel.policy.lint import Known, Lint
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.globs import matches_any
from shared.core.groups import OWN, namespace_of
from shared.core.membership import GROUPS_FOLDER, is_group_name
from shared.core.permissions import AdminPolicy

_HOLDS_UNKNOWN: Final = (
    "this deny also holds for every caller whose groups are not all known: for everyone, if no source reports them all"
)


def lint_groups(loaded: DocumentModel, known: Known) -> Iterator[Lint]:
    """Find rules whose groups have no document, or decide about other callers than is likely meant.

    The first is found where the documents of groups are known, the pushed ones in what other policies are known.
    """
    if isinstance(loaded, AccessPolicy):
        for index, rule in enumerate(loaded.rules):
            if rule.effect == "deny" and rule.conditions.groups is not None:
                yield Lint(f"rules[{index}].conditions.groups", "denies-unknown", _HOLDS_UNKNOWN)
    if isinstance(loaded, AdminPolicy):
        yield from _lint_pushes(loaded, [loaded, *known.policies])
    if known.groups is not None:
        for place, group in _groups_in(loaded):
            if namespace_of(group) == OWN and group not in known.groups:
                message = (
                    f"there is no document {GROUPS_FOLDER}/{group}: only Identity Center, a push, or an issuer whose "
                    "groups are your own can put anyone into this group"
                )
                yield Lint(place, "no-group-document", message)


def _lint_pushes(policy: AdminPolicy, policies: Iterable[DocumentModel]) -> Iterator[Lint]:
    """Find the rules that let their callers put themselves into a group that another rule gives power."""
    gives = {group: _KINDS[type(each)] for each in policies if type(each) in _KINDS for _, group in _groups_in(each)}
    for index, rule in enumerate(policy.rules):
        for group, kind in gives.items():
            if is_group_name(group) and matches_any(rule.may_push or (), group):
                message = (
                    f"who may push {group!r} can make themself a member, and a rule of the {kind} policy names it: "
                    "name groups that give no such power, or only people who may have it"
                )
                yield Lint(f"rules[{index}].may_push", "pushes-power", message)


def _groups_in(loaded: DocumentModel) -> Iterator[tuple[str, str]]:
    """Give the groups that a policy's rules name, each with its place."""
    match loaded:
        case AccessPolicy():
            yield from _placed("conditions.groups", (rule.conditions.groups for rule in loaded.rules))
        case ApprovalPolicy():
            automatic = [rule.auto_approve for rule in loaded.rules]
            further = [rule.escalation for rule in loaded.rules]
            yield from _placed("groups", (rule.groups for rule in loaded.rules))
            yield from _placed("auto_approve.groups", (None if each is None else each.groups for each in automatic))
            yield from _placed("escalation.groups", (None if each is None else each.groups for each in further))
        case BreakGlassPolicy() | AdminPolicy():
            yield from _placed("groups", (rule.groups for rule in loaded.rules))
        case _:
            pass


def _placed(key: str, lists: Iterable[tuple[str, ...] | None]) -> Iterator[tuple[str, str]]:
    for index, groups in enumerate(lists):
        for position, group in enumerate(groups or ()):
            yield f"rules[{index}].{key}[{position}]", group


# The policies whose rules give their groups power over others, and not only credentials.
_KINDS: Final[dict[type[DocumentModel], str]] = {
    ApprovalPolicy: "approval",
    BreakGlassPolicy: "break-glass",
    AdminPolicy: "admin",
}
