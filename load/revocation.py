"""How soon a revocation takes effect: `python -m load.revocation [--rounds N]`, on the local stack.

Each round vends a session, calls the sensitive API with it without pause, revokes it, and notes three moments since the
revocation was sent: the first request the API refuses, the answer (by then the boundary is written and all
notifications are sent), and the part of that which the kill switch took. The emulator answers within about a
millisecond and spreads a policy at once: add AWS's latencies and IAM's few seconds to the figures.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any
from unittest.mock import patch

import aiohttp
from botocore.credentials import Credentials, ReadOnlyCredentials

from deploy.local.deployment import REGION, UNLIMITED, local_deployment
from deploy.local.stack import LocalStack
from deploy.markdown import table
from load.driver.exchange import sign_request
from sentinel.proof import make_proof
from shared.clock import monotonic_s

_POLICY = json.dumps(
    {"version": "1", "rules": [{"name": "all", "effect": "allow", "conditions": {"profiles": ["staging"]}}]},
)


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds since the revocation was sent."""

    denied_ms: float
    answered_ms: float
    kill_switch_ms: float


async def measure(rounds: int) -> list[Round]:
    """Run the rounds on a local stack of their own.

    Raises:
        RuntimeError: the system did not answer as it should; nothing is measured then.

    """
    async with LocalStack(environment=UNLIMITED, concurrency=2) as stack, aiohttp.ClientSession() as http:
        async with stack.aws.client("ssm") as ssm:
            name = f"{local_deployment().parameter_prefix}/policies/access"
            await ssm.put_parameter(Name=name, Value=_POLICY, Type="String", Overwrite=True)
        # A proof is signed for the STS that the authorizer asks.
        with patch.dict(os.environ, {"AWS_ENDPOINT_URL": stack.emulator.endpoint}):
            # The first round also warms up every process; it is not counted.
            return [await _round(stack, http) for _ in range(rounds + 1)][1:]


async def _round(stack: LocalStack, http: aiohttp.ClientSession) -> Round:
    _, vended = await _send(http, stack, "alice", "GET", "/", query={"profile": "staging"})
    keys = ReadOnlyCredentials(vended["AccessKeyId"], vended["SecretAccessKey"], vended["Token"])
    proof = make_proof(keys, api_id=stack.sensitive_endpoint.api_id, region=REGION)
    if await _ask(http, stack, proof) is False:
        raise RuntimeError("the sensitive API does not let a live session in")
    watching = asyncio.create_task(_watch(http, stack, proof))
    sent_s = monotonic_s()
    path = f"/v1/sessions/{vended['SessionId']}/revoke"
    request_id, answer = await _send(http, stack, "operator", "POST", path, body={"reason": "measured"})
    answered_s = monotonic_s()
    if answer["kill_switch"]["status"] != "applied":
        raise RuntimeError(f"the kill switch was not applied: {answer['kill_switch']}")
    denied_s = await watching
    kill_switch_ms = _audit_line(stack, request_id)["steps"]["kill_switch"]
    return Round((denied_s - sent_s) * 1000, (answered_s - sent_s) * 1000, kill_switch_ms)


async def _watch(http: aiohttp.ClientSession, stack: LocalStack, proof: str) -> float:
    """Call the API until it refuses; returns that instant on the monotonic clock."""
    while await _ask(http, stack, proof):
        pass
    return monotonic_s()


async def _ask(http: aiohttp.ClientSession, stack: LocalStack, proof: str) -> bool:
    async with http.get(f"{stack.sensitive_api}/ledger", headers={"Authorization": proof}) as answer:
        return answer.status == 200  # noqa: PLR2004 - a status


async def _send(
    http: aiohttp.ClientSession, stack: LocalStack, caller: str, method: str, target: str, **content: Mapping[str, Any]
) -> tuple[str, Any]:
    keys = stack.callers[caller].keys
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    url, headers, body = sign_request(credentials, REGION, method, f"{stack.http_api}{target}", **content)
    async with http.request(method, url, headers=headers, data=body) as answer:
        found = await answer.json()
        if answer.status >= 300:  # noqa: PLR2004 - what is no success
            raise RuntimeError(f"{method} {target} answered {answer.status}: {found}")
        return str(found.get("SessionId") or found["session"]["id"]), found


def _audit_line(stack: LocalStack, session_id: str) -> Mapping[str, Any]:
    for line in reversed(stack.log_file.read_text(encoding="utf-8").splitlines()):
        if line.startswith("{") and session_id in line and '"kill_switch"' in line:
            found: dict[str, Any] = json.loads(line)
            return found
    raise RuntimeError("the revocation left no audit line")


def render(rounds: Sequence[Round]) -> str:
    """Write the table."""
    rows = [
        ("revoke sent → the API refuses", [each.denied_ms for each in rounds]),
        ("revoke sent → answered: boundary written, notifications sent", [each.answered_ms for each in rounds]),
        ("of that, the kill switch", [each.kill_switch_ms for each in rounds]),
    ]
    cuts = ((title, quantiles(values, n=100, method="inclusive")) for title, values in rows)
    head = (f"{len(rounds)} rounds, milliseconds", "p50", "p99")
    return table(head, ((title, f"{found[49]:.1f}", f"{found[98]:.1f}") for title, found in cuts))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How soon a revocation takes effect, on the local stack.")
    parser.add_argument("--rounds", type=int, default=100, help="at least 2; 250 and more widen the kill switch")
    rounds = max(2, parser.parse_args().rounds)
    with asyncio.Runner() as runner:
        sys.stdout.write(f"{render(runner.run(measure(rounds)))}\n")


if __name__ == "__main__":
    main()
