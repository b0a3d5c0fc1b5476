"""A caller of Sentinel as locust runs it: its identity, its rate, and the outcome of each answer.

A scenario is a module with a class for each kind of caller. Only locust's process may import this module, because
locust replaces the standard library's sockets.
"""

import itertools
import json
import os
import random
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gevent
from botocore.credentials import Credentials, ReadOnlyCredentials
from locust import FastHttpUser, events
from locust.env import Environment

from load.driver.exchange import MARK, SEEN, TARGET_FILE, TARGETS, LoadCaller, Sample, Seen, sign_request
from sentinel.proof import make_proof
from shared.clock import monotonic_s

TARGET: Final = TARGETS.validate_json(Path(os.environ[TARGET_FILE]).read_bytes())
OK: Final = frozenset({"ok"})
_SUCCESS: Final = range(200, 300)
_TOO_MANY: Final = 429
# Half a proof's life, as the client does it.
_RENEW_AFTER_S: Final = 30.0
# A proof is signed for the STS that the authorizer will ask.
os.environ["AWS_ENDPOINT_URL_STS"] = TARGET.sts_url

_samples: list[Sample] = []
_numbers = itertools.count()
_began_s = _ended_s = monotonic_s()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: `outcome` is `ok` or the code of the refusal; `body` is empty unless it is a JSON object."""

    outcome: str
    body: Mapping[str, Any]

    @property
    def is_ok(self) -> bool:
        return self.outcome == "ok"


class Caller(FastHttpUser):
    """A caller with its own access key. The waits between its tasks are distributed as independent people's.

    Arrivals of many such callers are a Poisson stream: bunched as real ones are, and hardly delayed by slow answers.
    """

    abstract = True
    host = TARGET.http_api
    connection_timeout = 5.0
    network_timeout = 30.0

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.me = TARGET.callers[next(_numbers) % len(TARGET.callers)]

    def on_start(self) -> None:
        """Begin with a wait, so that the start of many callers is no burst."""
        gevent.sleep(self.wait_time())

    def wait_time(self) -> float:
        return random.expovariate(TARGET.rate_per_user)

    def ask(
        self,
        name: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        expect: Collection[str] = OK,
        by: LoadCaller | None = None,
    ) -> Answered:
        """Send a request signed by `by` (default: this caller); any outcome but the expected ones is a failure."""
        signer = by or self.me
        keys = Credentials(signer.access_key_id, signer.secret_access_key)
        url = f"{TARGET.http_api}{path}"
        signed = sign_request(keys, TARGET.region, method, url, query=query, body=body)
        return self.send(name, method, *signed, expect)

    def send(
        self,
        name: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes = b"",
        expect: Collection[str] = OK,
    ) -> Answered:
        """Send a request unchanged, and note its outcome."""
        request_id = secrets.token_hex(8)
        marked = {**headers, MARK: f"{request_id} {name}"}
        sent_s = monotonic_s()
        with self.client.request(
            method, url, name=name, headers=marked, data=content.decode() or None, catch_response=True
        ) as response:
            took_ms = (monotonic_s() - sent_s) * 1000
            answered = _read(response)
            is_expected = answered.outcome in expect
            if is_expected:
                response.success()
            else:
                response.failure(answered.outcome)
        _samples.append(Sample(request_id, name, sent_s - _began_s, took_ms, answered.outcome, is_expected))
        return answered


class Prover:
    """Calls the API behind the authorizer as one caller; the first call fetches the session, and proofs are renewed."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._keys: ReadOnlyCredentials | None = None
        self._proof, self._made_s = "", 0.0

    def call(self, name: str) -> Answered | None:
        """Call the API; None without a session to call it with."""
        if self._keys is None:
            vended = self._caller.ask("vend dev", "GET", "/", query={"profile": "dev"})
            if not vended.is_ok:
                return None
            self._keys = ReadOnlyCredentials(
                *(vended.body[each] for each in ("AccessKeyId", "SecretAccessKey", "Token"))
            )
        now_s = monotonic_s()
        if not self._proof or now_s - self._made_s > _RENEW_AFTER_S:
            self._proof = make_proof(self._keys, api_id=TARGET.guarded_api_id, region=TARGET.region)
            self._made_s = now_s
        return self._caller.send(name, "GET", f"{TARGET.guarded_api}/orders", {"Authorization": self._proof})


def _read(response: Any) -> Answered:
    """Read an answer; status 0: no answer came."""
    status: int = response.status_code
    try:
        found = json.loads(response.content or b"{}")
    except ValueError:
        found = {}
    body = found if isinstance(found, dict) else {}
    if status in _SUCCESS:
        return Answered("ok", body)
    outcome = str(body.get("code") or (f"status {status}" if status else type(response.error).__name__))
    if status == _TOO_MANY and "retry-after" not in (response.headers or {}):
        # No scenario expects this outcome: the caller does not learn how long to wait.
        outcome += " without Retry-After"
    return Answered(outcome, body)


def _set_clock(**_: Any) -> None:
    # A timer begins at the loop's last turn, which was before the imports: the run would be shorter by their time.
    gevent.get_hub().loop.update_now()


def _begin(environment: Environment, **_: Any) -> None:
    global _began_s  # noqa: PLW0603 - one run a process
    _began_s = monotonic_s()
    # Locust's report shows what is measured: the same requests.
    gevent.spawn_later(TARGET.warm_up_s, environment.stats.reset_all)


def _stop(**_: Any) -> None:
    global _ended_s  # noqa: PLW0603 - one run a process
    _ended_s = monotonic_s()


def _end(**_: Any) -> None:
    Path(TARGET.samples_file).write_bytes(SEEN.dump_json(Seen(_began_s, _ended_s, _samples)))


events.init.add_listener(_set_clock)  # type: ignore[no-untyped-call]
events.test_start.add_listener(_begin)  # type: ignore[no-untyped-call]
events.test_stopping.add_listener(_stop)  # type: ignore[no-untyped-call]
events.quitting.add_listener(_end)  # type: ignore[no-untyped-call]
