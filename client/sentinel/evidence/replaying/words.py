"""A replay as JSON, and as text for a terminal, a log or the comment on a pull request."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sentinel.errors import printable
from sentinel.evidence.records import Unread
from sentinel.evidence.replaying.judging import Aside, Inexact
from sentinel.evidence.replaying.outcomes import Change
from sentinel.evidence.replaying.tally import Doubt, Group, Requests, Tally

GROUPED: Final = {"rule_before": "rule", "profile": "profile", "user": "user"}
CHANGES: Final[Mapping[Change, str]] = {
    Change.LESS: "less access",
    Change.MORE: "more access",
    Change.OTHER: "another way",
}
REASONS: Final[Mapping[Inexact, str]] = {
    Inexact.NAMES: "the policy reads claims or groups that these lines do not hold",
    Inexact.GRANTS: "which grants were held is not in these lines",
    Inexact.SHORTENED: "the facts were too long for these lines",
    Inexact.NO_FACTS: "these lines are from before lines held facts",
    Inexact.SESSION_ROW: "rows of sessions do not hold every fact, and a refusal has no row",
    Inexact.UNUSABLE: "the facts in these lines cannot be read",
}
NOT_DECIDED: Final[Mapping[str, str]] = {
    "throttled": "over a rate limit",
    "unknown_caller": "of unknown callers",
    "invalid_request": "invalid",
    "unavailable": "something did not answer",
    "role_refused": "AWS refused the role",
    "session_policy_refused": "AWS refused the session policy",
    "region_disabled": "STS is not active there",
    Aside.GRANT_USED: "the approval was used by another request in the same moment",
    Aside.NOT_OFFERED: "the profile was not offered; --profiles says what would be",
    Aside.UNKNOWN: "not decided for another reason",
}
# No line holds the session policies of its rule and its profile.
NOT_COMPARED: Final = (
    "Not compared: what a session may do, its role and its session policies. `sentinel policy diff` shows them."
)
_MINUTE: Final = len("2026-01-01T00:00")
_NAMED: Final = 10
EXAMPLES: Final = ("time", "user", "profile", "not exact because", "detail", "request")
HEAD: Final = ("change", "requests", "before", "after", "rule", "rule then", "profile", "user", "last", "")


def describe(tally: Tally, unread: Unread, about: Mapping[str, Any], remarks: Sequence[str]) -> dict[str, Any]:
    """Give everything that is known, for a program."""
    return {
        **about,
        "remarks": list(remarks),
        "lines": tally.lines,
        "unread": {"count": unread.count, "places": unread.places},
        "duplicates": tally.duplicates,
        "not_remembered": tally.not_remembered,
        "without_a_decision": tally.without,
        "not_decided": {str(reason): count for reason, count in tally.not_decided.items()},
        "exact": tally.exact,
        "changed": _counts(tally.changed),
        "estimated": _counts(tally.estimated),
        "changes": [_group_as_json(group, requests) for group, requests in tally.ranked()],
        "changes_left_out": tally.groups.left_out,
        **{f"by_{name}": {each: _counts(sums) for each, sums in tally.by(key)} for key, name in GROUPED.items()},
        "same_outcome_by_another_rule": [
            {"rule_before": before, "rule_after": after, "count": requests.count}
            for (before, after), requests in tally.moved.items()
        ],
        "not_exact": {reason.value: _doubt_as_json(doubt) for reason, doubt in tally.doubts.items()},
    }


def _counts(changes: Counter[Change]) -> dict[str, int]:
    return {change.value: changes[change] for change in Change}


def _group_as_json(group: Group, requests: Requests) -> dict[str, Any]:
    return {
        **group._asdict(),
        "count": requests.count,
        "first_at": requests.first_at,
        "last_at": requests.last_at,
        "request_ids": requests.request_ids,
    }


def _doubt_as_json(doubt: Doubt) -> dict[str, Any]:
    return {
        "count": doubt.count,
        "cannot_be_said": doubt.unsaid,
        "examples": [
            {
                "at": each.at,
                "request_id": each.request_id,
                "user": each.user,
                "profile": each.profile,
                "rule_before": each.rule_before,
                "rules_possible": each.rule_after,
                "detail": each.detail,
            }
            for each in doubt.examples
        ],
    }


def summary(tally: Tally) -> Iterator[str]:
    """Say in sentences what was found, and what was not looked at."""
    decided = tally.exact + tally.doubtful
    exactly = f", {tally.exact} of them exactly" if tally.doubts else ""
    yield f"{decided} decisions replayed{exactly}, of {tally.lines} lines"
    yield f"{tally.changed.total()} would change{_of_each(tally.changed)}"
    if tally.estimated:
        yield f"{tally.estimated.total()} would probably change{_of_each(tally.estimated)}: these are estimates"
    if unsaid := sum(doubt.unsaid for doubt in tally.doubts.values()):
        yield f"of {unsaid} it cannot be said"
    if moved := sum(requests.count for _, requests in tally.moved.items()):
        yield f"{moved} would have the same outcome by another rule"


def totals(tally: Tally) -> Iterator[str]:
    """Say by which rules, of which profiles and whose most of the changes are, estimates included."""
    included = ", with estimates" if tally.estimated else ""
    for key, name in GROUPED.items():
        sums = tally.by(key)
        named = ", ".join(f"{printable(each)} {changes.total()}" for each, changes in sums[:_NAMED])
        more = f" and {len(sums) - _NAMED} more" if len(sums) > _NAMED else ""
        if sums:
            yield f"by {name}{included}: {named}{more}"


def _of_each(changes: Counter[Change]) -> str:
    parts = [f"{changes[change]} {CHANGES[change]}" for change in Change if changes[change]]
    return f" ({', '.join(parts)})" if parts else ""


def uncertainties(tally: Tally, unread: Unread) -> Iterator[str]:
    """Say what was not replayed exactly, was not the policy's decision, or could not be read."""
    for reason, doubt in tally.doubts.items():
        unsaid = f", of {doubt.unsaid} it cannot be said" if doubt.unsaid else ""
        yield f"not exact: {doubt.count} ({reason.value}: {REASONS[reason]}{unsaid})"
        for detail, count in _details(doubt):
            yield f"  {detail}: {count} of the first {len(doubt.examples)}"
    for code, count in tally.not_decided.most_common():
        yield f"not the policy's decision: {count} ({code}: {NOT_DECIDED[code]})"
    if tally.duplicates:
        yield f"read twice, counted once: {tally.duplicates}"
    if tally.not_remembered:
        yield f"too many processes: {tally.not_remembered} lines may be there twice and count twice"
    if unread.count:
        yield f"not readable: {unread.count}"
        yield from (f"  {printable(place)}" for place in unread.places)
    if tally.groups.left_out:
        yield f"too many kinds of changes: {tally.groups.left_out} are counted and not listed"


def _details(doubt: Doubt) -> list[tuple[str, int]]:
    return Counter(printable(each.detail) for each in doubt.examples if each.detail).most_common()


def cells(group: Group, requests: Requests) -> tuple[str | int, ...]:
    """Write a group as a row below `HEAD`."""
    last_at = requests.last_at[:_MINUTE].replace("T", " ")
    names = map(printable, (group.rule_before, group.rule_after, group.profile, group.user, last_at))
    estimate = "" if group.is_exact else "estimate"
    return CHANGES[group.change], requests.count, group.before, group.after, *names, estimate


def examples(tally: Tally, most: int | None = None) -> list[tuple[str, ...]]:
    """Give lines that are not exact, the first of each reason, as rows below `EXAMPLES`."""
    kept = ((reason.value, each) for reason, doubt in tally.doubts.items() for each in doubt.examples[:most])
    return [
        tuple(map(printable, (each.at, each.user, each.profile, reason, each.detail, each.request_id)))
        for reason, each in kept
    ]
