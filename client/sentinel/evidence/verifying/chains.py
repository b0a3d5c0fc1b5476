"""The chains of lines: each process numbers its lines, and each line has the hash of the one before.

A line that is not where its number says, or that is not the one whose hash the next line has, is a finding. What a
chain cannot show is in docs/audit.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sentinel.evidence.records import Record
from sentinel.evidence.verifying.findings import Finding, Kind, place_of
from shared.evidence.chain import NO_LINE, hash_of

# An idle process of Lambda does not live for so long: the line before the first of a period lies within.
LONGEST_PAUSE: Final = timedelta(hours=12)
# Hashes of seen lines are kept by so many digits.
_DIGITS: Final = 32
_PROCESS: Final = re.compile("[0-9a-f]{32}")
_HASH: Final = re.compile("[0-9a-f]{64}")


@dataclass(slots=True)
class _Process:
    """What was seen of one process: its lowest and its highest number, and the hash of each line by its number.

    `begin` is when the line with the lowest number began. `wanted` has, by number, the hash that the line after it says
    a line has, as long as that line was not seen.
    """

    name: str
    lowest: int
    highest: int
    begin: datetime
    hashes: dict[int, str] = field(default_factory=dict)
    wanted: dict[int, str] = field(default_factory=dict)

    def place(self, sequence: int) -> str:
        return place_of(self.name, sequence)


class Chains:
    """Checks one line after the other.

    `begin` is when the period begins that is checked. With `all_before`, all lines of the `LONGEST_PAUSE` before it
    come, too; without, it is not known which. Where lines do not come in order, and may arrive twice, as in an archive,
    neither is a finding.

    `checked` counts lines, `unlinked` those without a link, `twice` those that arrived again, and `cut` the processes
    whose first line is of the period and not their first, where what came before is not there to look at.
    """

    def __init__(self, begin: datetime, *, all_before: bool, in_order: bool = True) -> None:
        self._begin = begin
        self._all_before = all_before
        self._in_order = in_order
        self._processes: dict[str, _Process] = {}
        self.checked = self.unlinked = self.twice = self.cut = 0

    def check(self, at: datetime, record: Record) -> Iterator[Finding]:
        """Check a line, which begins at an instant (UTC)."""
        link = _link_of(record.fields)
        if link is None:
            self.unlinked += 1
            return
        self.checked += 1
        name, sequence, previous = link
        process = self._processes.get(name)
        if process is None:
            process = self._processes[name] = _Process(name, sequence, sequence, at)
        line_hash = hash_of(record.raw)[:_DIGITS]
        if sequence in process.hashes:
            yield from self._second(process, sequence, line_hash)
            return
        yield from self._place(process, sequence, at)
        yield from _link(process, sequence, previous, line_hash)

    def finish(self) -> Iterator[Finding]:
        """Give what is missing after the last line."""
        for process in self._processes.values():
            # A process that was there before the period is linked from its begin on.
            if process.lowest > 1 and process.begin >= self._begin:
                if self._all_before:
                    yield _removed(process, 1, process.lowest - 1)
                else:
                    self.cut += 1
            for number, following in pairwise(sorted(process.hashes)):
                if following > number + 1:
                    yield _removed(process, number + 1, following - 1)

    def _second(self, process: _Process, sequence: int, line_hash: str) -> Iterator[Finding]:
        if process.hashes[sequence] != line_hash:
            yield Finding(Kind.INSERTED, process.place(sequence), "another line has this number")
        elif self._in_order:
            yield Finding(Kind.DUPLICATED, process.place(sequence), "the same line is there again")
        else:
            self.twice += 1

    def _place(self, process: _Process, sequence: int, at: datetime) -> Iterator[Finding]:
        """Find the place of a line among those that were seen."""
        if sequence < process.highest and self._in_order:
            yield Finding(Kind.REORDERED, process.place(sequence), "lines with higher numbers come before it")
        process.highest = max(process.highest, sequence)
        if sequence < process.lowest:
            process.lowest, process.begin = sequence, at


def _link(process: _Process, sequence: int, previous: str, line_hash: str) -> Iterator[Finding]:
    """Compare a line with the one before and the one after it, as far as they were seen."""
    before = process.hashes.get(sequence - 1)
    if sequence == 1:
        if previous != NO_LINE:
            yield Finding(Kind.ALTERED, process.place(1), "it is the first line and has the hash of one before")
    elif before is None:
        process.wanted[sequence - 1] = previous[:_DIGITS]
    elif before != previous[:_DIGITS]:
        yield _altered(process, sequence - 1, sequence)
    if process.wanted.pop(sequence, line_hash) != line_hash:
        yield _altered(process, sequence, sequence + 1)
    process.hashes[sequence] = line_hash


def _altered(process: _Process, sequence: int, witness: int) -> Finding:
    return Finding(Kind.ALTERED, process.place(sequence), f"line {witness} has another hash of it")


def _removed(process: _Process, first: int, last: int) -> Finding:
    if first == last:
        return Finding(Kind.REMOVED, process.place(first), "there is a line after it, and not this one")
    return Finding(
        Kind.REMOVED, f"lines {first} to {last} of process {process.name}", "there is only a line after them"
    )


def _link_of(line: dict[str, Any]) -> tuple[str, int, str] | None:
    """Give process, number and link of a line; None where it has none, or none that a function writes."""
    match line:
        case {"process": str(process), "sequence": int(sequence), "previous": str(previous)} if (
            sequence >= 1 and _PROCESS.fullmatch(process) and _HASH.fullmatch(previous)
        ):
            return process, sequence, previous
    return None
