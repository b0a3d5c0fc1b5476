"""Runs checks concurrently, each with a time limit. An error that stops one becomes a finding."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sentinel.doctor.aws import DeniedError, UnansweredError
from sentinel.doctor.findings import Finding, skipped
from sentinel.errors import BaseCredentialsError
from sentinel.terminal.output import Progress

_LIMIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Check:
    """A check and what it is about. `run` returns findings, or raises what `aws` raises."""

    about: str
    run: Callable[[], Coroutine[Any, Any, Iterable[Finding]]]


async def run_checks(checks: Sequence[Check], progress: Progress, limit_s: float = _LIMIT_S) -> list[Finding]:
    """Run every check at once; the findings come in the order of the checks."""
    waiting = len(checks)

    async def one(check: Check) -> list[Finding]:
        nonlocal waiting
        found = await _run(check, limit_s)
        waiting -= 1
        progress.say(f"checking, {waiting} of {len(checks)} to go")
        return found

    return [finding for found in await asyncio.gather(*map(one, checks)) for finding in found]


async def _run(check: Check, limit_s: float) -> list[Finding]:
    try:
        async with asyncio.timeout(limit_s):
            return list(await check.run())
    except DeniedError as error:
        return [
            skipped(
                check.about,
                f"your own credentials may not {error.permission}",
                f"allow {error.permission}, as deploy/policies/generated/doctor.json does, or pass --aws-profile",
            )
        ]
    except UnansweredError as error:
        return [skipped(check.about, f"AWS did not answer: {error}", "try again; check the network and the region")]
    except BaseCredentialsError as error:
        return [skipped(check.about, error.message, error.hint or "log in again")]
    except TimeoutError:
        return [skipped(check.about, f"no answer within {limit_s:.0f} seconds", "try again; check the network")]
