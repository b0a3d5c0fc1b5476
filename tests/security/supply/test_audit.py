"""An audit that could not ask is never an all-clear: `deploy/audit.sh`, over locks of one package each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deploy.packages.dependencies import PROJECT

OK, VULNERABLE, NOT_CHECKED = 0, 1, 2
LOCKS = ("uv.lock", "deploy/checkov.txt", "deploy/local/emulator.txt", "deploy/packages/emulator.txt")
SAFE, BAD = (f"{name}==1.0 --hash=sha256:{'0' * 64}\n" for name in ("safe", "bad"))
PASSED = "No known vulnerabilities found"
FOUND = "Found 1 known vulnerability in 1 package"
VULNERABILITIES = (
    "Name Version ID           Fix Versions\n---- ------- ------------ ------------\nbad  1.0     PYSEC-2026-1 1.1\n"
)
SKIPPED = "Name    Skip Reason\n------- -----------\nunknown Not found on PyPI\nother   Not found on PyPI\n"
NO_ALL_CLEAR = "this is no all-clear"

Audit = Callable[..., subprocess.CompletedProcess[str]]


class Osv(BaseHTTPRequestHandler):
    """A service in the place of OSV, which knows two vulnerabilities of one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]
        fixes: dict[str, list[dict[str, str]]] = {"PYSEC-2026-1": [{"fixed": "1.1"}], "PYSEC-2026-2": []}
        known: list[dict[str, Any]] = [
            {"id": name, "affected": [{"package": asked, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}
            for name, events in fixes.items()
        ]
        body = json.dumps({"vulns": known} if asked["name"] == "bad" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has above
        """Say nothing."""


@pytest.fixture(scope="module")
def osv() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Osv) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def executable(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Run the script in a project whose every lock names the safe package, unless another is given."""
    for lock in LOCKS[1:]:
        (tmp_path / lock).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / lock).write_text(SAFE, encoding="utf-8")
    shutil.copy(PROJECT / "deploy/audit.sh", tmp_path / "deploy")
    commands = tmp_path / "commands"
    commands.mkdir()
    executable(commands / "uv", f"cat {tmp_path}/exported")

    def run(
        *arguments: str, exported: str = SAFE, pip_audit: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "exported").write_text(exported, encoding="utf-8")
        if pip_audit is not None:
            executable(commands / "pip-audit", pip_audit)
        path = os.pathsep.join((str(commands), str(Path(sys.executable).parent), os.environ["PATH"]))
        command = ("sh", str(tmp_path / "deploy/audit.sh"), *arguments)
        settings = os.environ | {"PATH": path, "NO_PROXY": "127.0.0.1"} | environment
        return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)

    return run


def reporting(summary: str, report: str = "", code: int = 0) -> str:
    """Give a command that ends as pip-audit does with this report."""
    return f"""
for each; do case $each in --output=*) output=${{each#--output=}} ;; esac; done
printf %s '{report}' >"$output"
echo '{summary}' >&2
exit {code}"""


def test_what_was_checked_and_is_safe_passes(audit: Audit, osv: str) -> None:
    done = audit("--vulnerability-service=osv", f"--osv-url={osv}", STRICT="1")
    assert done.stdout.splitlines() == [f"{lock}: {PASSED}" for lock in LOCKS]
    assert (done.returncode, done.stderr) == (OK, "")


def test_a_vulnerability_is_named_and_fails(audit: Audit, osv: str) -> None:
    done = audit("--vulnerability-service=osv", f"--osv-url={osv}", exported=SAFE + BAD)
    assert done.stdout.splitlines()[0] == "uv.lock: Found 2 known vulnerabilities in 1 package"
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["bad", "1.0", "PYSEC-2026-1", "1.1"] in lines
    assert ["bad", "1.0", "PYSEC-2026-2"] in lines
    assert f"{LOCKS[-1]}: {PASSED}" in done.stdout
    assert NO_ALL_CLEAR not in done.stdout
    assert done.returncode == VULNERABLE


@pytest.mark.parametrize(("strict", "code"), [("", OK), ("1", NOT_CHECKED)])
def test_a_package_the_service_does_not_know_was_not_checked(audit: Audit, strict: str, code: int) -> None:
    done = audit(pip_audit=reporting(PASSED, SKIPPED), STRICT=strict)
    assert done.stdout.count("NOT CHECKED, the service does not know: unknown other") == len(LOCKS)
    assert NO_ALL_CLEAR in done.stdout
    assert done.returncode == code


@pytest.mark.parametrize("strict", ["", "1"])
def test_a_vulnerability_next_to_an_unknown_package_fails_and_both_are_reported(audit: Audit, strict: str) -> None:
    done = audit(pip_audit=reporting(FOUND, f"{VULNERABILITIES}{SKIPPED}", 1), STRICT=strict)
    assert "PYSEC-2026-1" in done.stdout
    assert "NOT CHECKED, the service does not know: unknown" in done.stdout
    assert done.returncode == VULNERABLE


@pytest.mark.parametrize("said", ["exit 0", "exit 1", reporting("Traceback"), reporting("ProxyError: no", code=1)])
def test_without_a_report_nothing_was_checked(audit: Audit, said: str) -> None:
    done = audit(pip_audit=said, STRICT="1")
    assert done.stdout.count("NOT CHECKED, pip-audit gave no report") == len(LOCKS)
    assert NO_ALL_CLEAR in done.stdout
    assert done.returncode == NOT_CHECKED
    assert audit(pip_audit=said).returncode == OK


def test_a_lock_that_cannot_be_exported_fails(audit: Audit, tmp_path: Path) -> None:
    executable(tmp_path / "commands" / "uv", "exit 2")
    done = audit(pip_audit=reporting(PASSED))
    assert (done.returncode, done.stdout) == (2, "")


def test_a_service_out_of_reach_is_said(audit: Audit) -> None:
    done = audit(HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="", STRICT="1")
    assert done.stdout.count("NOT CHECKED, pip-audit gave no report") == len(LOCKS)
    assert done.returncode == NOT_CHECKED
