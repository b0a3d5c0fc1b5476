"""A check of every audit line that a test makes: its fields are documented, and its facts lead to its decision."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any
from unittest.mock import patch

from deploy.docs.audit import line_model
from sentinel.evidence.replaying.judging import NotDecided, Replay
from sentinel.evidence.restoring import names_not_recorded, restore_circumstances, restore_facts
from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Decision, Facts, evaluate
from shared.core.access.schema import AccessPolicy
from shared.edge import deciding
from shared.edge.audit.line import AuditLine
from shared.edge.audit.writing import MAX_LINE_BYTES, Chain
from shared.evidence.chain import digest_of_decision

_OF_AUTHORIZATION = {each.value for each in RefusalCode}


@contextmanager
def every_decision_replayed() -> Iterator[None]:
    """Validate each line that is written and, where it has a decision, decide again under the policy that decided."""
    deciding_policy: dict[int, AccessPolicy] = {}
    seal = Chain.seal

    def decided(policy: AccessPolicy, facts: Facts) -> Decision:
        deciding_policy[get_ident()] = policy
        return evaluate(policy, facts)

    def sealed(chain: Chain, line: AuditLine) -> bytes:
        rendered = seal(chain, line)
        assert len(rendered) <= MAX_LINE_BYTES
        line_model().model_validate_json(rendered)
        known = json.loads(rendered)
        if "facts" in known:
            _decide_again(deciding_policy[get_ident()], known)
        return rendered

    with patch.object(deciding, "evaluate", decided), patch.object(Chain, "seal", sealed):
        yield


def _decide_again(policy: AccessPolicy, line: dict[str, Any]) -> None:
    recorded = line["facts"]
    facts, circumstances = restore_facts(recorded), restore_circumstances(recorded)
    assert names_not_recorded(policy, recorded) == []
    decision = evaluate(policy, facts)
    assert (decision.verdict, decision.rule_name) == (line["verdict"], line.get("rule"))
    assert list(decision.dissenting_shadows) == line.get("dissenting_shadows", [])
    judged = Replay(policy).judge(line)
    assert isinstance(judged, NotDecided) or (judged is not None and judged.after == judged.before)
    if circumstances is None:
        return
    again = circumstances.authorize(decision, facts.profile, facts.at)
    if "via" in line:
        assert isinstance(again, Issue)
        grant_id = None if again.grant is None else again.grant.grant_id
        assert (again.via, grant_id) == (line["via"], line.get("grant_id"))
        assert int(again.duration.total_seconds()) == line["duration_given_s"]
        assert len(digest_of_decision(line)) == 64
    elif circumstances.is_enabled and line.get("code") in _OF_AUTHORIZATION:
        assert again == Refuse(RefusalCode(line["code"]))
