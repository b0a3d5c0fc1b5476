"""Starts every function cold, again and again in turn, from its zip's files and over TLS."""

import asyncio
import json
import random
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.deployment import ACCOUNT
from deploy.packages.build import Package
from deploy.packages.target import find_interpreter
from load.bench.client import make_question
from load.bench.fixtures import documents, vend_event
from load.cold.candidates import VEND, Candidate, find_candidates
from load.system.model import ModelProcess

_CHILD: Final = Path(__file__).with_name("child.py")
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start. Milliseconds, and the most memory that was resident, in MB."""

    init_ms: float
    first_ms: float
    second_ms: float
    init_mb: float
    first_mb: float


async def measure(
    packages: Mapping[str, Package],
    folder: Path,
    rounds: int,
) -> Mapping[str, tuple[str, Sequence[Start]]]:
    """Start each candidate `rounds` times, after once that is not counted; `folder` is for what is made for it.

    Gives the title and the starts by name.

    Raises:
        RuntimeError: something did not start, or did not answer as it should.

    """
    interpreter = find_interpreter(packages[VEND].target.python)
    authority = folder / "authority.pem"
    async with ModelProcess(zero=False, sts_per_second=0, authority=authority) as model:
        await model.put_parameters(documents())
        candidates = find_candidates(packages, folder, authority, model.url)
        measured: dict[str, list[Start]] = {name: [] for name in candidates}
        for number in range(rounds + 1):
            for name in random.sample(list(candidates), len(candidates)):
                event = candidates[name].event or await _ask_authorizer(interpreter, candidates[VEND])
                found, _ = await _start(interpreter, candidates[name], event)
                # The first fills the page cache.
                if number:
                    measured[name].append(found)
    return {name: (candidates[name].title, starts) for name, starts in measured.items()}


async def _ask_authorizer(interpreter: Path, vend: Candidate) -> Mapping[str, Any]:
    """Vend a session and make a fresh proof of it: one is good for a minute."""
    _, [answer, _] = await _start(interpreter, vend, vend_event())
    return make_question(json.loads(answer["body"]))


async def _start(
    interpreter: Path,
    candidate: Candidate,
    event: Mapping[str, Any],
) -> tuple[Start, Sequence[Mapping[str, Any]]]:
    child = await asyncio.create_subprocess_exec(
        interpreter, "-I", "-S", *candidate.flags, _CHILD, stdin=PIPE, stdout=PIPE
    )
    request = {
        "folders": [str(folder) for folder in candidate.folders],
        "module": candidate.module,
        "factory": candidate.factory,
        "environment": dict(candidate.environment),
        "event": event,
        "account": ACCOUNT,
    }
    printed, _ = await child.communicate(json.dumps(request).encode())
    if child.returncode:
        raise RuntimeError(f"{candidate.title} did not start; what it said is above")
    found = json.loads(printed)
    answers = found.pop("answers")
    if any(answer.get("statusCode", _OK) != _OK or answer.get("isAuthorized") is False for answer in answers):
        raise RuntimeError(f"{candidate.title} answered {answers}")
    return Start(**found), answers
