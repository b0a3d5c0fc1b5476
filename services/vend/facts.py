"""The read round: everything a decision needs, asked for at once. One answer missing means no decision."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.aws.budget import Exhausted, RateBudget, Spent
from shared.aws.document_cache import CachedDocuments
from shared.aws.documents import PROFILES_FOLDER, Document
from shared.aws.grants import GrantTable, Standing, subjects_of
from shared.core.access.evaluate import Decision
from shared.core.access.schema import AccessPolicy
from shared.core.profile import Profile
from shared.edge.failures import UndecidableError

ACCESS_POLICY = "policies/access"
DocumentValue = AccessPolicy | Profile


@dataclass(frozen=True, slots=True)
class Known:
    """What was read for one request. `documents` are those the answer rests on, for the audit line's ages."""

    decision: Decision
    policy_version: str
    profile: Profile | None
    standing: Standing
    budget: Spent | Exhausted
    documents: tuple[Document[DocumentValue], ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The access policy and every profile; None marks a profile whose document cannot be read."""

    policy: AccessPolicy
    profiles: Mapping[str, Profile | None]
    documents: tuple[Document[DocumentValue], ...]


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Reads documents, grants, lockouts and budget, each from where it is kept."""

    documents: CachedDocuments[DocumentValue]
    grants: GrantTable
    budget: RateBudget

    async def read(self, user: str, profile: str, now: datetime, decide: Callable[[AccessPolicy], Decision]) -> Known:
        """Read all facts of one request side by side, and `decide` by the access policy while the tables answer.

        Raises:
            ExceptionGroup: of `AwsError`, where a read failed; of `UndecidableError`, where there is no access policy.

        """
        profile_document = f"{PROFILES_FOLDER}/{profile}"
        async with asyncio.TaskGroup() as reads:
            serving = reads.create_task(self.grants.load_serving(user, now))
            locking = reads.create_task(self.grants.load_lockouts(subjects_of(user, profile), now))
            spending = reads.create_task(self.budget.spend(user, now))
            # Documents are mostly at hand; with one turn of the loop the tables are asked before anybody thinks.
            await asyncio.sleep(0)
            loaded = await self.documents.load([ACCESS_POLICY, profile_document])
            policy, version = _policy(loaded)
            decision = decide(policy)
        found = loaded[profile_document]
        return Known(
            decision=decision,
            policy_version=version,
            profile=None if found is None else _profile(found.value),
            standing=Standing(serving.result(), locking.result()),
            budget=spending.result(),
            documents=tuple(document for document in loaded.values() if document is not None),
        )

    async def read_catalogue(self) -> Catalogue:
        """Read the access policy and the whole catalogue side by side.

        Raises:
            ExceptionGroup: of `AwsError`, where a read failed.
            UndecidableError: there is no access policy.

        """
        async with asyncio.TaskGroup() as reads:
            loading = reads.create_task(self.documents.load([ACCESS_POLICY]))
            listing = reads.create_task(self.documents.load_profiles())
        policy, _ = _policy(loading.result())
        listed = listing.result()
        return Catalogue(
            policy=policy,
            profiles={name: None if found is None else _profile(found.value) for name, found in listed.items()},
            documents=tuple(document for document in loading.result().values() if document is not None),
        )


def _policy(documents: Mapping[str, Document[DocumentValue] | None]) -> tuple[AccessPolicy, str]:
    found = documents[ACCESS_POLICY]
    if found is None or not isinstance(found.value, AccessPolicy):
        raise UndecidableError("document", f"there is no {ACCESS_POLICY}: store one with `sentinel policy push`")
    return found.value, found.digest


def _profile(value: DocumentValue) -> Profile:
    if not isinstance(value, Profile):
        raise UndecidableError("document", "a profile's parameter holds another kind of document")
    return value
