"""What was done to a log of linked lines, and what the check of their chains says of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from sentinel.evidence.records import Record
from sentinel.evidence.verifying.chains import Chains
from sentinel.evidence.verifying.findings import Finding, Kind
from shared.edge.audit.writing import Chain
from shared.evidence.chain import hash_of

AT = datetime(2026, 11, 29, 10, tzinfo=UTC)
OTHER = {"user": "mallory"}


def a_log(lines: int = 6) -> list[bytes]:
    """Write lines as one process of a function does."""
    chain = Chain()
    return [chain.seal(chain.open_line(AT, "vend", f"r{number}", None)) for number in range(1, lines + 1)]


def altered(line: bytes, **changes: object) -> bytes:
    return orjson.dumps({**orjson.loads(line), **changes})


def chains_of(begin: datetime = AT, *, all_before: bool = False, in_order: bool = True) -> Chains:
    return Chains(begin, all_before=all_before, in_order=in_order)


def check(log: Iterable[bytes], *, all_before: bool = False) -> list[Finding]:
    return check_by(chains_of(all_before=all_before), log)


def check_by(chains: Chains, log: Iterable[bytes]) -> list[Finding]:
    found = [each for raw in log for each in chains.check(AT, Record(raw, orjson.loads(raw)))]
    return [*found, *chains.finish()]


def kinds(found: list[Finding]) -> list[Kind]:
    return [each.kind for each in found]


def numbers(found: list[Finding]) -> list[str]:
    return [each.place.partition(" of ")[0] for each in found]


def test_a_log_as_it_was_written_has_no_finding() -> None:
    chains = chains_of()
    assert check_by(chains, [*a_log(), *a_log()]) == []
    assert (chains.checked, chains.cut, chains.unlinked) == (12, 0, 0)


def test_lines_of_processes_that_run_side_by_side_may_take_turns() -> None:
    assert check([line for pair in zip(a_log(), a_log(), strict=True) for line in pair]) == []


@pytest.mark.parametrize("removed", range(5))
def test_a_removed_line_is_missing(removed: int) -> None:
    log = a_log()
    del log[removed]
    # That lines before the first one are missing is known where it is known that none are earlier.
    found = check(log, all_before=True)
    assert kinds(found) == [Kind.REMOVED]
    assert numbers(found) == [f"line {removed + 1}"]


def test_several_removed_lines_are_one_finding() -> None:
    log = a_log(9)
    found = check([*log[:2], *log[5:7], log[8]])
    assert (kinds(found), numbers(found)) == ([Kind.REMOVED, Kind.REMOVED], ["lines 3 to 5", "line 8"])


@pytest.mark.parametrize("changed", range(5))
def test_an_altered_line_is_not_the_one_that_the_next_line_knows(changed: int) -> None:
    log = a_log()
    log[changed] = altered(log[changed], **OTHER)
    found = check(log)
    assert (kinds(found), numbers(found)) == ([Kind.ALTERED], [f"line {changed + 1}"])


def test_an_altered_line_whose_successors_are_linked_again_is_found_where_the_forger_stopped() -> None:
    log = a_log()
    log[1] = altered(log[1], **OTHER)
    log[2] = altered(log[2], previous=hash_of(log[1]))
    assert numbers(check(log)) == ["line 3"]


@pytest.mark.parametrize(("inserted", "found_kinds"), [(2, {Kind.INSERTED, Kind.ALTERED}), (5, {Kind.INSERTED})])
def test_an_inserted_line_takes_the_number_of_another(inserted: int, found_kinds: set[Kind]) -> None:
    log = a_log()
    log.insert(inserted, altered(log[inserted], **OTHER))
    assert set(kinds(check(log))) == found_kinds


def test_lines_that_changed_places_are_reordered() -> None:
    log = a_log()
    log[2], log[3] = log[3], log[2]
    found = check(log)
    assert (kinds(found), numbers(found)) == ([Kind.REORDERED], ["line 3"])


def test_a_line_that_was_moved_and_altered_is_both() -> None:
    log = a_log()
    log[2], log[3] = log[3], altered(log[2], **OTHER)
    found = check(log)
    assert (kinds(found), numbers(found)) == ([Kind.REORDERED, Kind.ALTERED], ["line 3", "line 3"])


def test_a_line_that_is_there_twice_is_duplicated() -> None:
    log = a_log()
    found = check([*log[:3], log[2], *log[3:]])
    assert (kinds(found), numbers(found)) == ([Kind.DUPLICATED], ["line 3"])


def test_a_first_line_with_a_predecessor_was_altered() -> None:
    log = a_log(1)
    assert kinds(check([altered(log[0], previous="1" * 64)])) == [Kind.ALTERED]


def test_what_came_before_the_first_line_is_said_not_to_be_looked_at_where_it_is_not_there() -> None:
    chains = chains_of()
    assert check_by(chains, a_log()[2:]) == []
    assert chains.cut == 1


@pytest.mark.parametrize("all_before", [True, False])
def test_a_process_that_was_there_before_the_period_is_linked_from_its_begin_on(*, all_before: bool) -> None:
    chains = chains_of(AT + timedelta(seconds=1), all_before=all_before)
    assert check_by(chains, a_log()[2:]) == []
    assert chains.cut == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"process": None},
        {"process": "\x1b[2J"},
        {"sequence": 0},
        {"sequence": -3},
        {"sequence": "1"},
        {"previous": 7},
        {"previous": "0"},
    ],
)
def test_a_line_without_a_link_is_counted_and_not_taken_for_checked(changes: dict[str, object]) -> None:
    chains = chains_of()
    assert check_by(chains, [altered(a_log(1)[0], **changes)]) == []
    assert (chains.checked, chains.unlinked) == (0, 1)


def test_in_an_archive_lines_may_come_in_any_order_and_twice() -> None:
    log = a_log(9)
    shuffled = [log[5], log[8], log[1], log[0], log[7], log[3], log[2], log[6], log[4], log[3]]
    chains = chains_of(in_order=False)
    assert check_by(chains, shuffled) == []
    assert (chains.twice, chains.cut) == (1, 0)


@pytest.mark.parametrize("place", range(8))
def test_in_an_archive_an_altered_line_is_found_where_lines_come_backwards(place: int) -> None:
    log = a_log(9)
    log[place] = altered(log[place], **OTHER)
    found = check_by(chains_of(in_order=False), reversed(log))
    assert (kinds(found), numbers(found)) == ([Kind.ALTERED], [f"line {place + 1}"])


@pytest.mark.parametrize("place", range(1, 8))
def test_in_an_archive_a_removed_line_is_found_where_lines_come_backwards(place: int) -> None:
    log = a_log(9)
    del log[place]
    found = check_by(chains_of(in_order=False), reversed(log))
    assert (kinds(found), numbers(found)) == ([Kind.REMOVED], [f"line {place + 1}"])


def test_an_absurd_number_costs_no_memory() -> None:
    log = a_log()
    found = check([*log[:3], altered(log[3], sequence=10**18), *log[3:]])
    assert Kind.REMOVED in kinds(found)
    assert len(found) < 10
