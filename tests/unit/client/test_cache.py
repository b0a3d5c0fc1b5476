from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sentinel.cache import CredentialCache, cache_key
from sentinel.credentials import VendedCredentials
from sentinel.errors import RefusedError, UsageError
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


def test_a_short_answer_is_never_written(cache: CredentialCache, upstream: Upstream, tmp_path: Path) -> None:
    upstream.life = timedelta(minutes=15)
    cache.get(KEY, _vend(upstream))
    assert not list((tmp_path / "credentials").glob("*.json"))


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
