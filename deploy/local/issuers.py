"""The local stack's token issuers, `corp` for people and `pods` for workloads, and who logs in at the first."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from deploy.local.identity.logins import CLIENT_ID
from deploy.local.identity.provider import IdentityProvider
from deploy.policies.issuers import Console, Issuer

ISSUERS: Final = ("corp", "pods")
# carol is the same user as with her Identity Center session; dave has a login only.
PEOPLE: Final[Mapping[str, Mapping[str, Any]]] = {
    name: {"email": f"{name}@example.com", "email_verified": True, "name": name.capitalize(), "groups": groups}
    for name, groups in {"carol": ["platform"], "dave": ["developers", "on-call"]}.items()
}
POD: Final = "system:serviceaccount:shop:deploy"
# The kubelet replaces a token when a fifth of its life remains.
_REPLACED_AFTER_S: Final = 48 * 60


# Its people sign in at the same issuer, with the one client of the provider.
CONSOLE: Final = Console(issuer="corp", client_id=CLIENT_ID)


def local_issuers(provider: IdentityProvider) -> Mapping[str, Issuer]:
    """Return the issuers by name, as a deployment would configure them."""
    return {
        "corp": Issuer(
            issuer=provider.issuer("corp"),
            audiences=(CLIENT_ID,),
            kind="people",
            user_claim="email",
            namespace="",
            groups_claim="groups",
            max_token_age="1h",  # noqa: S106 - a duration
        ),
        "pods": Issuer(
            issuer=provider.issuer("pods"),
            audiences=(CLIENT_ID,),
            kind="workload",
            required_claims={"sub": ("system:serviceaccount:shop:*",)},
        ),
    }


def pod_token(provider: IdentityProvider, subject: str = POD) -> str:
    """Return a token as a cluster projects it into a pod (Kubernetes documentation, "Service account tokens")."""
    namespace, account = subject.removeprefix("system:serviceaccount:").split(":")
    pod = {"namespace": namespace, "serviceaccount": {"name": account}}
    return provider.token("pods", {"sub": subject, "aud": [CLIENT_ID], "kubernetes.io": pod})


@asynccontextmanager
async def projected_token(provider: IdentityProvider, file: Path) -> AsyncIterator[None]:
    """Keep a pod's token in a file of mode 0600, replaced before it ends."""
    _write(file, pod_token(provider))
    keeping = asyncio.create_task(_replace(provider, file))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _replace(provider: IdentityProvider, file: Path) -> None:
    while True:
        await asyncio.sleep(_REPLACED_AFTER_S)
        _write(file, pod_token(provider))


def _write(file: Path, token: str) -> None:
    """Replace the file in one step: a reader sees the old token or the new one."""
    new = file.with_suffix(".new")
    new.touch(0o600)
    new.write_text(token, encoding="utf-8")
    new.replace(file)
