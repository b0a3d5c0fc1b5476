"""What holds for every policy and every request."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.core.access.authorize import Issue, Refuse, authorize
from shared.core.access.evaluate import evaluate
from shared.core.access.explain import explain
from shared.core.access.schema import AccessPolicy
from shared.core.stamp import Via
from tests.unit.core import reference
from tests.unit.core.strategies import asks, documents, facts_of, grants_of, name_rules, rules

Ask = dict[str, Any]


def outcome_of(document: dict[str, Any], ask: Ask) -> Issue | Refuse:
    def seconds(key: str) -> timedelta | None:
        return None if ask[key] is None else timedelta(seconds=ask[key])

    return authorize(
        evaluate(AccessPolicy.model_validate(document), facts_of(ask)),
        profile=ask["profile"],
        grants=grants_of(ask),
        is_locked_out=ask["locked_out"],
        now=ask["at"],
        requested=seconds("requested"),
        profile_cap=seconds("profile_cap"),
    )


def summary(outcome: Issue | Refuse) -> tuple[str, str | None, int | None]:
    if isinstance(outcome, Refuse):
        return outcome.code.value, None, None
    return "issue", outcome.via.value, int(outcome.duration.total_seconds())


@given(documents(), asks)
def test_the_decision_equals_the_reference(document: dict[str, Any], ask: Ask) -> None:
    decision = evaluate(AccessPolicy.model_validate(document), facts_of(ask))
    given_answer = (decision.verdict.value, decision.rule_name, list(decision.dissenting_shadows))
    assert given_answer == reference.decide(document, ask)


@given(documents(), asks)
def test_the_authorization_equals_the_reference(document: dict[str, Any], ask: Ask) -> None:
    assert summary(outcome_of(document, ask)) == reference.answer(document, ask)


@given(documents(), asks, rules(["deny"], overridable=False), st.integers(0, 5))
def test_adding_a_deny_never_widens(document: dict[str, Any], ask: Ask, deny: dict[str, Any], position: int) -> None:
    before = outcome_of(document, ask)
    widened = [*document["rules"]]
    widened.insert(position, deny | {"name": "the added deny", "shadow": False})
    after = outcome_of({"version": "1", "rules": widened}, ask)
    if isinstance(after, Issue):
        assert after == before


@given(
    documents(rules(["allow", "deny", "require_server"], overridable=False)),
    asks,
    st.sets(st.sampled_from(["account", "role", "source_ip"]), min_size=1),
)
def test_removing_a_fact_never_turns_a_refusal_into_an_issue(
    document: dict[str, Any],
    ask: Ask,
    removed: set[str],
) -> None:
    if isinstance(outcome_of(document, ask | dict.fromkeys(removed)), Issue):
        assert isinstance(outcome_of(document, ask), Issue)


@given(documents(), asks)
def test_a_granted_duration_is_never_over_a_cap(document: dict[str, Any], ask: Ask) -> None:
    outcome = outcome_of(document, ask)
    if isinstance(outcome, Refuse):
        return
    policy = AccessPolicy.model_validate(document)
    rule = evaluate(policy, facts_of(ask)).rule
    caps = [
        timedelta(hours=1),
        timedelta(seconds=ask["requested"] or 3600),
        timedelta(seconds=ask["profile_cap"] or 3600),
    ]
    if rule is not None and rule.max_duration is not None:
        caps.append(rule.max_duration)
    if outcome.grant is not None:
        caps.append(outcome.grant.remaining(ask["at"]))
    assert timedelta(0) < outcome.duration <= min(caps)
    assert timedelta(minutes=15) <= outcome.sts_duration <= timedelta(hours=1)
    assert (outcome.not_after is not None) == (outcome.sts_duration > outcome.duration)


@given(documents(rules(["deny"])), asks)
def test_an_approval_never_beats_a_deny(document: dict[str, Any], ask: Ask) -> None:
    outcome = outcome_of(document, ask)
    assert isinstance(outcome, Refuse) or outcome.via is Via.BREAK_GLASS


@given(documents(), asks)
def test_a_lockout_refuses_everything(document: dict[str, Any], ask: Ask) -> None:
    assert summary(outcome_of(document, ask | {"locked_out": True}))[0] == "locked_out"


@given(documents(), asks)
def test_shadow_rules_never_decide(document: dict[str, Any], ask: Ask) -> None:
    counting = [rule for rule in document["rules"] if not rule.get("shadow")]
    if counting:
        without = outcome_of({"version": "1", "rules": counting}, ask)
        assert summary(outcome_of(document, ask)) == summary(without)
    else:
        assert evaluate(AccessPolicy.model_validate(document), facts_of(ask)).rule is None


@given(documents(), asks)
def test_an_explanation_tells_what_really_happens(document: dict[str, Any], ask: Ask) -> None:
    policy = AccessPolicy.model_validate(document)
    explained = explain(policy, facts_of(ask), grants=grants_of(ask), is_locked_out=ask["locked_out"])
    assert explained.outcome == outcome_of(document, ask | {"requested": None, "profile_cap": None})
    assert [rule.name for rule in explained.rules if rule.decides] == [
        name for name in [explained.decision.rule_name] if name is not None
    ]
    assert [rule.matched for rule in explained.rules] == [reference.is_hit(rule, ask) for rule in document["rules"]]


@given(st.lists(rules(["allow"]), min_size=1, max_size=3), asks)
def test_no_rule_that_matches_is_a_refusal_without_break_glass(unnamed: list[dict[str, Any]], ask: Ask) -> None:
    document = name_rules(unnamed)
    if reference.decide(document, ask)[1] is None:
        outcome = outcome_of(document, ask | {"break_glass": None})
        assert isinstance(outcome, Refuse)
