"""A guide's commands: its fenced blocks of shell, and the note before each that is not run here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[3] / "docs"
_NOTE: Final = re.compile(r"> \*\*Not run by the tests: (.+?)\.\*\*")
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block; `not_run` is the name its note gives it, where it has one."""

    guide: str
    section: str
    line: int
    commands: str
    not_run: str | None

    def __str__(self) -> str:
        return f"docs/{self.guide}:{self.line} ({self.section})"


def read_blocks(guide: str) -> list[Block]:
    """List a guide's blocks of shell in their order, by the guide's name below docs/."""
    return list(_blocks(guide, (DOCS / guide).read_text(encoding="utf-8")))


def commands_elsewhere(guide: str) -> list[str]:
    """List what looks like commands and is no block of shell: other fences but diagrams, and indented lines."""
    page = (DOCS / guide).read_text(encoding="utf-8")
    fences = [f"```{found[1]}" for found in _FENCE.finditer(page) if found[1] not in {"sh", "mermaid"}]
    return fences + [line for line in _FENCE.sub("", page).splitlines() if line.startswith("    ")]


def _blocks(guide: str, page: str) -> Iterator[Block]:
    for found in _FENCE.finditer(page):
        if found[1] != "sh":
            continue
        before = page[: found.start()]
        paragraph = before.rstrip("\n").rpartition("\n\n")[2]
        note = _NOTE.match(paragraph)
        headings = _HEADING.findall(before)
        yield Block(
            guide,
            headings[-1] if headings else "",
            before.count("\n") + 1,
            found[2],
            note[1] if note else None,
        )
