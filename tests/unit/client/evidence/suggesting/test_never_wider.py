"""For any use of any policy, the suggestion gives no one more, and takes nothing away that was used."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Final

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel.evidence.suggesting.edit import PolicyText
from sentinel.evidence.suggesting.narrow import suggest
from sentinel.evidence.suggesting.uses import Allowed, Uses
from shared.core.access.evaluate import Decision, Facts, Verdict, evaluate, parse_source_ip
from shared.core.access.recorded import record_facts
from shared.core.access.schema import AccessPolicy
from shared.core.groups import Groups
from shared.documents import load_access_policy

USERS: Final = ("alice", "albert", "bob")
PROFILES: Final = ("dev-a", "dev-b", "prod-a")
ADDRESSES: Final = ("10.0.0.1", "192.0.2.1", "")
AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
EVERYTHING: Final = [
    Facts(user, profile, AT, source_ip=parse_source_ip(address), groups=Groups(frozenset(groups), frozenset()))
    for user, profile, address, groups in product(USERS, PROFILES, ADDRESSES, ((), ("g",)))
]
RANKS: Final = {Verdict.DENY: 0, Verdict.REQUIRE_APPROVAL: 1, Verdict.ALLOW: 2}
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "users": st.lists(st.sampled_from([*USERS, "al*", "*", "b?b"]), min_size=1, max_size=3, unique=True),
        "profiles": st.lists(st.sampled_from([*PROFILES, "dev-*", "*-a"]), min_size=1, max_size=2, unique=True),
        "source_ips": st.lists(st.sampled_from(["10.0.0.0/8", "192.0.2.1"]), min_size=1, max_size=2, unique=True),
        "groups": st.just(["g"]),
    },
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"effect": st.sampled_from(["allow", "deny", "require_approval"]), "conditions": CONDITIONS},
        optional={
            "max_duration": st.sampled_from(["15m", "30m", "1h"]),
            "break_glass": st.booleans(),
            "shadow": st.booleans(),
        },
    ),
    min_size=1,
    max_size=5,
)


def generosity(decision: Decision) -> tuple[int, int, int]:
    """Order decisions by what they give: with an approval or without, how long, and whether an emergency gives it."""
    if decision.rule is None:
        return 0, 0, 1
    cap = timedelta(0) if decision.verdict is Verdict.DENY else decision.rule.cap
    yields = decision.verdict is Verdict.ALLOW or decision.rule.yields_to_break_glass
    return RANKS[decision.verdict], cap // timedelta(seconds=1), int(yields)


def policy_of(rules: Sequence[dict[str, Any]]) -> tuple[AccessPolicy, str]:
    named = [{"name": f"r{number}", **rule} for number, rule in enumerate(rules)]
    text = orjson.dumps({"version": "1", "rules": named}, option=orjson.OPT_INDENT_2).decode()
    return load_access_policy(text), text


@settings(max_examples=60, deadline=None)
@given(RULES, st.data(), st.booleans())
def test_no_one_gets_more_and_what_was_used_stays(rules: list[dict[str, Any]], data: Any, by_address: bool) -> None:  # noqa: FBT001 - hypothesis passes it
    policy, text = policy_of(rules)
    used = data.draw(st.lists(st.sampled_from(EVERYTHING), max_size=6))
    uses = Uses(policy, 2)
    seen = []
    for facts in used:
        decision = evaluate(policy, facts)
        given_ = None if decision.rule is None else decision.rule.cap
        if uses.note(Allowed(facts.user, facts.profile, facts.source_ip, given_, None, record_facts(policy, facts))):
            seen.append((facts, decision))
    found = suggest(policy, uses, by_address=by_address)
    for facts in EVERYTHING:
        before, after = evaluate(policy, facts), evaluate(found.policy, facts)
        assert all(new <= old for new, old in zip(generosity(after), generosity(before), strict=True))
    for facts, decision in seen:
        again = evaluate(found.policy, facts)
        assert (again.verdict, again.rule_name) == (decision.verdict, decision.rule_name)
    if found.policy.rules:
        assert load_access_policy(PolicyText(text).apply(found.changes)).model_dump() == found.policy.model_dump()
