"""A suggestion in the policy's own text: what is not changed stays as it is written."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sentinel.evidence.suggesting.edit import NotEditableError, PolicyText
from sentinel.evidence.suggesting.narrow import Change, NarrowList, RemoveRule, Shorten

BLOCK = """\
# Acme's
version: "1"
rules:
  # Of all.
  - name: a   # the first
    effect: allow
    conditions:
      users:
        - "x*"   # many
        # one of them
        - bob
        - carol
    max_duration: 1h   # at most

  # Old.
  # Very old.
  - name: b
    effect: allow
    conditions: {}
    reason: |
      Why
      not

  - effect: allow
    name: c
    conditions: {users: ['y', "z*"]}   # some
"""
FLOW = """\
{"version": "1", "rules": [
  {"name": "a", "effect": "allow", "conditions": {"users": ["x*"]}},
  {"name": "b", "effect": "allow", "conditions": {}},
  {"name": "c", "effect": "allow", "conditions": {}}
]}"""


def lines_changed(before: str, *changes: Change) -> tuple[list[str], list[str]]:
    """Give the lines that are gone and those that are new."""
    after = PolicyText(before).apply(changes)
    gone = [line for line in before.splitlines() if line not in after.splitlines()]
    return gone, [line for line in after.splitlines() if line not in before.splitlines()]


def narrowed(rule: str, *entries: Sequence[str], place: str = "users", is_new: bool = False) -> NarrowList:
    return NarrowList(rule, place, tuple(map(tuple, entries)), "", is_new=is_new)


def test_an_entry_with_a_line_of_its_own_is_changed_there() -> None:
    gone, new = lines_changed(BLOCK, narrowed("a", ["x1", "x:2"], [], ["carol"]))
    assert gone == ['        - "x*"   # many', "        - bob"]
    assert new == ["        - x1   # many", '        - "x:2"']


def test_a_list_in_brackets_is_written_again_with_entries_as_they_were() -> None:
    gone, new = lines_changed(BLOCK, narrowed("c", ["y"], ["z1", "yes"]))
    assert gone == ["""    conditions: {users: ['y', "z*"]}   # some"""]
    assert new == ["""    conditions: {users: ['y', z1, "yes"]}   # some"""]


def test_a_rule_goes_with_its_comments_and_one_blank_line() -> None:
    after = PolicyText(BLOCK).apply([RemoveRule("b", "")])
    assert "Very old" not in after
    assert "    max_duration: 1h   # at most\n\n  - effect: allow\n    name: c\n" in after


def test_the_first_and_the_last_rule_go_as_well() -> None:
    assert PolicyText(BLOCK).apply([RemoveRule("a", ""), RemoveRule("c", "")]).splitlines() == [
        "# Acme's", 'version: "1"', "rules:", "", "  # Old.", "  # Very old.", "  - name: b", "    effect: allow",
        "    conditions: {}", "    reason: |", "      Why", "      not",
    ]  # fmt: skip


def test_a_duration_is_written_where_it_was_or_before_the_conditions() -> None:
    quarter = timedelta(minutes=15)
    assert lines_changed(BLOCK, Shorten("a", quarter, "")) == (
        ["    max_duration: 1h   # at most"],
        ["    max_duration: 15m   # at most"],
    )
    assert lines_changed(BLOCK, Shorten("c", quarter, "")) == ([], ["    max_duration: 15m"])
    older = BLOCK.replace("max_duration", "max_server_duration")
    assert lines_changed(older, Shorten("a", quarter, ""))[1] == ["    max_server_duration: 15m   # at most"]


def test_new_addresses_come_first_among_the_conditions() -> None:
    new = narrowed("a", ["192.0.2.1", "2001:db8::1"], place="source_ips", is_new=True)
    assert lines_changed(BLOCK, new) == ([], ['      source_ips: [192.0.2.1, "2001:db8::1"]'])
    empty = narrowed("b", ["192.0.2.1"], place="source_ips", is_new=True)
    assert lines_changed(BLOCK, empty)[1] == ["    conditions: {source_ips: [192.0.2.1]}"]


@pytest.mark.parametrize(
    ("removed", "left"), [("a", "bc"), ("b", "ac"), ("c", "ab"), ("ab", "c"), ("bc", "a"), ("ac", "b")]
)
def test_json_stays_json(removed: str, left: str) -> None:
    changes: list[Change] = [RemoveRule(name, "") for name in removed]
    changes += [narrowed("a", ["yes", "é"])] if "a" in left else []
    changes.append(Shorten(left[0], timedelta(minutes=30), ""))
    rules = json.loads(PolicyText(FLOW).apply(changes))["rules"]
    assert [rule["name"] for rule in rules] == list(left)
    assert rules[0]["max_duration"] == "30m"
    if left[0] == "a":
        assert rules[0]["conditions"]["users"] == ["yes", "é"]


def test_line_ends_stay_as_they_were() -> None:
    text = BLOCK.replace("\n", "\r\n")
    after = PolicyText(text).apply(
        [narrowed("a", ["x1", "x2"], ["bob"], ["carol"]), Shorten("c", timedelta(hours=1), "")]
    )
    assert after.count("\n") == after.count("\r\n") == text.count("\n") + 2


def test_what_cannot_be_changed_in_place_is_refused() -> None:
    with pytest.raises(NotEditableError, match="JSON with tabs"):
        PolicyText('{\t"version": "1",\n\t"rules": []}')
    apart = "rules:\n- name: a\n  conditions:\n    users:\n    -\n      x\n"
    with pytest.raises(NotEditableError, match="line 6: write each entry"):
        PolicyText(apart).apply([narrowed("a", ["y"])])
