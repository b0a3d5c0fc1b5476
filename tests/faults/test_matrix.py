"""Every call to AWS of every endpoint, with every fault: design §10 as a matrix."""

from collections.abc import Callable

import pytest

from tests.faults.cells import Cell
from tests.faults.checks import check_answer, check_recovery, check_tables
from tests.faults.kinds import Effect
from tests.faults.world import Answered, Timing, World

pytestmark = pytest.mark.begins_first
_TIMINGS = {
    Effect.SILENCE: Timing.HASTY,
    Effect.SILENCE_ONCE: Timing.HASTY,
    Effect.LATE: Timing.HURRIED,
}


def test_the_table_says_what_comes_of_it(
    cell: Cell, world: World, record_property: Callable[[str, object], None]
) -> None:
    make_event = cell.story.begin(world)
    proxy = world.sts_proxy if cell.step.target.operation == "GetCallerIdentity" else world.aws
    for operation, fault in cell.story.also.items():
        world.aws.plant(operation, fault)
    planted = proxy.plant(cell.step.target, cell.kind.fault, cell.kind.times)
    timing = _TIMINGS.get(cell.kind.effect, cell.story.timing)
    answered = world.call(cell.story.service, make_event(), timing)
    record_property("answer", _describe(answered))
    assert planted.hits, "the request made no such call"
    check_answer(cell, answered, world)
    check_tables(cell, world)
    world.aws.heal()
    world.sts_proxy.heal()
    world.end_leases()
    check_recovery(cell, world, world.call(cell.story.service, make_event(), cell.story.timing))


def _describe(answered: Answered) -> str:
    code = answered.body.get("code") or answered.audit.get("code")
    return f"{answered.status} {code}" if code else str(answered.status)
