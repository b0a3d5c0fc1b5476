"""A replay of many lines: each counted once, those of the wanted time judged, and their sum."""

from datetime import datetime
from typing import Any, Final

import orjson

from sentinel.evidence.duplicates import SeenLines
from sentinel.evidence.replay import Replay
from sentinel.evidence.tally import Tally
from sentinel.terminal.output import Progress

_SAID_EVERY: Final = 20_000


class Replaying:
    """Takes lines one by one. `begin` and `end` are instants (UTC), the end is not in; None: no limit."""

    def __init__(self, replay: Replay, begin: datetime | None, end: datetime | None, shown: Progress) -> None:
        self.tally = Tally()
        self.seen = SeenLines()
        self._replay = replay
        self._begin = begin
        self._end = end
        self._shown = shown

    def take(self, fields: dict[str, Any]) -> None:
        """Count and judge a line, or a row of the sessions."""
        tally = self.tally
        tally.lines += 1
        if tally.lines % _SAID_EVERY == 0:
            self._shown.say(f"replaying, {tally.lines:,} lines")
        if not self.seen.is_new(fields.get("process"), fields.get("sequence")):
            tally.duplicates += 1
        elif not self._is_wanted(fields.get("time")):
            tally.outside += 1
        else:
            tally.add(self._replay.judge(fields))

    def take_line(self, line: bytes) -> None:
        """Take a line that is not parsed yet."""
        self.take(orjson.loads(line))

    def _is_wanted(self, time: object) -> bool:
        """Whether a line is of the time. One whose time cannot be read is judged, and so at least counted."""
        if self._begin is None and self._end is None:
            return True
        try:
            at = datetime.fromisoformat(time)  # type: ignore[arg-type]
            is_early, is_late = self._begin is not None and at < self._begin, self._end is not None and at >= self._end
        except (TypeError, ValueError):
            return True
        return not (is_early or is_late)
