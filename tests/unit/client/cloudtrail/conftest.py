"""An account to audit, and the command that does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentinel.cli import run_command_line
from shared.evidence.chain import digest_of_decision
from tests.unit.client.cloudtrail.auditing import VERIFY, Audit, Audited, a_vend_line
from tests.unit.client.fake_account import ACCOUNT, FakeAccount
from tests.unit.client.session_service import ID, ROLE, SessionService, a_session
from tests.unit.client.trail_events import a_vend


@pytest.fixture
def account(
    monkeypatch: pytest.MonkeyPatch, sessions: SessionService, tmp_path: Path, socket_enabled: None
) -> Iterator[FakeAccount]:
    """Give the auditor's account, with one vend that has its session."""
    assert socket_enabled is None
    fake = FakeAccount(profiles={"prod": json.dumps({"role_arn": ROLE})})
    fake.events["eu-central-1", "AssumeRole"] = [a_vend(1), a_vend(2, role=f"arn:aws:iam::{ACCOUNT}:role/admin")]
    (tmp_path / "config").write_text(
        "[default]\naws_access_key_id = AKIAAUDITOR000000001\naws_secret_access_key = s\n"
        f"region = eu-central-1\nendpoint_url = {fake.url}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    line = a_vend_line()
    fake.logs["/aws/lambda/sentinel-vend"] = [line]
    row = a_session(line_digest=digest_of_decision(json.loads(line)))
    sessions.answer("GET", "/v1/sessions", {"sessions": [row], "next_cursor": None})
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": row})
    yield fake
    fake.close()


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Audit:
    for module in ("audit", "_audit_lines", "_verified_lines"):
        monkeypatch.setattr(f"sentinel.commands.{module}.utc_now", lambda: datetime(2026, 3, 3, tzinfo=UTC))

    def run(*arguments: str) -> Audited:
        code = run_command_line([*VERIFY, "--json", *arguments])
        said = capsys.readouterr()
        return Audited(code, json.loads(said.out or "{}"), said.err)

    return run
