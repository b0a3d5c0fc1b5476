"""The read round: everything a decision needs, asked for at once. One answer missing means no decision."""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.rate_limit import Allowed, Limited, RateLimiter
from shared.aws.errors import AwsError
from shared.aws.ssm.document_cache import CachedDocuments, settled
from shared.aws.ssm.documents import PROFILES_FOLDER, Document
from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.grants import Grant, Lockout
from shared.core.identity import Principal
from shared.core.issuer import ISSUERS_FOLDER, Issuer
from shared.core.membership import with_memberships
from shared.core.people import Person, person_of
from shared.core.present_grants import PresentPolicies, present_grants
from shared.core.profile import Profile
from shared.core.stamp import Via
from shared.core.subjects import vend_subjects
from shared.documents.load import ACCESS_POLICY, APPROVAL_POLICY, BREAK_GLASS_POLICY, folder_model, load_document
from shared.edge.indeterminate import IndeterminateError

Model = TypeVar("Model", bound=DocumentModel)
Loaded: TypeAlias = Mapping[str, Document[DocumentModel] | AwsError | None]
# The policy that grants of a kind rest on.
_POLICY_OF: Final = {Via.APPROVAL: APPROVAL_POLICY, Via.BREAK_GLASS: BREAK_GLASS_POLICY}
_MODELS: Final[Mapping[str, type[DocumentModel]]] = {
    ACCESS_POLICY: AccessPolicy,
    APPROVAL_POLICY: ApprovalPolicy,
    BREAK_GLASS_POLICY: BreakGlassPolicy,
}


