"""What one fuzzing target is: a reader of untrusted bytes, and what must hold for all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parents[1] / "corpus"


@dataclass(frozen=True, slots=True)
class Target:
    """`check` raises where a promise is broken; `seeds` are where the search begins."""

    name: str
    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]

    @property
    def findings(self) -> Path:
        return CORPUS / self.name

    def inputs(self) -> Iterator[bytes]:
        """Give the seeds and everything that was ever found."""
        yield from self.seeds
        for path in sorted(self.findings.glob("*")):
            yield path.read_bytes()


def as_text(data: bytes) -> str:
    """Read bytes as text of any kind; what is not UTF-8 becomes half characters, which parsers meet in JSON escapes."""
    return data.decode("utf-8", "surrogateescape")


def on_text(check: Callable[[str], None]) -> Callable[[bytes], None]:
    """Make a check of text one of bytes."""
    return lambda data: check(as_text(data))
