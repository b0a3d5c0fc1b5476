"""What an approver sees of a request before deciding: when its window begins, and how long it lasts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sentinel.api.grants import ApprovalRequest
from sentinel.terminal.grants import approve_words, print_grant, print_grants
from tests.unit.admin.notify.samples import WINDOW, request

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LATER = {"starts_at": "2026-11-08T03:00:00Z", "duration_s": 14400}


def asked(**changes: Any) -> ApprovalRequest:
    return ApprovalRequest.model_validate(request(**changes))


def shown(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    print_grant(asked(**changes), NOW, as_json=False)
    return " ".join(capsys.readouterr().out.split())


def test_a_list_shows_the_start_next_to_the_duration(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_grants([asked(**LATER), asked()], "requests", NOW, as_json=False)
    out = " ".join(capsys.readouterr().out.split())
    assert "4h from 2026-11-08 03:00 UTC" in out
    assert "prod 1h expires" in out


def test_who_can_approve_and_how_is_said_with_the_console_where_there_is_one() -> None:
    command = "bob or *@sec.example can approve it: sentinel request approve 0123456789abcdef"
    assert approve_words(asked()) == command
    assert approve_words(asked(), "https://sentinel.example/#/x") == f"{command} or https://sentinel.example/#/x"


def test_one_request_shows_its_start_before_it_is_approved(capsys: pytest.CaptureFixture[str]) -> None:
    assert "duration 4h starts in 5 days (2026-11-08 03:00 UTC), or when it is approved, if later" in shown(
        capsys, **LATER
    )
    assert "duration 1h starts as soon as it is approved" in shown(capsys)


def test_one_that_is_approved_shows_its_window_to_the_minute(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, window=WINDOW, status="approved", **LATER)
    assert "(2026-11-02 12:00 UTC), ends in 1h (2026-11-02 13:00 UTC)" in out
    assert "starts" not in out
