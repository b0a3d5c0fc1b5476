"""`make help` lists every target, and is what `make` alone does."""

import re
import subprocess
from pathlib import Path

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"


def make(*arguments: str) -> list[str]:
    command = ("make", "--no-print-directory", "-f", str(MAKEFILE), *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_every_target_is_listed_with_its_text() -> None:
    [phony] = re.findall(r"^\.PHONY: (.+)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = [line.split(maxsplit=1) for line in make("help")]
    assert sorted(name for name, _ in listed) == sorted(phony.split())
    assert all(text.strip() for _, text in listed)


def test_make_alone_lists_the_targets() -> None:
    assert make() == make("help")
