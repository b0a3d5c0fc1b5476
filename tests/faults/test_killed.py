"""SIGKILL between any two writes: what a dead process leaves, and that it stops no one for long."""

from dataclasses import dataclass
from threading import Event

import pytest

from tests.faults.cells import STORIES
from tests.faults.stories import Story, state_of
from tests.faults.victim import Victim, after, preload, tells
from tests.faults.world import Answered, Timing, World
from tests.service.authorizer.events import http_api_question

SENT, DONE = False, True
ACTIVE, REVOKED = ("session active",), ("revocation complete", "session revoked")
USED = ("approval consumed", *ACTIVE)
CUT_OFF = ("cutoff", "lockout active", "revocation under way")
LEDGERS = ("ledger", "ledger")


@dataclass(frozen=True, slots=True)
class Death:
    """Where a process dies and what it leaves. `again` is the status of the same request, made once more.

    `later` is a call of the same story that has been answered before. `held`: the lease of the kill switch is held.
    """

    story: str
    step: str
    done: bool
    left: tuple[str, ...]
    again: int = 200
    later: str | None = None
    held: bool = False

    @property
    def name(self) -> str:
        return f"{self.story} | {self.step} {'done' if self.done else 'sent'}"


ONCE, FAILING = "GET / by a once approval", "GET / by a once approval while STS fails"
REVOKE, MANY = "POST sessions/ID/revoke", "POST revocations"
DEATHS = (
    # STS has issued, and no caller has the credential: it died with the process.
    Death("GET / directly", "session row", SENT, (), later="role"),
    Death("GET / directly", "session row", DONE, ACTIVE, later="role"),
    Death("GET / directly", "role", SENT, ACTIVE, later="session row"),
    Death("GET / directly", "role", DONE, ACTIVE, later="session row"),
    Death("GET / while STS fails", "marking as failed", SENT, ACTIVE),
    Death("GET / while STS fails", "marking as failed", DONE, ("session failed",)),
    # "never two credentials, at worst one more approval"
    Death(ONCE, "session row and grant", SENT, ("approval approved",)),
    Death(ONCE, "session row and grant", DONE, USED, again=403),
    Death(ONCE, "role", SENT, USED, again=403),
    Death(ONCE, "role", DONE, USED, again=403),
    Death(FAILING, "giving back", SENT, USED, again=403),
    Death(FAILING, "giving back", DONE, ("approval approved", "session failed")),
    Death("POST requests/ID/approve", "row", SENT, ("approval pending",)),
    Death("POST requests/ID/approve", "row", DONE, ("approval approved",)),
    Death("POST requests/ID/approve", "topic", SENT, ("approval approved",)),
    Death("POST break-glass", "event and ledgers", SENT, (), again=201),
    Death("POST break-glass", "event and ledgers", DONE, ("break-glass active", *LEDGERS), again=409),
    Death("POST break-glass", "topic", SENT, ("break-glass active", *LEDGERS), again=409),
    Death(REVOKE, "row, revocation", SENT, ACTIVE),
    Death(REVOKE, "row, revocation", DONE, REVOKED),
    Death(REVOKE, "taking the lease", SENT, REVOKED),
    Death(REVOKE, "taking the lease", DONE, REVOKED, held=True),
    Death(REVOKE, "new version", SENT, REVOKED, held=True),
    Death(REVOKE, "new version", DONE, REVOKED, held=True),
    Death(REVOKE, "giving the lease back", SENT, REVOKED, held=True),
    Death(REVOKE, "giving the lease back", DONE, REVOKED),
    Death(MANY, "cutoff, lockout, revocation", SENT, ACTIVE, again=201),
    Death(MANY, "cutoff, lockout, revocation", DONE, (*CUT_OFF, *ACTIVE), again=201),
    Death(MANY, "mark", SENT, (*CUT_OFF, *ACTIVE), again=201),
    Death(MANY, "mark", DONE, (*CUT_OFF, "session revoked"), again=201),
    Death(MANY, "progress", SENT, (*CUT_OFF, "session revoked"), again=201),
)


@pytest.fixture(scope="module", autouse=True)
def _preloaded() -> None:
    preload("tests.faults.world")


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: death.name)
def test_a_killed_process_leaves_nothing_that_is_not_explained(death: Death, world: World) -> None:
    story = next(story for story in STORIES if story.name == death.story)
    make_event = story.begin(world)
    _die(death, story, world, make_event())
    left = state_of(world)
    assert tuple(word for word in left if word != "lease held") == tuple(sorted(death.left))
    assert "lease held" in left or not death.held
    _no_revoked_session_passes(death, world)
    if death.held:
        _the_lease_is_waited_for_and_no_longer(story, world, make_event())
    world.end_leases()
    again = world.call(story.service, make_event())
    assert again.status == death.again, again.body
    _it_is_as_if_nothing_had_been(again, world)


def _die(death: Death, story: Story, world: World, event: object) -> None:
    victim, answered = Victim(), Event()
    targets = {step.name: step.target for step in story.steps}
    for operation, fault in story.also.items():
        world.aws.plant(operation, fault)
    kills = victim.kills(done=death.done)
    if death.later is not None:
        world.aws.plant(targets[death.later], tells(answered))
        kills = after(answered, kills)
    world.aws.plant(targets[death.step], kills, times=1)
    victim.live(story.service, world.environment(story.service, Timing.PATIENT) | world.address(), event)
    world.aws.rest()
    world.aws.heal()


def _no_revoked_session_passes(death: Death, world: World) -> None:
    """Hold the authorizer to what was written, however far the process came with the rest."""
    if death.story in (REVOKE, MANY):
        passes = world.call("authorizer", http_api_question(world.proof_of_last())).status == 200
        assert passes == (tuple(sorted(death.left)) == ACTIVE)


def _the_lease_is_waited_for_and_no_longer(story: Story, world: World, event: object) -> None:
    """Hold a revocation that meets a dead process's lease to standing, and to saying that the switch is not written."""
    met = world.call(story.service, event, Timing.HURRIED)
    assert (met.status, met.body["kill_switch"]["status"]) == (story.ok, "failed")
    # What it no longer waits for may be under way, and would take the lease that the next request gives back.
    world.aws.rest()


def _it_is_as_if_nothing_had_been(again: Answered, world: World) -> None:
    words = state_of(world)
    assert "lease held" not in words
    if "kill_switch" in again.body:
        assert again.body["kill_switch"]["status"] in ("applied", "unchanged")
        # One session is denied by its id, many by their user.
        assert world.last is not None
        assert (world.last.session_id if "session" in again.body else "alice") in world.applied()
    if "AccessKeyId" in again.body:
        active = [row["session_id"]["S"] for row in world.rows("session") if row["status"]["S"] == "active"]
        assert again.body["SessionId"] in active
    consumed = [row["consumed_by"]["S"] for row in world.rows("grant") if "consumed_by" in row]
    assert set(consumed) <= {row["session_id"]["S"] for row in world.rows("session")}
