"""`sentinel policy replay` over the thirty days of a small company, with known answers."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from sentinel.cli import run_command_line
from tests.evidence.company import POLICY, PROFILES
from tests.evidence.history import write_history
from tests.unit.client.session_service import OTHER_ID, SessionService, a_session

Run = Callable[..., tuple[int, str]]
SINCE = ("--since", "2026-06-01T00:00:00Z", "--until", "2026-07-01T00:00:00Z")


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command on the history under the company's policy with some words of it replaced."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    Path("lines").write_bytes(b"\n".join(write_history()))

    def run(*options: str, source: str = "lines", **changed: str) -> tuple[int, str]:
        text = POLICY
        for old, new in changed.items():
            assert old in text
            text = text.replace(old, new)
        Path("access.yaml").write_text(text, encoding="utf-8")
        code = run_command_line(["policy", "replay", "--policy", "access.yaml", "--from", source, *SINCE, *options])
        return code, capsys.readouterr().out

    return run


def found(ran: tuple[int, str]) -> dict[str, Any]:
    assert ran[0] == 0
    printed: dict[str, Any] = json.loads(ran[1])
    return printed


def test_the_policy_that_decided_changes_nothing(replay: Run) -> None:
    printed = found(replay("--json", "--fail-on", "change", "--fail-on", "uncertain"))
    assert printed["changes"] == []
    assert (printed["lines"], printed["exact"], printed["without_a_decision"]) == (247, 192, 53)
    assert printed["not_decided"] == {"profile_not_offered": 1, "throttled": 1}
    assert (printed["not_exact"], printed["unread"]["count"], printed["duplicates"]) == ({}, 0, 0)


def test_changes_are_grouped_by_rule_profile_and_user(replay: Run) -> None:
    """Bob loses dev-admin, which he had on each of 22 working days; finance, used three times, gets another name."""
    printed = found(replay("--json", bob="frank", **{"- name: finance": "- name: money"}))
    (change,) = [each for each in printed["changes"] if each["user"] == "bob"]
    assert (change["change"], change["count"], change["before"], change["after"]) == ("less", 22, "issued", "denied")
    assert (change["rule_before"], change["rule_after"], change["profile"]) == ("developers", "no rule", "dev-admin")
    assert (change["first_at"], change["last_at"]) == ("2026-06-01T10:30:00Z", "2026-06-30T10:30:00Z")
    assert (change["is_exact"], len(change["request_ids"])) == (True, 3)
    assert (printed["by_rule"], printed["by_profile"]) == (
        {"developers": {"less": 22, "more": 0, "other": 0}},
        {"dev-admin": {"less": 22, "more": 0, "other": 0}},
    )
    assert printed["same_outcome_by_another_rule"] == [{"rule_before": "finance", "rule_after": "money", "count": 3}]


def test_requests_that_needed_an_approval_do_not_any_more(replay: Run) -> None:
    printed = found(replay("--json", require_approval="allow"))
    kinds = {(each["before"], each["after"]) for each in printed["changes"]}
    assert kinds == {
        ("issued via approval", "issued"),
        ("issued via break-glass", "issued"),
        ("approval_required", "issued"),
        ("on a request: require_approval", "on a request: allow"),
    }
    assert printed["changed"] == {"less": 0, "more": 23, "other": 0}


def test_new_profiles_take_away_what_they_do_not_offer(replay: Run) -> None:
    Path("profiles").mkdir()
    for name, text in PROFILES.items():
        if name != "sandbox":
            Path(f"profiles/{name}.yaml").write_text(text, encoding="utf-8")
    Path("profiles/dev-admin.yaml").write_text(PROFILES["dev-admin"] + "max_duration: 45m\n", encoding="utf-8")
    printed = found(replay("--json", "--profiles", "profiles"))
    assert {(each["before"], each["after"], each["user"], each["count"]) for each in printed["changes"]} == {
        ("issued", "issued, shorter", "alice", 44)
    }


def test_what_the_lines_do_not_hold_is_counted_apart_with_its_reason(replay: Run) -> None:
    printed = found(replay("--json", **{"groups: [platform]": "groups: [release]"}))
    doubt = printed["not_exact"]["names_not_recorded"]
    assert (doubt["count"], doubt["cannot_be_said"]) == (5, 5)
    example = doubt["examples"][0]
    assert (example["user"], example["detail"], example["rules_possible"]) == (
        "carol",
        "group release",
        "staging or no rule",
    )
    assert printed["changes"] == []
    _, out = replay("--wide", **{"groups: [platform]": "groups: [release]"})
    assert "of 5 it cannot be said" in out
    assert "2026-06-01T11:00:00Z  carol  staging-deploy  names_not_recorded  group release" in out


def test_lines_from_before_there_were_facts_are_estimates(replay: Run) -> None:
    """Of the 192 decisions, 11 were on requests, of which those lines do not hold the verdict."""
    Path("old").write_bytes(b"\n".join(write_history(is_old=True)))
    printed = found(replay("--json", source="old", bob="frank"))
    doubt = printed["not_exact"]["no_facts"]
    assert (printed["exact"], printed["estimated"]["less"]) == (0, 22)
    assert doubt["count"] == 192


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on", "less"], 3),
        (["--fail-on", "change"], 3),
        (["--fail-on", "more"], 0),
        (["--fail-on", "uncertain"], 0),
        (["--fail-on", "more", "--fail-on", "less"], 3),
    ],
)
def test_the_exit_code_says_what_ci_asked_for(options: list[str], code: int, replay: Run) -> None:
    ran, _ = replay(*options, bob="frank")
    assert ran == code


def test_what_cannot_be_read_is_uncertain_and_a_line_that_is_there_twice_counts_once(replay: Run) -> None:
    Path("twice").write_bytes(b"\n".join([*write_history(), *write_history(), b'{"kind":"sentinel.audit"']))
    code, out = replay("--fail-on", "uncertain", source="twice")
    assert code == 3
    assert "192 decisions replayed, of 494 lines" in out
    assert "read twice, counted once: 247" in out
    assert "twice:495: an audit line that is not whole" in out


def test_the_text_says_what_changes_and_what_was_not_decided(replay: Run) -> None:
    _, out = replay(bob="frank")
    assert "22 would change (22 less access)" in out
    assert "by rule: developers 22" in out
    assert "not the policy's decision: 1 (throttled: over a rate limit)" in out


def test_no_line_of_the_time_is_said_and_is_no_success_that_looks_like_one(replay: Run) -> None:
    Path("empty").write_bytes(b"")
    code, out = replay(source="empty")
    assert (code, "there was no audit line of this time" in out) == (0, True)
    code, _ = replay("--fail-on", "uncertain", source="empty")
    assert code == 3


def test_standard_input_is_not_read_twice(replay: Run) -> None:
    assert replay("--policy", "-", source="-")[0] == 2


@pytest.mark.parametrize("missing", ["--policy", "--from"])
def test_a_file_that_is_not_there_ends_with_2(missing: str, replay: Run) -> None:
    assert replay(missing, "absent")[0] == 2


def hostile(line: bytes) -> bytes:
    """Give every name in a line markup, control characters and a terminal's escape."""
    fields = orjson.loads(line)
    evil = "<script>alert(1)</script>\x1b[31m\u202e"
    fields |= {name: fields[name] + evil for name in ("user", "profile", "request_id") if name in fields}
    if "facts" in fields:
        fields["facts"] |= {"user": fields["facts"]["user"] + evil}
        fields["rule"] = evil
    return orjson.dumps(fields)


