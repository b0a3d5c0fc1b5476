"""What a cancelled grant leaves in the cache: nothing that it may have given."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sentinel.commands._cache import forget_grant
from sentinel.credentials.disk_cache import CredentialCache, open_cache
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError, ServiceUnreachableError
from sentinel.remote_server import parse_remote_server
from sentinel.settings import Settings
from shared.clock import utc_now
from tests.unit.client.session_service import a_session, install
from tests.unit.client.upstream import vended

SERVER = "https://abc123.execute-api.eu-central-1.amazonaws.com"
KEPT, GRANT = "0000000000000001", "abcdefgh01234567"
FORBIDDEN = 403, {"code": "locked_out", "message": "a lockout of alice"}
THROTTLED = 429, {"code": "throttled", "message": "alice has read too often"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CredentialCache:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return open_cache()


def _is_kept(cache: CredentialCache, profile: str = "prod") -> bool:
    vends = []

    def vend() -> VendedCredentials:
        vends.append(1)
        return vended(1, utc_now() + timedelta(hours=1))

    cache.get("a-key", vend, server=SERVER, profile=profile)
    return not vends


@pytest.mark.parametrize(
    ("profile", "answer", "is_kept"),
    [
        ("prod", (200, {"session": a_session(id=KEPT, grant_id=GRANT)}), False),
        ("prod", (200, {"session": a_session(id=KEPT, grant_id="zzzzzzzz01234567")}), True),
        ("prod", (200, {"session": a_session(id=KEPT)}), True),
        ("prod", THROTTLED, False),
        ("prod", FORBIDDEN, False),
        ("prod", ServiceUnreachableError("the service is away", "wait"), False),
        ("dev", THROTTLED, True),
    ],
)
def test_what_a_cancelled_grant_may_have_given_leaves_the_cache(
    cache: CredentialCache,
    monkeypatch: pytest.MonkeyPatch,
    profile: str,
    answer: tuple[int, dict[str, Any]] | ClientError,
    is_kept: bool,  # noqa: FBT001 - one column of the table
) -> None:
    service = install(monkeypatch)
    service.answers["GET", f"/v1/sessions/{KEPT}"] = [answer]
    assert not _is_kept(cache, profile)
    grant: Any = SimpleNamespace(id=GRANT, profile="prod")
    forget_grant(Settings(Path("config.toml"), parse_remote_server(SERVER)), grant)
    assert _is_kept(cache, profile) is is_kept
