"""`make audit`: asks a vulnerability service about every locked package, and never takes silence for an all-clear.

pip-audit passes where its service knows nothing of a package, and ends with a traceback where there is no service. Here
both are `not checked`, by name, and `--strict` makes them a failure.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.packages.dependencies import PROJECT, export_all

_SHOWN: Final = 5
_SOCKET_TIMEOUT_S: Final = "10"
# Requirement files that are locked by themselves, because each pins what the project's own lock has otherwise.
_OTHERS: Final = ("deploy/checkov.txt", "deploy/local/emulator.txt", "deploy/packages/emulator.txt")
OK, VULNERABLE, NOT_CHECKED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Audited:
    """What is known of one lock. `no_report` is the reason where nothing is, an unreachable service for instance."""

    lock: str
    checked: int = 0
    vulnerable: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    no_report: str | None = None

    @property
    def is_complete(self) -> bool:
        return self.no_report is None and not self.unchecked


def read_report(lock: str, stdout: str, stderr: str) -> Audited:
    """Read what pip-audit found; without a report, the last line it wrote says why."""
    try:
        packages = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        lines = stderr.strip().splitlines()
        return Audited(lock, no_report=lines[-1].partition(":")[0][:100] if lines else "pip-audit said nothing")
    asked = [package for package in packages if "skip_reason" not in package]
    return Audited(
        lock,
        checked=len(asked),
        vulnerable=tuple(_finding(package, each) for package in asked for each in package["vulns"]),
        unchecked=tuple(package["name"] for package in packages if "skip_reason" in package),
    )


def _finding(package: dict[str, Any], vulnerability: dict[str, Any]) -> str:
    fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed}"


def describe(audited: Audited) -> Iterator[str]:
    """Say in a line each what was found, and what was not checked."""
    if audited.no_report is not None:
        yield f"{audited.lock}: NOT CHECKED, pip-audit gave no report ({audited.no_report})"
        return
    yield f"{audited.lock}: {audited.checked} packages checked, {len(audited.vulnerable)} known vulnerabilities"
    yield from (f"  VULNERABLE {finding}" for finding in audited.vulnerable)
    if audited.unchecked:
        more = len(audited.unchecked) - _SHOWN
        names = ", ".join(audited.unchecked[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield f"  NOT CHECKED: the service does not know {len(audited.unchecked)} packages: {names}"


def exit_code(found: Sequence[Audited], *, strict: bool) -> int:
    """Give 1 for a vulnerability, and with `strict` 2 for what was not checked."""
    if any(each.vulnerable for each in found):
        return VULNERABLE
    return NOT_CHECKED if strict and not all(each.is_complete for each in found) else OK


def audit(lock: str, requirements: Path, service: str) -> Audited:
    """Have pip-audit ask its service about one file of pinned requirements."""
    command = (sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format=json", "--desc=off")
    options = ("--progress-spinner=off", f"--timeout={_SOCKET_TIMEOUT_S}", f"--vulnerability-service={service}")
    done = subprocess.run(  # noqa: S603 - pip-audit, from our own lock
        (*command, *options, f"--requirement={requirements}"), capture_output=True, check=False, text=True
    )
    return read_report(lock, done.stdout, done.stderr)


def main() -> int:
    """Audit every lock."""
    parser = argparse.ArgumentParser(prog="deploy.audit", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail where something was not checked")
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi", help="who is asked")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "requirements.txt"
        exported.write_text(export_all(), encoding="utf-8")
        locks = {"uv.lock": exported, **{name: PROJECT / name for name in _OTHERS}}
        found = [audit(lock, requirements, options.service) for lock, requirements in locks.items()]
    for line in (line for each in found for line in describe(each)):
        print(line)  # noqa: T201 - the command's answer
    if not all(each.is_complete for each in found):
        print("not everything was checked: this is no all-clear; run it again where the service can be reached")  # noqa: T201 - the command's answer
    return exit_code(found, strict=options.strict)


if __name__ == "__main__":
    sys.exit(main())
