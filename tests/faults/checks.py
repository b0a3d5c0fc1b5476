"""What is held against every cell: the answer, the audit line, what the tables hold, and that it all works again."""

from typing import Final

from tests.faults.cells import Cell
from tests.faults.kinds import Effect
from tests.faults.stories import Role, Story, state_of
from tests.faults.table import Answer, Left
from tests.faults.world import Answered, World

_DEPENDENCIES: Final = ("dynamodb", "iam", "ssm", "sts", "sns", "AssumeRole", "arn:aws:iam")
_SWITCHING: Final = (Role.SWITCH, Role.TAKING, Role.RELEASE)
_ROW_IS_SAID: Final = (Role.RECORD, Role.CONSUMPTION, Role.ISSUE, Role.COMPENSATION)
_CODES: Final = {
    Answer.UNAVAILABLE: (503, "unavailable", "failed"),
    Answer.THROTTLED: (429, "throttled", "refused"),
    Answer.ROLE_REFUSED: (403, "role_refused", "failed"),
}


def check_answer(cell: Cell, answered: Answered, world: World) -> None:
    """Hold the answer and the audit line to the table."""
    for secret in world.aws.secrets:
        assert secret not in answered.text, "a secret is in the log"
    match cell.outcome.answer:
        case Answer.AS_EVER:
            _check_as_ever(cell, answered, world)
        case Answer.NOT_PASSED:
            _check_not_passed(cell, answered)
        case _:
            _check_undecided(cell, answered, world)


def _check_undecided(cell: Cell, answered: Answered, world: World) -> None:
    status, code, outcome = _CODES[cell.outcome.answer]
    assert (answered.status, answered.body["code"]) == (status, code)
    assert (answered.audit["outcome"], answered.audit["code"]) == (outcome, code)
    assert ("retry-after" in answered.headers) == (status == 429)
    body = str(answered.body).lower()
    assert not [name for name in _DEPENDENCIES if name.lower() in body], "the caller learns what failed"
    assert not [secret for secret in world.aws.secrets if secret in body], "a secret left"
    assert answered.audit["dependency"] == _blamed(cell)
    assert "access_key_id" not in answered.audit
    if cell.story.service == "vend" and cell.step.role in _ROW_IS_SAID:
        _check_session_row(cell, answered.audit.get("session_row"))


def _blamed(cell: Cell) -> str:
    if cell.step.role is Role.COMPENSATION:
        return "sts"
    if cell.kind.effect is Effect.LATE and cell.step.role is not Role.ISSUE:
        return "deadline"
    return cell.step.dependency


def _check_session_row(cell: Cell, said: str | None) -> None:
    """The audit line must never say less than what there is: a row it does not know of, a grant it takes for unused."""
    is_once = "once" in cell.story.name
    match cell.step.role, cell.outcome.left:
        case Role.ISSUE, _:
            assert said == ("failed, grant given back" if is_once else "failed")
        case Role.COMPENSATION, Left.FAILED:
            assert said in ("failed, grant given back", "failed, grant lost", "failed", "recorded, not marked failed")
        case Role.COMPENSATION, _:
            assert said == ("failed, grant lost" if is_once else "recorded, not marked failed")
        case _:
            assert said == "not known to be recorded"


def _check_not_passed(cell: Cell, answered: Answered) -> None:
    assert (answered.status, answered.body) == (403, {"isAuthorized": False, "context": {}})
    if cell.step.role is Role.PROOF and cell.kind.effect is Effect.REFUSED:
        assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", "not_proven")
        return
    code = "throttled" if cell.kind.effect is Effect.THROTTLED else "unavailable"
    assert (answered.audit["outcome"], answered.audit["code"]) == ("failed", code)
    assert answered.audit["dependency"] == _blamed(cell)


def _check_as_ever(cell: Cell, answered: Answered, world: World) -> None:
    story, role, says = cell.story, cell.step.role, cell.outcome.says
    assert answered.status == story.ok, answered.body
    assert answered.audit["outcome"] in ("issued", "answered", "allowed")
    if "AccessKeyId" in answered.body:
        active = [row["session_id"]["S"] for row in world.rows("session") if row["status"]["S"] == "active"]
        assert answered.body["SessionId"] in active, "a credential without a row"
    if story.tells:
        not_notified = {cell.step.not_notified: False} if role is Role.NOTICE and says else {}
        assert answered.body["notified"] == answered.audit["notified"] == {"sns": True} | not_notified
    if story.switches:
        status = answered.body["kill_switch"]["status"]
        assert status == answered.audit["kill_switch"]
        assert status in (("failed", "partial") if role in _SWITCHING and says else ("applied", "unchanged"))
    if role is Role.ASIDE:
        assert answered.body["known"]["seen"] is (None if says else False)
    if role is Role.KNOWN:
        assert set(answered.audit.get("stale_documents", ())) == (
            {"policies/access", "profiles/dev"} if says else set()
        )
    if role in (Role.MARK, Role.PROGRESS) and says:
        assert answered.audit["detail"].startswith("marking stopped: dynamodb")


def check_tables(cell: Cell, world: World) -> None:
    """Hold what the tables keep to the table of outcomes."""
    left = cell.outcome.left
    found = state_of(world)
    if left is Left.HELD:
        assert found == tuple(sorted(["lease held", *cell.story.after]))
    elif left is Left.UNMARKED:
        assert "revocation under way" in found
        assert {"cutoff", "lockout active"} <= set(found)
    else:
        assert found == _state(cell.story, left)


def check_recovery(cell: Cell, world: World, again: Answered) -> None:
    """Hold the same request, made once more without the fault, to what it must do then."""
    story, left = cell.story, cell.outcome.left
    if left in (Left.BEFORE, Left.FAILED):
        assert again.status == story.ok, again.body
        extra = ("session failed",) if left is Left.FAILED else ()
        assert state_of(world) == tuple(sorted([*story.after, *extra]))
    elif left in (Left.AFTER, Left.HELD, Left.RECORDED):
        assert again.status == story.again, again.body
        twice = story.after if story.twice is None else story.twice
        if left is Left.RECORDED and story.recorded is not None:
            twice = story.recorded[1]
        assert state_of(world) == tuple(sorted(twice))
    if story.switches:
        assert again.body["kill_switch"]["status"] in ("applied", "unchanged")


def _state(story: Story, left: Left) -> tuple[str, ...]:
    words = {
        Left.BEFORE: story.before,
        Left.AFTER: story.after,
        Left.RECORDED: story.after if story.recorded is None else story.recorded[0],
        Left.FAILED: story.failed,
    }[left]
    return tuple(sorted(words))
