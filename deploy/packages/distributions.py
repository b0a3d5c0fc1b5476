"""What was installed, distribution by distribution: taken into the zip file by file, or left out by a pattern.

The end-to-end test imports every module a zip holds with nothing but the zip: what is left out here is missed by none.
"""

import shutil
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path
from typing import Final

# What stays out of every zip, and why. Everything else is taken.
LEFT_OUT: Final = {
    "*.pyi": "for type checkers",
    "*/py.typed": "for type checkers",
    "pydantic/mypy.py": "for type checkers",
    "*.pyx": "sources of compiled modules",
    "*.pxd": "sources of compiled modules",
    "*.pxi": "sources of compiled modules",
    "*.h": "sources of compiled modules",
    "*/_testcapi*": "tests",
    "aiohttp/_websocket/*.so": "faster WebSockets, which nothing here opens",
    "aiohttp/pytest_plugin.py": "tests",
    "aiohttp/test_utils.py": "tests",
    "aiohttp/worker.py": "needs gunicorn",
    "aiobotocore/_tee.py": "needs anyio",
    "aws_xray_sdk/ext/*": "patches other libraries",
    "aws_xray_sdk/core/sampling/connector.py": "asks for sampling rules, which Lambda has applied already",
    "aws_xray_sdk/core/sampling/sampler.py": "asks for sampling rules, which Lambda has applied already",
    # What remains imports ECDSA, and all that its modules import.
    "Cryptodome/SelfTest/*": "tests",
    "Cryptodome/Cipher/[BCPS]*": "other algorithms",
    "Cryptodome/Cipher/*ARC*": "other algorithms",
    "Cryptodome/Cipher/_[ECcmp]*": "other algorithms",
    "Cryptodome/Cipher/_raw_[bceo]*": "other algorithms",
    "Cryptodome/Cipher/_raw_arc2.*": "other algorithms",
    "Cryptodome/Hash/[KPRTc]*": "other algorithms",
    "Cryptodome/Hash/_[Rgp]*": "other algorithms",
    "Cryptodome/Hash/*BLAKE2b.*": "other algorithms",
    "Cryptodome/Hash/*MD[24].*": "other algorithms",
    "Cryptodome/Hash/*SHA224.*": "other algorithms",
    "Cryptodome/Hash/*SHA3[8_]*": "other algorithms",
    "Cryptodome/Hash/SHA.py": "other algorithms",
    "Cryptodome/Hash/SHAKE128.py": "other algorithms",
    "Cryptodome/Protocol/[DHS]*": "other algorithms",
    "Cryptodome/PublicKey/_curve*.so": "other curves",
    "Cryptodome/PublicKey/_ed*.so": "other curves",
    "Cryptodome/PublicKey/ElGamal.py": "other algorithms",
    "Cryptodome/PublicKey/RSA.py": "other algorithms",
    "Cryptodome/PublicKey/_openssh.py": "other algorithms",
    "Cryptodome/Signature/[Pep]*": "other algorithms",
    "Cryptodome/Util/Counter.py": "other algorithms",
    "Cryptodome/Util/RFC1751.py": "other algorithms",
    "bin/*": "commands",
    "botocore/crt/auth.py": "needs the CRT",
    "botocore/data/*": "models; the part that is used is written again",
    "botocore/docs/translator.py": "needs docutils",
    "dateutil/tz/win.py": "needs Windows",
    "dateutil/tzwin.py": "needs Windows",
    "dateutil/zoneinfo/*": "time zones; the system's are used",
    "slack/*": "the older name of slack_sdk",
    "slack_sdk/audit_logs/*": "other APIs of Slack's",
    "slack_sdk/models/dialoags.py": "needs the older name of slack_sdk",
    "slack_sdk/oauth/*": "installs an app in many workspaces",
    "slack_sdk/rtm/*": "other APIs of Slack's",
    "slack_sdk/rtm_v2/*": "other APIs of Slack's",
    "slack_sdk/scim/*": "other APIs of Slack's",
    "slack_sdk/socket_mode/*": "other APIs of Slack's",
    "slack_sdk/web/legacy_*": "the older client",
    "urllib3/contrib/emscripten/*": "needs a browser",
    "urllib3/contrib/pyopenssl.py": "needs pyOpenSSL",
    "urllib3/contrib/socks.py": "needs PySocks",
    "urllib3/http2/connection.py": "needs h2",
    "_yaml/*": "needs libyaml",
    "yaml/_yaml.*.so": "libyaml; YAML is read by the parser in Python",
    "yaml/cyaml.py": "needs libyaml",
    "pydantic/v1/*": "the older pydantic",
    "*.dist-info/*": "records of the installation",
}
# Scanners read the first; licences ask for the others.
_KEPT: Final = ("*.dist-info/METADATA", "*.dist-info/licenses/*", "*.dist-info/LICEN[CS]E*", "*.dist-info/NOTICE*")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution of a zip. `tags` are those of the wheel it came from; `taken` counts bytes, before bytecode."""

    name: str
    version: str
    licence: str
    tags: frozenset[str]
    taken: int
    left_out: Counter[str]


def take(installed: Path, stage: Path) -> tuple[Distribution, ...]:
    """Copy what belongs into the zip, and say what did not."""
    found = metadata.distributions(path=[str(installed)])
    return tuple(sorted((_take_one(each, installed, stage) for each in found), key=lambda each: each.name.lower()))


def why_left_out(path: str) -> str | None:
    """Give the first pattern that leaves a file out, by its path in the zip; None where it is taken."""
    if any(fnmatchcase(path, pattern) for pattern in _KEPT):
        return None
    return next((pattern for pattern in LEFT_OUT if fnmatchcase(path, pattern)), None)


def _take_one(distribution: metadata.Distribution, installed: Path, stage: Path) -> Distribution:
    taken, left_out = 0, Counter[str]()
    for file in distribution.files or ():
        source, path = installed / file, file.as_posix()
        size = source.stat().st_size
        pattern = why_left_out(path)
        if pattern is not None:
            left_out[pattern] += size
            continue
        taken += size
        copy = stage / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    return Distribution(
        distribution.name, distribution.version, _licence(distribution), _tags(distribution), taken, left_out
    )


def _licence(distribution: metadata.Distribution) -> str:
    """Read what it says of its licence: an SPDX expression, or free text in older metadata."""
    about = distribution.metadata
    return next((about[name] for name in ("License-Expression", "License") if name in about), "")


def _tags(distribution: metadata.Distribution) -> frozenset[str]:
    lines = (distribution.read_text("WHEEL") or "").splitlines()
    return frozenset(line.removeprefix("Tag:").strip() for line in lines if line.startswith("Tag:"))
