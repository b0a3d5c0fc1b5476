"""A replay of many lines: each counted once, each judged, and their sum."""

from typing import Any

from sentinel.evidence.replaying.duplicates import SeenLines
from sentinel.evidence.replaying.judging import Replay
from sentinel.evidence.replaying.tally import Tally


class Replaying:
    """Takes the lines of a period one by one."""

    def __init__(self, replay: Replay) -> None:
        self.tally = Tally()
        self.seen = SeenLines()
        self._replay = replay

    def take(self, line: dict[str, Any]) -> None:
        """Count and judge a line, or a row of the sessions."""
        self.tally.lines += 1
        if self.seen.is_new(line.get("process"), line.get("sequence")):
            self.tally.add(self._replay.judge(line))
        else:
            self.tally.duplicates += 1
        self.tally.not_remembered = self.seen.left_out
