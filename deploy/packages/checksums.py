"""`SHA256SUMS`: the hash of every file of a release, as `sha256sum --check` reads it."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

CHECKSUMS: Final = "SHA256SUMS"
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([\w.-]+)")


def render_checksums(files: Iterable[Path]) -> str:
    """Write a line for each file, by name."""
    return "".join(f"{sha256_of(file)}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))


def parse_checksums(text: str) -> Mapping[str, str]:
    """Read the hashes by file name.

    Raises:
        ValueError: a line is not a hash and a name.

    """
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    if None in lines:
        raise ValueError(f"{CHECKSUMS}: line {lines.index(None) + 1} is not a SHA-256, two spaces and a file name")
    return {line[2]: line[1] for line in lines if line is not None}


def sha256_of(file: Path) -> str:
    """Hash a file, as hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
