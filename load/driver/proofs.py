"""A caller of an API behind the authorizer: vended credentials, and proofs of them, renewed while they are young."""

import os
from typing import Final

from botocore.credentials import ReadOnlyCredentials

from load.driver.caller import TARGET, Answered, Caller
from sentinel.proof import make_proof
from shared.clock import monotonic_s

# Half a proof's life, as the client does it.
_RENEW_AFTER_S: Final = 30.0
# A proof is signed for the STS that the authorizer will ask.
os.environ["AWS_ENDPOINT_URL_STS"] = TARGET.sts_url


class Prover:
    """Calls the guarded API as one caller; the first call fetches the session."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._keys: ReadOnlyCredentials | None = None
        self._proof, self._made_s = "", 0.0

    def call(self, name: str) -> Answered | None:
        """Call the API; None where there is no session to call it with."""
        if self._keys is None:
            self._keys = self._fetch()
        if self._keys is None:
            return None
        now_s = monotonic_s()
        if not self._proof or now_s - self._made_s > _RENEW_AFTER_S:
            self._proof = make_proof(self._keys, api_id=TARGET.guarded_api_id, region=TARGET.region)
            self._made_s = now_s
        return self._caller.send(name, "GET", f"{TARGET.guarded_api}/orders", {"Authorization": self._proof})

    def _fetch(self) -> ReadOnlyCredentials | None:
        vended = self._caller.ask("vend dev", "GET", "/", query={"profile": "dev"})
        if not vended.is_ok:
            return None
        body = vended.body
        return ReadOnlyCredentials(body["AccessKeyId"], body["SecretAccessKey"], body["Token"])
