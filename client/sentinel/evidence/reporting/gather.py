"""The report of a period: every line is read once, and none is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sentinel.errors import printable
from sentinel.evidence.records import Unread
from sentinel.evidence.replaying.duplicates import SeenLines
from sentinel.evidence.reporting.duties import Duties
from sentinel.evidence.reporting.emergencies import Emergencies
from sentinel.evidence.reporting.lines import Line
from sentinel.evidence.reporting.tables import Cell, Report, Table
from sentinel.evidence.reporting.usage import Usage
from shared.core.access.schema import AccessPolicy
from shared.core.profile import Profile


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines are compared with; None and empty where it is not known. `problems` say why."""

    policy: AccessPolicy | None = None
    catalogue: Mapping[str, Profile] = field(default_factory=dict)
    problems: Sequence[str] = ()


@dataclass(slots=True)
class _Counts:
    """How many lines were read, were read before, and are of an older version."""

    read: int = 0
    repeated: int = 0
    older: int = 0


def gather(
    lines: Iterable[tuple[datetime, Mapping[str, Any]]],
    begin: datetime,
    end: datetime,
    source: str,
    known: Known,
    unread: Unread,
) -> Report:
    """Make the report of the lines from `begin` up to `end`, in whichever order they are read, each counted once.

    Memory is bounded: what finds no room is counted as left out of its table.
    """
    usage, duties, emergencies = Usage(begin, end), Duties(begin), Emergencies()
    seen, counts = SeenLines(), _Counts()
    for at, fields in lines:
        if not seen.is_new(fields.get("process"), fields.get("sequence")):
            counts.repeated += 1
            continue
        line = Line(at, fields)
        counts.read += 1
        counts.older += line.is_vend and "schema_version" not in fields
        usage.add(line)
        duties.add(line)
        emergencies.add(line)
    duties.finish()
    tables = [
        usage.access(), usage.days(), usage.profiles(known.catalogue), usage.rules(known.policy),
        usage.unused(known.policy, known.catalogue), usage.standing(), duties.requests(), duties.approvers(),
        duties.weeks(), duties.pairs(), duties.own(), emergencies.events(), emergencies.revocations(),
        emergencies.lockouts(), usage.refusals(),
    ]  # fmt: skip
    by_name = {table.name: table for table in tables}
    summary = {
        "lines": counts.read,
        **_summarize(by_name, known),
        **_waits(duties),
        **_emergencies(by_name, emergencies),
    }
    return Report(begin, end, source, summary, by_name, [*_notes(known, unread, source, begin), *_gaps(counts, tables)])


def _summarize(tables: Mapping[str, Table], known: Known) -> dict[str, Cell]:
    access = tables["access"]
    return {
        "sessions": _total(access, "sessions"),
        "users": len({row[0] for row in access.rows}),
        "profiles_used": len({row[1] for row in access.rows}),
        "unused": len(tables["unused"].rows) if known.policy or known.catalogue else None,
        "standing_access_used_rarely": len(tables["standing"].rows),
        "refusals": _total(tables["refusals"], "count"),
        "requests": _total(tables["requests"], "filed"),
        "approved": _total(tables["requests"], "approved"),
    }


def _waits(duties: Duties) -> dict[str, Cell]:
    return {
        "time_to_approve_median_s": duties.waits.percentile(50),
        "time_to_approve_p90_s": duties.waits.percentile(90),
        "own_decisions": duties.own_count,
    }


def _emergencies(tables: Mapping[str, Table], emergencies: Emergencies) -> dict[str, Cell]:
    return {
        "break_glass": len(tables["break_glass"].rows),
        "break_glass_not_reviewed": emergencies.unreviewed,
        "revocations": emergencies.revoked,
    }


def _total(table: Table, column: str) -> int:
    place = list(table.columns).index(column)
    return sum(cell for row in table.rows if isinstance(cell := row[place], int))


def _notes(known: Known, unread: Unread, source: str, begin: datetime) -> Iterator[str]:
    """Say what is not known, and what of the source could not be read."""
    yield from known.problems
    if source == "sessions":
        yield "The rows of sessions say who had what. They hold no refusals, approvals, events and revocations."
    yield from unread.remarks(begin)
    if known.policy is None:
        yield "The access policy is not known, so unused rules are not listed: name it with --policy."
    if not known.catalogue:
        yield "The catalogue is not known, so unused profiles are not listed: name it with --profiles."
    if unread.count:
        yield f"{unread.count} records could not be read: {'; '.join(map(printable, unread.places))}"


def _gaps(counts: _Counts, tables: Sequence[Table]) -> Iterator[str]:
    """Say which lines are other than they should be, and which tables have no room for all."""
    if counts.repeated:
        yield f"{counts.repeated} lines were read more than once, as exports overlap. Each counts once."
    if counts.older:
        yield f"{counts.older} lines are of an older version. They count like the others."
    for table in tables:
        if table.left_out:
            yield f"The table {table.name} is not complete: {table.left_out} more found no room."
