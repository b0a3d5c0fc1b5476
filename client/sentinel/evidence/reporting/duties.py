"""Approvals: who gave whom what and how soon, and who decides on their own or on each other's."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sentinel.evidence.bounded import Cases, Kept, Waits
from sentinel.evidence.reporting.lines import Line
from sentinel.evidence.reporting.tables import Row, Table, written
from shared.core.people import Person, same_person

# A request is open for at most 30 days (docs/policy.md, `pending_ttl`), so few are open at once.
_MOST_OPEN: Final = 50_000
_MOST_PAIRS: Final = 100_000
_MOST_NAMES: Final = 20_000
_MOST_WEEKS: Final = 1_000
_MOST_OF_ONES_OWN: Final = 1_000
_WEEK: Final = timedelta(weeks=1)
_DECIDING: Final = ("approve_request", "deny_request", "review_break_glass")


@dataclass(slots=True)
class _Request:
    """What the lines say of one request, in whichever order they are read. `votes` are approvals by who gave them."""

    requester: str | None = None
    profile: str | None = None
    filed_at: datetime | None = None
    is_automatic: bool = False
    votes: dict[str, datetime] = field(default_factory=dict)
    approved_at: datetime | None = None
    denied: tuple[datetime, str] | None = None
    is_cancelled: bool = False


@dataclass(slots=True)
class _Asked:
    """The requests for one profile."""

    filed: int = 0
    automatic: int = 0
    approved: int = 0
    denied: int = 0
    cancelled: int = 0
    undecided: int = 0
    waits: Waits = field(default_factory=Waits)


@dataclass(slots=True)
class _Decider:
    approved: int = 0
    denied: int = 0
    waits: Waits = field(default_factory=Waits)


@dataclass(slots=True)
class _Count:
    count: int = 0


class Duties:
    """Counts approvals, by request, by approver and by pair of people."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin
        self._open = Cases(_Request, self._settle, _MOST_OPEN)
        self._asked: Kept[str, _Asked] = Kept(_Asked, _MOST_NAMES)
        self._deciders: Kept[str, _Decider] = Kept(_Decider, _MOST_NAMES)
        self._pairs: Kept[tuple[str, str, str], _Count] = Kept(_Count, _MOST_PAIRS)
        self._weeks: Kept[int, Waits] = Kept(Waits, _MOST_WEEKS)
        self._own: deque[Row] = deque(maxlen=_MOST_OF_ONES_OWN)
        self._own_count = 0
        self._all = Waits()
        self._reviewed: Cases[list[str]] = Cases(list, lambda _id, _by: None, _MOST_OPEN)

    def add(self, line: Line) -> None:
        operation, case_id, user = line.operation, line.text("grant_id"), line.text("user")
        if operation is None or case_id is None or user is None:
            return
        if operation in _DECIDING:
            self._note_own(line, operation, user, case_id)
        if not line.is_done:
            return
        if operation == "review_break_glass":
            self._review(case_id, user, line)
        elif operation in ("file_request", "approve_request", "deny_request", "cancel_request"):
            _note(self._open.touch(case_id), operation, user, line)

    def _note_own(self, line: Line, operation: str, user: str, case_id: str) -> None:
        """Keep a decision on what may be one's own, whether it was refused or not."""
        of = line.text("grant_user")
        if of is not None and same_person(Person(user), Person(of)):
            self._own_count += 1
            what = operation.partition("_")[0]
            result = "done" if line.is_done else line.text("code") or "refused"
            self._own.append((written(line.at), user, of, what, line.text("profile"), case_id, result))

    def _review(self, case_id: str, user: str, line: Line) -> None:
        of, by = line.text("grant_user"), self._reviewed.touch(case_id)
        if of is not None and user not in by:
            by.append(user)
            self._pair(of, user, "review")

    def _pair(self, of: str, by: str, kind: str) -> None:
        if (pair := self._pairs.find((of, by, kind))) is not None:
            pair.count += 1

    def _settle(self, _case_id: str, request: _Request) -> None:
        """Count a request of which all has been read."""
        asked = self._asked.find(request.profile or "")
        waited = (
            None if request.filed_at is None or request.approved_at is None else request.approved_at - request.filed_at
        )
        if asked is not None:
            asked.filed += request.filed_at is not None
            asked.automatic += request.is_automatic
            asked.approved += request.approved_at is not None
            asked.denied += request.denied is not None
            asked.cancelled += request.is_cancelled
            asked.undecided += _is_undecided(request)
            if waited is not None:
                asked.waits.add(waited)
        if waited is not None and request.approved_at is not None:
            self._all.add(waited)
            if (week := self._weeks.find((request.approved_at - self._begin) // _WEEK)) is not None:
                week.add(waited)
        self._settle_votes(request)

    def _settle_votes(self, request: _Request) -> None:
        for by, at in request.votes.items():
            if (decider := self._deciders.find(by)) is not None:
                decider.approved += 1
                if request.filed_at is not None:
                    decider.waits.add(at - request.filed_at)
            if request.requester is not None:
                self._pair(request.requester, by, "approval")
        if request.denied is not None and (decider := self._deciders.find(request.denied[1])) is not None:
            decider.denied += 1

    def finish(self) -> None:
        """Count what is still open. Nothing may be added any more."""
        self._open.settle_all()

    @property
    def waits(self) -> Waits:
        """How long approved requests waited, from their filing to the approval that decided."""
        return self._all

    @property
    def own_count(self) -> int:
        return self._own_count

    def requests(self) -> Table:
        """List the requests by profile, and how long the approved ones waited."""
        columns = (
            "profile", "filed", "automatic", "approved", "denied", "cancelled", "undecided", "median_s", "p90_s",
        )  # fmt: skip
        rows = [
            (
                profile, each.filed, each.automatic, each.approved, each.denied, each.cancelled, each.undecided,
                each.waits.percentile(50), each.waits.percentile(90),
            )
            for profile, each in sorted(self._asked.items())
        ]  # fmt: skip
        return Table("requests", columns, rows, self._asked.left_out)

    def approvers(self) -> Table:
        """Who approved and denied, and how long requests had waited for their approval; the most active first."""
        columns = ("approver", "approved", "denied", "median_s", "p90_s")
        rows = [
            (name, each.approved, each.denied, each.waits.percentile(50), each.waits.percentile(90))
            for name, each in sorted(self._deciders.items(), key=lambda each: (-each[1].approved, each[0]))
        ]
        return Table("approvers", columns, rows, self._deciders.left_out)

    def pairs(self) -> Table:
        """Whose requests and events were decided on by whom, and whether they do it for each other."""
        found = self._pairs.items()
        known = {(of, by) for (of, by, _), _ in found}
        rows = [
            (of, by, kind, pair.count, "yes" if (by, of) in known else "no")
            for (of, by, kind), pair in sorted(found, key=lambda each: (-each[1].count, each[0]))
        ]
        return Table("duties", ("of", "by", "kind", "count", "mutual"), rows, self._pairs.left_out)

    def own(self) -> Table:
        """Decisions on what may be one's own, done or refused; the oldest first."""
        columns = ("time", "by", "of", "what", "profile", "id", "result")
        return Table("own", columns, sorted(self._own, key=str), self._own_count - len(self._own))

    def weeks(self) -> Table:
        """Give the median time to approve by the week in which it was decided."""
        found = dict(self._weeks.items())
        rows: list[Row] = [
            (written(self._begin + number * _WEEK), len(found.get(number, ())), _median(found.get(number)))
            for number in range(min(found, default=0), max(found, default=-1) + 1)
        ]
        return Table("weeks", ("week", "approved", "median_s"), rows, self._weeks.left_out)


def _median(waits: Waits | None) -> int | None:
    return None if waits is None else waits.percentile(50)


def _note(request: _Request, operation: str, user: str, line: Line) -> None:
    """Add to a request what one line says of it."""
    request.requester = line.text("grant_user") or request.requester
    request.profile = line.text("profile") or request.profile
    is_approved = line.text("grant_status") == "approved"
    match operation:
        case "file_request":
            request.filed_at, request.is_automatic = line.at, is_approved
        case "approve_request":
            # To approve once more changes nothing, and is answered all the same.
            request.votes[user] = min(request.votes.get(user, line.at), line.at)
            if is_approved and (request.approved_at is None or line.at < request.approved_at):
                request.approved_at = line.at
        case "deny_request":
            request.denied = min(request.denied or (line.at, user), (line.at, user))
        case _:
            request.is_cancelled = True


def _is_undecided(request: _Request) -> bool:
    is_decided = request.is_automatic or request.is_cancelled or request.approved_at or request.denied
    return request.filed_at is not None and not is_decided
