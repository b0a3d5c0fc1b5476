"""Lines that were read already: exports overlap, and a log may be delivered twice."""

from bisect import bisect_right
from typing import Any, Final

# So many runs of numbers are kept, of all processes together. A process whose lines are all there is one run.
_MOST_RUNS: Final = 200_000
_PROCESS_LENGTH: Final = 32


class SeenLines:
    """The lines read so far, by process and number: no two lines have both in common.

    `left_out` lines were too many to be remembered: one of them that comes again is taken for new.
    """

    def __init__(self) -> None:
        # First and last number of each run, in turn.
        self._runs: dict[str, list[int]] = {}
        self._count = 0
        self.left_out = 0

    def is_new(self, process: Any, sequence: Any) -> bool:
        """Whether a line was not read before. One without process and number is always new."""
        if type(sequence) is not int or not isinstance(process, str) or len(process) != _PROCESS_LENGTH:
            return True
        runs = self._runs.get(process)
        if runs is None:
            if self._has_room():
                self._runs[process] = [sequence, sequence]
            return True
        if runs[-1] + 1 == sequence:
            runs[-1] = sequence
            return True
        return self._insert(runs, sequence)

    def _insert(self, runs: list[int], sequence: int) -> bool:
        """Add a number to the runs where it is not in one; runs that it connects become one."""
        place = bisect_right(runs, sequence)
        if place % 2 or (place and runs[place - 1] == sequence):
            return False
        follows, precedes = place and runs[place - 1] + 1 == sequence, place < len(runs) and runs[place] == sequence + 1
        if follows and precedes:
            del runs[place - 1 : place + 1]
            self._count -= 1
        elif follows:
            runs[place - 1] = sequence
        elif precedes:
            runs[place] = sequence
        elif self._has_room():
            runs[place:place] = [sequence, sequence]
        return True

    def _has_room(self) -> bool:
        """Count one more run, or a line that is not remembered."""
        has_room = self._count < _MOST_RUNS
        self._count += has_room
        self.left_out += not has_room
        return has_room
