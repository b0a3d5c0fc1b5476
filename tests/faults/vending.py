"""The stories of the vend."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from shared.clock import utc_now
from shared.core.grants import GrantUses
from shared.core.stamp import Via
from tests.faults.kinds import answers
from tests.faults.proxy import Target
from tests.faults.stories import Role, Step, Story, documents, sts, table
from tests.faults.world import Timing, World
from tests.gateway_events import http_api_event
from tests.service.rows import HOUR, a_grant, grant_row

_ISSUE: Final = sts("role", "AssumeRole", Role.ISSUE)
_ROW: Final = table("session row", "PutItem", Role.RECORD)
_GRANTS: Final = table("grants", "Query", Role.FACT)
_STS_FAILS: Final = {"AssumeRole": answers(500, "InternalFailure")}
_ACTIVE: Final = ("session active",)
_FAILED: Final = ("session failed",)
_MARKING: Final = table("marking as failed", "UpdateItem", Role.COMPENSATION, ":failed")


def _vends(profile: str, via: Via | None = None, uses: GrantUses = GrantUses.WINDOW) -> Callable[[World], Any]:
    def begin(world: World) -> Callable[[], object]:
        if via is not None:
            now = utc_now()
            grant = a_grant(
                via=via, profile=profile, uses=uses, starts_at=now - timedelta(minutes=1), ends_at=now + HOUR
            )
            world.put("grant", grant_row(grant))
        return lambda: http_api_event(query=f"profile={profile}")

    return begin


def _knows_the_documents(world: World) -> Callable[[], object]:
    event = http_api_event(query="profile=dev")
    assert world.call("vend", event, Timing.KNOWING).status == 200
    world.wipe()
    return lambda: event


def _by_grant(name: str, profile: str, via: Via, word: str) -> Story:
    return Story(
        f"GET / by {name}",
        "vend",
        (_GRANTS, _ISSUE, _ROW),
        _vends(profile, via),
        before=(word,),
        after=(word, *_ACTIVE),
        failed=(word, *_FAILED),
        twice=(word, *_ACTIVE, *_ACTIVE),
    )


def _once(name: str, steps: tuple[Step, ...], **changes: Any) -> Story:
    facts: dict[str, Any] = {
        "before": ("approval approved",),
        "after": ("approval consumed", *_ACTIVE),
        "failed": ("approval approved", *_FAILED),
        "again": 403,
    }
    return Story(name, "vend", steps, _vends("once", Via.APPROVAL, GrantUses.ONCE), **(facts | changes))


VENDING: Final = (
    Story(
        "GET / directly",
        "vend",
        (
            documents(),
            _GRANTS,
            table("lockouts", "BatchGetItem", Role.FACT),
            table("budget", "UpdateItem", Role.FACT, "vend#"),
            _ISSUE,
            _ROW,
        ),
        _vends("dev"),
        after=_ACTIVE,
        failed=_FAILED,
        twice=(*_ACTIVE, *_ACTIVE),
    ),
    _by_grant("approval", "prod", Via.APPROVAL, "approval approved"),
    _by_grant("break-glass", "emergency", Via.BREAK_GLASS, "break-glass active"),
    _once(
        "GET / by a once approval",
        (_GRANTS, _ISSUE, table("session row and grant", "TransactWriteItems", Role.CONSUMPTION)),
    ),
    Story(
        "GET / with documents known",
        "vend",
        (documents(Role.KNOWN),),
        _knows_the_documents,
        after=_ACTIVE,
        twice=(*_ACTIVE, *_ACTIVE),
        timing=Timing.KNOWING,
    ),
    Story(
        "GET / while STS fails",
        "vend",
        (_MARKING,),
        _vends("dev"),
        after=_ACTIVE,
        failed=_FAILED,
        twice=(*_ACTIVE, *_ACTIVE),
        also=_STS_FAILS,
    ),
    _once(
        "GET / by a once approval while STS fails",
        (table("giving back", "TransactWriteItems", Role.COMPENSATION, ":failed"),),
        also=_STS_FAILS,
    ),
    Story(
        "GET /profiles",
        "vend",
        (
            table("budget", "UpdateItem", Role.FACT, "read#"),
            documents(),
            Step("catalogue", "ssm", Target("GetParametersByPath"), Role.FACT),
        ),
        lambda _: lambda: http_api_event(path="/profiles"),
    ),
)