class Elements(HTMLParser):
    """The names of the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names = set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.names.add(tag)


def test_names_that_callers_chose_are_text_on_the_page_and_on_a_terminal(replay: Run) -> None:
    Path("evil").write_bytes(b"\n".join(map(hostile, write_history())))
    _, out = replay("--html", "page.html", source="evil")
    page = Path("page.html").read_text(encoding="utf-8")
    assert Path("page.html").stat().st_mode & 0o777 == 0o600
    assert "less access" in out
    assert not {"\x1b", "\u202e"} & set(out)
    assert "&lt;script&gt;alert(1)" in page
    assert "script" not in Elements(page).names
    assert "svg" in Elements(page).names


def test_rows_of_sessions_give_estimates_and_say_so(replay: Run, sessions: SessionService) -> None:
    row = a_session(user="bob", profile="dev-admin", rule="developers", issued_at="2026-06-02T10:30:00Z",
                    ends_at="2026-06-02T11:30:00Z")  # fmt: skip
    other = row | {"id": OTHER_ID, "user": "alice"}
    sessions.answer("GET", "/v1/sessions", {"sessions": [row, other], "next_cursor": None})
    printed = found(replay("--json", source="sessions", bob="frank"))
    assert (printed["exact"], printed["estimated"]["less"], printed["not_exact"]["session_row"]["count"]) == (0, 1, 2)
    assert [(each["user"], each["is_exact"]) for each in printed["changes"]] == [("bob", False)]


def test_what_is_not_compared_is_said_where_the_answer_is_read(replay: Run) -> None:
    words = "Not compared: what a session may do, its role and its session policies."
    assert words in replay("--html", "page.html")[1]
    assert words in Path("page.html").read_text(encoding="utf-8")
    assert words in found(replay("--json"))["remarks"][0]
