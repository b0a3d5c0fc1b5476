"""The kill switch's policy in IAM: read, and written as a new default version.

IAM takes a few seconds to propagate a version, keeps five of them (IAM User Guide, "Versioning IAM policies"), and has
no conditional write: a writer must hold the lease.
"""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from shared.aws.client.protocol import ServiceError
from shared.aws.clients import Clients, Observe, Service, open_clients
from shared.aws.credentials import Credentials
from shared.aws.errors import UnreadableError, translate_errors
from shared.aws.sts.assume_role import assume_in_account
from shared.core.arn import Arn
from shared.core.switch_guards import owner_of, without_owner

_MOST_VERSIONS: Final = 5
_ROLE_SESSION: Final = "sentinel-kill-switch"


@dataclass(frozen=True, slots=True)
class Version:
    """The default version of the policy, which is the one in force."""

    version_id: str
    document: object

    def says(self, document: str) -> bool:
        """Whether it equals a document, regardless of the owner mark."""
        return bool(without_owner(self.document) == without_owner(json.loads(document)))

    @property
    def owner(self) -> str | None:
        """The mark of the deployment that wrote it; None if no deployment has yet."""
        return owner_of(self.document)


class BoundaryPolicy:
    """The policy of one account."""

    def __init__(self, iam: Any, policy_arn: Arn) -> None:
        self._iam = iam
        self._arn = str(policy_arn)

    async def read(self) -> Version:
        """Read the default version.

        Raises:
            AwsError: it could not be read, or does not exist.

        """
        with translate_errors("iam"):
            policy = await self._iam.get_policy(PolicyArn=self._arn)
            version_id = str(_find(policy, "Policy", "DefaultVersionId"))
            answer = await self._iam.get_policy_version(PolicyArn=self._arn, VersionId=version_id)
        return Version(version_id, _read_document(_find(answer, "PolicyVersion", "Document")))

    async def write(self, document: str) -> str:
        """Write the document as the default version, deleting the oldest version if there are five; return its id.

        Raises:
            AwsError: the version may not be in force.

        """
        await self._make_room()
        with translate_errors("iam"):
            try:
                answer = await self._create(document)
            except ServiceError as error:
                # The list of versions is eventually consistent, and may lack one.
                if error.code != "LimitExceeded":
                    raise
                await self._make_room(keep=_MOST_VERSIONS - 2)
                answer = await self._create(document)
        return str(_find(answer, "PolicyVersion", "VersionId"))

    async def _create(self, document: str) -> Any:
        return await self._iam.create_policy_version(PolicyArn=self._arn, PolicyDocument=document, SetAsDefault=True)

    async def _make_room(self, keep: int = _MOST_VERSIONS - 1) -> None:
        with translate_errors("iam"):
            listed = await self._iam.list_policy_versions(PolicyArn=self._arn)
            versions = sorted(_find(listed, "Versions"), key=lambda version: str(_find(version, "CreateDate")))
            spare = [_find(each, "VersionId") for each in versions if not _find(each, "IsDefaultVersion")]
            for version_id in spare[: max(0, len(versions) - keep)]:
                await self._iam.delete_policy_version(PolicyArn=self._arn, VersionId=version_id)


def _find(answer: Any, *path: str) -> Any:
    """Find a part of a response.

    Raises:
        UnreadableError: it is missing.

    """
    try:
        for name in path:
            answer = answer[name]
    except (KeyError, TypeError):
        raise UnreadableError("iam", f"an answer without {'.'.join(path)}") from None
    return answer


def _read_document(quoted: str | None) -> object:
    """Parse the document, which IAM URL-encodes (API reference, GetPolicyVersion); None if it is not JSON."""
    try:
        return json.loads(unquote(quoted or ""))
    except ValueError:
        return None


class BoundaryAccounts:
    """The accounts with the policy: the function's own, and others through a role there."""

    def __init__(self, clients: Clients, region: str, observe: Observe) -> None:
        """Use clients of IAM and STS; `observe` as for `open_clients`."""
        self._clients = clients
        self._region = region
        self._observe = observe

    @asynccontextmanager
    async def open(self, policy_arn: Arn, own_account: str) -> AsyncIterator[BoundaryPolicy]:
        """Open the policy of an account.

        Raises:
            AwsError: the role that may write there could not be assumed.

        """
        if policy_arn.account == own_account:
            yield BoundaryPolicy(self._clients.iam, policy_arn)
            return
        keys = await self._assume(policy_arn)
        async with aclosing(await open_clients(self._region, self._observe, (Service.IAM,), keys)) as opened:
            yield BoundaryPolicy(opened.iam, policy_arn)

    async def _assume(self, policy_arn: Arn) -> Credentials:
        # The role that may write the policy has the policy's name.
        name = policy_arn.resource.removeprefix("policy/")
        role = Arn(policy_arn.partition, "iam", "", policy_arn.account, f"role/{name}")
        return await assume_in_account(self._clients.sts, str(role), _ROLE_SESSION)
