"""Cold starts: how long each function takes to be ready and to answer its first request, from its zip and over TLS.

Each is started again and again, in turn: the three functions, vend without each thing that makes it quick, and the
baseline.
"""

import asyncio
import json
import random
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from deploy.local.deployment import ACCOUNT
from deploy.packages.archive import compile_all
from deploy.packages.build import Package
from deploy.packages.dependencies import export_group, install
from deploy.packages.roots import ROOTS
from deploy.packages.target import Target, find_interpreter
from load.bench.fixtures import documents, question_event, settings_of, token_event, vend_event, whoami_event
from load.system.model import ModelProcess

VEND, TOKEN, AUTHORIZER, ADMIN, BASELINE = "vend", "token", "authorizer", "admin", "boto3"
_CHILD: Final = Path(__file__).with_name("cold_child.py")
_HANDLER: Final = Path(__file__).with_name("boto3_baseline.py")
_ALL_ROOTS: Final = "botocore/cacert.pem"
_OK: Final = (200, 201)
# What Lambda sets. X-Ray's daemon: for it a function imports the SDK in its init.
LAMBDAS: Final = {
    "LAMBDA_TASK_ROOT": "/var/task",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "AWS_ACCESS_KEY_ID": "AKIACOLD",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
}


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start. Milliseconds, and the most memory that was resident, in MB."""

    init_ms: float
    first_ms: float
    second_ms: float
    init_mb: float
    first_mb: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something to start: a module in folders, and its event. `flags` are the interpreter's.

    The event is None where each start needs one of its own. `factory` makes the handler, where the module has none.
    """

    title: str
    folders: Sequence[Path]
    module: str
    environment: Mapping[str, str]
    event: Mapping[str, Any] | None
    factory: str = ""
    flags: Sequence[str] = ()


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
        candidates = _find_candidates(packages, folder, authority, model.url)
        measured: dict[str, list[Start]] = {name: [] for name in candidates}
        for number in range(rounds + 1):
            for name in random.sample(list(candidates), len(candidates)):
                event = candidates[name].event or await _ask_authorizer(interpreter, candidates[VEND])
                found, _ = await start(interpreter, candidates[name], event)
                # The first fills the page cache.
                if number:
                    measured[name].append(found)
    return {name: (candidates[name].title, starts) for name, starts in measured.items()}


def _find_candidates(
    packages: Mapping[str, Package], folder: Path, authority: Path, url: str
) -> Mapping[str, Candidate]:
    """Install the baseline for the zips' target into a folder; AWS is at `url`, trusted by `authority`'s file."""
    baseline = _install_baseline(packages[VEND].target, folder / BASELINE)
    few = trust(folder / "few.pem", packages[VEND].folder / ROOTS, authority)
    many = trust(folder / "many.pem", baseline / _ALL_ROOTS, authority)

    def function(name: str, event: Mapping[str, Any] | None) -> Candidate:
        environment = {**settings_of(name, url), **LAMBDAS, **few}
        return Candidate(name, [packages[name].folder], f"services.{name}.handler", environment, event)

    vend = function(VEND, vend_event())
    trusting = {**vend.environment, **many}
    uncompiled = ("-X", f"pycache_prefix={folder / 'none'}", "-B")
    return {
        VEND: vend,
        TOKEN: replace(vend, title="vend, to a caller with a token", event=token_event()),
        AUTHORIZER: function(AUTHORIZER, None),
        ADMIN: function(ADMIN, whoami_event()),
        "many-roots": replace(vend, title="vend, trusting 140 authorities", environment=trusting),
        "no-bytecode": replace(vend, title="vend, without bytecode", flags=uncompiled),
        BASELINE: Candidate(
            "three boto3 clients, a sequential handler",
            [baseline, packages[VEND].folder],
            _HANDLER.stem,
            trusting,
            vend_event(),
            factory="SequentialHandler",
        ),
    }


def _install_baseline(target: Target, folder: Path) -> Path:
    """Install boto3 as Lambda's runtime has it, compiled, and the handler."""
    shutil.rmtree(folder, ignore_errors=True)
    install(export_group("load-baseline"), target, folder)
    shutil.copyfile(_HANDLER, folder / _HANDLER.name)
    compile_all(folder, find_interpreter(target.python))
    return folder


def trust(file: Path, *parts: Path) -> Mapping[str, str]:
    """Write a file of authorities, and return the variables that name it."""
    file.write_text("\n".join(part.read_text(encoding="utf-8") for part in parts), encoding="utf-8")
    return {"AWS_CA_BUNDLE": str(file), "SSL_CERT_FILE": str(file)}


async def _ask_authorizer(interpreter: Path, vend: Candidate) -> Mapping[str, Any]:
    """Vend a session and make a fresh proof of it: one is good for a minute."""
    _, [answer, _] = await start(interpreter, vend, vend_event())
    return question_event(json.loads(answer["body"]))


async def start(
    interpreter: Path,
    candidate: Candidate,
    event: Mapping[str, Any],
    second: Mapping[str, Any] | None = None,
    limit: Callable[[int], AbstractAsyncContextManager[None]] = lambda _: nullcontext(),
) -> tuple[Start, Sequence[Mapping[str, Any]]]:
    """Start a candidate in a new process, and have it answer an event, and then a `second` one, else the same again.

    `limit` is held around the process, by its id.

    Raises:
        RuntimeError: it did not start, or did not answer as it should.

    """
    child = await asyncio.create_subprocess_exec(
        interpreter, "-I", "-S", *candidate.flags, _CHILD, stdin=PIPE, stdout=PIPE
    )
    request = {
        "folders": [str(folder) for folder in candidate.folders],
        "module": candidate.module,
        "factory": candidate.factory,
        "environment": dict(candidate.environment),
        "events": [event, second or event],
        "account": ACCOUNT,
    }
    async with limit(child.pid):
        printed, _ = await child.communicate(json.dumps(request).encode())
    if child.returncode:
        raise RuntimeError(f"{candidate.title} did not start; what it said is above")
    found = json.loads(printed)
    answers = found.pop("answers")
    if any(answer.get("statusCode", 200) not in _OK or answer.get("isAuthorized") is False for answer in answers):
        raise RuntimeError(f"{candidate.title} answered {answers}")
    return Start(**found), answers
