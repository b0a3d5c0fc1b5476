"""Where the auth classes get their proofs: made anew when the last one is half its life old."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.session import Session

from sentinel.clock import utc_now
from sentinel.proof import NoSessionError, SessionCredentials, make_proof
from shared.core.proof import LONGEST_LIFE


def session_credentials() -> SessionCredentials:
    """Find the session an SDK in this process would use: inside `sentinel exec`, the vended one.

    Raises:
        NoSessionError: there are no credentials.

    """
    found: Any = Session().get_credentials()
    if found is None:
        raise NoSessionError("no AWS credentials were found: run this inside `sentinel exec PROFILE -- …`")
    frozen: SessionCredentials = found.get_frozen_credentials()
    return frozen


@dataclass(slots=True)
class ProofSource:
    """Makes the Authorization header for one API.

    `binds_requests` is what the API asks for: then every request needs a proof of its own, without the `stage` its
    URLs begin with (`/prod`). `credentials` is asked whenever a proof is made, so a renewed session serves at once.
    """

    api_id: str
    region: str
    binds_requests: bool = False
    stage: str = ""
    credentials: Callable[[], SessionCredentials] = session_credentials
    clock: Callable[[], datetime] = utc_now
    _header: str = field(default="", init=False, repr=False)
    _made_at: datetime | None = field(default=None, init=False)

    def header(self, method: str, path: str) -> str:
        """Give the header for a request; `path` is what its first line says."""
        if self.binds_requests:
            return self._make((method, self._path_of_the_api(path)))
        if self._made_at is None or self.clock() - self._made_at > LONGEST_LIFE / 2:
            self._made_at, self._header = self.clock(), self._make(None)
        return self._header

    def _path_of_the_api(self, path: str) -> str:
        plain = path.partition("?")[0]
        return plain.removeprefix(self.stage) or "/" if f"{plain}/".startswith(f"{self.stage}/") else plain

    def _make(self, request: tuple[str, str] | None) -> str:
        return make_proof(self.credentials(), api_id=self.api_id, region=self.region, request=request)
