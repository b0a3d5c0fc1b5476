from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from sentinel.credentials.disk_cache import CredentialCache, cache_key
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import (
    BaseCredentialsError,
    ClientError,
    Refusal,
    RefusedError,
    ServiceUnreachableError,
    UsageError,
)
from tests.unit.client.upstream import DENIED, Upstream, vended

KEY = cache_key("https://example.com", "dev", None, "AKIA")


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def cache(tmp_path: Path, upstream: Upstream) -> CredentialCache:
    return CredentialCache(tmp_path / "credentials", upstream.now)


def _vend(upstream: Upstream) -> Callable[[], VendedCredentials]:
    def vend() -> VendedCredentials:
        upstream.calls += 1
        return vended(upstream.calls, upstream.at + upstream.life)

    return vend


@pytest.mark.parametrize(("minutes", "vends"), [(44, 1), (45, 2), (61, 2)])
def test_an_answer_is_kept_until_15_minutes_remain(
    cache: CredentialCache, upstream: Upstream, minutes: int, vends: int
) -> None:
    cache.get(KEY, _vend(upstream))
    upstream.pass_time(minutes=minutes)
    cache.get(KEY, _vend(upstream))
    assert upstream.calls == vends


def test_a_refusal_is_not_kept_and_leaves_the_lock_free(cache: CredentialCache, upstream: Upstream) -> None:
    def refuse() -> VendedCredentials:
        raise RefusedError(DENIED)

    with pytest.raises(RefusedError):
        cache.get(KEY, refuse)
    assert cache.get(KEY, _vend(upstream)).access_key_id == "ASIA0001"


def test_a_damaged_file_is_no_answer(cache: CredentialCache, upstream: Upstream, tmp_path: Path) -> None:
    cache.get(KEY, _vend(upstream))
    (tmp_path / "credentials" / f"{KEY}.json").write_text("{")
    assert cache.get(KEY, _vend(upstream)).access_key_id == "ASIA0002"


@pytest.mark.parametrize(("minutes", "vends"), [(0, 1), (9, 1), (10, 2)])
def test_a_short_answer_is_kept_for_two_thirds_of_its_life(
    cache: CredentialCache, upstream: Upstream, minutes: int, vends: int
) -> None:
    upstream.life = timedelta(minutes=15)
    cache.get(KEY, _vend(upstream))
    upstream.pass_time(minutes=minutes)
    cache.get(KEY, _vend(upstream))
    assert upstream.calls == vends


def _refuse(upstream: Upstream, error: ClientError) -> Callable[[], VendedCredentials]:
    def refuse() -> VendedCredentials:
        upstream.calls += 1
        raise error

    return refuse


@pytest.mark.parametrize(
    "error",
    [
        RefusedError(Refusal(403, "approval_required", "the grant is used up")),
        RefusedError(Refusal(403, "grant_ending", "the grant is ending")),
        RefusedError(Refusal(429, "throttled", "too many")),
        ServiceUnreachableError("away"),
        BaseCredentialsError("your login has run out"),
    ],
    ids=lambda error: error.code,
)
def test_what_is_kept_serves_to_its_end_after_a_refusal_that_takes_nothing_back(
    cache: CredentialCache, upstream: Upstream, error: ClientError
) -> None:
    upstream.life = timedelta(minutes=15)
    cache.get(KEY, _vend(upstream))
    for minutes, seconds in ((11, 0), (0, 59), (0, 1)):
        upstream.pass_time(minutes=minutes, seconds=seconds)
        assert cache.get(KEY, _refuse(upstream, error)).access_key_id == "ASIA0001"
    assert upstream.calls == 3  # not at once again
    upstream.pass_time(minutes=3)
    with pytest.raises(ClientError):
        cache.get(KEY, _refuse(upstream, error))


