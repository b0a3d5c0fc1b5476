"""Break-glass events and their reviews, revocations and the time until they took effect, and lockouts."""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sentinel.evidence.bounded import Kept
from sentinel.evidence.reporting.lines import Line
from sentinel.evidence.reporting.tables import Row, Table, written

_MOST: Final = 5_000
_IN_EFFECT: Final = ("applied", "unchanged")


@dataclass(frozen=True, slots=True)
class _Revocation:
    """A revocation. `stopped_ms` is how long it took until no session could be issued any more."""

    at: datetime
    by: str | None
    target: str | None
    kill_switch: str | None
    stopped_ms: int


@dataclass(slots=True)
class _Event:
    """What the lines say of one break-glass event."""

    user: str | None = None
    profile: str | None = None
    began_at: datetime | None = None
    sessions: int = 0
    closed_at: datetime | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None

    @property
    def is_reviewed(self) -> bool:
        return self.reviewed_at is not None


class Emergencies:
    """Keeps each event and each revocation: both are rare, and each is looked at by itself."""

    def __init__(self) -> None:
        self._events: Kept[str, _Event] = Kept(_Event, _MOST)
        self._revocations: deque[_Revocation] = deque(maxlen=_MOST)
        self._revoked = 0
        self._in_effect: deque[tuple[datetime, float]] = deque(maxlen=_MOST)
        self._lockouts: deque[Row] = deque(maxlen=_MOST)
        self._locked = 0

    def add(self, line: Line) -> None:
        if line.is_vend and line.text("via") == "break-glass" and line.text("outcome") == "issued":
            self._add_session(line)
        if line.operation is None or not line.is_done:
            return
        match line.operation:
            case "begin_break_glass" | "close_break_glass" | "review_break_glass":
                self._add_step(line)
            case "revoke_many" | "revoke_session":
                self._revoked += 1
                self._revocations.append(_revocation(line))
            case "lock" | "unlock":
                self._locked += 1
                what = "set" if line.operation == "lock" else "lifted"
                self._lockouts.append((written(line.at), line.text("user"), line.text("target"), what))
            case _:
                pass
        if line.text("kill_switch") in _IN_EFFECT:
            self._in_effect.append((line.at, line.step_ms("read", "write", "kill_switch")))

    def _add_session(self, line: Line) -> None:
        event_id = line.text("grant_id")
        event = None if event_id is None else self._events.find(event_id)
        if event is not None:
            event.sessions += 1
            event.user, event.profile = line.text("user"), line.text("profile")

    def _add_step(self, line: Line) -> None:
        event_id = line.text("grant_id")
        event = None if event_id is None else self._events.find(event_id)
        if event is None:
            return
        event.user = line.text("grant_user") or event.user
        event.profile = line.text("profile") or event.profile
        if line.operation == "begin_break_glass":
            event.began_at = line.at
        elif line.operation == "close_break_glass":
            event.closed_at = line.at
        elif event.reviewed_at is None or line.at < event.reviewed_at:
            event.reviewed_at, event.reviewed_by = line.at, line.text("user")

    @property
    def unreviewed(self) -> int:
        return sum(not event.is_reviewed for _, event in self._events.items())

    @property
    def revoked(self) -> int:
        return self._revoked

    def events(self) -> Table:
        """List the break-glass events, the oldest first, and when each was reviewed."""
        columns = (
            "began",
            "user",
            "profile",
            "sessions",
            "closed",
            "reviewed",
            "reviewed_by",
            "reviewed_after_s",
            "id",
        )
        rows = sorted((_event_row(event_id, event) for event_id, event in self._events.items()), key=str)
        return Table("break_glass", columns, rows, self._events.left_out)

    def revocations(self) -> Table:
        """List the revocations, the oldest first: when new sessions were stopped, and when the kill switch said so.

        What is written holds every revocation that is live then, so a later request may put one into effect.
        """
        columns = ("time", "by", "target", "kill_switch", "vends_stopped_after_ms", "in_effect_after_ms")
        written_at = sorted(self._in_effect)
        rows = [
            (written(each.at), each.by, each.target, each.kill_switch, each.stopped_ms, _effect_ms(each.at, written_at))
            for each in sorted(self._revocations, key=lambda each: each.at)
        ]
        return Table("revocations", columns, rows, self._revoked - len(rows))

    def lockouts(self) -> Table:
        """List the lockouts that were set and lifted, the oldest first."""
        rows = sorted(self._lockouts, key=str)
        return Table("lockouts", ("time", "by", "target", "what"), rows, self._locked - len(rows))


def _event_row(event_id: str, event: _Event) -> Row:
    waited = None if event.began_at is None or event.reviewed_at is None else event.reviewed_at - event.began_at
    return (
        written(event.began_at),
        event.user,
        event.profile,
        event.sessions,
        written(event.closed_at),
        written(event.reviewed_at),
        event.reviewed_by,
        None if waited is None else int(waited.total_seconds()),
        event_id,
    )


def _revocation(line: Line) -> _Revocation:
    session = line.text("session_id")
    target = line.text("target") or (f"session {session}" if session else None)
    stopped_ms = round(line.step_ms("read", "write"))
    return _Revocation(line.at, line.text("user"), target, line.text("kill_switch"), stopped_ms)


def _effect_ms(at: datetime, written_at: Sequence[tuple[datetime, float]]) -> int | None:
    """Give how long it took until the kill switch was next written in every account; None if it never was."""
    place = bisect_left(written_at, (at, 0.0))
    if place == len(written_at):
        return None
    ended, took_ms = written_at[place]
    return round((ended - at).total_seconds() * 1000 + took_ms)
