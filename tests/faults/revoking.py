"""The stories of revocations, lockouts and the kill switch, and of the authorizer that feels them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from shared.clock import utc_now
from shared.core.session import Session
from shared.core.stamp import Via, stamp_for
from tests.faults.granting import TOPIC, says
from tests.faults.proxy import Target
from tests.faults.stories import Role, Step, Story, documents, sts, table
from tests.faults.world import World
from tests.gateway_events import ACCOUNT
from tests.grants import a_session
from tests.service.authorizer.events import http_api_question

_REASON: Final = {"reason": "laptop stolen"}
_BUDGET: Final = table("budget", "UpdateItem", Role.FACT, "admin#")
_LOCKOUT: Final = table("lockouts", "BatchGetItem", Role.FACT)
_LIVE: Final = table("live revocations", "Query", Role.SWITCH, '"revocations"')
_IAM: Final = (
    sts("the other account", "AssumeRole", Role.SWITCH),
    *(
        Step(name, "iam", Target(operation), Role.SWITCH)
        for name, operation in (
            ("policy", "GetPolicy"),
            ("what applies", "GetPolicyVersion"),
            ("old versions", "ListPolicyVersions"),
            ("new version", "CreatePolicyVersion"),
        )
    ),
)
_SWITCH: Final = (
    table("taking the lease", "UpdateItem", Role.TAKING, "SET holder"),
    table("giving the lease back", "UpdateItem", Role.RELEASE, "REMOVE holder"),
    _LIVE,
    *_IAM,
)
_MARK: Final = (
    table("sessions to mark", "Query", Role.MARK, '"by-user"'),
    table("mark", "UpdateItem", Role.MARK, "SET #status = :revoked"),
    table("progress", "UpdateItem", Role.PROGRESS, "ADD marked"),
)


def a_live_session(world: World) -> Session:
    """Plant a session that was issued a minute ago."""
    now, session_id = utc_now().replace(microsecond=0), world.new_id()
    return world.vended(
        a_session(
            session_id,
            profile="dev",
            account=ACCOUNT,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/sentinel/dev",
            stamp=str(stamp_for(Via.DIRECT, session_id, "alice")),
            via=Via.DIRECT,
            grant_id=None,
            issued_at=now - timedelta(minutes=1),
            ends_at=now + timedelta(minutes=59),
        ),
    )


def _revokes_one(world: World) -> Callable[[], object]:
    row = a_live_session(world)
    return lambda: says(f"/v1/sessions/{row.session_id}/revoke", _REASON, by="sam")


def _revokes_all(world: World) -> Callable[[], object]:
    a_live_session(world)
    return lambda: says("/v1/revocations", {"user": "alice", **_REASON}, by="sam")


def _shows_a_session(world: World) -> Callable[[], object]:
    row = a_live_session(world)
    return lambda: says(f"/v1/sessions/{row.session_id}", method="GET")


def _locks(_: World) -> Callable[[], object]:
    return lambda: says("/v1/lockouts", {"user": "alcie", **_REASON}, by="sam")


def _unlocks(world: World) -> Callable[[], object]:
    assert world.call("admin", _locks(world)()).status == 200
    return lambda: says("/v1/lockouts", by="sam", method="DELETE", query="user=alcie")


def _asks_an_api(world: World) -> Callable[[], object]:
    row = a_live_session(world)
    return lambda: http_api_question(world.proof(row))


REVOKING: Final = (
    Story(
        "POST sessions/ID/revoke",
        "admin",
        (
            documents(),
            _BUDGET,
            table("session", "GetItem", Role.FACT),
            _LOCKOUT,
            table("row, revocation", "TransactWriteItems", Role.RECORD),
            TOPIC,
            *_SWITCH,
        ),
        _revokes_one,
        before=("session active",),
        after=("revocation complete", "session revoked"),
        tells=True,
        switches=True,
    ),
    Story(
        "POST revocations",
        "admin",
        (
            _BUDGET,
            table("cutoff and lockouts", "BatchGetItem", Role.FACT),
            table("cutoff, lockout, revocation", "TransactWriteItems", Role.RECORD),
            TOPIC,
            *_SWITCH[:3],
            *_MARK,
        ),
        _revokes_all,
        before=("session active",),
        after=("cutoff", "lockout active", "revocation complete", "session revoked"),
        ok=201,
        again=201,
        twice=("cutoff", "lockout active", "revocation complete", "revocation complete", "session revoked"),
        # The cutoff holds all the same. A revocation whose response was lost marks nothing; the next one does it all.
        recorded=(
            ("cutoff", "lockout active", "revocation under way", "session active"),
            ("cutoff", "lockout active", "revocation complete", "revocation under way", "session revoked"),
        ),
        tells=True,
        switches=True,
    ),
    Story(
        "GET sessions/ID",
        "admin",
        (table("session", "GetItem", Role.FACT),),
        _shows_a_session,
        ("session active",),
        ("session active",),
    ),
    Story(
        "GET sessions",
        "admin",
        (table("list", "Query", Role.FACT),),
        lambda _: lambda: says("/v1/sessions", method="GET"),
    ),
    Story(
        "POST lockouts",
        "admin",
        (
            table("the caller's groups", "Query", Role.FACT, "serves_until"),
            documents(),
            _BUDGET,
            _LOCKOUT,
            table("lockout", "TransactWriteItems", Role.RECORD),
            TOPIC,
            table("the name", "Query", Role.ASIDE, '"by-user"'),
        ),
        _locks,
        after=("lockout active",),
        tells=True,
    ),
    Story(
        "DELETE lockouts",
        "admin",
        (_LOCKOUT, table("lockout", "TransactWriteItems", Role.RECORD), TOPIC),
        _unlocks,
        before=("lockout active",),
        after=("lockout lifted",),
        again=409,
        tells=True,
    ),
    Story(
        "GET lockouts",
        "admin",
        (table("list", "Query", Role.FACT),),
        lambda _: lambda: says("/v1/lockouts", by="sam", method="GET"),
    ),
    Story(
        "authorizer",
        "authorizer",
        (
            sts("proof", "GetCallerIdentity", Role.PROOF),
            table("session, lockouts, cutoffs", "BatchGetItem", Role.STANDING),
        ),
        _asks_an_api,
        before=("session active",),
        after=("session active",),
    ),
)
