"""What every refusal of the authorizer has to show."""

from tests.service.authorizer.function import Answered


def refused(answered: Answered, code: str, *, sts_calls: int = 0, table_calls: int = 0) -> None:
    """Check for a denial that says nothing, one audit line that says why, and exactly the calls it may cost."""
    assert not answered.is_allowed
    assert answered.answer["context"] == {}
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", code)
    assert answered.audit["detail"]
    assert (answered.sts_calls, answered.table_calls) == (sts_calls, table_calls)


def undecided(answered: Answered, dependency: str, code: str = "unavailable") -> None:
    """Check for a denial whose audit line names what could not be asked."""
    assert not answered.is_allowed
    assert answered.answer["context"] == {}
    assert (answered.audit["outcome"], answered.audit["code"]) == ("failed", code)
    assert (answered.audit["dependency"], bool(answered.audit["detail"])) == (dependency, True)
    assert "user" not in answered.audit