@dataclass(frozen=True, slots=True)
class VendFacts:
    """What was read for one request. `documents` are those the answer rests on, for the audit line's ages.

    `person` has the groups that the caller's token and the table give. `grants` are for this profile as the
    present policies leave them, `lapsed` those they leave nothing of; `grants` are None where an allow needs none and
    such a policy cannot be read.
    `break_glass` is the policy for the hint of a refusal; None also where it cannot be read.
    """

    person: Person
    decision: Decision
    policy_version: str
    profile: Profile | None
    grants: tuple[Grant, ...] | None
    lapsed: tuple[Grant, ...]
    break_glass: BreakGlassPolicy | None
    lockouts: tuple[Lockout, ...]
    budget: Allowed | Limited
    documents: tuple[Document[DocumentModel], ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The access policy and every profile; None marks a profile whose document cannot be read."""

    policy: AccessPolicy
    profiles: Mapping[str, Profile | None]
    documents: tuple[Document[DocumentModel], ...]


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Reads documents, grants, lockouts and budget, each from where it is kept.

    `group_sync`: the deployment synchronizes memberships in groups.
    """

    documents: CachedDocuments[DocumentModel]
    grants: GrantTable
    budget: RateLimiter
    group_sync: bool

    async def read(
        self, caller: Principal, profile: str, now: datetime, decide: Callable[[AccessPolicy, Principal], Decision]
    ) -> VendFacts:
        """Read all facts of one request side by side, and `decide` by the access policy with the caller's groups.

        Raises:
            ExceptionGroup: of `AwsError`, where a read failed; of `IndeterminateError` without an access policy.
            AwsError: the policy that a grant rests on could not be read.

        """
        profile_document = f"{PROFILES_FOLDER}/{profile}"
        async with asyncio.TaskGroup() as reads:
            reading = reads.create_task(self.grants.load_serving(caller.user, now))
            locking = reads.create_task(self.grants.load_lockouts(vend_subjects(person_of(caller), profile), now))
            spending = reads.create_task(self.budget.spend(caller.user, now))
            # Documents are mostly cached: yield once, so that the tables are asked before they are validated.
            await asyncio.sleep(0)
            loaded = await self.documents.find([*_MODELS, profile_document])
            policy, version = _access_policy(loaded)
            found = _find(loaded, profile_document, Profile)
        serving = reading.result()
        caller = with_memberships(caller, serving.memberships, synced=self.group_sync)
        decision, person = decide(policy, caller), person_of(caller)
        held = tuple(grant for grant in serving.grants if grant.profile == profile)
        is_needed = decision.verdict is not Verdict.ALLOW
        rested_on = {_POLICY_OF[grant.via] for grant in held}
        present = _judge(held, person, loaded, rested_on, is_needed=is_needed)
        kept = {grant.grant_id for grant in present or ()}
        return VendFacts(
            person=person,
            decision=decision,
            policy_version=version,
            profile=found,
            grants=present,
            lapsed=tuple(grant for grant in held if is_needed and grant.grant_id not in kept),
            break_glass=_break_glass_policy(loaded[BREAK_GLASS_POLICY]),
            lockouts=locking.result(),
            budget=spending.result(),
            documents=_documents(loaded, {ACCESS_POLICY, profile_document, *(rested_on if is_needed else ())}),
        )

    async def find_issuer(self, name: str, profile: str | None) -> Document[Issuer] | None:
        """Find an issuer's document, in one read with those that the request will need; None if absent.

        Raises:
            AwsError: it could not be read.

        """
        wanted = f"{ISSUERS_FOLDER}/{name}"
        profiles = [] if profile is None else [f"{PROFILES_FOLDER}/{profile}"]
        found = settled((await self.documents.find([wanted, *_MODELS, *profiles]))[wanted])
        if found is None:
            return None
        return Document(found.name, _checked(found, Issuer), found.version, found.digest, found.age_s, found.stale)

    async def read_catalogue(self) -> Catalogue:
        """Read the access policy and the whole catalogue side by side.

        Raises:
            ExceptionGroup: of `AwsError`, where a read failed.
            IndeterminateError: there is no access policy.

        """
        async with asyncio.TaskGroup() as reads:
            loading = reads.create_task(self.documents.find([ACCESS_POLICY]))
            listing = reads.create_task(self.documents.load_profiles())
        policy, _ = _access_policy(loading.result())
        listed = listing.result()
        return Catalogue(
            policy=policy,
            profiles={name: None if found is None else _checked(found, Profile) for name, found in listed.items()},
            documents=_documents(loading.result(), {ACCESS_POLICY}),
        )


def parse(name: str, text: str) -> DocumentModel:
    """Parse a document by its name below the prefix.

    Raises:
        DocumentError: with every problem found.

    """
    return load_document(text, _MODELS.get(name) or folder_model(name))


def _access_policy(loaded: Loaded) -> tuple[AccessPolicy, str]:
    found = settled(loaded[ACCESS_POLICY])
    if found is None:
        raise IndeterminateError("document", f"there is no {ACCESS_POLICY}: store one with `sentinel policy push`")
    return _checked(found, AccessPolicy), found.digest


def _judge(
    held: tuple[Grant, ...], person: Person, loaded: Loaded, rested_on: AbstractSet[str], *, is_needed: bool
) -> tuple[Grant, ...] | None:
    """Give what the present policies leave of the grants. A policy that cannot be read stops who needs a grant."""
    try:
        return present_grants(held, person, _present_policies(loaded, rested_on))
    except (AwsError, IndeterminateError):
        if is_needed:
            raise
        return None


def _present_policies(loaded: Loaded, rested_on: AbstractSet[str]) -> PresentPolicies:
    """Give the policies that grants rest on. One that cannot be read stops only callers who need it."""
    return PresentPolicies(
        _find(loaded, APPROVAL_POLICY, ApprovalPolicy) if APPROVAL_POLICY in rested_on else None,
        _find(loaded, BREAK_GLASS_POLICY, BreakGlassPolicy) if BREAK_GLASS_POLICY in rested_on else None,
    )


def _break_glass_policy(found: object) -> BreakGlassPolicy | None:
    return found.value if isinstance(found, Document) and isinstance(found.value, BreakGlassPolicy) else None


def _find(loaded: Loaded, name: str, model: type[Model]) -> Model | None:
    found = settled(loaded[name])
    return None if found is None else _checked(found, model)


def _checked(document: Document[DocumentModel], model: type[Model]) -> Model:
    if not isinstance(document.value, model):
        raise IndeterminateError("document", f"{document.name} holds another kind of document")
    return document.value


def _documents(loaded: Loaded, names: AbstractSet[str]) -> tuple[Document[DocumentModel], ...]:
    return tuple(found for name, found in loaded.items() if name in names and isinstance(found, Document))
