"""What was installed, distribution by distribution: taken into the zip file by file, or left out by a pattern."""

import shutil
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from deploy.packages.left_out import why_left_out


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution of a zip. `tags` are those of the wheel it came from; `taken` counts bytes, before bytecode."""

    name: str
    version: str
    licence: str
    tags: frozenset[str]
    taken: int
    left_out: Counter[str]


def take(installed: Path, stage: Path) -> tuple[Distribution, ...]:
    """Copy what belongs into the zip, and say what did not."""
    found = metadata.distributions(path=[str(installed)])
    return tuple(sorted((_take_one(each, installed, stage) for each in found), key=lambda each: each.name.lower()))


def _take_one(distribution: metadata.Distribution, installed: Path, stage: Path) -> Distribution:
    taken, left_out = 0, Counter[str]()
    for file in distribution.files or ():
        source, path = installed / file, file.as_posix()
        size = source.stat().st_size
        pattern = why_left_out(path)
        if pattern is not None:
            left_out[pattern] += size
            continue
        taken += size
        copy = stage / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    return Distribution(
        distribution.name, distribution.version, _licence(distribution), _tags(distribution), taken, left_out
    )


def _licence(distribution: metadata.Distribution) -> str:
    """Read what it says of its licence: an SPDX expression, or free text in older metadata."""
    about = distribution.metadata
    return next((about[name] for name in ("License-Expression", "License") if name in about), "")


def _tags(distribution: metadata.Distribution) -> frozenset[str]:
    lines = (distribution.read_text("WHEEL") or "").splitlines()
    return frozenset(line.removeprefix("Tag:").strip() for line in lines if line.startswith("Tag:"))
