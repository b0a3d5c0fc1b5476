"""Lines as bytes: their size, and how each is linked with the one before."""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.edge.audit.line import AuditLine
from shared.edge.audit.writing import MAX_LINE_BYTES, Chain, decision_digest, render
from shared.evidence.chain import DECIDED, NO_LINE, digest_of_decision, digest_of_value, hash_of

AT = datetime(2026, 11, 29, 10, tzinfo=UTC)
FACTS: dict[str, Any] = {"at": "2026-11-29T10:00:00Z", "claims": {"teams": ("a", "é")}, "groups": None, "grants": []}


def a_line(**known: Any) -> AuditLine:
    return AuditLine(AT, "vend", "r", "blue", **known)


def written(chain: Chain, **known: Any) -> dict[str, Any]:
    line = chain.open_line(AT, "vend", "r", None)
    for name, value in known.items():
        setattr(line, name, value)
    found: dict[str, Any] = json.loads(chain.seal(line))
    return found


def test_each_line_has_the_number_and_the_hash_of_the_one_before() -> None:
    chain = Chain()
    opened = chain.open_line(AT, "vend", "r1", None)
    first = chain.seal(opened)
    second = json.loads(chain.seal(chain.open_line(AT, "vend", "r2", None)))
    assert (json.loads(first)["sequence"], json.loads(first)["previous"]) == (1, NO_LINE)
    assert (second["sequence"], second["previous"]) == (2, hashlib.sha256(first).hexdigest())
    assert re.fullmatch("[0-9a-f]{32}", second["process"])
    assert second["process"] == json.loads(first)["process"]


def test_a_copy_of_a_process_begins_a_chain_of_its_own() -> None:
    chain = Chain()
    before = written(chain)
    chain.begin()
    after = written(chain)
    assert (after["sequence"], after["previous"]) == (1, NO_LINE)
    assert after["process"] != before["process"]


def test_a_line_that_was_opened_and_never_written_leaves_a_gap() -> None:
    chain = Chain()
    chain.open_line(AT, "vend", "lost", None)
    assert written(chain)["sequence"] == 2


def test_a_line_that_is_too_long_leaves_out_its_longest_fields_and_says_which() -> None:
    claims = {f"claim{number}": "x" * 500 for number in range(40)}
    many = {f"profiles/{number}": 0.5 for number in range(300)}
    line = a_line(facts={"claims": claims}, document_ages_s=many, rule="dev", user="alice")
    rendered = render(line)
    known = json.loads(rendered)
    assert len(rendered) <= MAX_LINE_BYTES
    assert known["shortened"] == {"facts": digest_of_value({"claims": claims})}
    assert (known["user"], known["rule"], len(known["document_ages_s"])) == ("alice", "dev", 300)


def test_however_long_it_is_the_line_still_says_when_by_which_process_and_with_which_outcome() -> None:
    large = {f"{number}": "x" * 512 for number in range(1000)}
    line = a_line(process="p", sequence=7, previous=NO_LINE, facts=large, not_notified_because=large, outcome="issued")
    line.unreadable, line.stale_documents, line.kill_switch_failures = [*large.values()], [*large.values()], large
    known = json.loads(render(line))
    assert (known["process"], known["sequence"], known["outcome"], known["request_id"]) == ("p", 7, "issued", "r")
    assert set(known["shortened"]) == {
        "facts",
        "not_notified_because",
        "unreadable",
        "stale_documents",
        "kill_switch_failures",
    }


@pytest.mark.parametrize("facts", [FACTS, FACTS | {"claims": {"a": "half \ud800 a pair"}}])
def test_the_digest_that_a_row_keeps_is_that_of_its_line_as_it_is_read_from_the_log(facts: dict[str, Any]) -> None:
    line = a_line(process="p", sequence=3, user="alice", facts=dict(facts), via="direct", duration_given_s=900)
    digest = decision_digest(line)
    line.outcome, line.access_key_id, line.steps = "issued", "ASIA", {"write": 1.5}
    assert digest_of_decision(json.loads(render(line))) == digest


def test_the_digest_is_the_same_where_the_facts_were_too_long_for_the_line() -> None:
    line = a_line(user="alice", facts=FACTS | {"claims": {f"c{number}": "x" * 500 for number in range(40)}})
    known = json.loads(render(line))
    assert "facts" not in known
    assert digest_of_decision(known) == decision_digest(line)


@pytest.mark.parametrize("name", DECIDED)
def test_the_digest_changes_with_every_field_that_was_decided(name: str) -> None:
    line = json.loads(render(a_line(user="alice", facts=FACTS)))
    assert digest_of_decision(line | {name: "other"}) != digest_of_decision(line)


@pytest.mark.parametrize("change", [{"at": "2026-11-29T10:00:01Z"}, {"grants": None}, {"more": None}])
def test_the_digest_changes_with_every_fact(change: dict[str, Any]) -> None:
    line = json.loads(render(a_line(user="alice", facts=FACTS)))
    changed = line | {"facts": line["facts"] | change}
    assert digest_of_decision(changed) != digest_of_decision(line)


def test_the_hash_is_of_the_bytes_without_the_newline() -> None:
    assert hash_of(b"{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("changes", [{"shortened": "text"}, {"shortened": {"facts": 7}}, {"facts": None}])
def test_a_line_of_any_shape_has_a_digest(changes: dict[str, Any]) -> None:
    assert re.fullmatch("[0-9a-f]{64}", digest_of_decision(changes))
