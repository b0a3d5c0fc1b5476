"""An audit that could not ask is never an all-clear."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.audit import NOT_CHECKED, OK, VULNERABLE, Audited, audit, describe, exit_code, read_report

SAFE: dict[str, Any] = {"name": "safe", "version": "1.0", "vulns": []}
BAD: dict[str, Any] = {
    "name": "bad",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}, {"id": "PYSEC-2026-2", "fix_versions": []}],
}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}


def report(*packages: dict[str, Any]) -> Audited:
    return read_report("uv.lock", json.dumps({"dependencies": packages, "fixes": []}), "No known vulnerabilities found")


def test_what_was_checked_and_is_safe_passes() -> None:
    found = report(SAFE)
    assert list(describe(found)) == ["uv.lock: 1 packages checked, 0 known vulnerabilities"]
    assert exit_code([found], strict=True) == OK


def test_a_vulnerability_is_named_and_fails() -> None:
    found = report(SAFE, BAD)
    assert list(describe(found))[1:] == [
        "  VULNERABLE bad 1.0: PYSEC-2026-1, fixed in 1.1",
        "  VULNERABLE bad 1.0: PYSEC-2026-2, fixed in no version yet",
    ]
    assert exit_code([report(SAFE), found], strict=False) == VULNERABLE


def test_a_package_the_service_does_not_know_was_not_checked() -> None:
    found = report(SAFE, UNKNOWN)
    assert "NOT CHECKED: the service does not know 1 packages: unknown" in list(describe(found))[1]
    assert (exit_code([found], strict=False), exit_code([found], strict=True)) == (OK, NOT_CHECKED)


@pytest.mark.parametrize(("stdout", "stderr"), [("", ""), ("[]", "x"), ("{}", ""), ("", "Traceback\nProxyError: no")])
def test_without_a_report_nothing_was_checked(stdout: str, stderr: str) -> None:
    found = read_report("uv.lock", stdout, stderr)
    assert "NOT CHECKED" in next(iter(describe(found)))
    assert exit_code([found], strict=True) == NOT_CHECKED


def test_a_service_out_of_reach_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"idna==3.11 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    found = audit("a lock", requirements, "pypi")
    assert found.no_report
    assert "NOT CHECKED, pip-audit gave no report" in next(iter(describe(found)))
