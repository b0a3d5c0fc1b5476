"""`sentinel audit verify` reads the lines of the functions and compares them with each other and with the rows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentinel.cli import run_command_line
from tests.unit.client.cloudtrail.auditing import VERIFY, Audit, a_vend_line
from tests.unit.client.fake_account import FakeAccount
from tests.unit.client.session_service import ID, OTHER_ID, SessionService, a_session

VEND = "/aws/lambda/sentinel-vend"
ADMIN = "/aws/lambda/sentinel-admin"


def found(audited: dict[str, object]) -> list[str]:
    lines = audited["lines"]
    assert isinstance(lines, dict)
    return [each["found"] for each in lines["findings"]]


def test_lines_that_fit_each_other_and_their_rows_pass(account: FakeAccount, audit: Audit) -> None:
    audited = audit()
    assert (audited.code, audited.gaps) == (0, "")
    assert audited.report["lines"] == {"checked": 1, "compared": 1, "twice": 0, "findings": []}
    assert [each["logGroupName"] for each in account.read] == [VEND, ADMIN]
    # A line is written up to 15 minutes after its invocation began.
    assert {each["endTime"] for each in account.read} == {
        int(datetime(2026, 3, 2, 0, 15, tzinfo=UTC).timestamp()) * 1000
    }


def test_without_an_end_everything_that_is_looked_at_has_arrived(account: FakeAccount, audit: Audit) -> None:
    assert account.logs
    audited = audit("--until", "15m")
    assert (audited.code, audited.gaps) == (0, "")
    assert "the last 15 minutes of CloudTrail" in audit("--until", "14m").gaps


def test_a_log_group_that_was_deleted_is_named_as_not_covered_and_the_others_are_checked(
    account: FakeAccount, audit: Audit
) -> None:
    del account.logs[ADMIN]
    account.logs[VEND] *= 2
    audited = audit()
    assert (audited.code, found(audited.report)) == (1, ["duplicated"])
    assert f"there is no log group {ADMIN}" in audited.gaps


def test_lines_of_a_deployment_whose_name_begins_alike_are_of_another_table(account: FakeAccount, audit: Audit) -> None:
    account.logs["/aws/lambda/sentinel-blue-vend"] = [a_vend_line(deployment="sentinel-blue", session_id=OTHER_ID)]
    audited = audit()
    assert (audited.code, audited.report["lines"]["checked"]) == (0, 1)


def test_what_a_log_group_no_longer_keeps_is_named_and_is_no_finding(account: FakeAccount, audit: Audit) -> None:
    account.logs[VEND] = []
    account.retention_days[VEND] = 1
    audited = audit()
    assert (audited.code, found(audited.report)) == (3, [])
    assert "a log group keeps 1 days" in audited.gaps


def test_a_session_that_only_cloudtrail_shows_needs_a_line_too(
    account: FakeAccount, audit: Audit, sessions: SessionService
) -> None:
    # The row is there, and no list has it.
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    account.logs[VEND] = [a_vend_line(via=None, session_id=None)]
    audited = audit()
    assert (audited.code, found(audited.report)) == (1, ["row without line"])


def test_the_logs_of_every_function_are_read_the_authorizers_too(account: FakeAccount, audit: Audit) -> None:
    account.logs["/aws/lambda/sentinel-authorizer-ledger"] = [a_vend_line(via=None, session_id=None)]
    account.logs["/aws/lambda/other-vend"] = [b"not read"]
    assert audit().report["lines"]["checked"] == 2


def test_a_line_that_was_altered_is_not_that_of_its_row(account: FakeAccount, audit: Audit) -> None:
    account.logs[VEND] = [account.logs[VEND][0].replace(b"alice", b"peter")]
    audited = audit()
    assert (audited.code, found(audited.report)) == (1, ["row and line differ"])


def test_a_row_without_a_line_fails(account: FakeAccount, audit: Audit) -> None:
    account.logs[VEND] = [a_vend_line(via=None, session_id=None)]
    audited = audit()
    assert (audited.code, found(audited.report)) == (1, ["row without line"])


@pytest.mark.usefixtures("account")
def test_a_line_without_a_row_fails(audit: Audit, sessions: SessionService) -> None:
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    sessions.answer("GET", f"/v1/sessions/{ID}", {"code": "not_found", "message": "no"}, status=404)
    audited = audit("--without", "trail")
    assert (audited.code, found(audited.report)) == (1, ["line without row"])


def test_a_duplicated_line_fails_and_is_shown(account: FakeAccount, capsys: pytest.CaptureFixture[str]) -> None:
    account.logs[VEND] *= 2
    assert run_command_line([*VERIFY, "--wide"]) == 1
    assert "duplicated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("permission", "words"),
    [("logs:FilterLogEvents", "may not read the log group"), ("logs:DescribeLogGroups", "may not list log groups")],
)
def test_logs_that_may_not_be_read_are_named_as_not_covered(
    account: FakeAccount, audit: Audit, permission: str, words: str
) -> None:
    account.denied = {permission}
    audited = audit()
    assert audited.code == 3
    assert words in audited.gaps
    assert permission in audited.gaps


def test_a_deployment_without_logs_is_named_as_not_covered(account: FakeAccount, audit: Audit) -> None:
    account.logs.clear()
    audited = audit()
    assert (audited.code, "begins /aws/lambda/sentinel-" in audited.gaps) == (3, True)


def test_a_period_without_lines_is_no_success(account: FakeAccount, audit: Audit, sessions: SessionService) -> None:
    account.logs[VEND] = []
    account.events.clear()
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    audited = audit()
    assert (audited.code, "there was none of this time" in audited.gaps) == (3, True)


@pytest.mark.usefixtures("account")
def test_an_export_is_checked_in_place_of_the_logs(audit: Audit, tmp_path: Path) -> None:
    export = tmp_path / "lines.jsonl"
    export.write_bytes(a_vend_line() + b"\n" + b'{"kind":"sentinel.audit","cut')
    audited = audit("--from", str(export))
    # Another process wrote this line, so its digest is another, too.
    assert (audited.code, found(audited.report)) == (1, ["row and line differ"])
    assert "1 records that cannot be read" in audited.gaps


def test_a_folder_is_an_archive_whose_lines_may_arrive_twice(
    account: FakeAccount, audit: Audit, tmp_path: Path
) -> None:
    [line] = account.logs[VEND]
    for name in ("one", "two"):
        (tmp_path / "archive").mkdir(exist_ok=True)
        (tmp_path / "archive" / name).write_bytes(line + b"\n")
    audited = audit("--from", str(tmp_path / "archive"))
    assert (audited.report["lines"]["twice"], found(audited.report)) == (1, [])


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("part", "words"), [("trail", "CloudTrail: left out"), ("lines", "the audit lines: left out")])
def test_what_is_left_out_is_not_covered(audit: Audit, part: str, words: str) -> None:
    audited = audit("--without", part)
    assert (audited.code, words in audited.gaps) == (3, True)


def test_rows_are_not_checked_against_themselves(audit: Audit) -> None:
    audited = audit("--from", "sessions")
    assert (audited.code, json.loads(audited.err or "{}").get("code", "usage")) == (2, "usage")


def test_a_row_whose_digest_was_removed_differs(account: FakeAccount, audit: Audit, sessions: SessionService) -> None:
    assert account.logs[VEND]
    sessions.answer("GET", "/v1/sessions", {"sessions": [a_session()], "next_cursor": None})
    audited = audit()
    assert (audited.code, found(audited.report)) == (1, ["row and line differ"])
    assert "1 sessions whose rows keep no digest" in audited.gaps
