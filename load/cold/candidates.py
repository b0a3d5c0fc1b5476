"""What is started cold: the three functions, vend without each thing that makes it quick, and the baseline."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from deploy.local.deployment import REGION
from deploy.packages.build import Package
from deploy.packages.bytecode import compile_all
from deploy.packages.dependencies import export_group, install
from deploy.packages.roots import ROOTS
from deploy.packages.target import Target, find_interpreter
from load.bench.fixtures import admin_environment, authorizer_environment, vend_environment, vend_event, whoami_event

VEND, AUTHORIZER, ADMIN, BASELINE = "vend", "authorizer", "admin", "boto3"
_HANDLER: Final = Path(__file__).parents[1] / "bench" / "boto3_baseline.py"
_ALL_ROOTS: Final = "botocore/cacert.pem"


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


def find_candidates(
    packages: Mapping[str, Package],
    folder: Path,
    authority: Path,
    url: str,
) -> Mapping[str, Candidate]:
    """Install the baseline for the zips' target into a folder; AWS is at `url`, trusted by `authority`'s file.

    Raises:
        UvError: the lock file does not give the dependencies.

    """
    baseline = _install_baseline(packages[VEND].target, folder / BASELINE)
    few = _trust(folder / "few.pem", packages[VEND].folder / ROOTS, authority)
    many = _trust(folder / "many.pem", baseline / _ALL_ROOTS, authority)
    given = {**_given(url), "AWS_CA_BUNDLE": str(few), "SSL_CERT_FILE": str(few)}

    def function(name: str, settings: Mapping[str, str], event: Mapping[str, Any] | None) -> Candidate:
        return Candidate(name, [packages[name].folder], f"services.{name}.handler", {**settings, **given}, event)

    vend = function(VEND, vend_environment(), vend_event())
    trusting = {**vend.environment, "AWS_CA_BUNDLE": str(many), "SSL_CERT_FILE": str(many)}
    uncompiled = ("-X", f"pycache_prefix={folder / 'none'}", "-B")
    return {
        VEND: vend,
        AUTHORIZER: function(AUTHORIZER, authorizer_environment(url), None),
        ADMIN: function(ADMIN, admin_environment(), whoami_event()),
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


def _given(url: str) -> Mapping[str, str]:
    """Return what Lambda sets: keys, region, and X-Ray's daemon, for which a function imports the SDK in its init."""
    return {
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIACOLD",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def _install_baseline(target: Target, folder: Path) -> Path:
    """Install boto3 as Lambda's runtime has it, compiled, and the handler."""
    shutil.rmtree(folder, ignore_errors=True)
    requirements = folder.with_suffix(".txt")
    requirements.write_text(export_group("load-baseline"), encoding="utf-8")
    install(requirements, target, folder)
    shutil.copyfile(_HANDLER, folder / _HANDLER.name)
    compile_all(folder, find_interpreter(target.python))
    return folder


def _trust(file: Path, *parts: Path) -> Path:
    file.write_text("\n".join(part.read_text(encoding="utf-8") for part in parts), encoding="utf-8")
    return file