@pytest.mark.parametrize("code", ["denied", "locked_out", "unknown_caller", "not_found", "not_permitted"])
def test_what_the_service_has_withdrawn_is_dropped(cache: CredentialCache, upstream: Upstream, code: str) -> None:
    cache.get(KEY, _vend(upstream))
    upstream.pass_time(minutes=46)
    with pytest.raises(RefusedError):
        cache.get(KEY, _refuse(upstream, RefusedError(Refusal(403, code, "no longer"))))
    with pytest.raises(ServiceUnreachableError):
        cache.get(KEY, _refuse(upstream, ServiceUnreachableError("away")))


@dataclass
class Sessions:
    """Answers for every session whether it is valid, and counts the questions."""

    stand: bool = True
    asked: list[str] = field(default_factory=list)

    def __call__(self, session_id: str) -> bool:
        self.asked.append(session_id)
        return self.stand


def test_a_kept_session_is_asked_about_once_a_minute_at_most(cache: CredentialCache, upstream: Upstream) -> None:
    sessions = Sessions()
    for seconds in (0, 59, 1, 30, 29, 1):
        upstream.pass_time(seconds=seconds)
        cache.get(KEY, _vend(upstream), sessions)
    assert (upstream.calls, len(sessions.asked)) == (1, 2)


def test_a_session_that_does_not_stand_is_dropped_and_another_one_vended(
    cache: CredentialCache, upstream: Upstream
) -> None:
    cache.get(KEY, _vend(upstream))
    upstream.pass_time(minutes=1)
    revoked = Sessions(stand=False)
    assert cache.get(KEY, _vend(upstream), revoked).access_key_id == "ASIA0002"
    assert revoked.asked == ["0000000000000001"]


def test_a_session_that_does_not_stand_is_not_kept_even_where_no_other_is_to_be_had(
    cache: CredentialCache, upstream: Upstream
) -> None:
    cache.get(KEY, _vend(upstream))
    upstream.pass_time(minutes=50)
    for sessions in (Sessions(stand=False), Sessions()):
        with pytest.raises(ServiceUnreachableError):
            cache.get(KEY, _refuse(upstream, ServiceUnreachableError("away")), sessions)


def test_a_doubted_session_is_asked_about_before_it_is_handed_out_again(
    cache: CredentialCache, upstream: Upstream
) -> None:
    cache.get(KEY, _vend(upstream), server="https://example.com", profile="dev")
    cache.doubt("https://example.org")
    assert cache.get(KEY, _vend(upstream), Sessions(stand=False)).access_key_id == "ASIA0001"
    cache.doubt("https://example.com")
    assert cache.get(KEY, _vend(upstream), Sessions(stand=False)).access_key_id == "ASIA0002"


def test_what_is_dropped_is_the_server_s_and_matches(cache: CredentialCache, upstream: Upstream) -> None:
    other = cache_key("https://example.com", "staging", None, "AKIA")
    cache.get(KEY, _vend(upstream), server="https://example.com", profile="dev")
    cache.get(other, _vend(upstream), server="https://example.com", profile="staging")
    cache.drop("https://example.org", lambda _: True)
    cache.drop("https://example.com", lambda kept: kept.profile == "dev")
    assert cache.get(other, _vend(upstream)).access_key_id == "ASIA0002"
    assert cache.get(KEY, _vend(upstream)).access_key_id == "ASIA0003"


def test_nothing_kept_is_nothing_to_drop(cache: CredentialCache, tmp_path: Path) -> None:
    cache.drop("https://example.com", lambda _: True)
    cache.doubt("https://example.com")
    assert not (tmp_path / "credentials").exists()


def test_a_folder_that_is_a_symlink_or_a_file_is_refused(tmp_path: Path, upstream: Upstream) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(UsageError):
            CredentialCache(tmp_path / name, upstream.now).get(KEY, _vend(upstream))


def test_each_part_of_the_key_counts() -> None:
    keys = {
        KEY,
        cache_key("https://example.org", "dev", None, "AKIA"),
        cache_key("https://example.com", "de", None, "vAKIA"),
        cache_key("https://example.com", "dev", timedelta(hours=1), "AKIA"),
        cache_key("https://example.com", "dev", None, "AKIB"),
    }
    assert len(keys) == 5
