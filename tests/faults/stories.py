"""A story: a request, the calls to AWS it makes, what each is to it, and what the tables say before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tests.faults.proxy import Fault, Target
from tests.faults.world import Timing, World

_WITHOUT_STATUS: Final = {"cutoff": "cutoff", "budget": "ledger"}


class Role(StrEnum):
    """What a call is to the request that makes it: the rows of design §10 and of docs/architecture.md."""

    FACT = "fact"  # read before anything is decided
    KNOWN = "known document"  # a document whose last good version is there
    RECORD = "record"  # the write that makes it so
    CONSUMPTION = "consumption"  # the record that uses up a grant
    ISSUE = "issue"  # AssumeRole, concurrent with the record or after it
    COMPENSATION = "compensation"  # what undoes the record after STS failed
    NOTICE = "notice"
    ASIDE = "aside"  # what the answer says besides
    SWITCH = "kill switch"
    TAKING = "taking the lease"
    RELEASE = "giving the lease back"
    MARK = "marking"
    PROGRESS = "noting how far marking came"
    STANDING = "standing"  # the authorizer's reading of a session
    PROOF = "proof"  # the authorizer's asking of STS


@dataclass(frozen=True, slots=True)
class Step:
    """One call. `not_notified` is the target without a notification where sending one fails."""

    name: str
    dependency: str
    target: Target
    role: Role
    not_notified: str = "sns"


@dataclass(frozen=True, slots=True)
class Story:
    """One request and its calls.

    `begin` plants what must be there and gives a function that makes the event. The tables then hold `before`, and
    `after` once all went well; `failed` where STS issued nothing. `again` and `twice` are the status and the tables
    where a request that was done is made once more. `recorded` is what the record leaves where nothing follows it, and
    what the request then leaves when it is made once more; None where nothing else of the tables follows the record.
    `also` fails in every cell of the story.
    """

    name: str
    service: str
    steps: tuple[Step, ...]
    begin: Callable[[World], Callable[[], object]]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    ok: int = 200
    again: int = 200
    twice: tuple[str, ...] | None = None
    recorded: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    timing: Timing = Timing.PATIENT
    also: Mapping[str, Fault] = field(default_factory=dict)
    tells: bool = False
    switches: bool = False


def sts(name: str, operation: str, role: Role) -> Step:
    return Step(name, "sts", Target(operation), role)


def table(name: str, operation: str, role: Role, holding: str = "") -> Step:
    return Step(name, "dynamodb", Target(operation, holding), role)


def documents(role: Role = Role.FACT) -> Step:
    return Step("documents", "ssm", Target("GetParameters"), role)


def state_of(world: World) -> tuple[str, ...]:
    """Say in words what sessions and grants there are: all rows but a lease that is not held."""
    words = [f"session {row['status']['S']}" for row in world.rows("session")]
    return tuple(sorted([*words, *filter(None, map(_word, world.rows("grant")))]))


def _word(row: Mapping[str, Any]) -> str | None:
    kind = row["item"]["S"].partition("#")[0]
    if row["subject"]["S"].startswith("copy#"):
        return None  # it says what its row says
    if row["subject"]["S"].startswith("pending#"):
        return None  # it only names a request
    if row["subject"]["S"] == "revocations":
        return f"revocation {'complete' if row['is_complete']['BOOL'] else 'under way'}"
    if kind == "lease":
        return "lease held" if "holder" in row else None
    if row["item"]["S"].removeprefix("lockout##") not in ("", row["item"]["S"]):
        return "earlier lockout"
    status = "consumed" if "consumed_by" in row else row.get("status", {}).get("S")
    return _WITHOUT_STATUS.get(kind) or f"{kind} {status}"
