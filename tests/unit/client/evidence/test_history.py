import hashlib
import json
from collections import Counter, defaultdict

import orjson
from jsonschema_rs import Draft202012Validator

from deploy.docs.pages import DOCS
from sentinel.evidence.restoring import restore_facts
from shared.core.access.evaluate import evaluate
from shared.documents import load_access_policy
from tests.evidence.company import POLICY
from tests.evidence.history import write_history


def test_the_history_is_always_the_same() -> None:
    assert list(write_history()) == list(write_history())


def test_the_history_has_the_sessions_of_its_timetable() -> None:
    lines = [orjson.loads(line) for line in write_history()]
    issued = Counter((line["profile"], line["via"]) for line in lines if line["outcome"] == "issued")
    assert issued == {
        ("dev-admin", "direct"): 66,
        ("staging-deploy", "direct"): 65,
        ("pipeline-deploy", "direct"): 30,
        ("billing-read", "direct"): 2,
        ("prod-admin", "approval"): 7,
        ("prod-admin", "break-glass"): 2,
    }


def test_each_process_of_the_history_has_a_chain_without_gaps() -> None:
    chains: dict[str, list[bytes]] = defaultdict(list)
    for line in write_history():
        chains[orjson.loads(line)["process"]].append(line)
    assert len(chains) == 6
    for lines in chains.values():
        read = [orjson.loads(line) for line in lines]
        assert [each["sequence"] for each in read] == list(range(1, len(lines) + 1))
        before = ["0" * 64, *(hashlib.sha256(line).hexdigest() for line in lines)]
        assert [each["previous"] for each in read] == before[:-1]


def test_the_facts_of_the_history_give_its_decisions_again() -> None:
    policy = load_access_policy(POLICY)
    decided = [line for line in map(orjson.loads, write_history()) if "verdict" in line]
    # The sessions, nine refusals by a rule or a lockout, nine requests for approval and two break-glass events.
    assert len(decided) == 172 + 9 + 9 + 2
    for line in decided:
        again = evaluate(policy, restore_facts(line["facts"]))
        assert (again.verdict.value, again.rule_name) == (line["verdict"], line.get("rule"))


def test_the_lines_of_the_history_are_audit_lines() -> None:
    schema = json.loads((DOCS / "schemas" / "audit-line.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    for line in write_history():
        assert [error.message for error in validator.iter_errors(orjson.loads(line))] == []
