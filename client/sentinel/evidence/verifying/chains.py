"""The chains of lines: each process numbers its lines, and each line has the hash of the one before.

A line that is not where its number says, or that is not the one whose hash the next line has, is a finding. What a
chain cannot show is in docs/audit.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sentinel.evidence.records import Record
from sentinel.evidence.verifying.findings import Finding, Kind, place_of
from shared.evidence.chain import NO_LINE, hash_of

# An idle process of Lambda does not live for so long: the line before the first of a period lies within.
LONGEST_PAUSE: Final = timedelta(hours=12)
# Hashes of seen lines are kept by so many digits.
_DIGITS: Final = 32


@dataclass(slots=True)
class _Process:
    """What was seen of one process: its lowest number, the number after its highest, and the gaps between.

    `begin` is when the line with the lowest number began. `wanted` has, by number, the hash that the line after it says
    a line has, as long as that line was not seen.
    """

    name: str
    lowest: int
    next: int
    begin: datetime
    hashes: dict[int, str] = field(default_factory=dict)
    wanted: dict[int, str] = field(default_factory=dict)
    gaps: list[tuple[int, int]] = field(default_factory=list)

    def place(self, sequence: int) -> str:
        return place_of(self.name, sequence)


class Chains:
    """Checks one line after the other.

    `read_from` is the instant from which all lines are read; None: not known. Where lines do not come in order, and may
    arrive twice, as in an archive, neither is a finding.

    `checked` counts lines, `unlinked` those from before there were chains, `twice` those that arrived again, and `cut`
    the processes whose lines before the first are not there to look at.
    """

    def __init__(self, read_from: datetime | None, *, in_order: bool = True) -> None:
        self._read_from = read_from
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
            if process.lowest > 1:
                yield from self._begin(process)
            for first, last in process.gaps:
                yield _removed(process, first, last)

    def _begin(self, process: _Process) -> Iterator[Finding]:
        if self._read_from is None or process.begin < self._read_from + LONGEST_PAUSE:
            self.cut += 1
        else:
            yield _removed(process, 1, process.lowest - 1)

    def _second(self, process: _Process, sequence: int, line_hash: str) -> Iterator[Finding]:
        if process.hashes[sequence] != line_hash:
            yield Finding(Kind.INSERTED, process.place(sequence), "another line has this number")
        elif self._in_order:
            yield Finding(Kind.DUPLICATED, process.place(sequence), "the same line is there again")
        else:
            self.twice += 1

    def _place(self, process: _Process, sequence: int, at: datetime) -> Iterator[Finding]:
        """Find the place of a line among those that were seen."""
        if sequence >= process.next:
            if sequence > process.next:
                process.gaps.append((process.next, sequence - 1))
            process.next = sequence + 1
            return
        if self._in_order:
            yield Finding(Kind.REORDERED, process.place(sequence), "lines with higher numbers come before it")
        if sequence < process.lowest:
            if sequence < process.lowest - 1:
                process.gaps.append((sequence + 1, process.lowest - 1))
            process.lowest, process.begin = sequence, at
        else:
            process.gaps = [part for gap in process.gaps for part in _without(gap, sequence)]


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


def _without(gap: tuple[int, int], number: int) -> Iterator[tuple[int, int]]:
    first, last = gap
    if not first <= number <= last:
        yield gap
        return
    if first < number:
        yield first, number - 1
    if number < last:
        yield number + 1, last


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
        case {"process": str(process), "sequence": int(sequence), "previous": str(previous)} if sequence >= 1:
            return process, sequence, previous
    return None
