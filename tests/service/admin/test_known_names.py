"""Revoking and locking unknown names: done all the same, and reported."""

from typing import Any

import pytest

from services.admin.common.known_names import KnownNames
from shared.aws.errors import UnavailableError
from tests.service.admin.function import AdminLambda, Answered

REASON = {"reason": "laptop stolen"}
PATHS = ["/v1/lockouts", "/v1/revocations"]
UNKNOWN: dict[str, Any] = {"seen": False, "near": []}


def done(admin: AdminLambda, path: str, whose: dict[str, object], by: str = "walt") -> Answered:
    answered = admin.post(path, whose | REASON, by)
    assert answered.status in (200, 201), answered.body
    return answered


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Xavier", ["xavier"]),
        ("xaveir", ["xavier"]),
        ("xavier@corp.example", ["xavier"]),
        ("yolanda", ["Yolanda@corp.example"]),
        ("Zoe", ["zoe"]),
        ("nobody.at-all", []),  # codespell:ignore
    ],
)
def test_a_name_never_seen_is_said_with_those_near_it(
    admin: AdminLambda, path: str, name: str, near: list[str]
) -> None:
    admin.vended(1, user="xavier")
    admin.vended(2, user="Yolanda@corp.example")
    admin.file("zoe")
    assert done(admin, path, {"user": name}).body["known"] == {"seen": False, "near": near}
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}, name).code == "locked_out"


@pytest.mark.parametrize("path", PATHS)
def test_who_was_seen_is_known(admin: AdminLambda, path: str) -> None:
    admin.vended(1, user="xavier")
    admin.file("yan")
    for user in ("xavier", "yan", "dave"):
        assert done(admin, path, {"user": user}).body["known"] == {"seen": True, "near": []}
    assert done(admin, path, {"all": True}).body["known"] is None


def test_who_broke_glass_is_known(admin: AdminLambda) -> None:
    admin.began("alice2")
    assert done(admin, "/v1/lockouts", {"user": "alice2"}).body["known"]["seen"] is True


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_profile_is_reported_and_one_of_the_catalogue_is_known(admin: AdminLambda, path: str) -> None:
    assert done(admin, path, {"profile": "porduct"}).body["known"] == UNKNOWN
    assert done(admin, path, {"profile": "prdo"}).body["known"] == {"seen": False, "near": ["prod"]}
    assert done(admin, path, {"profile": "unruled"}).body["known"] == {"seen": True, "near": []}


@pytest.mark.parametrize(
    "name",
    [
        "alice ",
        " alice",
        "al ice",
        "ali\u200bce",
        "alice\n",
        "x" * 65,
        "role/",
        "role/a/b",
        "alice/",
        "*",
        "al*",
        "user:alice",
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_no_caller_can_have_is_refused(admin: AdminLambda, path: str, name: str) -> None:
    before = admin.rows()
    answered = admin.post(path, {"user": name} | REASON, "walt")
    assert answered.code == "invalid_request"
    assert "'user'" in answered.body["message"]
    assert admin.delete("/v1/lockouts", "walt", user=name).code == "invalid_request"
    assert admin.rows() == before


def test_what_is_not_locked_is_said_with_what_is(admin: AdminLambda) -> None:
    done(admin, "/v1/lockouts", {"user": "xavier"})
    answered = admin.delete("/v1/lockouts", "walt", user="xaveir")
    assert answered.code == "conflict"
    assert "xavier" in answered.body["hint"]


@pytest.mark.parametrize("path", PATHS)
def test_a_change_holds_though_the_name_could_not_be_looked_up(
    admin: AdminLambda, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise UnavailableError("dynamodb", "an index is away")

    monkeypatch.setattr(KnownNames, "_look_up", fail)
    answered = done(admin, path, {"user": "alice"})
    assert answered.body["known"] == {"seen": None, "near": []}
    assert "an index is away" in answered.audit["detail"]
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).code == "locked_out"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("document", [{"role_arn": "nonsense"}, {"version": "1", "rules": []}, "nonsense"], ids=str)
def test_a_profile_whose_document_cannot_be_read_is_locked_and_revoked_all_the_same(
    admin: AdminLambda, path: str, document: object
) -> None:
    admin.store("profiles/odd", document)
    assert done(admin, path, {"profile": "odd"}).body["known"]["seen"] is not False
